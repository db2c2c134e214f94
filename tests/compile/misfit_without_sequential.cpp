// error: l2g::Linear: the input has another number of channels
#include <l2g/nn/linear.hpp>

constexpr auto out = l2g::Linear<5, 7>{}.out(l2g::Shape<32, 128, 4>{});
