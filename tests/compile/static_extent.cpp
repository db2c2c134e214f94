// error: l2g::Extent: the number differs from the one in the type
#include <l2g/nn/linear.hpp>

constexpr l2g::Linear<5, 7> layer{5, 8};
