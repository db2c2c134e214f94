#pragma once
// Layer and batch normalisation.
#include <l2g/kernels/reduce.hpp>

#include <cmath>

namespace l2g::kernels {

template <class T>
struct LayerNorm {  // a row: y = (x - mean) * rstd * weight + bias
  const T *x, *weight, *bias;
  T *y, *mean, *rstd;
  index_t c;
  T epsilon;
  L2G_HD void operator()(auto& cx, index_t r) const {
    const T* row = x + r * c;
    auto s = cx.value(T(0)), q = s;
    for (index_t j = cx.first(); j < c; j += cx.step()) s = s + cx.load(row, j, c);
    const T m = cx.sum(s) / T(c);
    for (index_t j = cx.first(); j < c; j += cx.step()) {
      const auto d = cx.load(row, j, c, m) - m;
      q = cx.fma(d, d, q);
    }
    const T inv = T(1) / std::sqrt(cx.sum(q) / T(c) + epsilon);
    for (index_t j = cx.first(); j < c; j += cx.step())
      cx.store(y + r * c, j, c, cx.fma((cx.load(row, j, c) - m) * inv, cx.load(weight, j, c), cx.load(bias, j, c)));
    if (cx.leader()) cx.write(mean, r, m), cx.write(rstd, r, inv);
  }
};
template <class T>
struct LayerNormGrad {  // a row of dx
  const T *x, *weight, *dy, *mean, *rstd;
  T* dx;
  index_t c;
  L2G_HD void operator()(auto& cx, index_t r) const {
    const T m = cx.read(mean, r), inv = cx.read(rstd, r);
    auto s = cx.value(T(0)), q = s;
    for (index_t j = cx.first(); j < c; j += cx.step()) {
      const auto d = cx.load(dy + r * c, j, c) * cx.load(weight, j, c);
      s = s + d;
      q = cx.fma(d, (cx.load(x + r * c, j, c) - m) * inv, q);
    }
    const T a = cx.sum(s) / T(c), b = cx.sum(q) / T(c);
    for (index_t j = cx.first(); j < c; j += cx.step()) {
      const auto h = (cx.load(x + r * c, j, c) - m) * inv;
      cx.store(dx + r * c, j, c, (cx.load(dy + r * c, j, c) * cx.load(weight, j, c) - a - h * b) * inv);
    }
  }
};
template <class T>
struct LayerNormParamGrad {  // a shard of rows: partial[s, 0, j] of the weight, partial[s, 1, j] of the bias
  const T *x, *dy, *mean, *rstd;
  T* partial;
  index_t n, c, shards;
  L2G_HD void operator()(auto& cx, index_t s) const {
    T *dw = partial + s * 2 * c, *db = dw + c;
    for (index_t j = cx.first(); j < c; j += cx.step()) {
      cx.store(dw, j, c, cx.value(T(0)));
      cx.store(db, j, c, cx.value(T(0)));
    }
    for (index_t i = shard_begin(n, shards, s); i < shard_begin(n, shards, s + 1); ++i) {
      const T m = cx.read(mean, i), inv = cx.read(rstd, i);
      for (index_t j = cx.first(); j < c; j += cx.step()) {
        const auto d = cx.load(dy + i * c, j, c);
        cx.store(dw, j, c, cx.fma(d, (cx.load(x + i * c, j, c) - m) * inv, cx.load(dw, j, c)));
        cx.store(db, j, c, cx.load(db, j, c) + d);
      }
    }
  }
};

template <class T>
struct RmsNorm {  // a row: y = x * rstd * weight, rstd = 1 / sqrt(mean of x^2 + epsilon)
  const T *x, *weight;
  T *y, *rstd;
  index_t c;
  T epsilon;
  L2G_HD void operator()(auto& cx, index_t r) const {
    const T* row = x + r * c;
    auto q = cx.value(T(0));
    for (index_t j = cx.first(); j < c; j += cx.step()) {
      const auto v = cx.load(row, j, c);
      q = cx.fma(v, v, q);
    }
    const T inv = T(1) / std::sqrt(cx.sum(q) / T(c) + epsilon);
    for (index_t j = cx.first(); j < c; j += cx.step())
      cx.store(y + r * c, j, c, cx.load(row, j, c) * inv * cx.load(weight, j, c));
    if (cx.leader()) cx.write(rstd, r, inv);
  }
};
template <class T>
struct RmsNormGrad {  // a row of dx
  const T *x, *weight, *dy, *rstd;
  T* dx;
  index_t c;
  L2G_HD void operator()(auto& cx, index_t r) const {
    const T inv = cx.read(rstd, r);
    auto q = cx.value(T(0));
    for (index_t j = cx.first(); j < c; j += cx.step())
      q = cx.fma(cx.load(dy + r * c, j, c) * cx.load(weight, j, c), cx.load(x + r * c, j, c) * inv, q);
    const T b = cx.sum(q) / T(c);
    for (index_t j = cx.first(); j < c; j += cx.step())
      cx.store(dx + r * c, j, c,
               (cx.load(dy + r * c, j, c) * cx.load(weight, j, c) - cx.load(x + r * c, j, c) * inv * b) * inv);
  }
};
template <class T>
struct RmsNormWeightGrad {  // a shard of rows: partial[s, j] = sum of dy * x * rstd
  const T *x, *dy, *rstd;
  T* partial;
  index_t n, c, shards;
  L2G_HD void operator()(auto& cx, index_t s) const {
    T* dw = partial + s * c;
    for (index_t j = cx.first(); j < c; j += cx.step()) cx.store(dw, j, c, cx.value(T(0)));
    for (index_t i = shard_begin(n, shards, s); i < shard_begin(n, shards, s + 1); ++i) {
      const T inv = cx.read(rstd, i);
      for (index_t j = cx.first(); j < c; j += cx.step())
        cx.store(dw, j, c, cx.fma(cx.load(dy + i * c, j, c), cx.load(x + i * c, j, c) * inv, cx.load(dw, j, c)));
    }
  }
};

/// Mean and sum of squared deviations of each channel over the real rows of a shard, by Welford's update.
template <class T>
struct BatchMoments {
  const T* x;
  T *mean, *m2, *count;  // (shards, c), (shards, c), (shards)
  Lengths lengths;
  index_t n, l, c, shards;
  L2G_HD void operator()(auto& cx, index_t s) const {
    T *a = mean + s * c, *b = m2 + s * c;
    for (index_t j = cx.first(); j < c; j += cx.step()) {
      cx.store(a, j, c, cx.value(T(0)));
      cx.store(b, j, c, cx.value(T(0)));
    }
    T seen = 0;
    for (index_t i = shard_begin(n, shards, s); i < shard_begin(n, shards, s + 1); ++i) {
      if (i % l >= lengths.of(i / l, l)) continue;
      seen += T(1);
      const T share = T(1) / seen;
      for (index_t j = cx.first(); j < c; j += cx.step()) {
        const auto v = cx.load(x + i * c, j, c), d = v - cx.load(a, j, c),
                   m = cx.fma(d, cx.value(share), cx.load(a, j, c));
        cx.store(a, j, c, m);
        cx.store(b, j, c, cx.fma(d, v - m, cx.load(b, j, c)));
      }
    }
    if (cx.leader()) cx.write(count, s, seen);
  }
};
/// Joins the shards in order (Chan's formula), and moves the running statistics.
template <class T>
struct BatchStatistics {
  const T *shard_mean, *shard_m2, *count;
  T *mean, *rstd, *share, *running_mean, *running_var;  // share: 1 / number of real rows
  index_t c, shards;
  T epsilon, momentum;
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const {
    auto m = cx.value(T(0)), q = m;
    T n = 0;
    for (index_t s = 0; s < shards; ++s) {
      const T more = cx.read(count, s);
      if (more == T(0)) continue;
      const T both = n + more;
      const auto d = cx.load(shard_mean + s * c, j, end) - m;
      m = m + d * (more / both);
      q = q + cx.load(shard_m2 + s * c, j, end) + d * d * (n * more / both);
      n = both;
    }
    const T safe = n > T(0) ? n : T(1);
    const auto var = q * (T(1) / safe);
    cx.store(mean, j, end, m);
    cx.store(share, j, end, cx.value(T(1) / safe));
    cx.store(rstd, j, end, T(1) / cx.sqrt(var + epsilon));
    const auto unbiased = q * (T(1) / (n > T(1) ? n - T(1) : T(1)));
    cx.store(running_mean, j, end, cx.load(running_mean, j, end) * (T(1) - momentum) + m * momentum);
    cx.store(running_var, j, end, cx.load(running_var, j, end) * (T(1) - momentum) + unbiased * momentum);
  }
};
template <class T>
struct RunningStatistics {  // what evaluation uses
  const T *running_mean, *running_var;
  T *mean, *rstd, *share;
  T epsilon;
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const {
    cx.store(share, j, end, cx.value(T(0)));  // constants pass no gradient
    cx.store(mean, j, end, cx.load(running_mean, j, end));
    cx.store(rstd, j, end, T(1) / cx.sqrt(cx.load(running_var, j, end) + epsilon));
  }
};
template <class T>
struct BatchNorm {  // a row (one position of one sequence)
  const T *x, *weight, *bias, *mean, *rstd;
  T* y;
  index_t c;
  L2G_HD void operator()(auto& cx, index_t r) const {
    for (index_t j = cx.first(); j < c; j += cx.step())
      cx.store(y + r * c, j, c,
               cx.fma((cx.load(x + r * c, j, c) - cx.load(mean, j, c)) * cx.load(rstd, j, c), cx.load(weight, j, c),
                      cx.load(bias, j, c)));
  }
};
/// A shard of the sums that backward needs: partial[s, 0] = sum dy * xhat, partial[s, 1] = sum dy, over the real rows.
template <class T>
struct BatchNormSums {
  const T *x, *dy, *mean, *rstd;
  T* partial;
  Lengths lengths;
  index_t n, l, c, shards;
  L2G_HD void operator()(auto& cx, index_t s) const {
    T *dw = partial + s * 2 * c, *db = dw + c;
    for (index_t j = cx.first(); j < c; j += cx.step()) {
      cx.store(dw, j, c, cx.value(T(0)));
      cx.store(db, j, c, cx.value(T(0)));
    }
    for (index_t i = shard_begin(n, shards, s); i < shard_begin(n, shards, s + 1); ++i) {
      if (i % l >= lengths.of(i / l, l)) continue;
      for (index_t j = cx.first(); j < c; j += cx.step()) {
        const auto d = cx.load(dy + i * c, j, c);
        const auto h = (cx.load(x + i * c, j, c) - cx.load(mean, j, c)) * cx.load(rstd, j, c);
        cx.store(dw, j, c, cx.fma(d, h, cx.load(dw, j, c)));
        cx.store(db, j, c, cx.load(db, j, c) + d);
      }
    }
  }
};
/// A row of dx; `share` weighs what flows back through the statistics of the batch.
template <class T>
struct BatchNormGrad {
  const T *x, *dy, *weight, *mean, *rstd, *share, *sums;  // sums: (2, c)
  T* dx;
  Lengths lengths;
  index_t l, c;
  L2G_HD void operator()(auto& cx, index_t r) const {
    const bool real = r % l < lengths.of(r / l, l);
    for (index_t j = cx.first(); j < c; j += cx.step()) {
      const auto inv = cx.load(rstd, j, c), h = (cx.load(x + r * c, j, c) - cx.load(mean, j, c)) * inv;
      const auto d =
          cx.load(dy + r * c, j, c) - (cx.load(sums + c, j, c) + h * cx.load(sums, j, c)) * cx.load(share, j, c);
      cx.store(dx + r * c, j, c, real ? d * inv * cx.load(weight, j, c) : cx.value(T(0)));
    }
  }
};

}  // namespace l2g::kernels
