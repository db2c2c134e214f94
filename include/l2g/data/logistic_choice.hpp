#pragma once
// Logistic regression whose C is chosen on other rows.
#include <l2g/data/logistic.hpp>

#include <functional>

namespace l2g::data {

/// Features of rows and their classes.
struct LogisticRows {
  const Features& features;
  std::span<const std::int32_t> labels;
};

struct ChosenLogistic {
  LogisticModel model;
  double C = 0, dev_mcc = -2;
};

/// Fits `train` with each of `C`, smallest first, and keeps the model with the best MCC on `dev` (at a tie the smaller
/// C). `options`: everything but C. done is called after each fit, and may throw. Where options.stop was set the result
/// is what there was by then. Throws what fit_logistic throws.
ChosenLogistic choose_logistic(const LogisticRows& train, const LogisticRows& dev, index_t classes,
                               std::vector<double> C, LogisticOptions options = {},
                               const std::function<void()>& done = {});

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/logistic_choice-inl.hpp>
#endif
