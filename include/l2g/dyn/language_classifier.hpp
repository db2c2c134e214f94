#pragma once
// Classifiers of sequences on top of a published language model: on its tokens, or on features that an embedder of
// one-hot sequences makes in the place of its words.
#include <l2g/dyn/language_model.hpp>

namespace l2g::model {

/// What the language model reads of a sequence.
enum class LettersAs {
  tokens,        // those of its tokenizer
  one_hot_rows,  // new trainable rows, one for each of A, T, C, G and one for everything else
  lingo_rows     // rows 5 to 8 of its own table, whatever words they are: what Lingo's code calls one-hot
};
/// "tokens", "one_hot_rows", "lingo_rows"; throws l2g::error with these.
LettersAs letters_as(std::string_view name);

struct LanguageClassifierOptions {
  std::vector<std::string> classes;
  std::optional<Pooling> pooling{};  // not said: the last token of a causal model, else the first
  bool published_head = false;       // the one that its publisher trains (specification 7), else a linear map
  index_t layers = 0;                // of the body; 0: all
  LettersAs letters = LettersAs::tokens;
  text::EncodeOptions tokens{};  // prompt, and how many tokens there may be
  std::uint64_t seed = 1;        // of what starts anew
};

/// A model of tokens with the parts "body", [pooling], ["dense"], "head" (and "rows" before them for one_hot_rows). Its
/// length is that of the longest of `rows` on either strand, cut to what the model takes; what is longer later loses
/// the end of its sequence. `fresh` gets the keys of the tensors that the checkpoint does not have. Throws error for
/// DNA that the vocabulary does not know, for a pooling or a number of layers that the published head cannot have, and
/// for a prompt with one_hot_rows.
Model language_classifier(const LanguageModel& model, const data::Dataset& rows,
                          const LanguageClassifierOptions& options, std::vector<std::string>* fresh = nullptr);

/// The body without words and positions, for features (batch, length, width) in the place of the embeddings: blocks,
/// final norm, projection out. Keys as in spec_of.
Spec blocks_spec(const models::Config& config, index_t layers = 0);
/// The numbers of a model's body for the tensors of `spec` below the key "body"; what lies in a mapped file stays
/// there.
std::map<std::string, Numbers> body_numbers(const Pretrained& model, const Spec& spec, Seq in);

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/language_classifier-inl.hpp>
#endif
