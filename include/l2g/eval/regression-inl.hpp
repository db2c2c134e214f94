#pragma once
#include <l2g/eval/classification-inl.hpp>
#include <l2g/eval/regression.hpp>

#include <numeric>

namespace l2g::eval {

namespace detail {

struct Pairs {
  std::vector<double> a, b;
};

inline Pairs pairs(const char* metric, std::span<const double> target, std::span<const double> predicted) {
  same_rows(metric, target.size(), predicted.size(), "predictions");
  Pairs p;
  for (std::size_t i = 0; i < target.size(); ++i)
    if (!std::isnan(target[i])) p.a.push_back(target[i]), p.b.push_back(predicted[i]);
  return p;
}

inline double mean(const std::vector<double>& x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

/// Centred second moments (sums, not means) of both sides and their product, in two passes.
struct Moments {
  double mean_a = 0, mean_b = 0, aa = 0, bb = 0, ab = 0;
};

inline Moments moments(const Pairs& p) {
  Moments m{mean(p.a), mean(p.b)};
  for (std::size_t i = 0; i < p.a.size(); ++i) {
    const double a = p.a[i] - m.mean_a, b = p.b[i] - m.mean_b;
    m.aa += a * a, m.bb += b * b, m.ab += a * b;
  }
  return m;
}

/// Ranks from 1, equal values get the mean of theirs; empty when a value is NaN (it has no rank).
inline std::vector<double> midranks(const std::vector<double>& x) {
  if (std::any_of(x.begin(), x.end(), [](double v) { return std::isnan(v); })) return {};
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return x[i] < x[j]; });
  std::vector<double> rank(x.size());
  for (std::size_t i = 0, j; i < order.size(); i = j) {
    for (j = i + 1; j < order.size() && x[order[j]] == x[order[i]];) ++j;
    for (std::size_t k = i; k < j; ++k) rank[order[k]] = static_cast<double>(i + j + 1) / 2;
  }
  return rank;
}

inline double correlation(const Pairs& p) {
  if (p.a.size() < 2) return undefined;
  const Moments m = moments(p);
  const double scale = std::sqrt(m.aa) * std::sqrt(m.bb);
  return scale > 0 ? std::clamp(m.ab / scale, -1.0, 1.0) : undefined;
}

}  // namespace detail

L2G_INLINE double mean_squared_error(std::span<const double> target, std::span<const double> predicted) {
  auto p = detail::pairs("mean squared error", target, predicted);
  for (std::size_t i = 0; i < p.a.size(); ++i) p.a[i] = (p.a[i] - p.b[i]) * (p.a[i] - p.b[i]);
  return p.a.empty() ? detail::undefined : detail::mean(p.a);
}

L2G_INLINE double mean_absolute_error(std::span<const double> target, std::span<const double> predicted) {
  auto p = detail::pairs("mean absolute error", target, predicted);
  for (std::size_t i = 0; i < p.a.size(); ++i) p.a[i] = std::abs(p.a[i] - p.b[i]);
  return p.a.empty() ? detail::undefined : detail::mean(p.a);
}

L2G_INLINE double r_squared(std::span<const double> target, std::span<const double> predicted) {
  const auto p = detail::pairs("R squared", target, predicted);
  if (p.a.empty()) return detail::undefined;
  const double total = detail::moments(p).aa;
  return total > 0 ? 1 - mean_squared_error(p.a, p.b) * static_cast<double>(p.a.size()) / total : detail::undefined;
}

L2G_INLINE double explained_variance(std::span<const double> target, std::span<const double> predicted) {
  auto p = detail::pairs("explained variance", target, predicted);
  if (p.a.empty()) return detail::undefined;
  for (std::size_t i = 0; i < p.a.size(); ++i) p.b[i] = p.a[i] - p.b[i];
  const auto m = detail::moments(p);
  return m.aa > 0 ? 1 - m.bb / m.aa : detail::undefined;
}

L2G_INLINE double pearson(std::span<const double> target, std::span<const double> predicted) {
  return detail::correlation(detail::pairs("Pearson", target, predicted));
}

L2G_INLINE double spearman(std::span<const double> target, std::span<const double> predicted) {
  auto p = detail::pairs("Spearman", target, predicted);
  p.a = detail::midranks(p.a), p.b = detail::midranks(p.b);
  return p.a.size() == p.b.size() ? detail::correlation(p) : detail::undefined;
}

L2G_INLINE double concordance(std::span<const double> target, std::span<const double> predicted) {
  const auto p = detail::pairs("concordance", target, predicted);
  if (p.a.size() < 2) return detail::undefined;
  const auto m = detail::moments(p);
  const double shift = m.mean_a - m.mean_b, scale = m.aa + m.bb + static_cast<double>(p.a.size()) * shift * shift;
  return scale > 0 ? 2 * m.ab / scale : detail::undefined;
}

}  // namespace l2g::eval
