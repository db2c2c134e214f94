#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/core/text.hpp>
#include <l2g/dyn/spec.hpp>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace l2g::model {
namespace detail {

inline std::string number_text(double v) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, v).ptr};
}

inline Spec rewrite(const Spec& s, const Spec& settings, const std::vector<std::string>& only, std::string_view key) {
  Spec r = s;
  const auto chosen = [&](std::string_view k) {
    return only.empty() || std::find(only.begin(), only.end(), k) != only.end();
  };
  const auto adapt = [&](const std::string& prefix) {
    for (const auto& [name, value] : settings.numbers) r.numbers[prefix + name] = value;
  };
  if (s.type == "linear" && chosen(key)) {
    adapt("lora_");
  } else if (s.type == "attention") {
    r.words["lora"] = (chosen("qkv") ? "qkv" : "") + std::string(chosen("qkv") && chosen("proj") ? "+" : "") +
                      (chosen("proj") ? "proj" : "");
    if (r.words["lora"].empty()) return s.freeze();
    adapt("lora_");
  } else if (s.type == "feed_forward") {
    r.words["lora"] = (chosen("up") ? "up" : "") + std::string(chosen("up") && chosen("down") ? "+" : "") +
                      (chosen("down") ? "down" : "");
    if (r.words["lora"].empty()) return s.freeze();
    adapt("lora_");
  } else if (!s.parts.empty() || s.type == "transformer") {
    if (s.type == "transformer") {
      adapt("lora_");
      std::string list;
      for (const auto& o : only) list += (list.empty() ? "" : "+") + o;
      if (!list.empty()) r.words["lora"] = list;
    }
    for (std::size_t i = 0; i < s.parts.size(); ++i)
      r.parts[i] = rewrite(s.parts[i], settings, only,
                           s.parts[i].key.empty() ? number_key(i) : std::string_view(s.parts[i].key));
  } else {
    return s.freeze();
  }
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
inline void write_text(const Spec& s, std::size_t depth, std::string_view key, std::string& out) {
  out += std::string(2 * depth, ' ') + (key.empty() ? "" : std::string(key) + ": ") + s.type;
  const char* separator = "(";
  for (const auto& [k, v] : s.numbers) out += separator + k + "=" + number_text(v), separator = ", ";
  for (const auto& [k, v] : s.words) out += separator + k + "=" + v, separator = ", ";
  if (*separator == ',') out += ")";
  if (s.frozen) out += " frozen";
  out += "\n";
  for (std::size_t i = 0; i < s.parts.size(); ++i)
    write_text(s.parts[i], depth + 1, s.parts[i].key.empty() ? number_key(i) : std::string_view(s.parts[i].key), out);
}

}  // namespace detail

L2G_INLINE const Spec& part_of(const Spec& model, std::string_view key) {
  if (key.empty()) return model;
  if (model.type == "residual" && !model.parts.empty() && key.substr(0, key.find('.')) != "skip")
    return part_of(model.parts[0], key);  // a residual adds nothing to the keys of its first branch
  const std::size_t dot = key.find('.');
  const std::string_view head = key.substr(0, dot), rest = dot == key.npos ? std::string_view{} : key.substr(dot + 1);
  std::vector<std::string> there;
  for (std::size_t i = 0; i < model.parts.size(); ++i) {
    there.push_back(model.parts[i].key.empty() ? std::string(number_key(i)) : model.parts[i].key);
    if (there.back() == head) return part_of(model.parts[i], rest);
  }
  throw error(unknown("part of the model", head, there));
}

L2G_INLINE Spec with_lora(const Spec& s, index_t rank, double keep, double scale,
                          const std::vector<std::string>& only) {
  static const std::vector<std::string> keys{"qkv", "proj", "up", "down"};
  for (const auto& o : only)
    if (s.type == "transformer" && std::find(keys.begin(), keys.end(), o) == keys.end())
      throw error(unknown("linear map of a transformer", o, keys));
  Spec settings;
  settings.numbers = {{"rank", double(rank)}, {"keep", keep}, {"scale", scale}};
  return detail::rewrite(s, settings, only, s.key);
}

L2G_INLINE Spec without_lora(const Spec& s) {
  Spec r = s;
  r.frozen = false;
  for (const char* k : {"lora_rank", "lora_keep", "lora_scale"}) r.numbers.erase(k);
  r.words.erase("lora");
  for (Spec& p : r.parts) p = without_lora(p);
  return r;
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
