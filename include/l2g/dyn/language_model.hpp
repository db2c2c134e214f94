#pragma once
// A published language model together with the tokenizer that its words come from.
#include <l2g/dyn/pretrained.hpp>
#include <l2g/text/tokenizer.hpp>

#include <optional>

namespace l2g::model {

struct LanguageModel {
  std::string path;
  Pretrained model;
  std::optional<text::Tokenizer> tokenizer{};  // none: its folder has no tokenizer

  /// The tokenizer; throws error when there is none, with the remedy.
  const text::Tokenizer& reader() const;
  /// Tokens that it takes at most by its positions and by its tokenizer's files; 0: any number.
  index_t max_tokens() const;
  /// Is there a head that predicts words?
  bool predicts_words() const { return model.task == Task::language_model; }
  /// Numbers of all its tensors.
  index_t parameters() const;
};

/// What stands in a folder or file, with the head that is in it: that of a classifier where config.json names one, that
/// of a language model where the files have it, else the body alone. Nothing is read yet: the summary is the estimate.
/// Throws file_error as plan_pretrained does.
PretrainedPlan plan_language_model(const std::string& path);

/// Reads weights and tokenizer. `tokenizer`: its folder or file when it is elsewhere. Throws file_error, and error when
/// the tokenizer has ids for which the model has no words.
LanguageModel load_language_model(const PretrainedPlan& plan, const std::string& tokenizer = {});
LanguageModel load_language_model(const std::string& path);

/// Writes a folder that transformers and load_language_model open: model and tokenizer. Throws file_error.
void save_language_model(const LanguageModel& model, const std::string& folder);

/// Encodes with what the model wants; `max_tokens` 0: as many as it takes. Throws error for texts that are longer than
/// the table of positions.
text::EncodeOptions options_for(const LanguageModel& model, text::EncodeOptions options = {});

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/language_model-inl.hpp>
#endif
