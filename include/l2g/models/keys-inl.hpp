#pragma once
#include <l2g/models/keys.hpp>

#include <algorithm>
#include <array>

namespace l2g::models {
namespace detail {

inline std::vector<KeyRule> bert_rules() {
  return {{"words", "embeddings.word_embeddings"},
          {"embeddings.positions", "embeddings.position_embeddings"},
          {"embeddings.segments", "embeddings.token_type_embeddings"},
          {"embeddings.norm", "embeddings.LayerNorm"},
          {"encoder.*.attention.self.query", "encoder.layer.*.attention.self.query"},
          {"encoder.*.attention.self.key", "encoder.layer.*.attention.self.key"},
          {"encoder.*.attention.self.value", "encoder.layer.*.attention.self.value"},
          {"encoder.*.attention.self.proj", "encoder.layer.*.attention.output.dense"},
          {"encoder.*.norm1", "encoder.layer.*.attention.output.LayerNorm"},
          {"encoder.*.feed_forward.mlp.up", "encoder.layer.*.intermediate.dense"},
          {"encoder.*.feed_forward.mlp.down", "encoder.layer.*.output.dense"},
          {"encoder.*.norm2", "encoder.layer.*.output.LayerNorm"}};
}
inline void add(std::vector<KeyRule>& rules, std::vector<KeyRule> more) {
  rules.insert(rules.end(), more.begin(), more.end());
}
inline constexpr KeyRule outside(std::string_view ours, std::string_view theirs, bool one_tensor = false) {
  return {ours, theirs, 0, 1, false, one_tensor, true};
}
inline constexpr KeyRule joined(std::string_view ours, std::string_view theirs, int part, int parts,
                                bool transposed = false) {
  return {ours, theirs, part, parts, transposed};
}
inline constexpr KeyRule transposed(std::string_view ours, std::string_view theirs) {
  return {ours, theirs, 0, 1, true};
}

inline void add_bert_heads(std::vector<KeyRule>& rules) {
  add(rules, {{"dense", "pooler.dense"},
              outside("head", "classifier"),
              outside("transform.dense", "cls.predictions.transform.dense"),
              outside("transform.norm", "cls.predictions.transform.LayerNorm"),
              outside("decoder.weight", "cls.predictions.decoder.weight", true)});
}
inline KeyTable bert_table() {
  KeyTable t{"bert.", "", bert_rules(), {"embeddings.position_ids", "cls.predictions.decoder.weight"}};
  add_bert_heads(t.rules);
  // The decoder reads its own bias. Where it is not that of the head, the head's is a copy that nothing reads.
  add(t.rules, {outside("decoder.bias", "cls.predictions.decoder.bias", true)});
  for (const char* ours : {"bias", "decoder.bias"})
    add(t.rules, {outside(ours, "cls.predictions.bias", true), outside(ours, "cls.predictions.decoder.bias", true)});
  return t;
}
inline KeyTable dnabert2_table() {
  KeyTable t{"bert.",
             "",
             {{"words", "embeddings.word_embeddings"},
              {"embeddings.segments", "embeddings.token_type_embeddings"},
              {"embeddings.norm", "embeddings.LayerNorm"},
              joined("encoder.*.attention.self.query", "encoder.layer.*.attention.self.Wqkv", 0, 3),
              joined("encoder.*.attention.self.key", "encoder.layer.*.attention.self.Wqkv", 1, 3),
              joined("encoder.*.attention.self.value", "encoder.layer.*.attention.self.Wqkv", 2, 3),
              {"encoder.*.attention.self.proj", "encoder.layer.*.attention.output.dense"},
              {"encoder.*.norm1", "encoder.layer.*.attention.output.LayerNorm"},
              joined("encoder.*.feed_forward.mlp.gate", "encoder.layer.*.mlp.gated_layers", 0, 2),
              joined("encoder.*.feed_forward.mlp.up", "encoder.layer.*.mlp.gated_layers", 1, 2),
              {"encoder.*.feed_forward.mlp.down", "encoder.layer.*.mlp.wo"},
              {"encoder.*.norm2", "encoder.layer.*.mlp.layernorm"}},
             {"embeddings.position_ids", "cls.predictions.decoder.weight"}};
  add_bert_heads(t.rules);
  for (const char* ours : {"bias", "decoder.bias"})
    add(t.rules, {outside(ours, "cls.predictions.decoder.bias", true), outside(ours, "cls.predictions.bias", true)});
  return t;
}
inline void add_roberta_heads(std::vector<KeyRule>& rules) {
  add(rules, {outside("dense", "classifier.dense"), outside("head", "classifier.out_proj"),
              outside("transform.dense", "lm_head.dense"), outside("transform.norm", "lm_head.layer_norm"),
              outside("decoder.weight", "lm_head.decoder.weight", true)});
  for (const char* ours : {"bias", "decoder.bias"})
    add(rules, {outside(ours, "lm_head.bias", true), outside(ours, "lm_head.decoder.bias", true)});
}
inline KeyTable roberta_table() {
  KeyTable t{
      "roberta.", "", bert_rules(), {"embeddings.position_ids", "lm_head.decoder.weight", "lm_head.decoder.bias"}};
  add(t.rules, {outside("decoder.bias", "lm_head.decoder.bias", true)});  // as BERT's
  add_roberta_heads(t.rules);
  return t;
}
inline KeyTable esm_table(bool gated) {
  KeyTable t{"esm.",
             "",
             {{"words", "embeddings.word_embeddings"},
              {"embeddings.positions", "embeddings.position_embeddings"},
              {"embeddings.norm", "embeddings.layer_norm"},
              {"encoder.*.attention.norm", "encoder.layer.*.attention.LayerNorm"},
              {"encoder.*.attention.self.query", "encoder.layer.*.attention.self.query"},
              {"encoder.*.attention.self.key", "encoder.layer.*.attention.self.key"},
              {"encoder.*.attention.self.value", "encoder.layer.*.attention.self.value"},
              {"encoder.*.attention.self.proj", "encoder.layer.*.attention.output.dense"},
              {"encoder.*.feed_forward.norm", "encoder.layer.*.LayerNorm"},
              {"encoder.*.feed_forward.mlp.down", "encoder.layer.*.output.dense"},
              {"norm", "encoder.emb_layer_norm_after"}},
             // v2 files carry a table of positions although theirs are rotary
             {"embeddings.position_ids", "rotary_embeddings.inv_freq", "contact_head.regression.weight",
              "contact_head.regression.bias", "lm_head.decoder.weight", "lm_head.decoder.bias",
              "embeddings.position_embeddings.weight"}};
  if (gated)
    add(t.rules, {joined("encoder.*.feed_forward.mlp.gate", "encoder.layer.*.intermediate.dense", 0, 2),
                  joined("encoder.*.feed_forward.mlp.up", "encoder.layer.*.intermediate.dense", 1, 2)});
  else
    add(t.rules, {{"encoder.*.feed_forward.mlp.up", "encoder.layer.*.intermediate.dense"}});
  add_roberta_heads(t.rules);
  return t;
}
inline KeyTable distilbert_table() {
  KeyTable t{"distilbert.",
             "",
             {{"words", "embeddings.word_embeddings"},
              {"embeddings.positions", "embeddings.position_embeddings"},
              {"embeddings.norm", "embeddings.LayerNorm"},
              {"encoder.*.attention.self.query", "transformer.layer.*.attention.q_lin"},
              {"encoder.*.attention.self.key", "transformer.layer.*.attention.k_lin"},
              {"encoder.*.attention.self.value", "transformer.layer.*.attention.v_lin"},
              {"encoder.*.attention.self.proj", "transformer.layer.*.attention.out_lin"},
              {"encoder.*.norm1", "transformer.layer.*.sa_layer_norm"},
              {"encoder.*.feed_forward.mlp.up", "transformer.layer.*.ffn.lin1"},
              {"encoder.*.feed_forward.mlp.down", "transformer.layer.*.ffn.lin2"},
              {"encoder.*.norm2", "transformer.layer.*.output_layer_norm"},
              outside("dense", "pre_classifier"),
              outside("head", "classifier"),
              outside("transform.dense", "vocab_transform"),
              outside("transform.norm", "vocab_layer_norm"),
              outside("decoder", "vocab_projector"),
              outside("bias", "vocab_projector.bias", true)},
             {"embeddings.position_ids", "vocab_projector.weight"}};
  return t;
}
inline KeyTable opt_table(bool pre_norm) {
  KeyTable t{"model.decoder.",
             "decoder.",
             {{"words", "embed_tokens"},
              {"embeddings.project_in", "project_in"},
              {"embeddings.positions", "embed_positions"},
              {"encoder.*.attention.self.query", "layers.*.self_attn.q_proj"},
              {"encoder.*.attention.self.key", "layers.*.self_attn.k_proj"},
              {"encoder.*.attention.self.value", "layers.*.self_attn.v_proj"},
              {"encoder.*.attention.self.proj", "layers.*.self_attn.out_proj"},
              {"encoder.*.feed_forward.mlp.up", "layers.*.fc1"},
              {"encoder.*.feed_forward.mlp.down", "layers.*.fc2"},
              {"norm", "final_layer_norm"},
              {"project_out", "project_out"},
              outside("decoder", "lm_head"),
              outside("head", "score")},
             {"lm_head.weight"}};
  if (pre_norm)
    add(t.rules, {{"encoder.*.attention.norm", "layers.*.self_attn_layer_norm"},
                  {"encoder.*.feed_forward.norm", "layers.*.final_layer_norm"}});
  else
    add(t.rules,
        {{"encoder.*.norm1", "layers.*.self_attn_layer_norm"}, {"encoder.*.norm2", "layers.*.final_layer_norm"}});
  return t;
}
inline KeyTable gpt2_table() {
  return {"transformer.",
          "",
          {{"words", "wte"},
           {"embeddings.positions", "wpe"},
           {"encoder.*.attention.norm", "h.*.ln_1"},
           joined("encoder.*.attention.self.query", "h.*.attn.c_attn", 0, 3, true),
           joined("encoder.*.attention.self.key", "h.*.attn.c_attn", 1, 3, true),
           joined("encoder.*.attention.self.value", "h.*.attn.c_attn", 2, 3, true),
           transposed("encoder.*.attention.self.proj", "h.*.attn.c_proj"),
           {"encoder.*.feed_forward.norm", "h.*.ln_2"},
           transposed("encoder.*.feed_forward.mlp.up", "h.*.mlp.c_fc"),
           transposed("encoder.*.feed_forward.mlp.down", "h.*.mlp.c_proj"),
           {"norm", "ln_f"},
           outside("decoder", "lm_head"),
           outside("head", "score")},
          {".attn.bias", ".attn.masked_bias", "lm_head.weight"}};
}
inline KeyTable llama_table() {
  return {"model.",
          "",
          {{"words", "embed_tokens"},
           {"encoder.*.attention.norm", "layers.*.input_layernorm"},
           {"encoder.*.attention.self.query", "layers.*.self_attn.q_proj"},
           {"encoder.*.attention.self.key", "layers.*.self_attn.k_proj"},
           {"encoder.*.attention.self.value", "layers.*.self_attn.v_proj"},
           {"encoder.*.attention.self.proj", "layers.*.self_attn.o_proj"},
           {"encoder.*.feed_forward.norm", "layers.*.post_attention_layernorm"},
           {"encoder.*.feed_forward.mlp.gate", "layers.*.mlp.gate_proj"},
           {"encoder.*.feed_forward.mlp.up", "layers.*.mlp.up_proj"},
           {"encoder.*.feed_forward.mlp.down", "layers.*.mlp.down_proj"},
           {"norm", "norm"},
           outside("decoder", "lm_head"),
           outside("head", "score")},
          {"rotary_emb.inv_freq", "lm_head.weight"}};
}

/// Whether `key` is an instance of `pattern`; `number` gets the text that stands for '*'.
inline bool matches(std::string_view pattern, std::string_view key, std::string_view& number) {
  const std::size_t star = pattern.find('*');
  if (star == pattern.npos) return key == pattern;
  const std::string_view head = pattern.substr(0, star), tail = pattern.substr(star + 1);
  if (key.size() <= head.size() + tail.size() || !key.starts_with(head) || !key.ends_with(tail)) return false;
  number = key.substr(head.size(), key.size() - head.size() - tail.size());
  return std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
}
inline std::string filled(std::string_view pattern, std::string_view number) {
  std::string s(pattern);
  if (const std::size_t star = s.find('*'); star != s.npos) s.replace(star, 1, number);
  return s;
}

}  // namespace detail

L2G_INLINE const KeyTable& key_table(const Config& config) {
  static const KeyTable bert = detail::bert_table(), dnabert2 = detail::dnabert2_table(),
                        distilbert = detail::distilbert_table(), roberta = detail::roberta_table(),
                        esm[] = {detail::esm_table(false), detail::esm_table(true)},
                        opt[] = {detail::opt_table(false), detail::opt_table(true)}, gpt2 = detail::gpt2_table(),
                        llama = detail::llama_table();
  switch (config.architecture) {
    case Architecture::bert:
      return bert;
    case Architecture::dnabert2:
      return dnabert2;
    case Architecture::distilbert:
      return distilbert;
    case Architecture::roberta:
      return roberta;
    case Architecture::esm:
      return esm[config.gated];
    case Architecture::opt:
      return opt[config.pre_norm];
    case Architecture::gpt2:
      return gpt2;
    case Architecture::llama:
      break;
  }
  return llama;
}

L2G_INLINE std::string table_key(std::string_view key) {
  std::string k(key);
  constexpr std::string_view base = "base_layer.", body = "body.", words = "embeddings.words.";
  if (const std::size_t at = k.find(base); at != k.npos) k.erase(at, base.size());
  if (k.starts_with(body)) k.erase(0, body.size());
  if (k.starts_with(words)) k.erase(0, std::string_view("embeddings.").size());
  return k;
}

L2G_INLINE std::vector<Source> sources_of(const KeyTable& table, std::string_view key, std::string_view prefix) {
  std::vector<Source> found;
  const std::size_t dot = key.rfind('.');
  const std::string_view module = key.substr(0, dot == key.npos ? 0 : dot),
                         leaf = key.substr(dot == key.npos ? 0 : dot + 1);
  for (const KeyRule& r : table.rules) {
    std::string_view number;
    if (!detail::matches(r.ours, r.one_tensor ? key : module, number)) continue;
    const std::string stem = (r.outside ? "" : std::string(prefix)) + detail::filled(r.theirs, number);
    const bool turned = r.transposed && leaf == "weight";
    const auto put = [&](std::string name) { found.push_back({std::move(name), r.part, r.parts, turned}); };
    if (r.one_tensor) {
      put(stem);
      continue;
    }
    put(stem + "." + std::string(leaf));
    if (leaf == "weight") put(stem + ".gamma");
    if (leaf == "bias") put(stem + ".beta");
  }
  return found;
}

L2G_INLINE bool is_spare(const KeyTable& table, std::string_view name) {
  return std::any_of(table.spare.begin(), table.spare.end(), [&](std::string_view end) { return name.ends_with(end); });
}

}  // namespace l2g::models
