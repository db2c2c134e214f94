// error: l2g::Concat: the branches differ in the length
#include <l2g/nn/concat.hpp>
#include <l2g/nn/pool.hpp>

constexpr auto out = l2g::Concat<l2g::Identity, l2g::MaxPool<2>>{}.out(l2g::Shape<2, 8, 4>{});
