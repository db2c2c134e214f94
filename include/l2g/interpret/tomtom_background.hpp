#pragma once
// Chances of TOMTOM's scores. Everything is a survival function, P(score >= s), so that small chances keep their
// digits.
#include <l2g/core/config.hpp>

#include <algorithm>
#include <vector>
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace l2g::interpret::detail {

using Numbers = std::vector<double>;

/// One register of the widest machines; others take several for it.
typedef double Eight __attribute__((vector_size(64)));
inline Eight eight_at(const double* p) {
  Eight v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
inline void store(double* p, Eight v) { __builtin_memcpy(p, &v, sizeof v); }
/// a b + c
inline Eight multiply_add(double a, Eight b, Eight c) {
#if defined(__AVX512F__)
  return (Eight)_mm512_fmadd_pd(_mm512_set1_pd(a), (__m512d)b, (__m512d)c);
#else
  return a * b + c;
#endif
}

/// Registers behind one another, each where one can be loaded at once.
class AlignedNumbers {
 public:
  void resize(index_t n) { blocks_.resize(std::size_t((n + 7) / 8)); }
  double* data() { return blocks_.empty() ? nullptr : blocks_[0].v; }
  const double* data() const { return blocks_.empty() ? nullptr : blocks_[0].v; }

 private:
  struct alignas(64) Block {
    double v[8];
  };
  std::vector<Block> blocks_;
};

/// Chances of the bins of one query position, from the first to the last that is not 0, in eight copies that are moved
/// by one number each, so that any run of them can be loaded from an aligned place.
class ShiftedChances {
 public:
  static constexpr index_t registers = 8, block = 8 * registers;

  void set(const double* f, index_t bins) {
    least_ = 0;
    while (least_ < bins && f[least_] == 0) ++least_;
    index_t most = bins;
    while (most > least_ && f[most] == 0) --most;
    size_ = most - least_ + 1;
    stride_ = (size_ + 2 * block + 7) / 8 * 8 + 8;
    copies_.resize(8 * stride_);
    std::fill(copies_.data(), copies_.data() + 8 * stride_, 0.0);
    for (index_t r = 0; r < 8; ++r) std::copy(f + least_, f + most + 1, copies_.data() + r * stride_ + block - r);
  }
  index_t least() const { return least_; }
  index_t size() const { return size_; }
  /// Where the chances of numbers i, i + 1, ... lie (zeros outside), i >= -block.
  const double* from(index_t i) const {
    const index_t at = block + i, r = at & 7;
    return copies_.data() + r * stride_ + (at - r);
  }

 private:
  index_t least_ = 0, size_ = 0, stride_ = 0;
  AlignedNumbers copies_;
};

/// Distribution of the sum of independent whole numbers, one more at each step.
class SumOfColumns {
 public:
  /// Starts anew: the sum is 0.
  void clear() { size_ = 1, least_ = 0, chances_.resize(1), chances_.data()[0] = 1; }
  void add(const ShiftedChances& f) {
    constexpr index_t block = ShiftedChances::block, registers = ShiftedChances::registers;
    const index_t size = size_ + f.size() - 1;
    next_.resize((size + block - 1) / block * block);
    const double* chances = chances_.data();
    double* out = next_.data();
    for (index_t s = 0; s < size; s += block) {
      Eight sum[registers] = {};
      // The chance of s + lane - k is not 0 only for k in this range.
      const index_t first = std::max(index_t(0), s - f.size() + 1), last = std::min(size_ - 1, s + block - 1);
      for (index_t k = first; k <= last; ++k) {
        const double* at = f.from(s - k);
        const double chance = chances[k];
        for (index_t r = 0; r < registers; ++r) sum[r] = multiply_add(chance, eight_at(at + r * 8), sum[r]);
      }
      for (index_t r = 0; r < registers; ++r) store(out + s + r * 8, sum[r]);
    }
    size_ = size, least_ += f.least();
    std::swap(chances_, next_);
  }
  /// Numbers with chances, from the least sum on.
  index_t size() const { return size_; }
  index_t least() const { return least_; }
  const double* chances() const { return chances_.data(); }

 private:
  index_t size_ = 0, least_ = 0;
  AlignedNumbers chances_, next_;
};

/// A survival function P(score >= s) that is 1 before `from` and 0 from from + values.size() on.
struct Survival {
  index_t from = 0;
  Numbers values{};

  double operator()(index_t score) const {
    const index_t i = score - from;
    return i < 0 ? 1 : i < index_t(values.size()) ? values[std::size_t(i)] : 0;
  }
  /// Of the larger one of two independent scores: a + b (1 - a).
  void larger_with(const Survival& b) {
    if (b.values.empty()) return;
    if (values.empty()) return void(*this = b);
    // Nothing is known below the larger of the two starts but that the chance is 1.
    if (b.from > from) {
      const auto cut = std::min(index_t(values.size()), b.from - from);
      values.erase(values.begin(), values.begin() + cut);
      from = b.from;
    }
    const index_t skip = from - b.from, n = index_t(b.values.size()) - skip;
    if (n > index_t(values.size())) values.resize(std::size_t(n), 0.0);
    double* a = values.data();
    const double* other = b.values.data() + skip;
    index_t i = 0;
    for (; i + 8 <= n; i += 8) {
      const Eight x = eight_at(a + i);
      store(a + i, x + eight_at(other + i) * (1.0 - x));
    }
    for (; i < n; ++i) a[i] += other[i] * (1 - a[i]);
  }
};

/// For one query: the survival function of the best alignment with a target of each length.
class AlignmentChances {
 public:
  /// `f` holds bins + 1 chances for each of the `length` positions of the query. An alignment's score counts `offset`
  /// for each position outside of it. `wanted[t]` says whether targets of length t exist.
  void build(const Numbers& f, index_t length, index_t bins, index_t offset, index_t min_overlap,
             const std::vector<bool>& wanted) {
    columns_.resize(std::max(columns_.size(), std::size_t(length)));
    for (index_t j = 0; j < length; ++j) columns_[std::size_t(j)].set(f.data() + j * (bins + 1), bins);
    full_.resize(std::size_t(length) + 1), over_.resize(std::size_t(length) + 1);
    for (auto* all : {&full_, &over_})
      for (auto& s : *all) s.from = 0, s.values.clear();
    Survival span;
    for (index_t i = 0; i < length; ++i) {
      sum_.clear();
      for (index_t j = i; j < length; ++j) {
        sum_.add(columns_[std::size_t(j)]);
        const index_t m = j - i + 1;
        const bool overhang = m < length && (i == 0 || j == length - 1);
        const bool whole = m == length || (m < index_t(wanted.size()) && wanted[std::size_t(m)]);
        if (!overhang && !whole) continue;
        // The sum of m positions, moved by the positions outside.
        span.from = offset * (length - m) + sum_.least();
        span.values.resize(std::size_t(sum_.size()));
        double tail = 0;
        for (index_t s = sum_.size(); s-- > 0;) span.values[std::size_t(s)] = std::min(1.0, tail += sum_.chances()[s]);
        if (whole) full_[std::size_t(m)].larger_with(span);
        if (overhang) over_[std::size_t(m)].larger_with(span);
      }
    }
    of_length_.resize(wanted.size());
    Survival all;     // of overhangs of up to t - 1 positions
    Survival longer;  // of a target as long as the query or longer
    for (index_t t = 1; t < index_t(wanted.size()); ++t) {
      if (t > 1 && t - 1 < length && t - 1 >= min_overlap) all.larger_with(over_[std::size_t(t - 1)]);
      if (t == length) longer = all;
      if (t >= length) longer.larger_with(full_[std::size_t(length)]);
      if (!wanted[std::size_t(t)]) continue;
      of_length_[std::size_t(t)] = t < length ? all : longer;
      if (t < length) of_length_[std::size_t(t)].larger_with(full_[std::size_t(t)]);
    }
  }
  /// P(best score >= score) for a target of length t.
  double p(index_t t, index_t score) const { return score <= 0 ? 1 : of_length_[std::size_t(t)](score); }

 private:
  std::vector<ShiftedChances> columns_;
  SumOfColumns sum_;
  std::vector<Survival> full_, over_, of_length_;
};

}  // namespace l2g::interpret::detail
