#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/core/number_text.hpp>
#include <l2g/core/text.hpp>
#include <l2g/dyn/spec.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace l2g::model {
namespace detail {

/// The linear maps that a layer has by itself, by their keys below it; "" is the layer itself.
inline std::vector<std::string> own_maps(const Spec& s) {
  const auto word = [&](const char* name) {
    const auto i = s.words.find(name);
    return i == s.words.end() ? std::string{} : i->second;
  };
  std::vector<std::string> attention{"qkv", "proj"}, feed{"up", "down"};
  if (word("projections") == "separate") attention = {"query", "key", "value", "proj"};
  if (s.type == "linear") return {""};
  if (s.type == "attention") return attention;
  if (s.type == "feed_forward") return feed;
  if (s.type == "gated_feed_forward") return {"gate", "up", "down"};
  if (s.type != "transformer") return {};
  std::vector<std::string> both;
  for (const auto& k : attention) both.push_back("attention.self." + k);
  for (const auto& k : feed) both.push_back("feed_forward.mlp." + k);
  return both;
}
L2G_INLINE std::string joined(std::string_view prefix, std::string_view key) {
  return std::string(prefix) + (prefix.empty() || key.empty() ? "" : ".") + std::string(key);
}
inline std::string_view last_name(std::string_view key) {
  const std::size_t dot = key.rfind('.');
  return dot == key.npos ? key : key.substr(dot + 1);
}
L2G_INLINE std::string key_of_part(const Spec& s, std::size_t i, index_t n) {
  if (s.type == "residual") return i == 0 ? "" : "skip";  // its first branch adds nothing
  if (s.type == "strand_mean") return "";
  if (s.type == "concat") return i == 0 ? "first" : "second";
  if (s.type == "language_model") return i == 0 ? "words" : i == 1 ? "body" : "transform";
  return s.parts[i].key.empty() ? std::string(number_key(std::size_t(n) * s.parts.size() + i)) : s.parts[i].key;
}
L2G_INLINE index_t times_of(const Spec& s) {
  if (s.type != "repeated") return 1;
  const auto i = s.numbers.find("times");
  return i == s.numbers.end() || !(i->second >= 1) || i->second > 1e6 ? 1 : index_t(i->second);
}
inline void collect_maps(const Spec& s, const std::string& prefix, std::vector<std::string>& found) {
  for (const auto& key : own_maps(s)) found.push_back(joined(prefix, key));
  for (index_t n = 0; n < times_of(s); ++n)
    for (std::size_t i = 0; i < s.parts.size(); ++i)
      collect_maps(s.parts[i], joined(prefix, key_of_part(s, i, n)), found);
}

inline bool is_adapter_argument(std::string_view name) { return name == "lora" || name.starts_with("lora_"); }
inline void take_adapter_arguments(Spec& s) {
  std::erase_if(s.numbers, [](const auto& a) { return is_adapter_argument(a.first); });
  std::erase_if(s.words, [](const auto& a) { return is_adapter_argument(a.first); });
}
inline void give_adapter_arguments(Spec& s, const LoraOptions& o) {
  const LoraOptions plain;
  s.numbers["lora_rank"] = double(o.rank);
  if (o.keep != plain.keep) s.numbers["lora_keep"] = o.keep;
  if (o.dropout != plain.dropout) s.numbers["lora_dropout"] = o.dropout;
  if (o.plain) s.words["lora_form"] = "plain";
  if (o.alpha == 0) {
    s.numbers["lora_scale"] = o.scale;
    return;
  }
  s.numbers["lora_alpha"] = o.alpha;
  if (o.rule != plain.rule) s.words["lora_rule"] = o.rule;
}

inline LoraOptions options_of(const Spec& s) {
  LoraOptions o;
  const auto number = [&](const char* name, double otherwise) {
    const auto i = s.numbers.find(name);
    return i == s.numbers.end() ? otherwise : i->second;
  };
  const auto word = [&](const char* name, const std::string& otherwise) {
    const auto i = s.words.find(name);
    return i == s.words.end() ? otherwise : i->second;
  };
  o.rank = index_t(number("lora_rank", 0));
  o.plain = word("lora_form", "svd") == "plain";
  o.alpha = number("lora_alpha", o.alpha);
  o.rule = word("lora_rule", o.rule);
  o.scale = number("lora_scale", o.scale);
  o.dropout = number("lora_dropout", o.dropout);
  o.keep = number("lora_keep", o.keep);
  return o;
}
inline void collect_adapters(const Spec& s, const std::string& prefix,
                             std::vector<std::pair<std::string, LoraOptions>>& found) {
  const LoraOptions options = options_of(s);
  const auto list = s.words.find("lora");
  if (options.rank > 0)
    for (const auto& key : own_maps(s))
      if (list == s.words.end() || list->second.empty() ||
          ("+" + list->second + "+").find("+" + std::string(last_name(key)) + "+") != std::string::npos)
        found.emplace_back(joined(prefix, key), options);
  for (index_t n = 0; n < times_of(s); ++n)
    for (std::size_t i = 0; i < s.parts.size(); ++i)
      collect_adapters(s.parts[i], joined(prefix, key_of_part(s, i, n)), found);
}

/// `chosen` is sorted.
inline Spec rewrite(const Spec& s, const LoraOptions& options, const std::vector<std::string>& chosen,
                    const std::string& prefix) {
  Spec r = s;
  r.frozen = false;
  take_adapter_arguments(r);
  const std::vector<std::string> maps = own_maps(s);
  std::string list;
  std::size_t count = 0;
  for (const auto& key : maps)
    if (std::binary_search(chosen.begin(), chosen.end(), joined(prefix, key)))
      list += (count++ ? "+" : "") + std::string(last_name(key));
  if (count > 0) {
    give_adapter_arguments(r, options);
    if (count < maps.size()) r.words["lora"] = list;
    return r;
  }
  if (s.parts.empty()) return r.freeze();
  std::vector<Spec> all;
  for (index_t n = 0; n < times_of(s); ++n)
    for (std::size_t i = 0; i < s.parts.size(); ++i)
      all.push_back(rewrite(s.parts[i], options, chosen, joined(prefix, key_of_part(s, i, n))));
  bool same = true;  // every repetition has the same adapters
  for (std::size_t i = 0; i < all.size(); ++i) same = same && all[i] == all[i % s.parts.size()];
  if (same) {
    all.resize(s.parts.size());
  } else {
    r.type = "sequential";
    r.numbers.clear();
  }
  if (s.type == "language_model") {  // the bias of its decoder is its own
    std::string& bias = r.words["bias"];
    if (bias != "no") bias = "frozen";
  }
  r.parts = std::move(all);
  return r;
}

inline nlohmann::json json_of(const Spec& s) {
  nlohmann::json j{{"type", s.type}};
  if (!s.numbers.empty()) j["numbers"] = s.numbers;
  if (!s.words.empty()) j["words"] = s.words;
  if (!s.key.empty()) j["key"] = s.key;
  if (s.frozen) j["frozen"] = true;
  for (const Spec& p : s.parts) j["parts"].push_back(json_of(p));
  return j;
}
inline Spec spec_of(const nlohmann::json& j, int depth) {
  if (depth > 64) throw error("model description: nested too deeply");
  Spec s;
  s.type = j.at("type").get<std::string>();
  if (j.contains("numbers")) s.numbers = j["numbers"].get<std::map<std::string, double>>();
  if (j.contains("words")) s.words = j["words"].get<std::map<std::string, std::string>>();
  s.key = j.value("key", "");
  s.frozen = j.value("frozen", false);
  if (j.contains("parts"))
    for (const auto& p : j["parts"]) s.parts.push_back(spec_of(p, depth + 1));
  return s;
}
inline std::string plain_key(const Spec& s, std::size_t i) {
  return s.parts[i].key.empty() ? std::string(number_key(i)) : s.parts[i].key;
}
inline void write_text(const Spec& s, std::size_t depth, std::string_view key, std::string& out) {
  out += std::string(2 * depth, ' ') + (key.empty() ? "" : std::string(key) + ": ") + s.type;
  const char* separator = "(";
  for (const auto& [k, v] : s.numbers) out += separator + k + "=" + number_text(v), separator = ", ";
  for (const auto& [k, v] : s.words) out += separator + k + "=" + v, separator = ", ";
  if (*separator == ',') out += ")";
  if (s.frozen) out += " frozen";
  out += "\n";
  for (std::size_t i = 0; i < s.parts.size(); ++i)
    write_text(s.parts[i], depth + 1, s.type == "language_model" ? key_of_part(s, i) : plain_key(s, i), out);
}

}  // namespace detail

