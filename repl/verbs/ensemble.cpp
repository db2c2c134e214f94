// ensemble: several models as one.
#include "verbs.hpp"

#include <l2g/dyn/ensemble.hpp>

#include <fmt/format.h>

namespace l2g::repl {
namespace {

Value ensemble(const Arguments& a, Shell&) {
  std::vector<std::shared_ptr<model::Model>> models;
  std::vector<const model::Model*> members;
  for (const Value& v : a.list("models")) {
    models.push_back(object_cast<model::Model>(v));
    if (!models.back())
      throw error(fmt::format("ensemble: entry {} is no Model but {}", models.size(), kind_in_words(v)));
    members.push_back(models.back().get());
  }
  return make_object<model::Model>(
      model::ensemble(members, a.text_or("name", fmt::format("ensemble of {}", members.size()))));
}

}  // namespace

void register_ensemble_verb(Registry& registry) {
  registry.add(
      {.name = "ensemble",
       .group = "model",
       .doc = "Makes one model of several: its logits are the mean of theirs.",
       .parameters = {list("models", "two or more that were built for the same rows, such as with other seeds"),
                      text("name", "its name").optional()},
       .run = ensemble,
       .help = "Networks that differ in their seed alone make other errors; their mean is nearly always better "
               "than each of them (Lakshminarayanan et al. 2017), at the price of all of them. The members are "
               "copied; what is explained, mutated or saved is the whole.",
       .example = "ms = {}\nfor i = 1, 3 do ms[i] = build(s, {baseline = b, seed = i}); train(ms[i], s) end\n"
                  "e = ensemble(ms)\nevaluate(e, s)",
       .gathers = true});
}

}  // namespace l2g::repl
