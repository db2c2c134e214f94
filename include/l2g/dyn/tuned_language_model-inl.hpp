#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/dyn/tuned_language_model.hpp>

#include <optional>

namespace l2g::model {

L2G_INLINE std::shared_ptr<const LanguageModel> without_blocks(const LanguageModel& model) {
  auto kept = std::make_shared<LanguageModel>(LanguageModel{model.path, {}, model.tokenizer});
  kept->model = {model.model.config, model.model.task, model.model.spec, {}, model.model.summary};
  for (const auto& [key, t] : model.model.weights)
    if (!models::table_key(key).starts_with("encoder.")) kept->model.weights.emplace(key, t);
  return kept;
}

L2G_INLINE LanguageModel tuned_language_model(const Model& model, const LanguageModel& base) {
  const std::string title = models::title_of(base.model.config);
  if (!base.predicts_words())
    throw error("the " + title + " that '" + model.name + "' was built on has no head that predicts words");
  if (model.weights.count("rows.weight"))
    throw error("'" + model.name + "' reads bases through rows of its own: the words of the " + title +
                " were not trained with it");
  std::optional<Model> room;
  const Model& merged =
      adapters_of(model.spec).empty() ? model : room.emplace(respecified(model, without_lora(model.spec)));
  std::map<std::string, const Tensor*> body, rest;
  for (const auto& [key, t] : merged.weights)
    if (key.starts_with("body.")) body[models::table_key(key)] = &t;
  for (const auto& [key, t] : base.model.weights) rest[models::table_key(key)] = &t;

  LanguageModel found{base.path, {}, base.tokenizer};
  found.model = {base.model.config,
                 Task::language_model,
                 spec_of(base.model.config, Task::language_model),
                 {},
                 base.model.summary};
  auto record = build<float>(found.model.spec, {1, 1, 1}).template params<float, Cpu>();
  each_tensor<float>(record, [&](const TensorRef<float>& r) {
    const std::string key = models::table_key(r.key);
    const auto own = body.find(key), other = rest.find(key);
    const Tensor* from = own != body.end() ? own->second : other != rest.end() ? other->second : nullptr;
    if (own == body.end() && (key.starts_with("encoder.") || !from))
      throw error("'" + model.name + "' has no '" + r.key +
                  "': it was not built on all layers of a language model, so it cannot foretell words");
    if (from->extents != r.extents)
      throw error("'" + model.name + "' was not built on this " + title + ": '" + r.key + "' has another shape");
    found.model.weights[r.key] = {r.extents, from->values, r.role};
  });
  return found;
}

}  // namespace l2g::model
