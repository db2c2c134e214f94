#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/dyn/adapters.hpp>
#include <l2g/dyn/spec-inl.hpp>

#include <algorithm>

namespace l2g::model {
namespace detail {

inline bool is_lora_key(std::string_view key) {
  const std::string_view name = last_name(key);
  return name == "lora_A" || name == "lora_B" || name == "lora_E" || name == "lora_mask";
}
inline std::string sizes(const std::vector<index_t>& extents) {
  std::string s = "(";
  for (const index_t e : extents) s += (s.size() > 1 ? ", " : "") + std::to_string(e);
  return s + ")";
}
/// Layers that hold one of these tensors are trained.
inline void train_heads(Spec& s, const std::string& prefix, const std::vector<std::string>& heads) {
  if (s.parts.empty()) {
    for (const std::string& key : heads)
      if (prefix.empty() || key.starts_with(prefix + ".")) s.frozen = false;
    return;
  }
  for (std::size_t i = 0; i < s.parts.size(); ++i) train_heads(s.parts[i], joined(prefix, key_of_part(s, i)), heads);
}
inline Spec without_adapter_arguments(Spec s) {
  take_adapter_arguments(s);
  for (Spec& p : s.parts) p = without_adapter_arguments(std::move(p));
  return s;
}
inline Spec spec_with(const Spec& spec, const peft::Adapter& adapter) {
  if (!adapter.layout.empty()) return from_json(adapter.layout);
  Spec plain = without_adapter_arguments(spec);
  const std::vector<std::string> maps = adapter.maps();
  if (maps.empty()) return plain;
  Spec wanted = with_lora(plain, lora_options(adapter.config), maps);
  std::vector<std::string> heads;
  for (const auto& [key, t] : adapter.tensors)
    if (!is_lora_key(key)) heads.push_back(key);
  train_heads(wanted, "", heads);
  return wanted;
}
struct WantedTensor {
  std::string key;
  std::vector<index_t> extents;
  Role role;
};
inline std::vector<WantedTensor> wanted_tensors(const Spec& spec, Seq in) {
  std::vector<WantedTensor> found;
  auto record = build<float>(spec, in).template params<float, Cpu>();
  each_tensor<float>(record, [&](const TensorRef<float>& t) { found.push_back({t.key, t.extents, t.role}); });
  return found;
}

}  // namespace detail

L2G_INLINE LoraOptions lora_options(const peft::AdapterConfig& c) {
  LoraOptions o;
  o.rank = c.rank;
  o.plain = c.kind == peft::AdapterKind::lora;
  o.alpha = c.alpha > 0 || o.plain ? c.alpha : double(c.rank);
  o.rule = !o.plain ? "adalora" : c.rank_stabilised ? "root" : "rank";
  o.dropout = c.dropout;
  return o;
}
L2G_INLINE peft::AdapterConfig adapter_config(const LoraOptions& o) {
  peft::AdapterConfig c;
  c.kind = o.plain ? peft::AdapterKind::lora : peft::AdapterKind::adalora;
  c.rank = o.rank, c.dropout = o.dropout;
  const double factor = lora_scale_of(o).of(o.rank);
  c.rank_stabilised = o.plain && o.alpha != 0 && o.rule == "root";
  const bool own = o.alpha != 0 && (o.plain ? o.rule != "adalora" : o.rule == "adalora");
  c.alpha = own ? o.alpha : factor * (double(o.rank) + (o.plain ? 0 : 1e-5));
  c.target_rank = o.rank;
  return c;
}

L2G_INLINE std::vector<std::string> head_keys(const Weights& weights) {
  std::vector<std::string> found;
  for (const auto& [key, t] : weights)
    if (!detail::is_lora_key(key) && key.find("base_layer.") == key.npos) found.push_back(key);
  return found;
}

L2G_INLINE Spec without_adapters_of(const Spec& spec) { return detail::without_adapter_arguments(spec); }

L2G_INLINE peft::Adapter without_adapter(const Model& before, const Model& tuned) {
  peft::Adapter a;
  a.name = "none";
  a.layout = to_json(before.spec);
  for (const auto& [key, t] : tuned.weights)
    if (!detail::is_lora_key(key) && t.role != Role::frozen)
      if (const auto own = before.weights.find(key); own != before.weights.end())
        a.tensors[key] = {own->second.extents, own->second.values};
  return a;
}

L2G_INLINE peft::Adapter take_adapter(const Spec& spec, const Weights& weights, std::string name) {
  const auto there = adapters_of(spec);
  if (there.empty()) throw error("adapter '" + name + "': the model has none");
  const LoraOptions& first = there.front().second;
  for (const auto& [key, o] : there)
    if (o.rank != first.rank || o.plain != first.plain || o.alpha != first.alpha || o.rule != first.rule ||
        o.scale != first.scale)
      throw error("adapter '" + name + "': '" + key + "' has other options than '" + there.front().first +
                  "'; an adapter has one rank and one factor");
  peft::Adapter a;
  a.name = std::move(name);
  a.config = adapter_config(first);
  a.layout = to_json(spec);
  bool any = false;  // is there a lambda that is not zero? All are at the start, where nothing is pruned
  for (const auto& [key, t] : weights) {
    if (detail::last_name(key) == "lora_mask" || (!detail::is_lora_key(key) && t.role == Role::frozen)) continue;
    a.tensors[key] = {t.extents, t.values};
    if (detail::last_name(key) == "lora_E")
      any = any || std::any_of(t.values.begin(), t.values.end(), [](float e) { return e != 0; });
    const std::string module(key.substr(0, key.rfind('.') == key.npos ? 0 : key.rfind('.')));
    auto& list = detail::is_lora_key(key) ? a.config.targets : a.config.heads;
    std::string entry = detail::is_lora_key(key) ? std::string(detail::last_name(module)) : module;
    if (std::find(list.begin(), list.end(), entry) == list.end()) list.push_back(std::move(entry));
  }
  if (!any || first.plain) return a;
  for (const auto& [key, o] : there) {
    const std::vector<float>& e = a.tensors.at(detail::joined(key, "lora_E")).values;
    for (const float lambda : e) a.kept[key].push_back(lambda != 0);
  }
  return a;
}

namespace detail {

/// The body's tensors by their key without adapters.
inline std::map<std::string, std::string> bare_keys(const Weights& weights) {
  std::map<std::string, std::string> there;
  for (const auto& [key, t] : weights)
    if (!is_lora_key(key)) there[key_without_adapter(key)] = key;
  return there;
}

/// Throws error unless `slots` can be filled.
inline void check_fit(const std::vector<WantedTensor>& slots, const Weights& weights, const peft::Adapter& adapter) {
  const auto refuse = [&](const std::string& text) { throw error("adapter '" + adapter.name + "': " + text); };
  const std::map<std::string, std::string> there = bare_keys(weights);
  std::size_t used = 0;
  for (const auto& s : slots) {
    if (detail::last_name(s.key) == "lora_mask") continue;
    const auto own = adapter.tensors.find(s.key);
    if (own != adapter.tensors.end()) {
      ++used;
      if (own->second.extents != s.extents)
        refuse("'" + s.key + "' has shape " + detail::sizes(own->second.extents) + ", this model needs " +
               detail::sizes(s.extents));
    } else if (detail::is_lora_key(s.key)) {
      refuse("'" + s.key + "' is missing");
    }
    if (detail::is_lora_key(s.key)) continue;
    const auto body = there.find(key_without_adapter(s.key));
    if (body == there.end() || weights.at(body->second).extents != s.extents)
      refuse("it was taken from a model with another body: '" + s.key + "' " + detail::sizes(s.extents));
  }
  if (used != adapter.tensors.size())
    for (const auto& [key, t] : adapter.tensors)
      if (std::none_of(slots.begin(), slots.end(), [&, &k = key](const auto& s) { return s.key == k; }))
        refuse("this model has no '" + key + "'");
}

}  // namespace detail

L2G_INLINE void check_adapter(const Spec& spec, const Weights& weights, Seq in, const peft::Adapter& adapter) {
  detail::check_fit(detail::wanted_tensors(detail::spec_with(spec, adapter), in), weights, adapter);
}

L2G_INLINE peft::Adapter give_adapter(Spec& spec, Weights& weights, Seq in, const peft::Adapter& adapter) {
  Spec wanted = detail::spec_with(spec, adapter);
  const std::vector<detail::WantedTensor> slots = detail::wanted_tensors(wanted, in);
  detail::check_fit(slots, weights, adapter);
  const std::map<std::string, std::string> there = detail::bare_keys(weights);

  // From here on nothing can fail but memory.
  peft::Adapter before;
  before.name = "before " + adapter.name;
  before.layout = to_json(spec);
  if (const auto old = adapters_of(spec); !old.empty()) before.config = adapter_config(old.front().second);
  Weights next;
  for (const auto& s : slots) {
    Tensor t;
    if (detail::is_lora_key(s.key)) {
      const auto own = adapter.tensors.find(s.key);
      t.extents = s.extents;
      t.values =
          own == adapter.tensors.end() ? std::vector<float>(std::size_t(s.extents.at(0)), 1.0f) : own->second.values;
    } else {
      t = std::move(weights.at(there.at(key_without_adapter(s.key))));
      if (const auto head = adapter.tensors.find(s.key); head != adapter.tensors.end()) {
        before.tensors[s.key] = {t.extents, t.values};
        t.values = head->second.values;
      }
    }
    t.role = s.role;
    next.emplace(s.key, std::move(t));
  }
  for (auto& [key, t] : weights)
    if (detail::is_lora_key(key) && detail::last_name(key) != "lora_mask")
      before.tensors[key] = {t.extents, std::move(t.values)};
  weights = std::move(next);
  spec = std::move(wanted);
  return before;
}

}  // namespace l2g::model
