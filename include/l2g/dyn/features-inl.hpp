#pragma once
#include <l2g/dyn/features.hpp>
#include <l2g/dyn/language_use-inl.hpp>
#include <l2g/train/source.hpp>

namespace l2g::model {
namespace detail {

/// The model up to its head; keys stay as they are.
inline Spec without_head(const Spec& whole) {
  Spec found = deep_part(whole);
  for (std::size_t i = 0; i < found.parts.size(); ++i) {
    const std::string& key = found.parts[i].key;
    if (i == 0 || (key != "head" && key != "hidden" && key != "dense")) continue;
    found.parts.resize(i);
    return found;
  }
  throw error("this model has no part called head: name its last layer so, and what stands before it are features");
}

}  // namespace detail

L2G_INLINE Embedding features(const Model& model, const data::Dataset& dataset, Pooling pooling,
                              const PredictOptions& options) {
  const index_t batch = std::max<index_t>(1, std::min(options.batch, dataset.rows()));
  const Seq in = model.shape(batch);
  AnyStep step(build<float>(detail::without_head(model.spec), in), in, CrossEntropy{}, 0, options.pool,
               Outside::weights);
  give_weights(model, step);
  const index_t length = step.y.shape[1], width = step.y.shape[2];
  if (length > 1 && pooling == Pooling::none) throw error("features: how do positions become one vector?");
  Embedding found{dataset.rows(), width, std::vector<float>(std::size_t(dataset.rows() * width))};
  SequenceSource source = source_of(model, dataset);
  const Lengths behind = lengths_after(step.model, step.context.lengths);
  each_prediction(step, source, [&](index_t row, index_t place, const float* y) {
    const index_t real = behind ? behind.of(place, length) : length;
    detail::pool_row(length > 1 ? pooling : Pooling::first, y, length > 1 ? real : 1, width,
                     found.values.data() + row * width);
    if (row % 256 == 0) options.progress(double(row) / double(found.rows), "features");
  });
  return found;
}

}  // namespace l2g::model
