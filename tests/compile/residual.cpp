// error: l2g::Residual: the two branches make different shapes
#include <l2g/nn/linear.hpp>
#include <l2g/nn/residual.hpp>

constexpr auto out = l2g::Residual<l2g::Linear<8, 6>>{}.out(l2g::Shape<2, 3, 8>{});
