#pragma once
// The only file that sees Eigen's matrix product.
#ifndef EIGEN_STACK_ALLOCATION_LIMIT
#define EIGEN_STACK_ALLOCATION_LIMIT (4 * 1024 * 1024)  // panels are packed on the stack: a step makes no heap call
#endif
#ifndef EIGEN_DONT_PARALLELIZE
#define EIGEN_DONT_PARALLELIZE
#endif
#include <l2g/cpu/backend.hpp>

#include <Eigen/Core>

namespace l2g::cpu {

template <class T>
void gemm_one(index_t m, index_t n, index_t k, T alpha, const T* a, Mat la, const T* b, Mat lb, T beta, T* c, Mat lc) {
  // Panel sizes follow the caches; fixed ones make the bits independent of them.
  [[maybe_unused]] static const bool once = (Eigen::setCpuCacheSizes(32 << 10, 1 << 20, 4 << 20), true);
  using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using Map = Eigen::Map<const RowMajor, 0, Eigen::OuterStride<>>;
  Eigen::Map<RowMajor, 0, Eigen::OuterStride<>> y(c, m, n, Eigen::OuterStride<>(lc.ld));
  const Map x(a, la.transposed ? k : m, la.transposed ? m : k, Eigen::OuterStride<>(la.ld));
  const Map w(b, lb.transposed ? n : k, lb.transposed ? k : n, Eigen::OuterStride<>(lb.ld));
  if (beta == T(0)) y.setZero();
  if (!la.transposed && !lb.transposed) y.noalias() += alpha * x * w;
  if (!la.transposed && lb.transposed) y.noalias() += alpha * x * w.transpose();
  if (la.transposed && !lb.transposed) y.noalias() += alpha * x.transpose() * w;
  if (la.transposed && lb.transposed) y.noalias() += alpha * x.transpose() * w.transpose();
}

}  // namespace l2g::cpu
