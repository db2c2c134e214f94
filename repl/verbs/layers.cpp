// nn.*: every layer of the library's registry, as a description that build{layers = ...} takes.
#include "shell.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/dyn/registry.hpp>

#include <algorithm>

namespace l2g::repl {
namespace {

using model::Spec;

Parameter parameter_of(const model::Argument& a) {
  const std::string name(a.name), doc(a.doc);
  if (!a.choices.empty()) {
    std::vector<std::string> choices;
    for (std::size_t i = 0; i <= a.choices.size();) {
      const std::size_t end = std::min(a.choices.find('|', i), a.choices.size());
      choices.emplace_back(a.choices.substr(i, end - i));
      i = end + 1;
    }
    const std::string first = choices.front();
    return text(name, doc).one_of(std::move(choices)).by_default(first);
  }
  if (a.name == "lora") return text(name, doc).optional();
  return a.required ? number(name, doc) : number(name, doc).by_default(a.value);
}

Spec spec_from(const model::LayerKind& kind, const Arguments& a) {
  Spec s;
  s.type = kind.name;
  for (const auto& argument : kind.arguments) {
    const Value& v = a.value(argument.name);
    if (const auto* t = v.as<std::string>()) {
      if (!argument.choices.starts_with(*t + "|")) s.words[std::string(argument.name)] = *t;
    } else if (const auto* d = v.as<double>(); d && (argument.required || *d != argument.value)) {
      s.numbers[std::string(argument.name)] = *d;
    }
  }
  if (kind.most > 0) s.parts = layers_of(a.value("layers"));
  s.key = a.text_or("name", "");
  s.frozen = a.flag("frozen");
  return s;
}

}  // namespace

std::vector<Spec> layers_of(const Value& value) {
  std::vector<Spec> parts;
  if (const auto l = object_cast<Spec>(value)) return {*l};
  const auto* list = value.as<Value::List>();
  if (!list) throw error("layers are made by nn.*, such as nn.linear(2); got " + kind_in_words(value));
  for (const Value& v : *list)
    for (Spec& s : layers_of(v)) parts.push_back(std::move(s));
  return parts;
}

void register_layer_verbs(Registry& registry) {
  registry.type<Spec>("Layer", "a layer or a chain of layers; build{layers = {...}} makes a model of them")
      .summary([](const Spec& s) {
        std::string line = model::to_text(s);
        line = line.substr(0, line.find('\n'));
        return s.parts.empty() ? line : fmt::format("{} with {} layers", line, s.parts.size());
      })
      .details([](const Spec& s) { return model::to_text(s); })
      .field("type", "name of the kind", [](const Spec& s) { return s.type; });
  for (const auto& kind : model::layer_kinds()) {
    std::vector<Parameter> parameters;
    if (kind.most > 0) parameters.push_back(list("layers", "the layers inside"));
    for (const auto& a : kind.arguments) parameters.push_back(parameter_of(a));
    parameters.push_back(text("name", "name of its weights; its place when not given").optional());
    parameters.push_back(flag("frozen", "its weights are not trained").by_default(false));
    registry.add({.name = "nn." + std::string(kind.name),
                  .group = "layers",
                  .doc = std::string(kind.doc) + ".",
                  .parameters = std::move(parameters),
                  .run = [&kind](const Arguments& a, Shell&) { return make_object<Spec>(spec_from(kind, a)); },
                  .gathers = kind.most > 0});
  }
}

}  // namespace l2g::repl
