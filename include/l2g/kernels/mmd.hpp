#pragma once
// Maximum mean discrepancy with five Gaussian kernels in Gram form: squared distances come from one matrix product.
#include <l2g/core/context.hpp>

namespace l2g::kernels {

template <class T>
struct RowSquares {  // square[i] = |z_i|^2
  const T* z;
  T* square;
  index_t d, ld;
  L2G_HD void operator()(auto& cx, index_t i) const {
    auto s = cx.value(T(0));
    for (index_t j = cx.first(); j < d; j += cx.step()) {
      const auto v = cx.load(z + i * ld, j, d);
      s = cx.fma(v, v, s);
    }
    const T sum = cx.sum(s);
    if (cx.leader()) cx.write(square, i, sum);
  }
};
/// One item: 1 / (4 sigma), sigma = mean squared distance off the diagonal = 2 (N sum |z|^2 - |sum z|^2) / (N^2 - N).
template <class T>
struct Bandwidth {
  const T *source, *target, *squares;  // source rows first, then target rows
  T* rate;
  index_t n, m, d, ld_source, ld_target;
  double fixed;  // a bandwidth held constant, or 0
  L2G_HD void operator()(auto& cx, index_t) const {
    double total = 0, length = 0;
    for (index_t begin = 0; begin < d; begin += cx.step()) {  // every thread reaches the sum
      const index_t j = begin + cx.first();
      auto s = cx.value(T(0));
      for (index_t i = 0; i < n; ++i) s = s + cx.load(source + i * ld_source, j, d);
      for (index_t i = 0; i < m; ++i) s = s + cx.load(target + i * ld_target, j, d);
      length += double(cx.sum(s * s));
    }
    if (!cx.leader()) return;
    const double rows = double(n + m);
    for (index_t i = 0; i < n + m; ++i) total += double(cx.read(squares, i));
    const double mean = 2 * (rows * total - length) / (rows * rows - rows), sigma = fixed > 0 ? fixed : mean;
    cx.write(rate, 0, T(0.25 / (sigma > 1e-30 ? sigma : 1e-30)));
  }
};
/// Row i of a block of the Gram matrix becomes slope x dK/dD, the weights of the gradient; value[i] gets its part of
/// the loss. K = sum_m exp(-D / (sigma 2^m)), m = -2 .. 2: one exponential and four squarings.
template <class T>
struct MmdRow {
  T* gram;  // (rows, columns)
  const T *row_square, *column_square, *rate;
  T *row_sum, *value;
  index_t columns;
  T weight, slope;  // of a pair in the loss, and in the gradient of the row
  bool add;         // to row_sum and value
  L2G_HD void operator()(auto& cx, index_t i) const {
    T* g = gram + i * columns;
    auto total = cx.value(T(0)), slopes = total;
    const auto zero = total;
    const T r = cx.read(rate, 0), own = cx.read(row_square, i);
    for (index_t j = cx.first(); j < columns; j += cx.step()) {
      auto d = own + cx.load(column_square, j, columns, T(1e30)) - T(2) * cx.load(g, j, columns);
      d = cx.select(d > zero, d, zero);  // lanes behind the end are infinitely far
      const auto e1 = cx.exp(d * (-r)), e2 = e1 * e1, e4 = e2 * e2, e8 = e4 * e4, e16 = e8 * e8;
      const auto change = (e1 + T(2) * e2 + T(4) * e4 + T(8) * e8 + T(16) * e16) * (-r * slope);
      total = total + e1 + e2 + e4 + e8 + e16;
      slopes = slopes + change;
      cx.store(g, j, columns, change);
    }
    const T sum = cx.sum(total) * weight, slope_sum = cx.sum(slopes);
    if (!cx.leader()) return;
    cx.write(value, i, (add ? cx.read(value, i) : T(0)) + sum);
    cx.write(row_sum, i, (add ? cx.read(row_sum, i) : T(0)) + slope_sum);
  }
};
template <class T>
struct AddSum {  // one item: out[0] += values[0] + values[1] + ...
  const T* values;
  T* out;
  index_t n;
  L2G_HD void operator()(auto& cx, index_t) const {
    if (!cx.leader()) return;
    T sum = 0;
    for (index_t i = 0; i < n; ++i) sum += cx.read(values, i);
    cx.write(out, 0, cx.read(out, 0) + sum);
  }
};
template <class T>
struct ScaleByRow {  // y[i] = sum[i] * x[i]
  const T *x, *sum;
  T* y;
  index_t d, ld_x, ld_y;
  L2G_HD void operator()(auto& cx, index_t i) const {
    for (index_t j = cx.first(); j < d; j += cx.step())
      cx.store(y + i * ld_y, j, d, cx.load(x + i * ld_x, j, d) * cx.read(sum, i));
  }
};
template <class T>
struct CopyColumns {  // a row, times a factor that lies in memory (null: one)
  const T* x;
  T* y;
  const double* factor;
  index_t d, ld_x, ld_y;
  L2G_HD void operator()(auto& cx, index_t i) const {
    const T f = factor ? T(*factor) : T(1);
    for (index_t j = cx.first(); j < d; j += cx.step()) cx.store(y + i * ld_y, j, d, cx.load(x + i * ld_x, j, d) * f);
  }
};
template <class T>
struct DrawRows {  // row i = a row of the reference drawn with replacement
  const StepState* state;
  std::uint32_t stream;
  const T* reference;
  T* sample;
  index_t entries, d;
  L2G_HD void operator()(auto& cx, index_t i) const {
    const index_t from = index_t(state->rng.below(stream, std::uint64_t(i), std::uint64_t(entries)));
    for (index_t j = cx.first(); j < d; j += cx.step())
      cx.store(sample + i * d, j, d, cx.load(reference + from * d, j, d));
  }
};

}  // namespace l2g::kernels
