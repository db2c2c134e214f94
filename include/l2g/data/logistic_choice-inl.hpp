#pragma once
#include <l2g/data/logistic-inl.hpp>
#include <l2g/data/logistic_choice.hpp>
#include <l2g/eval/metrics.hpp>

#include <algorithm>

namespace l2g::data {

L2G_INLINE ChosenLogistic choose_logistic(const LogisticRows& train, const LogisticRows& dev, index_t classes,
                                          std::vector<double> C, LogisticOptions options,
                                          const std::function<void()>& done) {
  ChosenLogistic best;
  LogisticModel model;
  std::sort(C.begin(), C.end());
  for (const double c : C) {  // ascending: each fit starts from the one before, which is near
    options.C = c;
    fit_logistic(model, train.features, train.labels, classes, options);
    if (options.stop && options.stop->load()) break;
    const auto predicted = predicted_classes(model, decision(model, dev.features));
    if (const double mcc = eval::matthews(dev.labels, predicted, classes); mcc > best.dev_mcc + 1e-12)
      best = {model, c, mcc};
    if (done) done();
  }
  return best;
}

}  // namespace l2g::data
