// error: l2g::SvdLora: the rank is larger than the weight
#include <l2g/nn/svd_lora.hpp>

l2g::SvdLora<l2g::Linear<16, 4>, 8> lora;
