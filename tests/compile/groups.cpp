// error: l2g::Conv1d: the groups must divide the output channels
#include <l2g/nn/conv1d.hpp>

l2g::Conv1d<8, 6, 3, 1, l2g::Padding::same, 1, 4> conv;
