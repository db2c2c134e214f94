// error: l2g::Repeat: the layer must keep the shape
#include <l2g/nn/linear.hpp>
#include <l2g/nn/repeat.hpp>

constexpr auto out = l2g::Repeat<3, l2g::Linear<8, 6>>{}.out(l2g::Shape<2, 3, 8>{});
