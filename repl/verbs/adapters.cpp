// adapter, use, save_adapter, load_adapter, copy, drift: several adapters on one body, and what a training moved.
#include "model_values.hpp"
#include "progress.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/dyn/adapters.hpp>
#include <l2g/dyn/drift.hpp>
#include <l2g/dyn/tuning.hpp>
#include <l2g/peft/files.hpp>

#include <chrono>
#include <filesystem>

namespace l2g::repl {
namespace {

using model::Model;

/// An adapter and the names that its body has for the publisher.
struct SessionAdapter {
  peft::Adapter adapter;
  std::string architecture;
};
struct Drift {
  std::string model, before;
  std::vector<model::LayerDrift> layers;
};

std::string in_bytes(std::size_t n) {
  return n < 1'000'000 ? fmt::format("{:.0f} KB", double(n) / 1e3) : fmt::format("{:.1f} MB", double(n) / 1e6);
}
std::string kind_of(const peft::Adapter& a) {
  if (a.config.kind == peft::AdapterKind::adalora) return "SVD-LoRA";
  return a.config.rank_stabilised ? "LoRA (rank-stabilised)" : "LoRA";
}
std::size_t bytes_of_heads(const peft::Adapter& a) {
  std::size_t n = 0;
  for (const auto& [key, t] : a.tensors)
    if (key.find("lora_") == key.npos) n += t.values.size() * sizeof(float);
  return n;
}
std::string in_short(const SessionAdapter& s) {
  const peft::Adapter& a = s.adapter;
  const auto maps = a.maps();
  if (maps.empty()) return fmt::format("{}: no adapter, {} of other layers", a.name, in_bytes(a.bytes()));
  return fmt::format("{}: {} of rank {} on {} linear maps, {} and {} of other layers", a.name, kind_of(a),
                     a.config.rank, maps.size(), in_bytes(a.bytes() - bytes_of_heads(a)), in_bytes(bytes_of_heads(a)));
}
std::string details_of(const SessionAdapter& s) {
  const peft::AdapterConfig& c = s.adapter.config;
  std::string text = in_short(s) + fmt::format("\nalpha {:g}, dropout {:g}; on", c.alpha, c.dropout);
  for (const auto& t : c.targets) text += " " + t;
  if (!c.heads.empty()) text += "; trained with it:";
  for (const auto& h : c.heads) text += " " + h;
  if (!c.base.empty()) text += "\nfor " + c.base;
  index_t kept = 0, all = 0;
  for (const auto& [map, which] : s.adapter.kept)
    for (const bool k : which) kept += k, ++all;
  if (kept < all) text += fmt::format("\n{} of {} triplets are kept", kept, all);
  return text + "\n";
}

std::string details_of(const Drift& d) {
  std::size_t widest = 5;
  for (const auto& l : d.layers) widest = std::max(widest, l.layer.size());
  std::string s = fmt::format("{:<{}}  {:>12}  {:>10}  {:>9}\n", "layer", widest, "parameters", "norm", "change");
  for (const auto& l : d.layers)
    s += fmt::format("{:<{}}  {:>12}  {:>10.3f}  {:>8.3g}%\n", l.layer, widest, l.parameters, l.before,
                     100 * l.relative);
  index_t tensors = 0, different = 0;
  for (const auto& l : d.layers) tensors += l.tensors, different += l.different;
  s += fmt::format("{} of {} tensors differ in any bit\n", different, tensors);
  return s + "change: norm of what a training added over the norm before; adapters are merged\n";
}
report::ScoreChart chart_of_drift(const Drift& d) {
  report::ScoreChart c;
  c.title = "Drift of " + d.model;
  c.axis_name = "change of the weights (%)";
  for (const auto& l : d.layers)
    c.variants.push_back({l.layer, 100 * l.relative, report::unknown_value, report::unknown_value});
  return c;
}

void register_types(Registry& registry) {
  registry.type<SessionAdapter>("Adapter", "an adapter of a model with all that was trained beside it")
      .summary(in_short)
      .details([](const SessionAdapter& s) { return details_of(s); })
      .bytes([](const SessionAdapter& s) { return s.adapter.bytes(); })
      .field("name", "its name", [](const SessionAdapter& s) { return s.adapter.name; })
      .field("kind", "LoRA or SVD-LoRA", [](const SessionAdapter& s) { return kind_of(s.adapter); })
      .field("rank", "at the start, where ranks were allocated",
             [](const SessionAdapter& s) { return s.adapter.config.rank; })
      .field("bytes", "of all its tensors", [](const SessionAdapter& s) { return s.adapter.bytes(); })
      .field("maps", "the linear maps that it changes", [](const SessionAdapter& s) { return Value(s.adapter.maps()); })
      .field("base", "the language model that it was trained on",
             [](const SessionAdapter& s) { return s.adapter.config.base; });
  registry.type<Drift>("Drift", "how far a training moved each layer")
      .summary(
          [](const Drift& d) { return fmt::format("{} against {}: {} layers", d.model, d.before, d.layers.size()); })
      .details([](const Drift& d) { return details_of(d); })
      .length([](const Drift& d) { return index_t(d.layers.size()); })
      .item([](const Drift& d, index_t i) {
        const model::LayerDrift& l = d.layers[std::size_t(i - 1)];
        return Value::Table{
            {"layer", l.layer}, {"parameters", l.parameters}, {"norm", l.before}, {"change", l.relative}};
      })
      .field("tensors", "that both models have",
             [](const Drift& d) {
               index_t n = 0;
               for (const auto& l : d.layers) n += l.tensors;
               return n;
             })
      .field("different", "of them, those that differ in any bit",
             [](const Drift& d) {
               index_t n = 0;
               for (const auto& l : d.layers) n += l.different;
               return n;
             })
      .chart("drift", "change of the weights by layer, in percent",
             [](const Drift& d) { return chart_of(chart_of_drift(d)); });
}

std::string note_of(const Model& m, const char* name) {
  const auto at = m.notes.find(name);
  return at == m.notes.end() ? std::string{} : at->second;
}
/// Path or name of the model below: what an adapter calls its base.
std::string base_of(const Model& m) {
  const std::string note = note_of(m, "language model");
  const std::size_t from = note.find(" from ");
  return from == note.npos ? note : note.substr(from + 6);
}
bool same_base(const std::string& a, const std::string& b) {
  const auto name = [](const std::string& path) {
    const std::filesystem::path p(path);
    return p.has_filename() ? p.filename() : p.parent_path().filename();
  };
  return a.empty() || b.empty() || name(a) == name(b);
}

Value adapter_verb(const Arguments& a, Shell&) {
  const auto m = a.object<Model>("model");
  SessionAdapter s{model::take_adapter(*m, a.text("name")), note_of(*m, "architecture")};
  s.adapter.config.base = base_of(*m);
  s.adapter.config.task = "SEQ_CLS";
  return make_object<SessionAdapter>(std::move(s));
}

Value use(const Arguments& a, Shell& shell) {
  const auto m = a.object<Model>("model");
  const auto wanted = a.object<SessionAdapter>("adapter");
  peft::Adapter bare;
  if (!wanted) {
    if (model::adapters_of(m->spec).empty()) throw error("use: the model uses no adapter");
    bare.name = "none";
    bare.layout = model::to_json(model::without_adapters_of(m->spec));
    if (m->bare) bare = *m->bare;
  } else if (!wanted->adapter.layout.empty() && !same_base(wanted->adapter.config.base, base_of(*m))) {
    throw error(fmt::format("use: the adapter '{}' was trained on {}, this model's body is {}", wanted->adapter.name,
                            wanted->adapter.config.base, base_of(*m)));
  }
  SessionAdapter before{{}, note_of(*m, "architecture")};
  const bool had = !model::adapters_of(m->spec).empty();
  const std::string known = note_of(*m, "adapter");  // where it was put in by use
  if (had) before.adapter = model::take_adapter(*m, a.text_or("name", known.empty() ? "adapter" : known));
  const auto begin = std::chrono::steady_clock::now();
  const peft::Adapter& next = wanted ? wanted->adapter : bare;
  peft::Adapter there = model::give_adapter(*m, next);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (wanted && !had) m->bare = std::make_shared<peft::Adapter>(std::move(there));
  const std::size_t bytes = next.bytes();
  const bool heads_back = wanted || m->bare;
  if (!wanted) m->bare = nullptr;
  m->notes["adapter"] = next.name;
  if (!wanted) m->notes.erase("adapter");
  if (shell.settings.interactive) {
    shell.say(fmt::format("{}: {} in {:.1f} ms, the body stayed where it is",
                          wanted ? "switched to '" + next.name + "'" : "no adapter now", in_bytes(bytes),
                          1000 * seconds));
    if (!heads_back) shell.say("the other layers were trained with the adapter, and nothing is known from before");
  }
  if (!had) return {};
  before.adapter.config.base = base_of(*m);
  before.adapter.config.task = "SEQ_CLS";
  return make_object<SessionAdapter>(std::move(before));
}

peft::Places places_of(const std::string& architecture, bool bare) {
  return [architecture, bare](std::string_view ours) {
    const model::PublishedPlace p = model::published_place(architecture, ours, bare);
    return peft::Place{p.module, p.part, p.parts};
  };
}

Value save_adapter(const Arguments& a, Shell& shell) {
  const auto s = a.object<SessionAdapter>("adapter");
  const std::string path = path_of(a.text("path"));
  if (s->adapter.maps().empty()) throw error("save_adapter: '" + s->adapter.name + "' has no adapted linear map");
  peft::Adapter named = peft::with_published_names(s->adapter, places_of(s->architecture, false));
  named.config.fan_in_fan_out = model::published_place(s->architecture, s->adapter.maps().front(), false).transposed;
  if (a.text("format") == "peft")
    peft::write_adapter(named, path);
  else
    peft::write_loralib(named, path);
  if (named.config.rank != s->adapter.config.rank)
    shell.say(fmt::format("note: maps that are one for the publisher were joined; the rank is {} there, alpha {:g}",
                          named.config.rank, named.config.alpha));
  if (shell.settings.interactive) shell.say(fmt::format("wrote {} ({})", path, in_bytes(named.bytes())));
  return {};
}

/// The publisher's names may be those of a model with a head or of the body alone.
peft::Adapter under_our_names(const peft::Adapter& read, const Model& m, const std::string& architecture) {
  const auto maps = model::linear_maps(m.spec), heads = model::head_keys(m.weights);
  try {
    return peft::with_our_names(read, maps, heads, places_of(architecture, false));
  } catch (const error&) {
    try {
      return peft::with_our_names(read, maps, heads, places_of(architecture, true));
    } catch (const error&) {  // the first message says more
    }
    throw;
  }
}

Value load_adapter(const Arguments& a, Shell& shell) {
  const auto m = a.object<Model>("model");
  const std::string path = path_of(a.text("path")), architecture = note_of(*m, "architecture");
  const peft::Adapter read = peft::read_adapter(path, a.has("alpha") ? a.number("alpha") : 0);
  SessionAdapter s{under_our_names(read, *m, architecture), architecture};
  if (a.has("name")) s.adapter.name = a.text("name");
  const bool has_head = bytes_of_heads(s.adapter) > 0;
  if (a.flag("head") && !has_head)
    throw error(
        "load_adapter: " + path +
        " has no head: the model's own would answer without having seen it; head = false takes it all the same");
  model::check_adapter(*m, s.adapter);
  if (!same_base(read.config.base, base_of(*m)))
    shell.say(fmt::format("note: the adapter was trained on {}, this model's body is {}; the shapes fit",
                          read.config.base, base_of(*m)));
  return make_object<SessionAdapter>(std::move(s));
}

Value copy(const Arguments& a, Shell&) {
  Model m = *a.object<Model>("model");
  if (a.has("name")) m.name = a.text("name");
  return make_object<Model>(std::move(m));
}

Value drift_verb(const Arguments& a, Shell&) {
  const auto m = a.object<Model>("model"), before = a.object<Model>("before");
  return make_object<Drift>(Drift{m->name, before->name, model::drift(*m, *before)});
}

}  // namespace

void register_adapter_verbs(Registry& registry) {
  register_types(registry);
  registry.add({.name = "adapter",
                .group = "adapters",
                .doc = "Copies the adapter of a model, with its head and all that was trained beside it.",
                .parameters = {value_of({"Model"}, "model", "a model after train(m, s, {tune = \"lora\"}) or the like"),
                               text("name", "its name").by_default("adapter")},
                .run = adapter_verb,
                .example = "a = adapter(m, \"promoters\")"});
  registry.add({.name = "use",
                .group = "adapters",
                .doc = "Puts an adapter and its head into a model, or takes it out; the body is not touched.",
                .parameters = {value_of({"Model"}, "model", "the model"),
                               value_of({"Adapter"}, "adapter", "which; nil: none").optional(),
                               text("name",
                                    "of the adapter that is taken off; its own when not given, \"adapter\" for "
                                    "one that was trained here")
                                   .optional()},
                .run = use,
                .help = "Returns the adapter that was there, if there was one. With nil the model is what it was "
                        "before its adapters, to the bit.",
                .example = "old = use(m, a)\nuse(m, nil)"});
  registry.add({.name = "save_adapter",
                .group = "adapters",
                .doc = "Writes an adapter with its head under the publisher's names.",
                .parameters = {value_of({"Adapter"}, "adapter", "the adapter"),
                               file("path", "peft: a folder; loralib: a file, name.bin"),
                               text("format", "peft: opens in the Python package; loralib: the tensors alone")
                                   .one_of({"peft", "loralib"})
                                   .by_default("peft")},
                .run = save_adapter,
                .example = "save_adapter(a, \"promoters_lora\")"});
  registry.add(
      {.name = "load_adapter",
       .group = "adapters",
       .doc = "Reads an adapter for a model: a folder of peft, or a file of loralib; use puts it in.",
       .parameters = {value_of({"Model"}, "model", "the model that it is for"), file("path", "folder or file"),
                      number("alpha", "loralib: its files do not say it").between(1e-6, 1e6).optional(),
                      text("name", "its name").optional(), flag("head", "a head must be in it").by_default(true)},
       .run = load_adapter,
       .help = "Names, shapes and the head are checked against the model before anything is made of it.",
       .example = "a = load_adapter(m, \"promoters_lora\")\nuse(m, a)"});
  registry.add({.name = "copy",
                .group = "model",
                .doc = "Another model with the same weights, which a training of the first leaves as they are.",
                .parameters = {value_of({"Model"}, "model", "the model"), text("name", "its name").optional()},
                .run = copy,
                .example = "before = copy(m)"});
  registry.add({.name = "drift",
                .group = "adapters",
                .doc = "How far a training moved the weights of each layer: norm of the change over the norm before.",
                .parameters = {value_of({"Model"}, "model", "the model now"),
                               value_of({"Model"}, "before", "a copy from before: copy(m)")},
                .run = drift_verb,
                .example = "before = copy(m)\ntrain(m, s)\nd = drift(m, before)\nplot(d)"});
}

}  // namespace l2g::repl
