// error: l2g::explain<l2g::does_not_fit<2, l2g::Linear<16, 2>, 16, l2g::Shape<32, 128, 8> > >
#include <l2g/nn/activation.hpp>
#include <l2g/nn/linear.hpp>
#include <l2g/nn/sequential.hpp>
#include <l2g/train/step.hpp>

using Model = l2g::Sequential<l2g::Linear<4, 8>, l2g::Relu, l2g::Linear<16, 2>, l2g::Linear<2, 2>>;
l2g::Step<Model, float, l2g::Shape<32, 128, 4>> step;
