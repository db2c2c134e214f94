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

/// Names of the places within a model where features can be read, from the input on: the layers of its chain, nested
/// ones by their keys, each with what stands behind it up to the next one with weights or a pool (a norm, an
/// activation, dropout). The last is in front of the head.
std::vector<std::string> stage_names(const Model& model);
/// The features at one of these places, 0..stage_names(model).size() - 1; positions become one vector by `pooling`.
Embedding stage_features(const Model& model, const data::Dataset& dataset, index_t stage,
                         Pooling pooling = Pooling::mean, const PredictOptions& options = {});

/// Mean over positions of what the part "embedder" makes of each sequence: what an alignment with text compares. Throws
/// error for a model without that part.
Embedding embedder_features(const Model& model, const data::Dataset& dataset, const PredictOptions& options = {});

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/features-inl.hpp>
#endif