L2G_INLINE const Spec& part_of(const Spec& model, std::string_view key) {
  if (key.empty()) return model;
  if (model.type == "residual" && !model.parts.empty() && key.substr(0, key.find('.')) != "skip")
    return part_of(model.parts[0], key);  // a residual adds nothing to the keys of its first branch
  if (model.type == "strand_mean" && !model.parts.empty()) return part_of(model.parts[0], key);
  const std::size_t dot = key.find('.');
  const std::string_view head = key.substr(0, dot), rest = dot == key.npos ? std::string_view{} : key.substr(dot + 1);
  std::vector<std::string> there;
  for (std::size_t i = 0; i < model.parts.size(); ++i) {
    there.push_back(model.type == "language_model" ? detail::key_of_part(model, i) : detail::plain_key(model, i));
    if (there.back() == head) return part_of(model.parts[i], rest);
  }
  throw error(unknown("part of the model", head, there));
}

L2G_INLINE std::vector<std::string> linear_maps(const Spec& model) {
  std::vector<std::string> found;
  detail::collect_maps(model, model.parts.empty() && model.type == "linear" ? model.key : "", found);
  return found;
}

L2G_INLINE std::vector<std::pair<std::string, LoraOptions>> adapters_of(const Spec& model) {
  std::vector<std::pair<std::string, LoraOptions>> found;
  detail::collect_adapters(model, "", found);
  return found;
}

