// error: l2g::SelfAttention: the heads must divide the channels
#include <l2g/nn/attention.hpp>

l2g::SelfAttention<768, 10> attention;
