#pragma once
// What stands in front of a model's head: one vector a sequence.
#include <l2g/dyn/language_use.hpp>
#include <l2g/dyn/predict.hpp>

namespace l2g::model {

/// The layers in front of the head (the first part called head, hidden or dense), or of what is left of positions by
/// then pooled; of a model with a wide path beside it those of the deep part. Throws error for a model that has no such
/// part.
Embedding features(const Model& model, const data::Dataset& dataset, Pooling pooling = Pooling::mean,
                   const PredictOptions& options = {});

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/features-inl.hpp>
#endif
