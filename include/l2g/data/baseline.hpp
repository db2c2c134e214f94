#pragma once
// Linear floors of a classification task, and what they say about the model to build.
#include <l2g/core/progress.hpp>
#include <l2g/data/baseline_result.hpp>
#include <l2g/data/dataset.hpp>

namespace l2g::data {

struct BaselineOptions {
  std::vector<double> C{.003, .01, .03, .1, .3, 1};
  std::vector<std::string> models{"gc", "kmer5", "pos1", "pos3", "joint"};
  index_t max_positions = 10000;  ///< positional models look at no more letters than this
  int threads = 2;                ///< the models are spread over them; results do not depend on it
  Progress progress{};            ///< called by the calling thread only
};

/// The floors:
///  * gc: cut at one of 49 quantiles (0.02 to 0.98) of train's GC share, and a side, by train MCC;
///  * kmer5: 5-mer counts times 4 / sqrt(length - 4);
///  * pos1, pos3: one indicator for each (position, k-mer), positions from the left, up to the longest train sequence;
///  * joint: pos3 and kmer5 side by side;
/// the last four by logistic regression (logistic.hpp). Throws error when train has no labels or only one class, when a
/// model's name is unknown, and Interrupted.
Baseline baseline(const Splits& splits, const BaselineOptions& options = {});

/// A table and the advice, some lines.
std::string text(const Baseline& result);

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/baseline-inl.hpp>
#endif
