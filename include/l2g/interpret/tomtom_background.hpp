#pragma once
// Chances of TOMTOM's scores. Everything is a survival function, P(score >= s), so that small chances keep their
// digits.
#include <l2g/cpu/lanes.hpp>

#include <algorithm>
#include <vector>

namespace l2g::interpret::detail {

using Numbers = std::vector<double>;

/// The survival function of the larger of two independent scores, in place of the first: a + b (1 - a).
inline void larger_of(Numbers& a, const double* b, index_t n) {
  using V = cpu::Vec<double>;
  index_t i = 0;
  for (; i + 16 <= n; i += 16) {
    V x, y;
    __builtin_memcpy(&x, a.data() + i, sizeof x);
    __builtin_memcpy(&y, b + i, sizeof y);
    x = x + y * (1.0 - x);
    __builtin_memcpy(a.data() + i, &x, sizeof x);
  }
  for (; i < n; ++i) a[std::size_t(i)] += b[i] * (1 - a[std::size_t(i)]);
}

/// Distribution of the sum of independent whole numbers, one more at each step.
class SumOfColumns {
 public:
  static constexpr index_t block = 32;

  explicit SumOfColumns(index_t bins) : bins_(bins), padded_(std::size_t(bins + 1 + 2 * block)) {}
  /// Starts anew: the sum is 0.
  void clear() { chances_.assign(1, 1.0); }
  /// Adds a number with chances f[0..bins].
  void add(const double* f) {
    using V = cpu::Vec<double>;
    std::copy(f, f + bins_ + 1, padded_.begin() + block);
    const index_t before = index_t(chances_.size()), after = before + bins_;
    next_.resize(std::size_t((after + block - 1) / block * block));
    for (index_t s = 0; s < after; s += block) {
      V low = cpu::splat(0.0), high = low;
      // f[s - k + lane] is not 0 only for k in this range
      const index_t first = std::max(index_t(0), s - bins_), last = std::min(before - 1, s + block - 1);
      for (index_t k = first; k <= last; ++k) {
        const double* at = padded_.data() + block + (s - k);
        V x, y;
        __builtin_memcpy(&x, at, sizeof x);
        __builtin_memcpy(&y, at + 16, sizeof y);
        low += chances_[std::size_t(k)] * x;
        high += chances_[std::size_t(k)] * y;
      }
      __builtin_memcpy(next_.data() + s, &low, sizeof low);
      __builtin_memcpy(next_.data() + s + 16, &high, sizeof high);
    }
    next_.resize(std::size_t(after));
    chances_.swap(next_);
  }
  const Numbers& chances() const { return chances_; }

 private:
  index_t bins_;
  Numbers padded_, chances_, next_;
};

/// For one query: the survival function of the best alignment with a target of each length.
class AlignmentChances {
 public:
  /// `f` holds bins + 1 chances for each of the `length` positions of the query. An alignment's score counts `offset`
  /// for each position outside of it. `wanted[t]` says whether targets of length t exist.
  void build(const Numbers& f, index_t length, index_t bins, index_t offset, index_t min_overlap,
             const std::vector<bool>& wanted) {
    const index_t n = length * (bins + offset) + 1;
    length_ = length, scores_ = n;
    full_.resize(std::size_t(length) + 1), over_.resize(std::size_t(length) + 1);
    for (auto& v : full_) v.assign(std::size_t(n), 0.0);
    for (auto& v : over_) v.assign(std::size_t(n), 0.0);
    SumOfColumns sum(bins);
    Numbers survival(std::size_t(n), 0.0);
    for (index_t i = 0; i < length; ++i) {
      sum.clear();
      for (index_t j = i; j < length; ++j) {
        sum.add(f.data() + j * (bins + 1));
        const index_t m = j - i + 1;
        const bool overhang = m < length && (i == 0 || j == length - 1);
        if (!overhang && !(m == length || (m < index_t(wanted.size()) && wanted[std::size_t(m)]))) continue;
        // The sum of m positions, moved by the positions outside.
        const index_t base = offset * (length - m);
        const Numbers& chances = sum.chances();
        double tail = 0;
        std::fill(survival.begin(), survival.end(), 0.0);
        for (index_t s = index_t(chances.size()); s-- > 0;)
          survival[std::size_t(base + s)] = std::min(1.0, tail += chances[std::size_t(s)]);
        std::fill(survival.begin(), survival.begin() + base, 1.0);
        larger_of(full_[std::size_t(m)], survival.data(), n);
        if (overhang) larger_of(over_[std::size_t(m)], survival.data(), n);
      }
    }
    of_length_.assign(wanted.size(), {});
    Numbers all(std::size_t(n), 0.0);  // of overhangs, so far
    for (index_t t = 1; t < index_t(wanted.size()); ++t) {
      const index_t least = std::min({min_overlap, length, t});
      if (t > 1 && t - 1 < length && min_overlap <= 1) larger_of(all, over_[std::size_t(t - 1)].data(), n);
      if (!wanted[std::size_t(t)]) continue;
      Numbers& out = of_length_[std::size_t(t)];
      if (min_overlap <= 1) {
        out = all;
      } else {
        out.assign(std::size_t(n), 0.0);
        for (index_t m = least; m < std::min(t, length); ++m) larger_of(out, over_[std::size_t(m)].data(), n);
      }
      if (t < length) {
        larger_of(out, full_[std::size_t(t)].data(), n);
      } else {
        for (index_t k = 0; k < t - length + 1; ++k) larger_of(out, full_[std::size_t(length)].data(), n);
      }
    }
  }
  /// P(best score >= score) for a target of length t.
  double p(index_t t, index_t score) const {
    if (score <= 0) return 1;
    return score < scores_ ? of_length_[std::size_t(t)][std::size_t(score)] : 0;
  }

 private:
  index_t length_ = 0, scores_ = 0;
  std::vector<Numbers> full_, over_, of_length_;
};

}  // namespace l2g::interpret::detail
