#pragma once
// Rows of the losses: each writes its share of the value and its gradient. Padding and negative labels are left out.
#include <l2g/core/context.hpp>

#include <cmath>

namespace l2g::kernels {

L2G_HD inline bool counts(const Lengths& lengths, const std::int32_t* label, index_t row, index_t l) {
  return row % l < lengths.of(row / l, l) && (!label || label[row] >= 0);
}

/// One item: total[0] = sum of the weights of the rows that count (at least 1e-12), for the mean; NaN when a label is
/// not below the number of classes, so that such a loss is never taken for a number.
template <class T>
struct LabelWeight {
  const std::int32_t* label;
  const double* weights;  // of the classes, or null
  T* total;
  Lengths lengths;
  index_t n, l, classes;
  L2G_HD void operator()(auto& cx, index_t) const {
    if (!cx.leader()) return;
    double sum = 0;
    bool known = true;
    for (index_t i = 0; i < n; ++i) {
      if (!counts(lengths, label, i, l)) continue;
      known = known && label[i] < classes;
      sum += weights && label[i] < classes ? weights[label[i]] : 1.0;
    }
    cx.write(total, 0, known ? T(sum > 1e-12 ? sum : 1e-12) : T(__builtin_nan("")));
  }
};

/// Softmax cross-entropy with label smoothing and class weights, as PyTorch defines them. A label that is not below the
/// number of classes is read as the last one: the total makes NaN of everything then.
template <class T>
struct CrossEntropy {
  const T* x;
  const std::int32_t* label;
  const double* weights;
  const T* total;
  T *dx, *loss;
  Lengths lengths;
  index_t l, c;
  T smoothing;
  L2G_HD void operator()(auto& cx, index_t r) const {
    const T* row = x + r * c;
    T* d = dx + r * c;
    if (!counts(lengths, label, r, l)) {
      for (index_t j = cx.first(); j < c; j += cx.step()) cx.store(d, j, c, cx.value(T(0)));
      if (cx.leader()) cx.write(loss, r, T(0));
      return;
    }
    auto m = cx.value(T(-1e30)), s = cx.value(T(0));
    for (index_t j = cx.first(); j < c; j += cx.step()) {
      const auto v = cx.load(row, j, c, T(-1e30));
      m = cx.select(v > m, v, m);
    }
    const T top = cx.max(m);
    for (index_t j = cx.first(); j < c; j += cx.step()) s = s + cx.exp(cx.load(row, j, c, T(-1e30)) - top);
    const T sum = cx.sum(s), log_sum = top + std::log(sum), inv = T(1) / sum;
    const index_t y = label[r] < c ? label[r] : c - 1;
    // The loss is sum_k q_k nll_k with q_k = w_k (smoothing / c + [k = y] (1 - smoothing)).
    T mass = 0, value = 0;
    const T share = smoothing / T(c), own = (weights ? T(weights[y]) : T(1)) * (T(1) - smoothing);
    if (smoothing > T(0))
      for (index_t k = 0; k < c; ++k) {
        const T w = (weights ? T(weights[k]) : T(1)) * share;
        mass += w;
        value += w * (log_sum - cx.read(row, k));
      }
    mass += own;
    value += own * (log_sum - cx.read(row, y));
    const T scale = T(1) / cx.read(total, 0);
    for (index_t j = cx.first(); j < c; j += cx.step())
      cx.store(d, j, c, cx.exp(cx.load(row, j, c, T(-1e30)) - top) * (inv * mass * scale));
    cx.sync();
    if (cx.leader()) {
      for (index_t k = 0; smoothing > T(0) && k < c; ++k)
        cx.write(d, k, cx.read(d, k) - (weights ? T(weights[k]) : T(1)) * share * scale);
      cx.write(d, y, cx.read(d, y) - own * scale);
      cx.write(loss, r, value * scale);
    }
  }
};

/// Binary cross-entropy of logits, mean over the targets that count (a negative target does not); one row.
template <class T>
struct BinaryCrossEntropy {
  const T *x, *target, *total;
  T *dx, *loss;
  Lengths lengths;
  index_t l, c;
  T positive_weight;
  L2G_HD void operator()(auto& cx, index_t r) const {
    const bool real = counts(lengths, nullptr, r, l);
    const T scale = T(1) / cx.read(total, 0);
    if (!cx.leader()) return;
    T value = 0;
    for (index_t j = r * c; j < (r + 1) * c; ++j) {
      const T t = cx.read(target, j), v = cx.read(x, j);
      cx.write(dx, j, T(0));
      if (!real || t < T(0)) continue;
      const T e = std::exp(v < T(0) ? v : -v), soft = std::log1p(e);                    // log(1 + exp(-|v|))
      const T up = (v > T(0) ? T(0) : -v) + soft, down = (v > T(0) ? v : T(0)) + soft;  // -log s(v), -log(1 - s(v))
      const T sigmoid = v < T(0) ? e / (T(1) + e) : T(1) / (T(1) + e);
      value += positive_weight * t * up + (T(1) - t) * down;
      cx.write(dx, j, ((T(1) - t) * sigmoid - positive_weight * t * (T(1) - sigmoid)) * scale);
    }
    cx.write(loss, r, value * scale);
  }
};
/// One item: how many targets count.
template <class T>
struct TargetCount {
  const T* target;  // or null: every target of a real row
  T* total;
  Lengths lengths;
  index_t n, l, c;
  L2G_HD void operator()(auto& cx, index_t) const {
    if (!cx.leader()) return;
    double sum = 0;
    for (index_t i = 0; i < n * c; ++i)
      sum += counts(lengths, nullptr, i / c, l) && (!target || cx.read(target, i) >= T(0));
    cx.write(total, 0, T(sum > 0 ? sum : 1));
  }
};
template <class T>
struct SquaredError {  // a row of mean (x - target)^2
  const T *x, *target, *total;
  T *dx, *loss;
  Lengths lengths;
  index_t l, c;
  L2G_HD void operator()(auto& cx, index_t r) const {
    const T scale = counts(lengths, nullptr, r, l) ? T(1) / cx.read(total, 0) : T(0);
    auto s = cx.value(T(0));
    for (index_t j = cx.first(); j < c; j += cx.step()) {
      const auto d = cx.load(x + r * c, j, c) - cx.load(target + r * c, j, c);
      s = cx.fma(d, d, s);
      cx.store(dx + r * c, j, c, d * (T(2) * scale));
    }
    const T value = cx.sum(s) * scale;
    if (cx.leader()) cx.write(loss, r, value);
  }
};

}  // namespace l2g::kernels
