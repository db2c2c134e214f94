#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/io/llama2c.hpp>
#include <l2g/io/mapped_file.hpp>
#include <l2g/io/messages.hpp>
#include <l2g/models/config.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace l2g::models {
namespace detail {

using nlohmann::json;

/// The fields of one config.json, each checked when it is read.
class Fields {
 public:
  Fields(const json& j, std::string_view file) : j_(j), file_(file) {}

  bool has(const char* key) const { return j_.contains(key) && !j_.at(key).is_null(); }
  [[noreturn]] void fail(const std::string& text) const { throw file_error(file_, text); }

  index_t integer(const char* key, index_t least, index_t most) const {
    if (!has(key)) fail("the field '" + std::string(key) + "' is missing");
    return checked(key, least, most);
  }
  index_t integer_or(const char* key, index_t least, index_t most, index_t otherwise) const {
    return has(key) ? checked(key, least, most) : otherwise;
  }
  double share(const char* key, double otherwise) const {
    if (!has(key)) return otherwise;
    const json& v = j_.at(key);
    if (!v.is_number() || !(v.get<double>() >= 0 && v.get<double>() < 1))
      fail(shown(key) + "; a number from 0 to below 1 was expected");
    return v.get<double>();
  }
  bool flag(const char* key, bool otherwise) const {
    if (!has(key)) return otherwise;
    if (!j_.at(key).is_boolean()) fail(shown(key) + "; true or false was expected");
    return j_.at(key).get<bool>();
  }
  std::string word(const char* key, const char* otherwise) const {
    if (!has(key)) return otherwise;
    if (!j_.at(key).is_string()) fail(shown(key) + "; a word was expected");
    return j_.at(key).get<std::string>();
  }
  /// For options whose other values are not supported.
  void only(const char* key, const json& value) const {
    if (has(key) && j_.at(key) != value) fail(shown(key) + ", which is not supported; " + value.dump() + " is");
  }
  /// d for a norm's 10^-d.
  int digits(const char* key, double otherwise) const {
    double v = otherwise;
    if (has(key)) {
      if (!j_.at(key).is_number()) fail(shown(key) + "; a number was expected");
      v = j_.at(key).get<double>();
    }
    for (int d = 1; d <= 30; ++d)
      if (std::abs(v * std::pow(10.0, d) - 1) < 1e-6) return d;
    fail(shown(key) + "; a power of ten from 1e-30 to 0.1 was expected");
  }
  Activation activation(const char* key, const char* otherwise) const {
    static const std::vector<std::string_view> names{"gelu", "gelu_new", "gelu_pytorch_tanh", "relu", "silu", "swish"};
    const std::string name = word(key, otherwise);
    if (name == "gelu") return Activation::gelu;
    if (name == "gelu_new" || name == "gelu_pytorch_tanh") return Activation::gelu_tanh;
    if (name == "relu") return Activation::relu;
    if (name == "silu" || name == "swish") return Activation::silu;
    const std::string_view near = closest(name, names);
    std::string text = "'" + std::string(key) + "': unknown activation " + io::in_quotes(name);
    if (!near.empty()) text += " (did you mean '" + std::string(near) + "'?)";
    text += "; there are gelu, gelu_new, gelu_pytorch_tanh, relu, silu, swish";
    fail(text);
  }
  double positive(const char* key, double otherwise) const {
    if (!has(key)) return otherwise;
    const json& v = j_.at(key);
    if (!v.is_number() || !(v.get<double>() > 1) || !std::isfinite(v.get<double>()) || v.get<double>() > 1e12)
      fail(shown(key) + "; a number above 1 was expected");
    return v.get<double>();
  }
  const json& raw() const { return j_; }
  std::string_view file() const { return file_; }

 private:
  index_t checked(const char* key, index_t least, index_t most) const {
    const json& v = j_.at(key);
    // A JSON integer beyond 64 bits is a float, and an unsigned one may be beyond index_t: compared as double first.
    if (!v.is_number_integer() || v.get<double>() < double(least) || v.get<double>() > double(most))
      fail(shown(key) + "; a whole number from " + std::to_string(least) + " to " + std::to_string(most) +
           " was expected");
    return v.get<index_t>();
  }
  std::string shown(const char* key) const {
    std::string text = j_.contains(key) ? j_.at(key).dump(-1, ' ', true, json::error_handler_t::replace) : "missing";
    if (text.size() > 60) text = text.substr(0, 60) + "...";
    return "'" + std::string(key) + "' is " + text;
  }

