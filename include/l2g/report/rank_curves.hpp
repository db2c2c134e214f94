#pragma once
// From scores and labels to the curves of a chart, with areas and bootstrap intervals.
#include <l2g/eval/bootstrap.hpp>
#include <l2g/eval/ranking.hpp>
#include <l2g/report/charts.hpp>

namespace l2g::report {

/// The ROC curve of one model; `positive` is > 0, 0, or negative (masked). Without both classes: no points, NaN area.
inline RankCurve roc_of(std::string name, std::span<const double> score, std::span<const std::int32_t> positive,
                        const eval::BootstrapOptions& options = {}) {
  auto curve = eval::roc_curve(score, positive);
  const auto area = eval::bootstrap(eval::roc_auc, score, positive, options);
  return {std::move(name), std::move(curve.x), std::move(curve.y), area.value, area.lo, area.hi};
}

/// The precision-recall curve of one model; its area is the average precision.
inline RankCurve precision_recall_of(std::string name, std::span<const double> score,
                                     std::span<const std::int32_t> positive,
                                     const eval::BootstrapOptions& options = {}) {
  auto curve = eval::precision_recall_curve(score, positive);
  const auto area = eval::bootstrap(eval::average_precision, score, positive, options);
  return {std::move(name), std::move(curve.x), std::move(curve.y), area.value, area.lo, area.hi};
}

}  // namespace l2g::report
