// error: l2g::Dropout: the share is in per mille, below 1000
#include <l2g/nn/activation.hpp>

l2g::Dropout<1000> all;
