#pragma once
// An evaluation for fit() that fits most classifiers.
#include <l2g/eval/classification.hpp>
#include <l2g/train/loop.hpp>

#include <cmath>

namespace l2g {

/// Mean cross-entropy (nats) and Matthews correlation over all labels of a source that are not negative; predictions
/// are (batch, length, classes), labels (batch, length). Throws error for a label that is not below the classes.
template <class Step, Source<Step> Rows>
Evaluation evaluate_classes(Step& step, Rows& source) {
  const index_t length_out = step.y.shape[1], classes = step.y.shape[2];
  std::vector<std::int32_t> truth, predicted;
  double loss = 0;
  each_prediction(step, source, [&](index_t row, index_t place, const auto* prediction) {
    check_labels(step.batch.labels + place * length_out, {&row, 1}, length_out, classes);
    for (index_t l = 0; l < length_out; ++l) {
      const std::int32_t label = step.batch.labels[place * length_out + l];
      if (label < 0) continue;
      const auto* logits = prediction + l * classes;
      index_t best = 0;
      for (index_t k = 1; k < classes; ++k)
        if (logits[k] > logits[best]) best = k;
      double sum = 0;
      for (index_t k = 0; k < classes; ++k) sum += std::exp(double(logits[k]) - double(logits[best]));
      loss += std::log(sum) + double(logits[best]) - double(logits[label]);
      truth.push_back(label);
      predicted.push_back(std::int32_t(best));
    }
  });
  if (truth.empty()) return {};
  return {loss / double(truth.size()), eval::matthews(truth, predicted, classes)};
}

}  // namespace l2g
