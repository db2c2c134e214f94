// error: l2g::Embedding: the sequence is longer than the table of positions
#include <l2g/nn/embedding.hpp>

constexpr auto out = l2g::Embedding<256, 16, 128, 2>{}.out(l2g::Shape<2, 127, 1>{});
