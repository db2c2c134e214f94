#pragma once
// Where a score becomes a yes. A threshold is a parameter of the model: it is chosen on dev rows and judged on others.
#include <l2g/core/config.hpp>

#include <span>

namespace l2g::eval {

enum class ThresholdBy {
  matthews,  ///< highest Matthews correlation
  f1,        ///< highest F1 of the positive class
  youden     ///< highest true minus false positive rate
};

struct Threshold {
  double value = 0.5;  ///< score >= value is called positive
  double reached = 0;  ///< what it reaches on the rows that chose it: optimistic for them
};

/// The best cut between two neighbouring distinct scores; of equals the one nearest to 0.5, so that nothing changes
/// without a reason. `positive` as in roc_auc; value 0.5 and reached NaN where one class is missing or a score is NaN.
Threshold best_threshold(std::span<const double> score, std::span<const std::int32_t> positive,
                         ThresholdBy by = ThresholdBy::matthews);

/// The highest F1 over all thresholds of the same rows: optimistic, since the rows that are judged chose it. NaN
/// without positives.
double best_f1(std::span<const double> score, std::span<const std::int32_t> positive);

}  // namespace l2g::eval

#ifndef L2G_COMPILED
#include <l2g/eval/threshold-inl.hpp>
#endif
