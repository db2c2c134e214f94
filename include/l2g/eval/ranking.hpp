#pragma once
// Metrics of scores that rank rows: areas under the ROC and precision-recall curves, and the curves.
#include <l2g/core/config.hpp>

#include <span>
#include <vector>

namespace l2g::eval {

/// Area under the ROC curve: the Mann-Whitney statistic with midranks for ties. `positive` is > 0 for positive rows,
/// 0 for negative ones, < 0 for masked ones. NaN when one class is missing or a score is NaN.
double roc_auc(std::span<const double> score, std::span<const std::int32_t> positive);

/// The part of the ROC area where the false positive rate is at most `most_false` (0..1], scaled so that a random
/// ranking has 0.5 and a perfect one 1 (McClish 1989). NaN as roc_auc.
double partial_roc_auc(std::span<const double> score, std::span<const std::int32_t> positive, double most_false);

/// Average precision, sum over distinct thresholds of (R_k - R_{k-1}) P_k; a random ranking gets the share of
/// positives. NaN without positives or when a score is NaN.
double average_precision(std::span<const double> score, std::span<const std::int32_t> positive);

/// Points of a curve and the threshold (score >= threshold is called positive) of each.
struct Curve {
  std::vector<double> x, y, threshold;
};

/// x: false positive rate, y: true positive rate, from (0, 0) at threshold +infinity to (1, 1), one point a distinct
/// score. Empty when one class is missing or a score is NaN.
Curve roc_curve(std::span<const double> score, std::span<const std::int32_t> positive);

/// x: recall, y: precision, from the lowest threshold to (0, 1) at +infinity. Empty without positives or with a NaN.
Curve precision_recall_curve(std::span<const double> score, std::span<const std::int32_t> positive);

/// Areas of several labels. Labels whose area is undefined hold NaN, are counted, and are left out of the means.
struct LabelAreas {
  std::vector<double> per_label;
  index_t undefined = 0;
  double macro = 0;     ///< plain mean
  double weighted = 0;  ///< mean weighted by positives
  double micro = 0;     ///< all (row, label) pairs as one ranking
};

/// Multi-label: scores and `positive` are (rows, labels), masked entry by entry.
LabelAreas roc_auc_labels(std::span<const double> scores, std::span<const std::int32_t> positive, index_t labels);
LabelAreas average_precision_labels(std::span<const double> scores, std::span<const std::int32_t> positive,
                                    index_t labels);

/// Multi-class, one class against the rest: scores are (rows, classes), truth is 0..classes-1 or negative (masked).
LabelAreas roc_auc_classes(std::span<const double> scores, std::span<const std::int32_t> truth, index_t classes);
LabelAreas average_precision_classes(std::span<const double> scores, std::span<const std::int32_t> truth,
                                     index_t classes);

/// Multi-class, one class against one other (Hand & Till 2001): the mean over pairs of classes of the two areas that
/// the two columns of scores give on the rows of the pair; `weighted` by the pair's rows. Pairs without rows of both
/// classes are left out and counted.
struct PairAreas {
  double macro = 0, weighted = 0;
  index_t undefined = 0;
};
PairAreas roc_auc_pairs(std::span<const double> scores, std::span<const std::int32_t> truth, index_t classes);

}  // namespace l2g::eval

#ifndef L2G_COMPILED
#include <l2g/eval/ranking-inl.hpp>
#endif
