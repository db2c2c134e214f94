// error: l2g::explain<l2g::is_not_a_layer<1, Banana> >
#include <l2g/nn/linear.hpp>
#include <l2g/nn/sequential.hpp>
#include <l2g/train/step.hpp>

struct Banana {};
using Model = l2g::Sequential<l2g::Linear<4, 8>, Banana, l2g::Linear<8, 2>>;
l2g::Step<Model, float, l2g::Shape<32, 128, 4>> step;
