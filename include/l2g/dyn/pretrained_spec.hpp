#pragma once
// Published transformers as Specs: bodies, heads, hidden states.
#include <l2g/dyn/spec.hpp>
#include <l2g/models/cost.hpp>

namespace l2g::model {

using models::Task;

/// Ids (batch, length, 1) -> what `task` says: features (batch, length, word_width), logits of the language model
/// (batch, length, vocabulary), or logits of a classifier (batch, 1, classes). Keys: embeddings.*, encoder.N.*, norm,
/// project_out; with a head they stand below "body", and the head's are transform.*, bias or decoder (language model),
/// dense and head (classifier; encoders have the layer between, with tanh or, DistilBERT, ReLU).
Spec spec_of(const models::Config& config, Task task = Task::features, index_t classes = 2);

/// How the positions of a sequence become one vector; padding never counts.
enum class Pooling { none, first, mean, max, last };
/// "cls" (or "first"), "mean", "max", "last", "none"; throws l2g::error with these.
Pooling pooling_of(std::string_view name);

/// Hidden states behind `layer` blocks, as transformers counts them: 0 is the embeddings, config.layers the output of
/// the whole body with its final norm. The keys are those of spec_of(config). Throws l2g::error for a layer that there
/// is not.
Spec features_spec(const models::Config& config, index_t layer, Pooling pooling = Pooling::none);

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/pretrained_spec-inl.hpp>
#endif
