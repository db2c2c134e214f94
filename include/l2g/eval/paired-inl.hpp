#pragma once
#include <l2g/core/philox.hpp>
#include <l2g/eval/paired.hpp>
#include <l2g/eval/regression-inl.hpp>
#include <l2g/eval/special.hpp>

#include <bit>

namespace l2g::eval {

namespace detail {

inline std::vector<double> differences(const char* test, std::span<const double> first,
                                       std::span<const double> second) {
  if (first.size() != second.size())
    throw error(std::string(test) + ": " + std::to_string(first.size()) + " values against " +
                std::to_string(second.size()) + "; they are compared in pairs");
  std::vector<double> d;
  for (std::size_t i = 0; i < first.size(); ++i) d.push_back(first[i] - second[i]);
  return d;
}

/// The t test of differences whose mean has the variance `factor` times theirs.
inline PairedT t_test(const std::vector<double>& d, double factor, double level) {
  if (!(level > 0 && level < 1))
    throw error("paired t: 'level' must lie between 0 and 1, got " + std::to_string(level));
  PairedT r;
  r.pairs = static_cast<index_t>(d.size());
  r.mean = d.empty() ? undefined : mean(d);
  double squares = 0;
  for (const double x : d) squares += (x - r.mean) * (x - r.mean);
  const double freedom = static_cast<double>(d.size()) - 1, variance = squares / freedom;
  if (d.size() < 2 || !(variance > 0)) {
    r.t = r.p = r.lo = r.hi = r.effect = undefined;
    return r;
  }
  const double of_mean = std::sqrt(variance * factor);
  r.t = r.mean / of_mean;
  r.p = student_two_sided(r.t, freedom);
  const double half = student_quantile(level, freedom) * of_mean;
  r.lo = r.mean - half, r.hi = r.mean + half;
  r.effect = r.mean / std::sqrt(variance);
  return r;
}

/// Midranks of the positive rows' scores among all, less those among themselves: what DeLong's variance is made of.
struct Placements {
  std::vector<double> positive, negative;  // share of the other class below (ties half), row by row
  double area = 0;
};

inline Placements placements(const std::vector<double>& positive, const std::vector<double>& negative) {
  std::vector<double> all = positive;
  all.insert(all.end(), negative.begin(), negative.end());
  const std::vector<double> among_all = midranks(all), own = midranks(positive), other = midranks(negative);
  if (among_all.empty()) throw error("DeLong: a score is not a number");
  const double m = static_cast<double>(positive.size()), n = static_cast<double>(negative.size());
  Placements p;
  for (std::size_t i = 0; i < positive.size(); ++i) p.positive.push_back((among_all[i] - own[i]) / n);
  for (std::size_t j = 0; j < negative.size(); ++j)
    p.negative.push_back(1 - (among_all[positive.size() + j] - other[j]) / m);
  p.area = mean(p.positive);
  return p;
}

inline double covariance(const std::vector<double>& a, const std::vector<double>& b) {
  return moments({a, b}).ab / (static_cast<double>(a.size()) - 1);
}

}  // namespace detail

L2G_INLINE PairedT paired_t(std::span<const double> first, std::span<const double> second, double level) {
  const auto d = detail::differences("paired t", first, second);
  return detail::t_test(d, 1 / static_cast<double>(d.size()), level);
}

L2G_INLINE PairedT nadeau_bengio(std::span<const double> first, std::span<const double> second, double test_share,
                                 double level) {
  if (!(test_share >= 0))
    throw error("Nadeau-Bengio: test rows / training rows must be at least 0, got " + std::to_string(test_share));
  const auto d = detail::differences("Nadeau-Bengio", first, second);
  return detail::t_test(d, 1 / static_cast<double>(d.size()) + test_share, level);
}

L2G_INLINE SignedRank wilcoxon(std::span<const double> first, std::span<const double> second) {
  std::vector<double> d = detail::differences("Wilcoxon", first, second), size;
  std::erase(d, 0.0);
  for (const double x : d) size.push_back(std::abs(x));
  const std::vector<double> rank = detail::midranks(size);
  if (rank.size() != d.size()) throw error("Wilcoxon: a difference is not a number");
  SignedRank r;
  r.pairs = static_cast<index_t>(d.size());
  if (d.empty()) return r;
  const double n = static_cast<double>(d.size()), all = n * (n + 1) / 2;
  double above = 0;
  for (std::size_t i = 0; i < d.size(); ++i) above += d[i] > 0 ? rank[i] : 0;
  r.statistic = std::min(above, all - above);
  r.exact = d.size() <= 200;
  if (r.exact) {
    // Twice the midranks are whole numbers: the share of sign patterns with each sum of positive ranks.
    std::vector<double> share(static_cast<std::size_t>(2 * all) + 1);
    share[0] = 1;
    std::size_t reached = 0;
    for (const double x : rank) {
      const auto step = static_cast<std::size_t>(2 * x);
      reached += step;
      for (std::size_t s = reached + 1; s-- > 0;) share[s] = (share[s] + (s >= step ? share[s - step] : 0)) / 2;
    }
    double tail = 0;
    for (std::size_t s = 0; s <= static_cast<std::size_t>(2 * r.statistic); ++s) tail += share[s];
    r.p = std::min(1.0, 2 * tail);
    return r;
  }
  double squares = 0;
  for (const double x : rank) squares += x * x;
  r.p = normal_two_sided((r.statistic - all / 2) / std::sqrt(squares / 4));
  return r;
}

L2G_INLINE double sign_flip(std::span<const double> first, std::span<const double> second, index_t draws,
                            std::uint64_t seed) {
  const std::vector<double> d = detail::differences("sign flips", first, second);
  double observed = 0, size = 0;
  for (const double x : d) observed += x, size += std::abs(x);
  if (std::isnan(observed)) throw error("sign flips: a difference is not a number");
  const double least = std::abs(observed) - 1e-12 * size;  // equal sums differ in their last bits
  if (d.size() <= 20) {
    std::vector<double> flipped = d;
    double sum = observed, extreme = 0;
    const std::uint64_t patterns = std::uint64_t{1} << d.size();
    for (std::uint64_t i = 1;; ++i) {
      extreme += std::abs(sum) >= least ? 1.0 : 0.0;
      if (i == patterns) return extreme / static_cast<double>(patterns);
      const auto at = static_cast<std::size_t>(std::countr_zero(i));  // Gray code: one sign changes at a time
      flipped[at] = -flipped[at];
      sum += 2 * flipped[at];
    }
  }
  if (draws < 1) throw error("sign flips: 'draws' must be at least 1, got " + std::to_string(draws));
  double extreme = 1;
  for (index_t r = 0; r < draws; ++r) {
    const Rng rng{seed, static_cast<std::uint64_t>(r)};
    constexpr std::uint32_t stream = 0x516e;
    double sum = 0;
    for (std::size_t i = 0; i < d.size(); ++i) sum += rng.below(stream, i, 2) ? d[i] : -d[i];
    extreme += std::abs(sum) >= least ? 1.0 : 0.0;
  }
  return extreme / static_cast<double>(draws + 1);
}

L2G_INLINE McNemar mcnemar(std::span<const std::int32_t> truth, std::span<const std::int32_t> first,
                           std::span<const std::int32_t> second) {
  detail::same_rows("McNemar", truth.size(), first.size(), "predictions of the first");
  detail::same_rows("McNemar", truth.size(), second.size(), "predictions of the second");
  McNemar m;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (truth[i] < 0) continue;
    const bool a = first[i] == truth[i], b = second[i] == truth[i];
    ++(a ? b ? m.both : m.only_first : b ? m.only_second : m.neither);
  }
  m.p = std::min(1.0, 2 * binomial_below(std::min(m.only_first, m.only_second), m.only_first + m.only_second, 0.5));
  return m;
}

