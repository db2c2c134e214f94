#pragma once
// The way back: the language model inside of a classifier that was built on it and trained.
#include <l2g/dyn/language_model.hpp>

namespace l2g::model {

/// What a Model keeps of the language model that it is built on (Model::base): all but the blocks, which are its own.
std::shared_ptr<const LanguageModel> without_blocks(const LanguageModel& model);

/// A language model with the body that `model` has now, adapters merged, and everything else (head; words and positions
/// where `model` has none) of `base`, the one it was built on. Throws l2g::error for a base without a head that
/// predicts words, and for a model that has not all of its blocks, has words of its own, or whose tensors have other
/// shapes.
LanguageModel tuned_language_model(const Model& model, const LanguageModel& base);

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/tuned_language_model-inl.hpp>
#endif
