#pragma once
// Llama weights as llama2.c stores them, version 0 (github.com/karpathy/llama2.c, export.py, legacy_export): seven
// int32, then all numbers as fp32.
#include <l2g/io/tensor_set.hpp>

namespace l2g::io {

/// The header, and what follows from the tables of the file.
struct Llama2cConfig {
  index_t width = 0, hidden = 0, layers = 0, heads = 0, key_value_heads = 0, vocabulary = 0, length = 0;
  bool tied_head = true;        // the decoder is the embedding; stored as the sign of the vocabulary
  double rotary_base = 10'000;  // found from the table of angles
  index_t head_width() const { return width / heads; }
  index_t key_value_width() const { return head_width() * key_value_heads; }
  /// Bytes of the whole file.
  std::uint64_t bytes() const;
};

/// Tensors under the names of Hugging Face's Llama (model.embed_tokens.weight, model.layers.N.self_attn.q_proj.weight
/// (out, in), ..., lm_head.weight when it is not tied), each mapped in place. The rows of q_proj and k_proj are in the
/// order of llama2.c: its rotary positions turn the adjacent pairs (2j, 2j + 1) of a head, while Hugging Face's turn
/// (j, j + width / 2).
struct Llama2cFile {
  Llama2cConfig config;
  NamedTensors tensors;
};

/// Reads and checks the header of a whole file in memory; its size must be the one that the header implies. Throws
/// file_error; `name` is for messages.
Llama2cConfig parse_llama2c(std::span<const std::byte> file, std::string_view name);

/// Whether the file has such a header and the size that it implies.
bool is_llama2c(std::span<const std::byte> file);

/// Throws file_error.
Llama2cFile open_llama2c(std::string_view path);

}  // namespace l2g::io

#ifndef L2G_COMPILED
#include <l2g/io/llama2c-inl.hpp>
#endif
