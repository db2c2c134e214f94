#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/eval/classification.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace l2g::eval {

namespace detail {

inline constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

/// Throws when two spans that describe the same rows differ in size.
inline void same_rows(const char* metric, std::size_t labels, std::size_t others, const char* what) {
  if (labels != others)
    throw error(std::string(metric) + ": " + std::to_string(labels) + " labels but " + std::to_string(others) + " " +
                what);
}

/// Throws unless scores are (labels, classes).
inline void same_table(const char* metric, std::size_t scores, std::size_t labels, index_t classes) {
  if (classes < 1) throw error(std::string(metric) + ": needs at least one class, got " + std::to_string(classes));
  if (scores != labels * static_cast<std::size_t>(classes))
    throw error(std::string(metric) + ": " + std::to_string(labels) + " rows of " + std::to_string(classes) +
                " scores are " + std::to_string(labels * static_cast<std::size_t>(classes)) + " numbers, got " +
                std::to_string(scores));
}

inline void in_range(const char* metric, std::int32_t label, index_t row, index_t classes, const char* what) {
  if (label < 0 || label >= classes)
    throw error(std::string(metric) + ": " + what + " " + std::to_string(label) + " of row " + std::to_string(row + 1) +
                " is not in 0.." + std::to_string(classes - 1));
}

inline double ratio(double a, double b) { return b > 0 ? a / b : 0.0; }

/// Mean of term(row, its scores) over the rows that are not masked.
template <class Term>
double mean_of_rows(const char* metric, std::span<const double> scores, std::span<const std::int32_t> truth,
                    index_t classes, Term&& term) {
  same_table(metric, scores.size(), truth.size(), classes);
  double sum = 0;
  index_t rows = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (truth[i] < 0) continue;
    in_range(metric, truth[i], static_cast<index_t>(i), classes, "label");
    sum += term(static_cast<std::size_t>(truth[i]),
                scores.subspan(i * static_cast<std::size_t>(classes), static_cast<std::size_t>(classes)));
    ++rows;
  }
  return rows ? sum / static_cast<double>(rows) : undefined;
}

}  // namespace detail

L2G_INLINE index_t Confusion::of_truth(index_t c) const {
  index_t n = 0;
  for (index_t j = 0; j < classes; ++j) n += (*this)(c, j);
  return n;
}
L2G_INLINE index_t Confusion::of_predicted(index_t c) const {
  index_t n = 0;
  for (index_t i = 0; i < classes; ++i) n += (*this)(i, c);
  return n;
}
L2G_INLINE index_t Confusion::rows() const {
  index_t n = 0;
  for (const index_t count : counts) n += count;
  return n;
}
L2G_INLINE index_t Confusion::right() const {
  index_t n = 0;
  for (index_t c = 0; c < classes; ++c) n += (*this)(c, c);
  return n;
}

L2G_INLINE Confusion confusion(std::span<const std::int32_t> truth, std::span<const std::int32_t> predicted,
                               index_t classes) {
  detail::same_rows("confusion matrix", truth.size(), predicted.size(), "predictions");
  if (classes < 1) throw error("confusion matrix: needs at least one class, got " + std::to_string(classes));
  Confusion m{classes, std::vector<index_t>(static_cast<std::size_t>(classes * classes)), 0};
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (truth[i] < 0) {
      ++m.masked;
      continue;
    }
    detail::in_range("confusion matrix", truth[i], static_cast<index_t>(i), classes, "label");
    detail::in_range("confusion matrix", predicted[i], static_cast<index_t>(i), classes, "prediction");
    ++m.counts[static_cast<std::size_t>(truth[i] * classes + predicted[i])];
  }
  return m;
}

L2G_INLINE std::vector<ClassScore> class_scores(const Confusion& m) {
  std::vector<ClassScore> all(static_cast<std::size_t>(m.classes));
  for (index_t c = 0; c < m.classes; ++c) {
    ClassScore& s = all[static_cast<std::size_t>(c)];
    const double hit = static_cast<double>(m(c, c));
    s.support = m.of_truth(c), s.predicted = m.of_predicted(c);
    s.precision = detail::ratio(hit, static_cast<double>(s.predicted));
    s.recall = detail::ratio(hit, static_cast<double>(s.support));
    s.f1 = detail::ratio(2 * hit, static_cast<double>(s.support + s.predicted));
  }
  return all;
}

L2G_INLINE AverageScore macro_scores(const Confusion& m) {
  AverageScore a;
  double present = 0;
  for (const ClassScore& s : class_scores(m))
    if (s.support + s.predicted) a.precision += s.precision, a.recall += s.recall, a.f1 += s.f1, ++present;
  return {a.precision / present, a.recall / present, a.f1 / present};
}

L2G_INLINE AverageScore weighted_scores(const Confusion& m) {
  AverageScore a;
  const double n = static_cast<double>(m.rows());
  for (const ClassScore& s : class_scores(m)) {
    const double weight = static_cast<double>(s.support);
    a.precision += weight * s.precision, a.recall += weight * s.recall, a.f1 += weight * s.f1;
  }
  return {a.precision / n, a.recall / n, a.f1 / n};
}

L2G_INLINE double accuracy(const Confusion& m) {
  const index_t n = m.rows();
  return n ? static_cast<double>(m.right()) / static_cast<double>(n) : detail::undefined;
}

L2G_INLINE double balanced_accuracy(const Confusion& m) {
  double sum = 0, present = 0;
  for (index_t c = 0; c < m.classes; ++c)
    if (const index_t n = m.of_truth(c)) sum += static_cast<double>(m(c, c)) / static_cast<double>(n), ++present;
  return present > 0 ? sum / present : detail::undefined;
}

