#pragma once
#include <l2g/eval/multiple.hpp>
#include <l2g/eval/regression-inl.hpp>
#include <l2g/eval/special.hpp>

namespace l2g::eval {

namespace detail {

/// Row numbers by rising p.
inline std::vector<std::size_t> by_rising_p(std::span<const double> p) {
  for (std::size_t i = 0; i < p.size(); ++i)
    if (!(p[i] >= 0 && p[i] <= 1))
      throw error("adjusted p: value " + std::to_string(i + 1) + " is " + std::to_string(p[i]) + ", not in 0..1");
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  return order;
}

/// p_(i) * n * factor / i, made rising from the largest down.
inline std::vector<double> step_up(std::span<const double> p, double factor) {
  const auto order = by_rising_p(p);
  std::vector<double> adjusted(p.size());
  double least = 1;
  for (std::size_t i = order.size(); i-- > 0;) {
    // The order of the operations is that of statsmodels, so that 0.1 stays 0.1.
    const double share = static_cast<double>(i + 1) / static_cast<double>(p.size());
    least = std::min(least, p[order[i]] / (share / factor));
    adjusted[order[i]] = least;
  }
  return adjusted;
}

}  // namespace detail

L2G_INLINE std::vector<double> holm(std::span<const double> p) {
  const auto order = detail::by_rising_p(p);
  std::vector<double> adjusted(p.size());
  double most = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    most = std::max(most, std::min(1.0, p[order[i]] * static_cast<double>(p.size() - i)));
    adjusted[order[i]] = most;
  }
  return adjusted;
}

L2G_INLINE std::vector<double> benjamini_hochberg(std::span<const double> p) { return detail::step_up(p, 1); }

L2G_INLINE std::vector<double> benjamini_yekutieli(std::span<const double> p) {
  double harmonic = 0;
  for (std::size_t i = 1; i <= p.size(); ++i) harmonic += 1 / static_cast<double>(i);
  return detail::step_up(p, harmonic);
}

L2G_INLINE Friedman friedman(std::span<const double> values, index_t methods) {
  const std::size_t k = static_cast<std::size_t>(std::max<index_t>(methods, 0));
  if (k < 2 || values.size() % k || values.size() < 2 * k)
    throw error("Friedman: needs at least two methods on two tasks, got " + std::to_string(values.size()) +
                " values of " + std::to_string(methods) + " methods");
  const std::size_t tasks = values.size() / k;
  const double n = static_cast<double>(tasks), m = static_cast<double>(k);
  Friedman result;
  result.average_rank.assign(k, 0);
  double ties = 0;
  for (std::size_t task = 0; task < values.size(); task += k) {
    std::vector<double> row;
    for (std::size_t j = 0; j < k; ++j) row.push_back(-values[task + j]);
    const std::vector<double> rank = detail::midranks(row);
    if (rank.empty()) throw error("Friedman: task " + std::to_string(task / k + 1) + " has a value that is not known");
    for (std::size_t j = 0; j < k; ++j) result.average_rank[j] += rank[j] / n;
    std::sort(row.begin(), row.end());
    for (std::size_t i = 0, j; i < k; i = j) {
      for (j = i; j < k && row[j] == row[i];) ++j;
      const double t = static_cast<double>(j - i);
      ties += t * (t * t - 1);
    }
  }
  double squares = 0;
  for (const double r : result.average_rank) squares += r * r;
  const double corrected = 1 - ties / (n * m * (m * m - 1));
  if (corrected > 0) {
    result.chi_squared = std::max(0.0, (12 * n / (m * (m + 1)) * squares - 3 * n * (m + 1)) / corrected);
    result.p = chi_squared_above(result.chi_squared, m - 1);
  }
  return result;
}

L2G_INLINE double critical_difference(index_t methods, index_t tasks, double alpha) {
  if (tasks < 1) throw error("critical difference: needs at least one task, got " + std::to_string(tasks));
  const double m = static_cast<double>(methods);
  return range_quantile(alpha, methods) / std::sqrt(2.0) * std::sqrt(m * (m + 1) / (6 * static_cast<double>(tasks)));
}

L2G_INLINE double nemenyi(double first_rank, double second_rank, index_t methods, index_t tasks) {
  if (tasks < 1) throw error("Nemenyi: needs at least one task, got " + std::to_string(tasks));
  const double m = static_cast<double>(methods), error_of_rank = std::sqrt(m * (m + 1) / (12 * double(tasks)));
  return range_above(std::abs(first_rank - second_rank) / error_of_rank, methods);
}

L2G_INLINE Record win_tie_loss(std::span<const double> first, std::span<const double> second, double least) {
  detail::same_rows("win, tie, loss", first.size(), second.size(), "values to compare with");
  Record r;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const double d = first[i] - second[i];
    ++(d > least ? r.wins : d < -least ? r.losses : r.ties);
  }
  return r;
}

}  // namespace l2g::eval