  const json& j_;
  std::string_view file_;
};

inline constexpr index_t most_entries = 1 << 24, most_width = 1 << 16, most_layers = 1 << 10, most_hidden = 1 << 20;

inline void read_sizes(const Fields& f, Config& c, const char* width, const char* layers, const char* heads,
                       const char* hidden) {
  c.vocabulary = f.integer("vocab_size", 1, most_entries);
  c.width = f.integer(width, 1, most_width);
  c.layers = f.integer(layers, 1, most_layers);
  c.heads = f.integer(heads, 1, most_width);
  c.hidden = f.integer_or(hidden, 1, most_hidden, 4 * c.width);
  c.word_width = c.width;
  c.key_value_heads = c.heads;
  if (c.width % c.heads != 0)
    f.fail("'" + std::string(heads) + "' is " + std::to_string(c.heads) + ", which does not divide '" + width + "' " +
           std::to_string(c.width));
}
inline void read_dropout(const Fields& f, Config& c) {
  c.dropout = c.embedding_dropout = f.share("hidden_dropout_prob", 0.1);
  c.attention_dropout = f.share("attention_probs_dropout_prob", 0.1);
  c.head_dropout = f.share("classifier_dropout", c.dropout);
}
inline void only_encoder(const Fields& f) {
  f.only("is_decoder", false);
  f.only("add_cross_attention", false);
}

inline void read_bert(const Fields& f, Config& c) {
  only_encoder(f);
  const auto& j = f.raw();
  const bool alibi =
      f.has("alibi_starting_size") ||
      (j.contains("auto_map") && j["auto_map"].is_object() && j["auto_map"].contains("AutoModel") &&
       j["auto_map"]["AutoModel"].is_string() &&
       j["auto_map"]["AutoModel"].get_ref<const std::string&>().find("bert_layers") != std::string::npos);
  read_sizes(f, c, "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size");
  read_dropout(f, c);
  c.activation = f.activation("hidden_act", "gelu");
  c.eps_digits = f.digits("layer_norm_eps", 1e-12);
  c.segments = f.integer_or("type_vocab_size", 1, 1 << 10, 2);
  c.pad = f.integer_or("pad_token_id", -1, most_entries, 0);
  if (alibi) {
    c.architecture = Architecture::dnabert2;
    c.positions = Positions::alibi;
    c.gated = true;
    c.feed_forward_bias = false;
    if (c.activation != Activation::gelu) f.fail("'hidden_act' of DNABERT-2 must be gelu");
  } else {
    f.only("position_embedding_type", "absolute");
    c.length = f.integer("max_position_embeddings", 1, most_entries);
  }
}

inline void read_roberta(const Fields& f, Config& c) {
  only_encoder(f);
  f.only("position_embedding_type", "absolute");
  read_sizes(f, c, "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size");
  read_dropout(f, c);
  c.architecture = Architecture::roberta;
  c.activation = f.activation("hidden_act", "gelu");
  c.eps_digits = f.digits("layer_norm_eps", 1e-12);
  c.segments = f.integer_or("type_vocab_size", 1, 1 << 10, 2);
  c.pad = f.integer_or("pad_token_id", 0, most_entries, 1);
  c.offset = c.pad + 1;
  c.length = f.integer("max_position_embeddings", c.offset + 1, most_entries) - c.offset;
}

inline void read_distilbert(const Fields& f, Config& c) {
  read_sizes(f, c, "dim", "n_layers", "n_heads", "hidden_dim");
  c.architecture = Architecture::distilbert;
  c.activation = f.activation("activation", "gelu");
  c.eps_digits = 12;
  c.embedding_dropout = c.dropout = f.share("dropout", 0.1);
  c.attention_dropout = f.share("attention_dropout", 0.1);
  c.head_dropout = f.share("seq_classif_dropout", 0.2);
  c.pad = f.integer_or("pad_token_id", -1, most_entries, 0);
  c.length = f.integer("max_position_embeddings", 1, most_entries);
}

inline void read_esm(const Fields& f, Config& c) {
  only_encoder(f);
  f.only("is_folding_model", false);
  read_sizes(f, c, "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size");
  read_dropout(f, c);
  c.architecture = Architecture::esm;
  c.eps_digits = f.digits("layer_norm_eps", 1e-12);
  c.pre_norm = c.final_norm = true;
  c.embedding_norm = f.flag("emb_layer_norm_before", false);
  c.pad = f.integer_or("pad_token_id", -1, most_entries, 1);
  c.mask = f.integer_or("mask_token_id", -1, most_entries, -1);
  c.token_dropout = f.flag("token_dropout", false);
  if (c.token_dropout && c.mask < 0) f.fail("'token_dropout' needs 'mask_token_id'");
  if (f.has("add_bias_fnn")) {  // Nucleotide Transformer v2: SwiGLU
    c.gated = true;
    c.activation = Activation::silu;
    c.feed_forward_bias = c.down_bias = f.flag("add_bias_fnn", true);
  }
  const std::string positions = f.word("position_embedding_type", "absolute");
  if (positions == "rotary") {
    c.positions = Positions::rotary;
    c.rotary_base = f.positive("rope_theta", 10'000);
    if (c.head_width() % 2 != 0) f.fail("rotary positions need an even width of heads");
  } else if (positions == "absolute") {
    c.offset = c.pad + 1;
    c.length = f.integer("max_position_embeddings", c.offset + 1, most_entries) - c.offset;
  } else {
    f.fail("'position_embedding_type' is " + io::in_quotes(positions) + "; absolute and rotary are supported");
  }
}

inline void read_opt(const Fields& f, Config& c) {
  f.only("enable_bias", true);
  f.only("layer_norm_elementwise_affine", true);
  f.only("_remove_final_layer_norm", false);
  read_sizes(f, c, "hidden_size", "num_hidden_layers", "num_attention_heads", "ffn_dim");
  c.architecture = Architecture::opt;
  c.activation = f.activation("activation_function", "relu");
  c.eps_digits = 5;
  c.causal = true;
  c.embedding_norm = false;
  c.pre_norm = c.final_norm = f.flag("do_layer_norm_before", true);
  c.word_width = f.integer_or("word_embed_proj_dim", 1, most_width, c.width);
  c.dropout = f.share("dropout", 0.1);
  c.attention_dropout = f.share("attention_dropout", 0);
  c.pad = f.integer_or("pad_token_id", -1, most_entries, 1);
  c.offset = 2;
  c.length = f.integer("max_position_embeddings", 1, most_entries - 2);
}

inline void read_gpt2(const Fields& f, Config& c) {
  f.only("add_cross_attention", false);
  f.only("scale_attn_weights", true);
  f.only("scale_attn_by_inverse_layer_idx", false);
  read_sizes(f, c, "n_embd", "n_layer", "n_head", "n_inner");
  c.architecture = Architecture::gpt2;
  c.activation = f.activation("activation_function", "gelu_new");
  c.eps_digits = f.digits("layer_norm_epsilon", 1e-5);
  c.causal = c.pre_norm = c.final_norm = true;
  c.embedding_norm = false;
  c.dropout = f.share("resid_pdrop", 0.1);
  c.embedding_dropout = f.share("embd_pdrop", 0.1);
  c.attention_dropout = f.share("attn_pdrop", 0.1);
  c.pad = f.integer_or("pad_token_id", -1, most_entries, -1);
  c.length = f.integer("n_positions", 1, most_entries);
}

inline void read_llama(const Fields& f, Config& c) {
  read_sizes(f, c, "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size");
  c.architecture = Architecture::llama;
  c.activation = f.activation("hidden_act", "silu");
  c.eps_digits = f.digits("rms_norm_eps", 1e-6);
  c.causal = c.pre_norm = c.final_norm = c.rms_norm = c.gated = true;
  c.embedding_norm = false;
  c.key_value_heads = f.integer_or("num_key_value_heads", 1, most_width, c.heads);
  if (c.heads % c.key_value_heads != 0)
    f.fail("'num_key_value_heads' is " + std::to_string(c.key_value_heads) + ", which does not divide " +
           std::to_string(c.heads) + " heads");
  if (c.head_width() % 2 != 0) f.fail("rotary positions need an even width of heads");
  if (f.integer_or("head_dim", 1, most_width, c.head_width()) != c.head_width())
    f.fail("'head_dim' is not hidden_size / num_attention_heads, which is not supported");
  c.attention_bias = c.projection_bias = f.flag("attention_bias", false);
  c.feed_forward_bias = c.down_bias = f.flag("mlp_bias", false);
  c.attention_dropout = f.share("attention_dropout", 0);
  c.pad = f.integer_or("pad_token_id", -1, most_entries, -1);
  c.length = f.integer_or("max_position_embeddings", 1, most_entries, 2048);
  c.positions = Positions::rotary;
  c.rotary_base = f.positive("rope_theta", 10'000);
  for (const char* key : {"rope_scaling", "rope_parameters"}) {  // the second since transformers 5
    if (!f.has(key)) continue;
    if (!f.raw().at(key).is_object()) f.fail("'" + std::string(key) + "' must be an object");
    const Fields rope(f.raw().at(key), f.file());
    rope.only("rope_type", "default");
    rope.only("type", "default");
    c.rotary_base = rope.positive("rope_theta", c.rotary_base);
  }
}

inline void read_labels(const Fields& f, Config& c) {
  if (f.has("id2label")) {
    const auto& names = f.raw().at("id2label");
    if (!names.is_object() || names.size() > 100'000) f.fail("'id2label' must be an object {\"0\": name, ...}");
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto at = names.find(std::to_string(i));
      if (at == names.end() || !at->is_string())
        f.fail("'id2label' must name the classes \"0\" to \"" + std::to_string(names.size() - 1) + "\"");
      c.labels.push_back(at->get<std::string>());
    }
  } else if (const index_t n = f.integer_or("num_labels", 1, 100'000, 0); n > 0) {
    for (index_t i = 0; i < n; ++i) c.labels.push_back("LABEL_" + std::to_string(i));
  }
  c.multi_label = f.word("problem_type", "") == "multi_label_classification";
}

struct Kind {
  std::string_view type, stem;  // model_type; how the publisher's classes begin
  void (*read)(const Fields&, Config&);
};
inline constexpr Kind kinds[] = {{"bert", "Bert", read_bert},
                                 {"distilbert", "DistilBert", read_distilbert},
                                 {"roberta", "Roberta", read_roberta},
                                 {"esm", "Esm", read_esm},
                                 {"opt", "OPT", read_opt},
                                 {"gpt2", "GPT2", read_gpt2},
                                 {"llama", "Llama", read_llama}};

inline json parse_json(std::string_view text, std::string_view name) {
  try {
    json j = json::parse(text);
    if (!j.is_object()) throw file_error(name, "a config.json is an object in braces");
    return j;
  } catch (const json::parse_error& e) {
    const auto [line, column] = io::place_in(text, e.byte > 0 ? e.byte - 1 : 0);
    throw file_error(name, line, column, "this is no JSON");
  } catch (const json::exception&) {  // numbers that no type holds
    throw file_error(name, "this is no JSON");
  }
}

}  // namespace detail

L2G_INLINE std::string_view name_of(Architecture a) {
  constexpr std::string_view names[] = {"bert", "dnabert2", "distilbert", "roberta", "esm", "opt", "gpt2", "llama"};
  return names[static_cast<int>(a)];
}

L2G_INLINE std::string title_of(const Config& c) {
  switch (c.architecture) {
    case Architecture::bert:
      for (index_t k = 3, n = 64; k <= 6; ++k, n *= 4)
        if (c.vocabulary == n + 5) return "DNABERT-" + std::to_string(k);
      return "BERT";
    case Architecture::dnabert2:
      return "DNABERT-2";
    case Architecture::distilbert:
      return "DistilBERT";
    case Architecture::roberta:
      return "RoBERTa";
    case Architecture::esm:
      if (c.gated) return "Nucleotide Transformer v2";
      return c.vocabulary > 4096 ? "Nucleotide Transformer" : "ESM";
    case Architecture::opt:
      return "OPT";
    case Architecture::gpt2:
      return "GPT-2";
    case Architecture::llama:
      break;
  }
  return "Llama";
}

L2G_INLINE const std::vector<std::string_view>& model_types() {
  static const std::vector<std::string_view> types = [] {
    std::vector<std::string_view> list;
    for (const detail::Kind& k : detail::kinds) list.push_back(k.type);
    return list;
  }();
  return types;
}

L2G_INLINE Config parse_config(std::string_view text, std::string_view name) {
  const nlohmann::json j = detail::parse_json(text, name);
  const detail::Fields f(j, name);
  Config c;
  if (f.has("architectures")) {
    if (!j["architectures"].is_array()) f.fail("'architectures' must be a list of names");
    for (const auto& a : j["architectures"]) {
      if (!a.is_string()) f.fail("'architectures' must be a list of names");
      c.classes.push_back(a.get<std::string>());
    }
  }
  std::string type = f.word("model_type", "");
  if (type.empty() && !c.classes.empty())  // old files
    for (const detail::Kind& k : detail::kinds)
      if (c.classes[0].starts_with(k.stem)) type = k.type;
  const detail::Kind* kind = nullptr;
  for (const detail::Kind& k : detail::kinds)
    if (k.type == type) kind = &k;
  if (!kind) {
    std::string message = type.empty() ? "the field 'model_type' is missing" : "unknown model " + io::in_quotes(type);
    if (const auto near = closest(type, model_types()); !type.empty() && !near.empty())
      message += " (did you mean '" + std::string(near) + "'?)";
    f.fail(message +
           "; supported are bert (BERT, MiniLM, DNABERT, DNABERT-2), distilbert, roberta, esm (Nucleotide Transformer "
           "v1 and v2, ESM-2), opt, gpt2, llama");
  }
  kind->read(f, c);
  c.tied_head = f.flag("tie_word_embeddings", c.architecture != Architecture::llama);
  detail::read_labels(f, c);
  const auto id = [&](const char* key) {
    const bool one = f.has(key) && j[key].is_number_integer();  // newer Llamas have lists
    return one ? f.integer_or(key, -1, detail::most_entries, -1) : index_t(-1);
  };
  c.first = id("bos_token_id"), c.last = id("eos_token_id");
  c.json = std::string(text);
  return c;
}

L2G_INLINE Config load_config(std::string_view path) {
  namespace fs = std::filesystem;
  fs::path file(path);
  std::error_code ignored;
  if (fs::is_directory(file, ignored)) {
    file /= "config.json";
    if (!fs::exists(file, ignored))
      throw file_error(path,
                       "no config.json in this folder: a model comes as its publisher's folder (config.json, "
                       "model.safetensors or pytorch_model.bin, files of the tokenizer)");
  }
  const io::MappedFile mapped(file.string());
  const auto bytes = mapped.bytes();
  if (bytes.size() > (1u << 24)) throw file_error(file.string(), "a config.json of more than 16 MB");
  return parse_config({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file.string());
}

L2G_INLINE Config config_of(const io::Llama2cConfig& h) {
  Config c;
  c.architecture = Architecture::llama;
  c.vocabulary = h.vocabulary, c.width = c.word_width = h.width, c.layers = h.layers, c.heads = h.heads;
  c.key_value_heads = h.key_value_heads, c.hidden = h.hidden, c.length = h.length;
  c.positions = Positions::rotary_pairs;
  c.rotary_base = h.rotary_base;
  c.activation = Activation::silu;
  c.eps_digits = 5;
  c.gated = c.rms_norm = c.pre_norm = c.final_norm = c.causal = true;
  c.embedding_norm = c.attention_bias = c.projection_bias = c.feed_forward_bias = c.down_bias = false;
  c.tied_head = h.tied_head;
  c.first = 1, c.last = 2;
  c.classes = {"LlamaForCausalLM"};
  return c;
}

L2G_INLINE std::string config_json(const Config& c) {
  using nlohmann::json;
  json j = json::object();
  if (!c.json.empty()) {
    j = json::parse(c.json);
  } else if (c.architecture == Architecture::llama) {
    j = {{"model_type", "llama"},
         {"vocab_size", c.vocabulary},
         {"hidden_size", c.width},
         {"num_hidden_layers", c.layers},
         {"num_attention_heads", c.heads},
         {"num_key_value_heads", c.key_value_heads},
         {"intermediate_size", c.hidden},
         {"max_position_embeddings", c.length},
         {"hidden_act", "silu"},
         {"rms_norm_eps", std::pow(10.0, -c.eps_digits)},
         {"rope_theta", c.rotary_base},
         {"attention_bias", c.attention_bias},
         {"mlp_bias", c.feed_forward_bias},
         {"tie_word_embeddings", c.tied_head},
         {"bos_token_id", c.first},
         {"eos_token_id", c.last}};
  } else {
    throw error("a " + title_of(c) + " that came from no config.json cannot be described as one");
  }
  j["architectures"] = c.classes;
  if (!c.labels.empty()) {
    j["id2label"] = json::object(), j["label2id"] = json::object();
    for (std::size_t i = 0; i < c.labels.size(); ++i) {
      j["id2label"][std::to_string(i)] = c.labels[i];
      j["label2id"][c.labels[i]] = i;
    }
    j.erase("num_labels");
    if (c.multi_label) j["problem_type"] = "multi_label_classification";
  }
  for (const char* key : {"torch_dtype", "dtype"})  // what is written is fp32
    if (j.contains(key)) j[key] = "float32";
  return j.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace l2g::models
