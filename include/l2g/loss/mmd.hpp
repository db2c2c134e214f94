#pragma once
// Maximum mean discrepancy between the rows of a prediction and the rows of a reference.
#include <l2g/core/layer.hpp>
#include <l2g/kernels/mmd.hpp>

namespace l2g {

/// Biased (V-statistic) MMD with five Gaussian kernels, bandwidths sigma x {1/4, 1/2, 1, 2, 4}, sigma the mean squared
/// distance off the diagonal of all rows, held constant in the gradient (Long et al. 2015; the form of ORCA and L2G).
/// Gradients reach the prediction only.
struct Mmd {
  double bandwidth = 0;  // 0: sigma from the data

  template <class T>
  static constexpr std::size_t scratch(index_t n, index_t m) {
    return bytes_of<T>(n * n) + bytes_of<T>(m * n) + bytes_of<T>(m * m) + bytes_of<T>(n + m) + 2 * bytes_of<T>(n) +
           bytes_of<T>(m) + bytes_of<T>(1);
  }
  /// source: (n, d); target and dtarget: (m, d), rows `ld` apart; shares: (m), their sum is the loss.
  template <class D, class T>
  void operator()(Context<D>& c, const T* source, index_t n, const T* target, index_t m, index_t d, index_t ld,
                  T* dtarget, T* shares) const {
    Frame frame(c.scratch);
    T *squares = c.scratch.template take<T>(n + m), *rate = c.scratch.template take<T>(1);
    T *slopes = c.scratch.template take<T>(m), *unused = c.scratch.template take<T>(n);
    T *value = c.scratch.template take<T>(n), *ss = c.scratch.template take<T>(n * n);
    T *ts = c.scratch.template take<T>(m * n), *tt = c.scratch.template take<T>(m * m);
    rows(c, n, kernels::RowSquares<T>{source, squares, d, d});
    rows(c, m, kernels::RowSquares<T>{target, squares + n, d, ld});
    rows(c, 1, kernels::Bandwidth<T>{source, target, squares, rate, n, m, d, d, ld, bandwidth});
    gemm(c, n, n, d, T(1), source, {d}, source, {d, true}, T(0), ss, {n});
    gemm(c, m, n, d, T(1), target, {ld}, source, {d, true}, T(0), ts, {n});
    gemm(c, m, m, d, T(1), target, {ld}, target, {ld, true}, T(0), tt, {m});
    // The gradient of |a - b|^2 brings a factor 2; a pair of two targets stands twice in the sum.
    const T one = T(1), wss = one / T(n * n), wtt = one / T(m * m), wts = T(-2) / T(n * m);
    rows(c, n, kernels::MmdRow<T>{ss, squares, squares, rate, unused, value, n, wss, T(0), false});
    rows(c, m, kernels::MmdRow<T>{tt, squares + n, squares + n, rate, slopes, shares, m, wtt, 4 * wtt, false});
    rows(c, m, kernels::MmdRow<T>{ts, squares + n, squares, rate, slopes, shares, n, wts, 2 * wts, true});
    rows(c, 1, kernels::AddSum<T>{value, shares, n});
    rows(c, m, kernels::ScaleByRow<T>{target, slopes, dtarget, d, ld, ld});
    gemm(c, m, d, m, T(-1), tt, {m}, target, {ld}, T(1), dtarget, {ld});
    gemm(c, m, d, n, T(-1), ts, {n}, source, {d}, T(1), dtarget, {ld});
  }
};

}  // namespace l2g