L2G_INLINE double macro_f1(const Confusion& m) { return macro_scores(m).f1; }
L2G_INLINE double weighted_f1(const Confusion& m) { return weighted_scores(m).f1; }

L2G_INLINE double matthews(const Confusion& m) {
  const double n = static_cast<double>(m.rows());
  if (n == 0) return detail::undefined;
  double crossed = 0, truths = 0, predictions = 0;
  for (index_t c = 0; c < m.classes; ++c) {
    const double t = static_cast<double>(m.of_truth(c)), p = static_cast<double>(m.of_predicted(c));
    crossed += t * p, truths += t * t, predictions += p * p;
  }
  const double product = (n * n - truths) * (n * n - predictions);
  return product > 0 ? (static_cast<double>(m.right()) * n - crossed) / std::sqrt(product) : 0.0;
}

L2G_INLINE double cohen_kappa(const Confusion& m) {
  const double n = static_cast<double>(m.rows());
  if (n == 0) return detail::undefined;
  double chance = 0;
  for (index_t c = 0; c < m.classes; ++c)
    chance += static_cast<double>(m.of_truth(c)) * static_cast<double>(m.of_predicted(c));
  return n * n > chance ? (static_cast<double>(m.right()) * n - chance) / (n * n - chance) : 0.0;
}

L2G_INLINE double accuracy(std::span<const std::int32_t> truth, std::span<const std::int32_t> predicted,
                           index_t classes) {
  return accuracy(confusion(truth, predicted, classes));
}
L2G_INLINE double balanced_accuracy(std::span<const std::int32_t> truth, std::span<const std::int32_t> predicted,
                                    index_t classes) {
  return balanced_accuracy(confusion(truth, predicted, classes));
}
L2G_INLINE double macro_f1(std::span<const std::int32_t> truth, std::span<const std::int32_t> predicted,
                           index_t classes) {
  return macro_f1(confusion(truth, predicted, classes));
}
L2G_INLINE double matthews(std::span<const std::int32_t> truth, std::span<const std::int32_t> predicted,
                           index_t classes) {
  return matthews(confusion(truth, predicted, classes));
}

L2G_INLINE std::vector<std::int32_t> best_class(std::span<const double> scores, index_t classes) {
  if (classes < 1 || scores.size() % static_cast<std::size_t>(classes))
    throw error("best class: " + std::to_string(scores.size()) + " scores are not rows of " + std::to_string(classes));
  const std::size_t width = static_cast<std::size_t>(classes);
  std::vector<std::int32_t> best(scores.size() / width);
  for (std::size_t i = 0; i < best.size(); ++i) {
    const auto row = scores.subspan(i * width, width);
    best[i] = static_cast<std::int32_t>(std::max_element(row.begin(), row.end()) - row.begin());
  }
  return best;
}

L2G_INLINE double top_accuracy(std::span<const double> scores, std::span<const std::int32_t> truth, index_t classes,
                               index_t k) {
  return detail::mean_of_rows("top accuracy", scores, truth, classes, [k](std::size_t t, std::span<const double> row) {
    index_t above = 0;
    for (std::size_t c = 0; c < row.size(); ++c) above += row[c] > row[t] || (row[c] == row[t] && c < t);
    return above < k ? 1.0 : 0.0;
  });
}

L2G_INLINE double log_loss(std::span<const double> probabilities, std::span<const std::int32_t> truth,
                           index_t classes) {
  return detail::mean_of_rows(
      "log loss", probabilities, truth, classes,
      [](std::size_t t, std::span<const double> row) { return -std::log(std::clamp(row[t], 1e-15, 1.0)); });
}

L2G_INLINE double brier(std::span<const double> probabilities, std::span<const std::int32_t> truth, index_t classes) {
  return detail::mean_of_rows("Brier", probabilities, truth, classes, [](std::size_t t, std::span<const double> row) {
    double sum = 0;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const double d = row[c] - (c == t ? 1.0 : 0.0);
      sum += d * d;
    }
    return sum;
  });
}

L2G_INLINE double brier(std::span<const double> probability, std::span<const std::int32_t> positive) {
  detail::same_rows("Brier", positive.size(), probability.size(), "probabilities");
  double sum = 0;
  index_t rows = 0;
  for (std::size_t i = 0; i < positive.size(); ++i) {
    if (positive[i] < 0) continue;
    const double d = probability[i] - (positive[i] > 0 ? 1.0 : 0.0);
    sum += d * d, ++rows;
  }
  return rows ? sum / static_cast<double>(rows) : detail::undefined;
}

L2G_INLINE double calibration_error(std::span<const double> probabilities, std::span<const std::int32_t> truth,
                                    index_t classes, index_t bins) {
  if (bins < 1) throw error("calibration error: needs at least one bin, got " + std::to_string(bins));
  // Per bin the sum of (confidence - right); its absolute value over all rows is the bin's weighted gap.
  std::vector<double> gap(static_cast<std::size_t>(bins));
  const auto put = [&](std::size_t t, std::span<const double> row) {
    const auto top = std::max_element(row.begin(), row.end());
    if (std::isnan(*top)) return detail::undefined;
    const double bin = std::clamp(std::ceil(*top * static_cast<double>(bins)) - 1, 0.0, static_cast<double>(bins - 1));
    gap[static_cast<std::size_t>(bin)] += *top - (static_cast<std::size_t>(top - row.begin()) == t ? 1.0 : 0.0);
    return 1.0;
  };
  if (std::isnan(detail::mean_of_rows("calibration error", probabilities, truth, classes, put)))
    return detail::undefined;
  double sum = 0;
  for (const double g : gap) sum += std::abs(g);
  return sum / static_cast<double>(std::count_if(truth.begin(), truth.end(), [](std::int32_t t) { return t >= 0; }));
}

}  // namespace l2g::eval
