#pragma once
// Sums of table rows of the k-mers of one-hot sequences.
#include <l2g/core/context.hpp>

#include <cmath>

namespace l2g {

struct KmerBagSpec {
  index_t batch, length, channels, k, out;
  bool canonical;
  static constexpr index_t most = 12;  // letters of a k-mer
};

namespace kernels {

/// f(row of the table, weight) for each k-mer that a window of one-hot letters holds: one with weight 1 where each
/// position is one base, none where a position is none. Other numbers count as shares of the bases: the weight is the
/// product, which makes the sum linear in each position. Position `at` counts as the base `letter` alone; -1: as it is.
template <class T, class F>
L2G_HD void each_kmer(auto& cx, const T* x, const KmerBagSpec& s, index_t at, index_t letter, const F& f) {
  index_t digit[KmerBagSpec::most], forward[KmerBagSpec::most + 1], reverse[KmerBagSpec::most + 1];
  T weight[KmerBagSpec::most + 1];
  digit[0] = -1, forward[0] = reverse[0] = 0, weight[0] = T(1);
  for (index_t n = 0; n >= 0;) {
    const index_t d = ++digit[n];
    if (d == 4) {
      --n;
      continue;
    }
    const T share = n == at ? T(d == letter) : cx.read(x, n * s.channels + d);
    if (share == T(0)) continue;
    weight[n + 1] = weight[n] * share;
    forward[n + 1] = 4 * forward[n] + d;
    reverse[n + 1] = reverse[n] + ((3 - d) << (2 * n));  // the letters of the other strand, last one first
    if (n + 1 < s.k)
      digit[++n] = -1;
    else
      f(s.canonical && reverse[s.k] < forward[s.k] ? reverse[s.k] : forward[s.k], weight[s.k]);
  }
}
L2G_HD constexpr index_t windows_of(const KmerBagSpec& s, const Lengths& lengths, index_t b) {
  const index_t n = lengths.of(b, s.length) - s.k + 1;
  return n < 0 ? 0 : n;
}

template <class T>
struct KmerBag {  // sequence b: the sum over its windows, divided by the square root of their number
  const T *x, *table;
  T* y;
  KmerBagSpec s;
  Lengths lengths;
  L2G_HD void operator()(auto& cx, index_t b) const {
    const index_t n = windows_of(s, lengths, b);
    for (index_t j = cx.first(); j < s.out; j += cx.step()) {
      auto sum = cx.value(T(0));
      for (index_t t = 0; t < n; ++t)
        each_kmer(cx, x + (b * s.length + t) * s.channels, s, -1, 0,
                  [&](index_t row, T weight) { sum = sum + cx.load(table + row * s.out, j, s.out) * weight; });
      cx.store(y + b * s.out, j, s.out, n > 0 ? sum * (T(1) / std::sqrt(T(n))) : sum);
    }
  }
};
template <class T>
struct KmerBagTableGrad {  // a chunk of columns: all windows in order, so that the sums have one order
  const T *x, *dy;
  T* dtable;
  KmerBagSpec s;
  Lengths lengths;
  index_t chunk;
  L2G_HD void operator()(auto& cx, index_t item) const {
    const index_t begin = item * chunk, end = begin + chunk < s.out ? begin + chunk : s.out;
    for (index_t b = 0; b < s.batch; ++b) {
      const index_t n = windows_of(s, lengths, b);
      for (index_t t = 0; t < n; ++t)
        each_kmer(cx, x + (b * s.length + t) * s.channels, s, -1, 0, [&](index_t row, T weight) {
          T* to = dtable + row * s.out;
          for (index_t j = begin + cx.first(); j < end; j += cx.step())
            cx.store(to, j, end,
                     cx.load(to, j, end) + cx.load(dy + b * s.out, j, end) * (weight * (T(1) / std::sqrt(T(n)))));
        });
    }
  }
};
template <class T>
struct KmerBagInputGrad {  // position (b, t): what each base in its place would give
  const T *x, *table, *dy;
  T* dx;
  KmerBagSpec s;
  Lengths lengths;
  L2G_HD void operator()(auto& cx, index_t row) const {
    if (!cx.leader()) return;
    const index_t b = row / s.length, t = row % s.length, n = windows_of(s, lengths, b);
    for (index_t letter = 0; letter < s.channels; ++letter) {
      T sum = 0;
      for (index_t i = 0; i < s.k && letter < 4; ++i) {
        const index_t start = t - i;
        if (start < 0 || start >= n) continue;
        each_kmer(cx, x + (b * s.length + start) * s.channels, s, i, letter, [&](index_t at, T weight) {
          T dot = 0;
          for (index_t j = 0; j < s.out; ++j) dot += cx.read(table, at * s.out + j) * cx.read(dy, b * s.out + j);
          sum += dot * weight;
        });
      }
      cx.write(dx, row * s.channels + letter, n > 0 ? sum * (T(1) / std::sqrt(T(n))) : sum);
    }
  }
};

}  // namespace kernels
}  // namespace l2g
