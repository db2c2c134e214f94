#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/dyn/logits.hpp>
#include <l2g/train/source.hpp>

#include <algorithm>

namespace l2g::model {

L2G_INLINE Explained explained_output(const Model& model, const std::string& wanted) {
  const auto n = model.classes.size();
  const auto name = [&](std::size_t k) { return "logit of '" + model.classes[k] + "'"; };
  std::size_t chosen = 1;
  if (!wanted.empty()) {
    const auto found = std::find(model.classes.begin(), model.classes.end(), wanted);
    if (found == model.classes.end()) throw error(unknown("class", wanted, model.classes));
    chosen = std::size_t(found - model.classes.begin());
  } else if (n != 2) {
    return {"logit of each sequence's own prediction", {}};
  }
  Explained e{name(chosen), std::vector<double>(n, 0.0)};
  e.weights[chosen] = 1;
  if (n == 2) e.weights[1 - chosen] = -1, e.name += " - " + name(1 - chosen);
  return e;
}

L2G_INLINE std::vector<double> Explained::weights_of(std::span<const double> logits) const {
  if (!weights.empty()) return weights;
  std::vector<double> own(logits.size(), 0.0);
  own[std::size_t(std::max_element(logits.begin(), logits.end()) - logits.begin())] = 1;
  return own;
}

L2G_INLINE Logits::Logits(const Model& model, index_t batch, cpu::Pool* pool)
    : model_(model),
      step_(build<float>(model.spec, model.shape(batch)), model.shape(batch), CrossEntropy{}, 0, pool,
            Outside::weights) {
  give_weights(model, step_);
}

L2G_INLINE std::vector<double> Logits::operator()(const data::Dataset& dataset, const Progress& progress) {
  const index_t n = dataset.rows(), outputs = model_.outputs();
  std::vector<double> found(std::size_t(n * outputs), 0.0);
  std::vector<SequenceSource> strands = strands_of(model_, dataset);
  for (std::size_t s = 0; s < strands.size(); ++s)
    each_prediction(step_, strands[s], [&](index_t row, index_t place, const float* y) {
      for (index_t k = 0; k < outputs; ++k)
        found[std::size_t(row * outputs + k)] += double(y[k]) / double(strands.size());
      if (place == 0) progress((double(row) / double(n) + double(s)) / double(strands.size()));
    });
  return found;
}

}  // namespace l2g::model
