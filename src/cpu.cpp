#include <l2g/cpu/gemm-inl.hpp>
#include <l2g/cpu/memory-inl.hpp>
#include <l2g/cpu/pool-inl.hpp>

namespace l2g::cpu {
template void gemm_one<float>(index_t, index_t, index_t, float, const float*, Mat, const float*, Mat, float, float*,
                              Mat);
template void gemm_one<double>(index_t, index_t, index_t, double, const double*, Mat, const double*, Mat, double,
                               double*, Mat);
}  // namespace l2g::cpu
