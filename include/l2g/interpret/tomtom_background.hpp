#pragma once
// Chances of TOMTOM's scores. Everything is a survival function, P(score >= s), so that small chances keep their
// digits.
#include <l2g/interpret/tomtom_lanes.hpp>

#include <algorithm>
#include <vector>

namespace l2g::interpret::detail {

using Numbers = std::vector<double>;

/// Chances of the bins of one query position, from the first to the last that is not 0.
class BinChances {
 public:
  static constexpr index_t step = 4 * doubles;

  void set(const double* f, index_t bins) {
    least_ = 0;
    while (least_ < bins && f[least_] == 0) ++least_;
    most_ = bins;
    while (most_ > least_ && f[most_] == 0) --most_;
    chances_.assign(std::size_t((size() + step - 1) / step * step), 0.0);
    std::copy(f + least_, f + most_ + 1, chances_.begin());
  }
  index_t least() const { return least_; }
  index_t most() const { return most_; }
  index_t size() const { return most_ - least_ + 1; }
  /// Followed by zeros up to a multiple of `step`.
  const double* data() const { return chances_.data(); }

 private:
  index_t least_ = 0, most_ = 0;
  Numbers chances_;
};

/// Distribution of the sum of independent whole numbers, one more at each step.
class SumOfColumns {
 public:
  /// Starts anew: the sum is 0.
  void clear() {
    size_ = 1, least_ = 0;
    chances_.assign(std::size_t(margin + 1 + margin), 0.0);
    chances_[std::size_t(margin)] = 1;
  }
  /// Sums below `from` are not looked for.
  void add(const BinChances& f, index_t from) {
    constexpr index_t step = BinChances::step, registers = 8, block = registers * doubles;
    const index_t all = size_ + f.size() - 1;
    const index_t skip = std::clamp(from - least_ - f.least(), index_t(0), all - 1), size = all - skip;
    next_.resize(std::size_t(margin + (size + block - 1) / block * block + margin));
    double* out = next_.data() + margin;
    std::fill(next_.data(), out, 0.0);
    for (index_t s = skip; s < all; s += block) {
      Doubles sum[registers] = {};
      // The chance of s + lane - k is not 0 only for k in this range.
      const index_t first = std::max(index_t(0), s - size_ + 1) / step * step, last = std::min(f.size(), s + block);
      for (index_t k = first; k < last; k += step)
        for (index_t i = 0; i < doubles; ++i) add_four(f.data() + k + i, chances_.data() + margin + s - k - i, sum);
#pragma GCC unroll 8
      for (index_t r = 0; r < registers; ++r) store(out + s - skip + r * doubles, sum[r]);
    }
    std::fill(out + size, next_.data() + next_.size(), 0.0);
    size_ = size, least_ += f.least() + skip;
    std::swap(chances_, next_);
  }
  /// Numbers with chances, from the least sum on.
  index_t size() const { return size_; }
  index_t least() const { return least_; }
  const double* chances() const { return chances_.data() + margin; }

 private:
  // sum[r] += f[a] x[r - a], a = 0..3, counted in registers: what is loaded of x serves four chances.
  static void add_four(const double* f, const double* x, Doubles* sum) {
    const Doubles zero = {};
    const Doubles f0 = zero + f[0], f1 = zero + f[doubles], f2 = zero + f[2 * doubles], f3 = zero + f[3 * doubles];
#pragma GCC unroll 11
    for (int i = -3; i < 8; ++i) {
      const Doubles v = lanes_at<Doubles>(x + doubles * i);
      if (i >= 0) sum[i] = multiply_add(f0, v, sum[i]);
      if (i >= -1 && i < 7) sum[i + 1] = multiply_add(f1, v, sum[i + 1]);
      if (i >= -2 && i < 6) sum[i + 2] = multiply_add(f2, v, sum[i + 2]);
      if (i < 5) sum[i + 3] = multiply_add(f3, v, sum[i + 3]);
    }
  }

  static constexpr index_t margin = 352;  // zeros on both sides: a position's chances and a block
  index_t size_ = 0, least_ = 0;
  Numbers chances_, next_;
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
    for (; i + doubles <= n; i += doubles) {
      const Doubles x = lanes_at<Doubles>(a + i);
      store(a + i, x + lanes_at<Doubles>(other + i) * (1.0 - x));
    }
    for (; i < n; ++i) a[i] += other[i] * (1 - a[i]);
  }
};

/// For one query: the survival function of the best alignment with a target of each length.
class AlignmentChances {
 public:
  /// `f` holds bins + 1 chances for each of the `length` positions of the query. An alignment's score counts `offset`
  /// for each position outside of it. `wanted[t]` says whether targets of length t exist. Chances of scores below
  /// `least` will not be asked for.
  void build(const Numbers& f, index_t length, index_t bins, index_t offset, index_t min_overlap,
             const std::vector<bool>& wanted, index_t least) {
    columns_.resize(std::max(columns_.size(), std::size_t(length)));
    for (index_t j = 0; j < length; ++j) columns_[std::size_t(j)].set(f.data() + j * (bins + 1), bins);
    full_.resize(std::size_t(length) + 1), over_.resize(std::size_t(length) + 1);
    for (auto* all : {&full_, &over_})
      for (auto& s : *all) s.from = 0, s.values.clear();
    // What further positions can add to a score, at most.
    std::vector<index_t> more(std::size_t(length), 0);
    for (index_t j = length - 1; j-- > 0;)
      more[std::size_t(j)] =
          more[std::size_t(j) + 1] + std::max(index_t(0), columns_[std::size_t(j) + 1].most() - offset);
    Survival span;
    for (index_t i = 0; i < length; ++i) {
      sum_.clear();
      for (index_t j = i; j < length; ++j) {
        const index_t m = j - i + 1, outside = offset * (length - m);
        sum_.add(columns_[std::size_t(j)], least - outside - more[std::size_t(j)]);
        const bool overhang = m < length && (i == 0 || j == length - 1);
        const bool whole = m == length || (m < index_t(wanted.size()) && wanted[std::size_t(m)]);
        if (!overhang && !whole) continue;
        // The sum of m positions, moved by the positions outside.
        span.from = std::max(outside + sum_.least(), least);
        const index_t skip = span.from - outside - sum_.least(), size = sum_.size() - skip;
        if (size <= 0) continue;
        span.values.resize(std::size_t(size));
        double tail = 0;
        for (index_t s = size; s-- > 0;) span.values[std::size_t(s)] = std::min(1.0, tail += sum_.chances()[skip + s]);
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
  std::vector<BinChances> columns_;
  SumOfColumns sum_;
  std::vector<Survival> full_, over_, of_length_;
};

}  // namespace l2g::interpret::detail
