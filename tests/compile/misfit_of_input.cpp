// error: l2g::explain<l2g::does_not_fit<0, l2g::Conv1d<5, 8, 3>, 5, l2g::Shape<32, 128, 4> > >
#include <l2g/nn/conv1d.hpp>
#include <l2g/nn/sequential.hpp>

constexpr l2g::Sequential<l2g::Conv1d<5, 8, 3>, l2g::Linear<8, 2>> model;
constexpr auto out = model.out(l2g::Shape<32, 128, 4>{});
