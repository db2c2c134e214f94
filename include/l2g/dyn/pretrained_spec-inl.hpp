#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/dyn/pretrained_spec.hpp>

namespace l2g::model {
namespace detail {

using models::Architecture;
using models::Config;
using models::Positions;

inline const char* yes_or_no(bool b) { return b ? "yes" : "no"; }
inline Spec linear_spec(index_t out, bool bias = true) {
  return layer("linear", {{"out", double(out)}},
               bias ? std::map<std::string, std::string>{} : std::map<std::string, std::string>{{"bias", "no"}});
}
inline Spec norm_spec(const Config& c) {
  return layer(c.rms_norm ? "rms_norm" : "layer_norm", {{"digits", double(c.eps_digits)}});
}
inline Spec drop_spec(double share) { return layer("dropout", {{"share", share}}); }
inline Spec activation_spec(Activation a) {
  switch (a) {
    case Activation::gelu:
      return layer("gelu");
    case Activation::gelu_tanh:
      return layer("gelu", {}, {{"form", "tanh"}});
    case Activation::relu:
      return layer("relu");
    case Activation::silu:
      break;
  }
  return layer("silu");
}
inline const char* activation_word(Activation a) {
  constexpr const char* words[] = {"gelu", "gelu_tanh", "relu", "silu"};
  return words[static_cast<int>(a)];
}

inline Spec words_spec(const Config& c) {
  const double entries = double(c.vocabulary), out = double(c.word_width);
  if (c.token_dropout)
    return layer("token_dropout_embedding", {{"entries", entries}, {"out", out}, {"mask", double(c.mask)}});
  return layer("embedding", {{"entries", entries}, {"out", out}});
}
/// What stands between the table of words and the blocks.
inline std::vector<Spec> embedding_parts(const Config& c) {
  std::vector<Spec> parts;
  if (c.word_width != c.width) parts.push_back(linear_spec(c.width, false).named("project_in"));
  if (c.position_rows() > 0)
    parts.push_back(layer("learned_positions", {{"positions", double(c.position_rows())}, {"offset", double(c.offset)}})
                        .named("positions"));
  if (c.segments > 0) parts.push_back(layer("segments", {{"types", double(c.segments)}}).named("segments"));
  if (c.embedding_norm) parts.push_back(norm_spec(c).named("norm"));
  if (c.architecture != Architecture::opt && c.architecture != Architecture::llama)
    parts.push_back(drop_spec(c.embedding_dropout));
  return parts;
}
inline Spec attention_spec(const Config& c) {
  constexpr const char* positions[] = {"none", "rotary", "rotary_pairs", "alibi"};
  Spec s = layer("attention", {{"heads", double(c.heads)}, {"dropout", c.attention_dropout}},
                 {{"projections", "separate"},
                  {"causal", yes_or_no(c.causal)},
                  {"positions", positions[static_cast<int>(c.positions)]},
                  {"bias", yes_or_no(c.attention_bias)},
                  {"proj_bias", yes_or_no(c.projection_bias)}});
  if (c.key_value_heads != c.heads) s.numbers["kv_heads"] = double(c.key_value_heads);
  if (c.positions == Positions::rotary || c.positions == Positions::rotary_pairs) s.numbers["base"] = c.rotary_base;
  return s;
}
inline Spec feed_forward_spec(const Config& c) {
  Spec s = layer(c.gated ? "gated_feed_forward" : "feed_forward", {{"hidden", double(c.hidden)}},
                 {{"activation", activation_word(c.activation)}});
  if (c.gated) s.words["bias"] = yes_or_no(c.feed_forward_bias), s.words["down_bias"] = yes_or_no(c.down_bias);
  return s;
}
inline Spec block_spec(const Config& c) {
  const Spec attend = attention_spec(c).named("self"), feed = feed_forward_spec(c).named("mlp"), norm = norm_spec(c),
             drop = drop_spec(c.dropout);
  if (c.pre_norm)
    return sequential({residual(sequential({norm.named("norm"), attend, drop})).named("attention"),
                       residual(sequential({norm.named("norm"), feed, drop})).named("feed_forward")});
  return sequential({residual(sequential({attend, drop})).named("attention"), norm.named("norm1"),
                     residual(sequential({feed, drop})).named("feed_forward"), norm.named("norm2")});
}
/// The body up to a block, with or without the table of words.
inline Spec body_spec(const Config& c, index_t layers, bool words) {
  std::vector<Spec> embed = embedding_parts(c), parts;
  if (words) embed.insert(embed.begin(), words_spec(c).named("words"));
  if (!embed.empty()) parts.push_back(sequential(std::move(embed)).named("embeddings"));
  if (layers > 0)
    parts.push_back(
        Spec{.type = "repeated", .numbers = {{"times", double(layers)}}, .parts = {block_spec(c)}}.named("encoder"));
  if (layers == c.layers) {
    if (c.final_norm) parts.push_back(norm_spec(c).named("norm"));
    if (c.word_width != c.width) parts.push_back(linear_spec(c.word_width, false).named("project_out"));
  }
  return sequential(std::move(parts));
}
/// What stands between an encoder and the decoder of its language model.
inline std::vector<Spec> transform_parts(const Config& c) {
  const bool own = c.architecture == Architecture::roberta || c.architecture == Architecture::esm;
  return {linear_spec(c.word_width).named("dense"), activation_spec(own ? Activation::gelu : c.activation),
          norm_spec(c).named("norm")};
}

}  // namespace detail

L2G_INLINE Spec spec_of(const models::Config& c, Task task, index_t classes) {
  using namespace detail;
  if (task == Task::features) return body_spec(c, c.layers, true);
  if (task == Task::language_model) {
    const Spec transform = c.causal ? layer("identity") : sequential(transform_parts(c));
    if (c.tied_head)
      return {.type = "language_model",
              .words = {{"bias", yes_or_no(!c.causal)}},
              .parts = {words_spec(c), body_spec(c, c.layers, false), transform}};
    std::vector<Spec> parts{body_spec(c, c.layers, true).named("body")};
    if (!c.causal) parts.push_back(transform.named("transform"));
    parts.push_back(linear_spec(c.vocabulary, !c.causal).named("decoder"));
    return sequential(std::move(parts));
  }
  if (classes < 1) throw error("a classifier needs at least one class, got " + std::to_string(classes));
  std::vector<Spec> parts{body_spec(c, c.layers, true).named("body"), layer(c.causal ? "last_token" : "first_token")};
  const auto put = [&](Spec s) { parts.push_back(std::move(s)); };
  if (!c.causal) {
    const bool before = c.architecture == Architecture::roberta || c.architecture == Architecture::esm;
    if (before) put(drop_spec(c.head_dropout));
    put(linear_spec(c.width).named("dense"));
    put(layer(c.architecture == Architecture::distilbert ? "relu" : "tanh"));
    put(drop_spec(c.head_dropout));
  }
  put(linear_spec(classes, !c.causal).named("head"));
  return sequential(std::move(parts));
}

L2G_INLINE Pooling pooling_of(std::string_view name) {
  if (name == "cls" || name == "first") return Pooling::first;
  if (name == "mean") return Pooling::mean;
  if (name == "max") return Pooling::max;
  if (name == "last") return Pooling::last;
  if (name == "none") return Pooling::none;
  static const std::vector<std::string_view> names{"cls", "mean", "max", "last", "none"};
  throw error(unknown("pooling", name, names));
}

L2G_INLINE Spec features_spec(const models::Config& c, index_t layer_number, Pooling pooling) {
  if (layer_number < 0 || layer_number > c.layers)
    throw error("hidden states: this " + models::title_of(c) + " has the layers 0 (embeddings) to " +
                std::to_string(c.layers) + ", got " + std::to_string(layer_number));
  Spec s = detail::body_spec(c, layer_number, true);
  constexpr const char* kinds[] = {"", "first_token", "mean_pool", "global_max_pool", "last_token"};
  if (pooling != Pooling::none) s.parts.push_back(layer(kinds[static_cast<int>(pooling)]));
  return s;
}

}  // namespace l2g::model