L2G_INLINE Spec with_lora(const Spec& s, const LoraOptions& options, const std::vector<std::string>& chosen) {
  const std::vector<std::string> there = linear_maps(s);
  for (const auto& key : chosen)
    if (std::find(there.begin(), there.end(), key) == there.end()) throw error(unknown("linear map", key, there));
  std::vector<std::string> sorted = chosen;
  std::sort(sorted.begin(), sorted.end());
  return detail::rewrite(s, options, sorted, s.parts.empty() && s.type == "linear" ? s.key : "");
}

L2G_INLINE Spec with_lora(const Spec& s, index_t rank, double keep, double scale,
                          const std::vector<std::string>& only) {
  std::vector<std::string> chosen, names;
  for (const auto& key : linear_maps(s)) {
    const std::string name(detail::last_name(key));
    if (only.empty() || std::find(only.begin(), only.end(), name) != only.end()) chosen.push_back(key);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  for (const auto& o : only)
    if (std::find(names.begin(), names.end(), o) == names.end()) throw error(unknown("linear map", o, names));
  return with_lora(s, LoraOptions{.rank = rank, .scale = scale, .keep = keep}, chosen);
}

L2G_INLINE Spec without_lora(const Spec& s) {
  Spec r = s;
  r.frozen = false;
  detail::take_adapter_arguments(r);
  if (const auto i = r.words.find("bias"); i != r.words.end() && i->second == "frozen") r.words.erase(i);
  for (Spec& p : r.parts) p = without_lora(p);
  return r;
}

L2G_INLINE Spec adapted_like(const Spec& layer, Spec part, const std::vector<std::string>& names) {
  std::string list;
  std::size_t count = 0;
  const std::vector<std::string> maps = detail::own_maps(part);
  for (const auto& key : maps)
    if (std::find(names.begin(), names.end(), detail::last_name(key)) != names.end())
      list += (count++ ? "+" : "") + std::string(detail::last_name(key));
  if (count == 0) return part.freeze();
  for (const auto& [name, value] : layer.numbers)
    if (detail::is_adapter_argument(name)) part.numbers[name] = value;
  for (const auto& [name, value] : layer.words)
    if (detail::is_adapter_argument(name)) part.words[name] = value;
  part.words["lora"] = list;
  return part;
}

L2G_INLINE std::string to_json(const Spec& s) { return detail::json_of(s).dump(); }

L2G_INLINE Spec from_json(std::string_view text) {
  try {
    return detail::spec_of(nlohmann::json::parse(text), 0);
  } catch (const nlohmann::json::exception& e) {
    throw error(std::string("model description: ") + e.what());
  }
}

L2G_INLINE std::string to_text(const Spec& s) {
  std::string out;
  detail::write_text(s, 0, s.key, out);
  return out;
}

}  // namespace l2g::model
