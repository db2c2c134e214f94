#pragma once
#include <l2g/io/llama2c.hpp>

#include <cmath>
#include <cstring>

namespace l2g::io {
namespace detail {

inline constexpr std::uint64_t llama2c_header = 28;

// The tables of angles lie behind all weights but a decoder of its own.
inline std::uint64_t llama2c_floats_before_tables(const Llama2cConfig& c) {
  const auto per_layer = c.width * (2 + 2 * c.width + 2 * c.key_value_width() + 3 * c.hidden);
  return static_cast<std::uint64_t>(c.vocabulary * c.width + c.layers * per_layer + c.width);
}

inline std::string llama2c_header_fault(std::span<const std::byte> file, Llama2cConfig& c) {
  if (file.size() < llama2c_header) return "it has " + std::to_string(file.size()) + " bytes only";
  std::int32_t n[7];
  std::memcpy(n, file.data(), sizeof n);
  constexpr const char* names[] = {
      "width", "hidden width", "number of layers", "number of heads", "number of key heads", "vocabulary", "length"};
  // Bounds far above every model, low enough that no product of them overflows.
  constexpr std::int32_t most[] = {1 << 17, 1 << 19, 1 << 10, 1 << 12, 1 << 12, 1 << 22, 1 << 22};
  for (std::size_t i = 0; i < 7; ++i) {
    const std::int64_t size = i == 5 ? std::abs(std::int64_t(n[i])) : n[i];
    if (size < 1 || size > most[i]) return std::string("its ") + names[i] + " would be " + std::to_string(n[i]);
  }
  c = {n[0], n[1], n[2], n[3], n[4], std::abs(std::int64_t(n[5])), n[6], n[5] > 0, 10'000};
  if (c.width % (2 * c.heads) != 0)
    return "its width " + std::to_string(c.width) + " does not split into " + std::to_string(c.heads) +
           " heads of even width";
  if (c.heads % c.key_value_heads != 0)
    return "its " + std::to_string(c.heads) + " heads cannot share " + std::to_string(c.key_value_heads) + " key heads";
  return {};
}

// The angle of pair 1 at position 1 is base^(-2 / head width).
inline double llama2c_rotary_base(std::span<const std::byte> file, const Llama2cConfig& c) {
  const index_t pairs = c.head_width() / 2;
  if (pairs < 2 || c.length < 2) return 10'000;
  float real = 0, imaginary = 0;
  const auto at = llama2c_header + 4 * (llama2c_floats_before_tables(c) + static_cast<std::uint64_t>(pairs + 1));
  std::memcpy(&real, file.data() + at, 4);
  std::memcpy(&imaginary, file.data() + at + 4 * static_cast<std::uint64_t>(pairs * c.length), 4);
  const double base = std::pow(std::atan2(double(imaginary), double(real)), -double(pairs));
  return std::abs(base - std::round(base)) < 1e-3 * base ? std::round(base) : base;
}

}  // namespace detail

L2G_INLINE std::uint64_t Llama2cConfig::bytes() const {
  const auto tables = static_cast<std::uint64_t>(length * head_width());
  const auto head = static_cast<std::uint64_t>(tied_head ? 0 : vocabulary * width);
  return detail::llama2c_header + 4 * (detail::llama2c_floats_before_tables(*this) + tables + head);
}

L2G_INLINE bool is_llama2c(std::span<const std::byte> file) {
  Llama2cConfig c;
  return detail::llama2c_header_fault(file, c).empty() && c.bytes() == file.size();
}

L2G_INLINE Llama2cConfig parse_llama2c(std::span<const std::byte> file, std::string_view name) {
  Llama2cConfig c;
  std::uint32_t magic = 0;
  if (file.size() >= 4) std::memcpy(&magic, file.data(), 4);
  if (magic == 0x616b3432)
    throw file_error(name, "is a llama2.c file of version 1 or later; version 0 (export.py --version 0) is read");
  if (const std::string fault = detail::llama2c_header_fault(file, c); !fault.empty())
    throw file_error(name, "not a llama2.c file: " + fault);
  if (c.bytes() != file.size())
    throw file_error(name, (file.size() < c.bytes() ? "cut short: " : "not a llama2.c file: ") +
                               std::string("by its header it should have ") + std::to_string(c.bytes()) +
                               " bytes, it has " + std::to_string(file.size()));
  c.rotary_base = detail::llama2c_rotary_base(file, c);
  if (!(c.rotary_base > 1) || !std::isfinite(c.rotary_base))
    throw file_error(name, "not a llama2.c file: its table of rotary angles is not one");
  return c;
}

L2G_INLINE Llama2cFile open_llama2c(std::string_view path) {
  const auto file = std::make_shared<const MappedFile>(path);
  const auto bytes = file->bytes();
  const Llama2cConfig c = parse_llama2c(bytes, path);
  std::vector<NamedTensor> tensors;
  std::size_t at = detail::llama2c_header;
  const auto take = [&](std::string name, std::vector<index_t> extents) {
    std::size_t size = 4;
    for (const index_t extent : extents) size *= static_cast<std::size_t>(extent);
    tensors.push_back({std::move(name), Dtype::f32, std::move(extents), bytes.subspan(at, size), true});
    at += size;
  };
  const auto each_layer = [&](const char* name, const std::vector<index_t>& extents) {
    for (index_t i = 0; i < c.layers; ++i) take("model.layers." + std::to_string(i) + "." + name + ".weight", extents);
  };
  const index_t keys = c.key_value_width();
  take("model.embed_tokens.weight", {c.vocabulary, c.width});
  each_layer("input_layernorm", {c.width});
  each_layer("self_attn.q_proj", {c.width, c.width});
  each_layer("self_attn.k_proj", {keys, c.width});
  each_layer("self_attn.v_proj", {keys, c.width});
  each_layer("self_attn.o_proj", {c.width, c.width});
  each_layer("post_attention_layernorm", {c.width});
  each_layer("mlp.gate_proj", {c.hidden, c.width});
  each_layer("mlp.down_proj", {c.width, c.hidden});
  each_layer("mlp.up_proj", {c.hidden, c.width});
  take("model.norm.weight", {c.width});
  at += 4 * static_cast<std::size_t>(c.length * c.head_width());
  if (!c.tied_head) take("lm_head.weight", {c.vocabulary, c.width});
  Metadata metadata{{"format", "llama2.c"},
                    {"hidden_size", std::to_string(c.width)},
                    {"intermediate_size", std::to_string(c.hidden)},
                    {"num_hidden_layers", std::to_string(c.layers)},
                    {"num_attention_heads", std::to_string(c.heads)},
                    {"num_key_value_heads", std::to_string(c.key_value_heads)},
                    {"vocab_size", std::to_string(c.vocabulary)},
                    {"max_position_embeddings", std::to_string(c.length)},
                    {"tie_word_embeddings", c.tied_head ? "true" : "false"},
                    {"rope_theta", std::to_string(c.rotary_base)},
                    {"rotary_pairs", "adjacent"}};
  return {c, NamedTensors(path, "llama2.c", std::move(tensors), std::move(metadata), file)};
}

}  // namespace l2g::io
