#include <l2g/cpu/gemm-inl.hpp>
#include <l2g/cpu/memory-inl.hpp>
#include <l2g/cpu/pool-inl.hpp>
#include <l2g/cpu/tile-inl.hpp>

namespace l2g::cpu {
template void gemm_one<float>(index_t, index_t, index_t, float, const float*, Mat, const float*, Mat, float, float*,
                              Mat, const float*);
template void gemm_one<double>(index_t, index_t, index_t, double, const double*, Mat, const double*, Mat, double,
                               double*, Mat, const double*);
template void pack_panels<float>(index_t, index_t, const float*, Mat, float*);
template void pack_panels<double>(index_t, index_t, const double*, Mat, double*);
template void pack_tiles<float>(index_t, index_t, const float*, index_t, float*);
template void pack_tiles<double>(index_t, index_t, const double*, index_t, double*);
template void multiply<float>(const Product<float>&);
template void multiply<double>(const Product<double>&);
}  // namespace l2g::cpu
