#pragma once
// What a publisher's config.json says, in one form for all architectures.
#include <l2g/kernels/elementwise.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace l2g::io {
struct Llama2cConfig;
}

namespace l2g::models {

/// Families whose checkpoints differ in their names of tensors.
enum class Architecture { bert, dnabert2, distilbert, roberta, esm, opt, gpt2, llama };
enum class Positions { learned, rotary, rotary_pairs, alibi };

/// A transformer with its sizes. Everything that a body or head is made of follows from it (dyn/pretrained.hpp).
struct Config {
  Architecture architecture = Architecture::bert;
  index_t vocabulary = 0, width = 0, layers = 0, heads = 0, key_value_heads = 0, hidden = 0;
  index_t word_width = 0;  // columns of the table of words; OPT-350M: fewer than width, with projections
  index_t length = 0;      // tokens that it takes at most; 0: any number
  index_t offset = 0;      // rows of the table of positions before the first token's
  index_t segments = 0;    // rows of the table of token types
  Positions positions = Positions::learned;
  double rotary_base = 10'000;
  Activation activation = Activation::gelu;
  int eps_digits = 12;  // the norms add 10^-eps_digits to the variance
  bool gated = false, rms_norm = false, pre_norm = false, embedding_norm = true, final_norm = false, causal = false;
  bool attention_bias = true, projection_bias = true, feed_forward_bias = true, down_bias = true;
  bool token_dropout = false;  // Nucleotide Transformer v1, ESM: embeddings are scaled by the share of masked tokens
  bool tied_head = true;       // the decoder of the language model is the table of words
  double embedding_dropout = 0, dropout = 0, attention_dropout = 0, head_dropout = 0;
  index_t pad = -1, mask = -1, first = -1, last = -1;  // ids of special tokens, -1: none named
  std::vector<std::string> labels{};                   // of a classifier
  bool multi_label = false;
  std::vector<std::string> classes{};  // the publisher's Python classes: {"BertForMaskedLM"}
  std::string json{};                  // the file itself; what it says and we do not read is kept when it is saved

  index_t head_width() const { return width / heads; }
  index_t key_value_width() const { return head_width() * key_value_heads; }
  /// Rows of the table of positions; 0: there is none.
  index_t position_rows() const { return positions == Positions::learned ? length + offset : 0; }
};

/// "bert", "dnabert2", ...
std::string_view name_of(Architecture a);
/// What people call it: "DNABERT-6", "Nucleotide Transformer v2", "BERT", ...
std::string title_of(const Config& config);
/// The model types that are read, as in config.json.
const std::vector<std::string_view>& model_types();

/// Reads the text of a config.json; `name` is for messages. Throws file_error, one line: an unknown model type (with
/// those that are supported), a missing field, a size that makes no sense, an option that is not supported.
Config parse_config(std::string_view text, std::string_view name);
/// `path`: a folder with a config.json, or the file itself. Throws file_error.
Config load_config(std::string_view path);
/// The header of a llama2.c file.
Config config_of(const io::Llama2cConfig& header);

/// The text of a config.json for it: the one it came from with `classes` and the labels as they are now, or a new one.
std::string config_json(const Config& config);

}  // namespace l2g::models

#ifndef L2G_COMPILED
#include <l2g/models/config-inl.hpp>
#endif
