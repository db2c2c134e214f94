#pragma once
// The matrix product of a machine with fused multiply-add; others take Eigen's. This is the only file that sees it.
#include <l2g/cpu/backend.hpp>
#include <l2g/cpu/tile-inl.hpp>

#if !defined(__AVX512F__) && !(defined(__AVX2__) && defined(__FMA__))
#ifndef EIGEN_STACK_ALLOCATION_LIMIT
#define EIGEN_STACK_ALLOCATION_LIMIT (4 * 1024 * 1024)  // panels are packed on the stack: a step makes no heap call
#endif
#ifndef EIGEN_DONT_PARALLELIZE
#define EIGEN_DONT_PARALLELIZE
#endif
#include <Eigen/Core>
#define L2G_EIGEN_GEMM
#endif

namespace l2g::cpu {

#ifdef L2G_EIGEN_GEMM
template <class T>
void gemm_one(index_t m, index_t n, index_t k, T alpha, const T* a, Mat la, const T* b, Mat lb, T beta, T* c, Mat lc,
              const T* start) {
  // Panel sizes follow the caches; fixed ones make the bits independent of them.
  [[maybe_unused]] static const bool once = (Eigen::setCpuCacheSizes(32 << 10, 1 << 20, 4 << 20), true);
  using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using Map = Eigen::Map<const RowMajor, 0, Eigen::OuterStride<>>;
  Eigen::Map<RowMajor, 0, Eigen::OuterStride<>> y(c, m, n, Eigen::OuterStride<>(lc.ld));
  const Map x(a, la.transposed ? k : m, la.transposed ? m : k, Eigen::OuterStride<>(la.ld));
  const Map w(b, lb.transposed ? n : k, lb.transposed ? k : n, Eigen::OuterStride<>(lb.ld));
  if (beta == T(0)) y.setZero();
  if (start) y.rowwise() += Eigen::Map<const Eigen::Matrix<T, 1, Eigen::Dynamic>>(start, n);
  if (!la.transposed && !lb.transposed) y.noalias() += alpha * x * w;
  if (!la.transposed && lb.transposed) y.noalias() += alpha * x * w.transpose();
  if (la.transposed && !lb.transposed) y.noalias() += alpha * x.transpose() * w;
  if (la.transposed && lb.transposed) y.noalias() += alpha * x.transpose() * w.transpose();
}
#else
/// Blocks of B, and of A when it is transposed, are packed on the stack (0.75 MiB for float): no heap call, and warm.
template <class T>
void gemm_one(index_t m, index_t n, index_t k, T alpha, const T* a, Mat la, const T* b, Mat lb, T beta, T* c, Mat lc,
              const T* start) {
  constexpr index_t b_size = 128 * 1024, a_size = 56 * 1024;  // elements
  alignas(64) T panels[b_size];
  const index_t depth = la.transposed ? 256 : 512;  // rows of a block of B; the blocks are of equal size
  const index_t k_blocks = (k + depth - 1) / depth, n_block = b_size / depth, m_block = a_size / 256;
  for (index_t kb = 0; kb < k_blocks; ++kb) {
    const index_t k0 = k * kb / k_blocks, kc = k * (kb + 1) / k_blocks - k0;
    for (index_t j = 0; j < n; j += n_block) {
      const index_t nc = j + n_block < n ? n_block : n - j;
      pack_panels<T>(kc, nc, b + (lb.transposed ? j * lb.ld + k0 : k0 * lb.ld + j), lb, panels);
      auto p = product<T>(m, nc, kc, a + k0, {la.ld}, panels, beta != T(0) || kb > 0, c + j, lc.ld);
      p.alpha = alpha;
      p.start = start && kb == 0 ? start + j : nullptr;
      if (!la.transposed) {
        multiply(p);
        continue;
      }
      alignas(64) T tiles[packed_tiles<T>(a_size, 1)];
      p.walk = Walk::tiles;
      p.a = tiles;
      for (index_t i = 0; i < m; i += m_block) {
        p.m = i + m_block < m ? m_block : m - i;
        p.c = c + i * lc.ld + j;
        pack_tiles<T>(kc, p.m, a + k0 * la.ld + i, la.ld, tiles);
        multiply(p);
      }
    }
  }
  if (k_blocks == 0 && beta == T(0))
    for (index_t i = 0; i < m; ++i)
      for (index_t j = 0; j < n; ++j) c[i * lc.ld + j] = start ? start[j] : T(0);
}
#endif

}  // namespace l2g::cpu
