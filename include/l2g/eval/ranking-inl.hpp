#pragma once
#include <l2g/eval/classification-inl.hpp>
#include <l2g/eval/ranking.hpp>

namespace l2g::eval {

namespace detail {

/// Rows at one distinct score and above it.
struct Step {
  double threshold, positives, negatives;
};

/// Cumulated counts at each distinct score, highest first; empty when a score that counts is NaN.
inline std::vector<Step> descend(const char* metric, std::span<const double> score,
                                 std::span<const std::int32_t> positive) {
  same_rows(metric, positive.size(), score.size(), "scores");
  std::vector<std::pair<double, double>> rows;  // (score, 1 when positive)
  rows.reserve(score.size());
  for (std::size_t i = 0; i < score.size(); ++i) {
    if (positive[i] < 0) continue;
    if (std::isnan(score[i])) return {};
    rows.emplace_back(score[i], positive[i] > 0 ? 1.0 : 0.0);
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Step> steps;
  double positives = 0, negatives = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    positives += rows[i].second, negatives += 1 - rows[i].second;
    if (i + 1 == rows.size() || rows[i + 1].first != rows[i].first)
      steps.push_back({rows[i].first, positives, negatives});
  }
  return steps;
}

using Area = double (*)(std::span<const double>, std::span<const std::int32_t>);

inline LabelAreas areas(const char* metric, Area area, std::span<const double> scores,
                        std::span<const std::int32_t> positive, index_t labels) {
  if (labels < 1) throw error(std::string(metric) + ": needs at least one label, got " + std::to_string(labels));
  const std::size_t width = static_cast<std::size_t>(labels), rows = positive.size() / width;
  if (positive.size() % width || scores.size() != positive.size())
    throw error(std::string(metric) + ": " + std::to_string(scores.size()) + " scores and " +
                std::to_string(positive.size()) + " labels are not both rows of " + std::to_string(labels));
  LabelAreas all;
  std::vector<double> score(rows);
  std::vector<std::int32_t> truth(rows);
  double sum = 0, weighted = 0, weights = 0;
  for (std::size_t k = 0; k < width; ++k) {
    double positives = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      score[i] = scores[i * width + k], truth[i] = positive[i * width + k];
      positives += truth[i] > 0;
    }
    const double value = area(score, truth);
    all.per_label.push_back(value);
    if (std::isnan(value)) {
      ++all.undefined;
      continue;
    }
    sum += value, weighted += value * positives, weights += positives;
  }
  const index_t defined = labels - all.undefined;
  all.macro = defined ? sum / static_cast<double>(defined) : undefined;
  all.weighted = weights > 0 ? weighted / weights : undefined;
  all.micro = area(scores, positive);
  return all;
}

/// Class numbers as (rows, classes) of 0 and 1; a masked row stays masked in every column.
inline std::vector<std::int32_t> one_against_rest(const char* metric, std::size_t scores,
                                                  std::span<const std::int32_t> truth, index_t classes) {
  same_table(metric, scores, truth.size(), classes);
  std::vector<std::int32_t> positive(scores);
  const std::size_t width = static_cast<std::size_t>(classes);
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (truth[i] >= 0) in_range(metric, truth[i], static_cast<index_t>(i), classes, "label");
    for (std::size_t k = 0; k < width; ++k)
      positive[i * width + k] = truth[i] < 0 ? -1 : static_cast<std::size_t>(truth[i]) == k;
  }
  return positive;
}

}  // namespace detail

L2G_INLINE double roc_auc(std::span<const double> score, std::span<const std::int32_t> positive) {
  const auto steps = detail::descend("ROC-AUC", score, positive);
  if (steps.empty() || steps.back().positives == 0 || steps.back().negatives == 0) return detail::undefined;
  // Trapezoids between distinct scores are the midranks of the Mann-Whitney statistic.
  double area = 0, positives = 0, negatives = 0;
  for (const detail::Step& s : steps) {
    area += (s.negatives - negatives) * (s.positives + positives) / 2;
    positives = s.positives, negatives = s.negatives;
  }
  return area / (positives * negatives);
}

L2G_INLINE double average_precision(std::span<const double> score, std::span<const std::int32_t> positive) {
  const auto steps = detail::descend("average precision", score, positive);
  if (steps.empty() || steps.back().positives == 0) return detail::undefined;
  double sum = 0, before = 0;
  for (const detail::Step& s : steps) {
    sum += (s.positives - before) * s.positives / (s.positives + s.negatives);
    before = s.positives;
  }
  return sum / before;
}

