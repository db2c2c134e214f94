#pragma once
// What a language model is asked for: embeddings, the words behind a mask, the surprise of a text, more text.
#include <l2g/core/progress.hpp>
#include <l2g/dyn/hidden_states.hpp>
#include <l2g/dyn/language_model.hpp>

namespace l2g::model {

/// One vector a sequence.
struct Embedding {
  index_t rows = 0, width = 0;
  std::vector<float> values;  // (rows, width)
};

struct EmbedOptions {
  std::vector<index_t> layers{};    // which, 0 the embeddings; empty: the last
  Pooling pooling = Pooling::mean;  // padding never counts
  text::EncodeOptions tokens{};     // prompt and longest input
  index_t batch = 16;
  cpu::Pool* pool = nullptr;
  Progress progress{};
};

/// Pooled hidden states of every sequence, one Embedding for each layer that is asked for; all come from one pass.
/// Throws error for DNA that the vocabulary does not know, with its row, and for a layer that there is not.
std::vector<Embedding> embed(const LanguageModel& model, std::span<const std::string> sequences,
                             const EmbedOptions& options);

/// What hidden states of these sequences depend on: weights, tokenizer, prompt.
io::ContentHash content_hash(const LanguageModel& model, std::span<const std::string> sequences,
                             const text::EncodeOptions& tokens);

/// The hidden states of one text: (tokens, width), with its tokens.
struct TextStates {
  text::Encoding encoding;
  index_t width = 0;
  std::vector<float> values;     // (tokens, width)
  std::vector<float> attention;  // (heads, tokens, tokens) of that layer, empty in layer 0
};
TextStates hidden_states(const LanguageModel& model, std::string_view text, index_t layer,
                         const text::EncodeOptions& tokens = {}, cpu::Pool* pool = nullptr);

/// How well a model foretells a text.
struct Surprise {
  bool causal = false;
  index_t tokens = 0;  // that were foretold
  index_t correct = 0;
  double bits = 0;  // in all
  double bits_per_token() const { return tokens ? bits / double(tokens) : 0; }
  double perplexity() const { return std::exp2(bits_per_token()); }
};
struct SurpriseOptions {
  double share = 0.15;     // of the tokens: masked, where the model reads both sides
  index_t length = 0;      // tokens of a window, special ones included; 0: as many as the model takes, at most 256
  std::uint64_t seed = 1;  // of the masks
  index_t batch = 8;
  cpu::Pool* pool = nullptr;
  Progress progress{};
};
/// Causal models foretell each token from those before it in its window; others foretell masked tokens (all shown as
/// the mask). Windows do not overlap. Throws error for a model without a head, a tokenizer without a mask, or when
/// there is nothing to foretell.
Surprise surprise(const LanguageModel& model, std::span<const std::string> texts, const SurpriseOptions& options = {});

/// A token with its probability.
struct Candidate {
  std::int32_t id = -1;
  std::string token, text;  // as the vocabulary spells it; as it reads
  double probability = 0;
};
/// The most probable tokens at each mask of a text, in its order. Masks are written as the vocabulary writes them
/// (`<mask>`, `[MASK]`) or as <mask>. Throws error when there is none, and for a causal model.
std::vector<std::vector<Candidate>> fill_masks(const LanguageModel& model, std::string_view text, index_t most = 5,
                                               cpu::Pool* pool = nullptr);

struct GenerateOptions {
  index_t tokens = 50;     // to be added, at most: it ends before the token that ends a text
  double temperature = 0;  // 0: greedy, always the most probable
  index_t top_k = 0;       // drawn from so many of the most probable; 0: all
  std::uint64_t seed = 1;
  cpu::Pool* pool = nullptr;
  Progress progress{};
};
struct Generated {
  std::vector<std::int32_t> ids;  // with those of the prompt
  std::string text;               // prompt and what was added
  index_t prompt_tokens = 0;
};
/// Goes on with a prompt. When there are more tokens than the model takes it reads the last ones. Throws error for a
/// model that is not causal or has no head.
Generated generate(const LanguageModel& model, std::string_view prompt, const GenerateOptions& options = {});

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/language_use-inl.hpp>
#endif