L2G_INLINE DeLong delong(std::span<const double> first, std::span<const double> second,
                         std::span<const std::int32_t> positive) {
  detail::same_rows("DeLong", positive.size(), first.size(), "scores of the first");
  detail::same_rows("DeLong", positive.size(), second.size(), "scores of the second");
  std::vector<double> high[2], low[2];  // of each side: scores of positive and of negative rows
  for (std::size_t i = 0; i < positive.size(); ++i) {
    if (positive[i] < 0) continue;
    (positive[i] > 0 ? high : low)[0].push_back(first[i]);
    (positive[i] > 0 ? high : low)[1].push_back(second[i]);
  }
  if (high[0].size() < 2 || low[0].size() < 2)
    throw error("DeLong: needs two rows of each class, got " + std::to_string(high[0].size()) + " positive and " +
                std::to_string(low[0].size()) + " negative ones");
  const auto a = detail::placements(high[0], low[0]), b = detail::placements(high[1], low[1]);
  const double m = static_cast<double>(high[0].size()), n = static_cast<double>(low[0].size());
  const auto together = [&](const detail::Placements& x, const detail::Placements& y) {
    return detail::covariance(x.positive, y.positive) / m + detail::covariance(x.negative, y.negative) / n;
  };
  DeLong d;
  d.first = a.area, d.second = b.area;
  d.first_variance = together(a, a), d.second_variance = together(b, b), d.covariance = together(a, b);
  const double variance = std::max(0.0, d.first_variance + d.second_variance - 2 * d.covariance);
  const double difference = d.first - d.second;
  d.z = variance > 0 ? difference / std::sqrt(variance) : difference == 0 ? 0.0 : detail::undefined;
  d.p = std::isnan(d.z) ? detail::undefined : normal_two_sided(d.z);
  const double half = -normal_quantile(0.025) * std::sqrt(variance);
  d.lo = difference - half, d.hi = difference + half;
  return d;
}

}  // namespace l2g::eval
