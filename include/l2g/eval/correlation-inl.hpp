#pragma once
#include <l2g/eval/correlation.hpp>
#include <l2g/eval/regression-inl.hpp>
#include <l2g/eval/special.hpp>

namespace l2g::eval {

namespace detail {

inline Correlation with_student_p(double r, std::size_t rows) {
  Correlation c{r, undefined, static_cast<index_t>(rows)};
  if (rows > 2 && !std::isnan(r)) {
    const double freedom = static_cast<double>(rows) - 2;
    c.p = student_two_sided(r * std::sqrt(freedom / ((1 - r) * (1 + r))), freedom);
  }
  return c;
}

/// Sums over groups of c equal values: of c(c-1)/2, c(c-1)(c-2), c(c-1)(2c+5).
struct Ties {
  double pairs = 0, triples = 0, spread = 0;
  explicit Ties(std::vector<double> x) {
    std::sort(x.begin(), x.end());
    for (std::size_t i = 0, j; i < x.size(); i = j) {
      for (j = i; j < x.size() && x[j] == x[i];) ++j;
      const double c = static_cast<double>(j - i);
      pairs += c * (c - 1) / 2, triples += c * (c - 1) * (c - 2), spread += c * (c - 1) * (2 * c + 5);
    }
  }
};

/// Share of the orders of n rows whose discordant pairs are at most `discordant` or as far from the middle on the other
/// side (n <= 33).
inline double kendall_exact(std::size_t n, double discordant) {
  const std::size_t pairs = n * (n - 1) / 2;
  const double all = static_cast<double>(pairs), least = std::min(discordant, all - discordant);
  std::vector<double> share{1.0};  // of the orders of `rows` rows with each number of discordant pairs
  for (std::size_t rows = 2; rows <= n; ++rows) {
    std::vector<double> next(share.size() + rows - 1);
    for (std::size_t i = 0; i < share.size(); ++i)
      for (std::size_t j = 0; j < rows; ++j) next[i + j] += share[i] / static_cast<double>(rows);
    share = std::move(next);
  }
  double tail = 0;
  for (std::size_t i = 0; i < share.size() && static_cast<double>(i) <= least; ++i) tail += share[i];
  return std::min(1.0, 2 * tail);
}

}  // namespace detail

L2G_INLINE Correlation pearson_test(std::span<const double> target, std::span<const double> predicted) {
  const auto p = detail::pairs("Pearson", target, predicted);
  return detail::with_student_p(detail::correlation(p), p.a.size());
}

L2G_INLINE Correlation spearman_test(std::span<const double> target, std::span<const double> predicted) {
  const auto p = detail::pairs("Spearman", target, predicted);
  return detail::with_student_p(spearman(target, predicted), p.a.size());
}

L2G_INLINE Correlation kendall_test(std::span<const double> target, std::span<const double> predicted) {
  const auto p = detail::pairs("Kendall", target, predicted);
  const std::size_t rows = p.a.size();
  Correlation c{detail::undefined, detail::undefined, static_cast<index_t>(rows)};
  for (const auto* side : {&p.a, &p.b})
    if (std::any_of(side->begin(), side->end(), [](double v) { return std::isnan(v); })) return c;
  if (rows < 2) return c;
  double score = 0, discordant = 0;
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const double a = p.a[i] - p.a[j], b = p.b[i] - p.b[j];
      const int sign = ((a > 0) - (a < 0)) * ((b > 0) - (b < 0));
      score += sign, discordant += sign < 0;
    }
  const double n = static_cast<double>(rows), all = n * (n - 1) / 2;
  const detail::Ties x(p.a), y(p.b);
  if (all - x.pairs <= 0 || all - y.pairs <= 0) return c;
  c.value = std::clamp(score / std::sqrt(all - x.pairs) / std::sqrt(all - y.pairs), -1.0, 1.0);
  if (x.pairs == 0 && y.pairs == 0 && rows <= 33) {
    c.p = detail::kendall_exact(rows, discordant);
    return c;
  }
  const double m = n * (n - 1);
  double variance = (m * (2 * n + 5) - x.spread - y.spread) / 18 + 2 * x.pairs * y.pairs / m;
  if (rows > 2) variance += x.triples * y.triples / (9 * m * (n - 2));
  c.p = normal_two_sided(score / std::sqrt(variance));
  return c;
}

L2G_INLINE CorrelationInterval fisher_interval(double r, index_t rows, double level) {
  if (rows < 4 || std::isnan(r)) return {detail::undefined, detail::undefined};
  if (!(level > 0 && level < 1)) throw error("Fisher's interval: 'level' must lie between 0 and 1");
  const double z = std::atanh(r), half = -normal_quantile((1 - level) / 2) / std::sqrt(static_cast<double>(rows) - 3);
  return {std::tanh(z - half), std::tanh(z + half)};
}

}  // namespace l2g::eval
