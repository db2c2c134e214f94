#pragma once
// Several yes-or-no labels a row: F1 in its four averages.
#include <l2g/core/config.hpp>

#include <span>
#include <vector>

namespace l2g::eval {

/// F1 is 0 where a label or a row has neither positives nor calls (as scikit-learn's zero_division = 0).
struct LabelF1 {
  std::vector<double> per_label;
  double macro = 0, micro = 0, weighted = 0;  ///< plain mean; all entries as one; weighted by positives
  double samples = 0;                         ///< mean over rows of the F1 of the row's labels
};
/// truth and called are (rows, labels): > 0 positive, 0 not; entries whose truth is negative are masked. Throws
/// l2g::error when they are no rows of `labels`.
LabelF1 label_f1(std::span<const std::int32_t> truth, std::span<const std::int32_t> called, index_t labels);

}  // namespace l2g::eval

#ifndef L2G_COMPILED
#include <l2g/eval/multilabel-inl.hpp>
#endif
