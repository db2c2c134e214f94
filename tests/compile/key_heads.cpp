// error: l2g::Attention: the heads of keys and values must divide the heads
#include <l2g/nn/grouped_attention.hpp>

l2g::Attention<768, 12, 5> attention;