L2G_INLINE Curve roc_curve(std::span<const double> score, std::span<const std::int32_t> positive) {
  const auto steps = detail::descend("ROC curve", score, positive);
  if (steps.empty() || steps.back().positives == 0 || steps.back().negatives == 0) return {};
  Curve c{{0.0}, {0.0}, {std::numeric_limits<double>::infinity()}};
  for (const detail::Step& s : steps) {
    c.x.push_back(s.negatives / steps.back().negatives);
    c.y.push_back(s.positives / steps.back().positives);
    c.threshold.push_back(s.threshold);
  }
  return c;
}

L2G_INLINE Curve precision_recall_curve(std::span<const double> score, std::span<const std::int32_t> positive) {
  const auto steps = detail::descend("precision-recall curve", score, positive);
  if (steps.empty() || steps.back().positives == 0) return {};
  Curve c;
  for (auto s = steps.rbegin(); s != steps.rend(); ++s) {
    c.x.push_back(s->positives / steps.back().positives);
    c.y.push_back(s->positives / (s->positives + s->negatives));
    c.threshold.push_back(s->threshold);
  }
  c.x.push_back(0), c.y.push_back(1), c.threshold.push_back(std::numeric_limits<double>::infinity());
  return c;
}

L2G_INLINE LabelAreas roc_auc_labels(std::span<const double> scores, std::span<const std::int32_t> positive,
                                     index_t labels) {
  return detail::areas("ROC-AUC", roc_auc, scores, positive, labels);
}
L2G_INLINE LabelAreas average_precision_labels(std::span<const double> scores, std::span<const std::int32_t> positive,
                                               index_t labels) {
  return detail::areas("average precision", average_precision, scores, positive, labels);
}
L2G_INLINE LabelAreas roc_auc_classes(std::span<const double> scores, std::span<const std::int32_t> truth,
                                      index_t classes) {
  return roc_auc_labels(scores, detail::one_against_rest("ROC-AUC", scores.size(), truth, classes), classes);
}
L2G_INLINE LabelAreas average_precision_classes(std::span<const double> scores, std::span<const std::int32_t> truth,
                                                index_t classes) {
  return average_precision_labels(scores, detail::one_against_rest("average precision", scores.size(), truth, classes),
                                  classes);
}

L2G_INLINE double partial_roc_auc(std::span<const double> score, std::span<const std::int32_t> positive,
                                  double most_false) {
  if (!(most_false > 0 && most_false <= 1))
    throw error("partial ROC-AUC: the false positive rate must lie in 0..1, got " + std::to_string(most_false));
  const Curve c = roc_curve(score, positive);
  if (c.x.empty()) return detail::undefined;
  double area = 0;
  for (std::size_t i = 1; i < c.x.size() && c.x[i - 1] < most_false; ++i) {
    const double x = std::min(c.x[i], most_false), width = c.x[i] - c.x[i - 1];
    const double y = width > 0 ? c.y[i - 1] + (c.y[i] - c.y[i - 1]) * (x - c.x[i - 1]) / width : c.y[i];
    area += (x - c.x[i - 1]) * (c.y[i - 1] + y) / 2;
  }
  const double random = most_false * most_false / 2;
  return (1 + (area - random) / (most_false - random)) / 2;
}

L2G_INLINE PairAreas roc_auc_pairs(std::span<const double> scores, std::span<const std::int32_t> truth,
                                   index_t classes) {
  detail::same_table("ROC-AUC of pairs", scores.size(), truth.size(), classes);
  const std::size_t width = static_cast<std::size_t>(classes);
  for (std::size_t i = 0; i < truth.size(); ++i)
    if (truth[i] >= 0) detail::in_range("ROC-AUC of pairs", truth[i], static_cast<index_t>(i), classes, "label");
  PairAreas all;
  double sum = 0, pairs = 0, weighted = 0, weights = 0;
  for (std::int32_t a = 0; a < classes; ++a)
    for (std::int32_t b = a + 1; b < classes; ++b) {
      std::vector<double> first, second;
      std::vector<std::int32_t> is_first, is_second;
      for (std::size_t i = 0; i < truth.size(); ++i) {
        if (truth[i] != a && truth[i] != b) continue;
        first.push_back(scores[i * width + static_cast<std::size_t>(a)]);
        second.push_back(scores[i * width + static_cast<std::size_t>(b)]);
        is_first.push_back(truth[i] == a), is_second.push_back(truth[i] == b);
      }
      const double area = (roc_auc(first, is_first) + roc_auc(second, is_second)) / 2;
      if (std::isnan(area)) {
        ++all.undefined;
        continue;
      }
      const double rows = static_cast<double>(first.size());
      sum += area, ++pairs, weighted += rows * area, weights += rows;
    }
  all.macro = pairs > 0 ? sum / pairs : detail::undefined;
  all.weighted = weights > 0 ? weighted / weights : detail::undefined;
  return all;
}

}  // namespace l2g::eval
