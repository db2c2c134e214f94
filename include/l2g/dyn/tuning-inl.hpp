#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/dyn/spec-inl.hpp>
#include <l2g/dyn/tuning.hpp>
#include <l2g/models/keys.hpp>

#include <algorithm>

namespace l2g::model {
namespace detail {

inline bool is_block(const Spec& s) {
  if (s.type == "transformer") return true;
  const auto has = [&](const char* key) {
    return std::any_of(s.parts.begin(), s.parts.end(), [&](const Spec& p) { return p.key == key; });
  };
  return s.type == "sequential" && has("attention") && has("feed_forward");
}
/// The blocks one after the other: repeated, or side by side where their adapters once differed.
inline bool is_stack(const Spec& s) {
  return (s.type == "repeated" || s.type == "sequential") && !s.parts.empty() &&
         std::all_of(s.parts.begin(), s.parts.end(), is_block);
}
inline const Spec* stack_of(const Spec& s) {
  if (is_stack(s)) return &s;
  for (const Spec& p : s.parts)
    if (const Spec* found = stack_of(p)) return found;
  return nullptr;
}
inline index_t blocks_in(const Spec& stack) { return times_of(stack) * index_t(stack.parts.size()); }

/// Freezes what comes before the last `layers` blocks; true when the blocks are in `s`.
inline bool freeze_below(Spec& s, index_t layers) {
  if (is_stack(s)) {
    const index_t n = blocks_in(s), times = times_of(s);
    Spec whole = s;
    whole.type = "sequential";
    whole.numbers.clear(), whole.parts.clear();
    for (index_t t = 0; t < times; ++t)
      for (const Spec& block : s.parts) whole.parts.push_back(block);
    for (index_t i = 0; i < n - layers; ++i) whole.parts[std::size_t(i)].frozen = true;
    s = std::move(whole);
    return true;
  }
  if (s.parts.empty()) s.frozen = true;
  for (Spec& p : s.parts)
    if (freeze_below(p, layers)) return true;
  return false;
}

/// An architecture's table of names. Two of them come in two forms, which their keys tell apart.
inline const models::KeyTable* names_of(std::string_view architecture, std::string_view key) {
  using models::Architecture;
  for (const Architecture a :
       {Architecture::bert, Architecture::dnabert2, Architecture::distilbert, Architecture::roberta, Architecture::esm,
        Architecture::opt, Architecture::gpt2, Architecture::llama}) {
    if (models::name_of(a) != architecture) continue;
    models::Config c;
    c.architecture = a;
    for (const bool form : {false, true}) {
      c.gated = c.pre_norm = form;
      const models::KeyTable& table = models::key_table(c);
      if (!models::sources_of(table, key, table.prefix).empty()) return &table;
    }
  }
  return nullptr;
}
inline PublishedPlace published(std::string_view architecture, std::string_view module, bool bare = false) {
  const std::string key = models::table_key(std::string(module) + ".weight");
  if (const models::KeyTable* table = names_of(architecture, key)) {
    const models::Source s = models::sources_of(*table, key, bare ? table->bare : table->prefix).front();
    const std::size_t dot = s.name.rfind('.');
    return {s.name.substr(0, dot == s.name.npos ? 0 : dot), s.part, s.parts, s.transposed};
  }
  return {std::string(module)};
}

}  // namespace detail

L2G_INLINE const std::vector<std::string>& tune_names() {
  static const std::vector<std::string> names{"all",      "head",    "frozen", "top",     "lora",
                                              "svd_lora", "adalora", "ars",    "ars_code"};
  return names;
}
L2G_INLINE Tune tune_of(std::string_view name) {
  const auto at = std::find(tune_names().begin(), tune_names().end(), name);
  if (at == tune_names().end()) throw error(unknown("way to tune", name, tune_names()));
  return Tune(at - tune_names().begin());
}

L2G_INLINE Spec tuned(const Spec& model, const Tuning& t) {
  Spec s = model;
  Spec& deep = deep_part(s);
  deep = without_lora(deep);
  if (t.what == Tune::all) return s;
  const auto refuse = [&](const std::string& what) {
    throw error("train: tune = \"" + tune_names()[std::size_t(t.what)] + "\" " + what);
  };
  Spec* body = nullptr;
  for (Spec& part : deep.parts)
    if (part.key == "body") body = &part;
  if (t.what == Tune::head) {
    bool found = false;
    for (Spec& part : deep.parts) {
      const bool is_head = part.key == "head" || part.key == "hidden" || part.key == "dense";
      found = found || is_head;
      part.frozen = !is_head;
    }
    if (!found) refuse("trains the part 'head'; this model has none");
    return s;
  }
  if (!body) refuse("is about the part 'body', a language model; this model has none");
  if (t.what == Tune::frozen) {
    body->frozen = true;
  } else if (t.what == Tune::top) {
    const index_t there = blocks_of(model);
    if (there == 0) refuse("trains the last transformer blocks; this body has none");
    if (t.layers < 1 || t.layers > there)
      refuse("trains the last 'layers' blocks of " + std::to_string(there) + ", got " + std::to_string(t.layers));
    detail::freeze_below(*body, t.layers);
  } else {
    const std::string below = body->key + ".";
    std::vector<std::string> keys, published, chosen;
    for (const std::string& key : linear_maps(*body)) {
      keys.push_back(key);
      published.push_back(detail::published(t.architecture, below + key).module);
    }
    chosen = t.targets.empty() ? keys : peft::chosen_maps(keys, published, t.targets, t.rule);
    LoraOptions o = t.adapter;
    o.plain = t.what == Tune::lora && o.keep == 1;
    if (!o.plain && o.alpha != 0) o.rule = "adalora";
    *body = with_lora(*body, o, chosen);
  }
  return s;
}

L2G_INLINE void start_lambdas(Model& model, const std::vector<std::string>& fresh, double deviation) {
  bool any = false;
  for (const std::string& key : fresh) {
    if (!key.ends_with("lora_E")) continue;
    Tensor& t = model.weights.at(key);
    initialize(TensorRef<float>{key, t.values.data(), t.extents, t.role, {Init::normal, deviation}}, model.seed);
    any = true;
  }
  if (!any) throw error("l2g: no adapter starts anew that has lambdas; those of SVD-LoRA have");
}

L2G_INLINE index_t blocks_of(const Spec& model) {
  for (const Spec& part : deep_part(model).parts)
    if (part.key == "body")
      if (const Spec* stack = detail::stack_of(part)) return detail::blocks_in(*stack);
  return 0;
}

L2G_INLINE index_t body_width(const Model& model) {
  for (const auto& [key, t] : model.weights)
    if (key.starts_with("body.") && t.extents.size() == 1 && key.find("norm") != key.npos) return t.extents[0];
  return 0;
}
L2G_INLINE double body_rate(index_t width, double rate) {
  constexpr double rate_times_width = 5e-5 * 384;
  return width > 0 ? std::min(rate, rate_times_width / double(width)) : rate;
}

L2G_INLINE PublishedPlace published_place(std::string_view architecture, std::string_view module, bool bare) {
  return detail::published(architecture, module, bare);
}

}  // namespace l2g::model
