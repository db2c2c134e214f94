// error: l2g::explain<l2g::does_not_fit<1, l2g::LayerNorm<12>, 12, l2g::Shape<-2, -3, 24> > >
#include <l2g/nn/linear.hpp>
#include <l2g/nn/norm.hpp>
#include <l2g/nn/residual.hpp>
#include <l2g/nn/sequential.hpp>
#include <l2g/train/step.hpp>

using Inner = l2g::Sequential<l2g::Linear<12, 24>, l2g::LayerNorm<12>, l2g::Linear<12, 12>>;
using Model = l2g::Sequential<l2g::Residual<Inner>, l2g::Linear<12, 2>>;
using In = l2g::Shape<l2g::batch, l2g::length, 12>;
l2g::Step<Model, float, In> step(Model{}, In{2, 3, 12});
