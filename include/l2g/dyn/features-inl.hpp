#pragma once
#include <l2g/dyn/features.hpp>
#include <l2g/dyn/language_use-inl.hpp>
#include <l2g/train/source.hpp>

#include <functional>
#include <optional>

namespace l2g::model {
namespace detail {

/// The model up to its head; keys stay as they are.
inline Spec without_head(const Spec& whole) {
  Spec found = deep_part(whole);
  for (std::size_t i = 0; i < found.parts.size(); ++i) {
    const std::string& key = found.parts[i].key;
    if (i == 0 || (key != "head" && key != "hidden" && key != "dense")) continue;
    found.parts.resize(i);
    return found;
  }
  throw error("this model has no part called head: name its last layer so, and what stands before it are features");
}

/// Layers that belong to the one in front of them: what they change is no new place.
inline bool follows(const Spec& part) {
  for (const char* type : {"activation", "dropout", "batch_norm", "layer_norm", "rms_norm", "identity", "relu", "gelu",
                           "silu", "tanh", "norm"})
    if (part.type == type) return true;
  return false;
}

/// A model cut behind one of its layers.
struct Stage {
  std::string name;
  Spec spec;
};

/// Every cut of a chain; `around` puts a cut of a nested chain back in its place.
inline void add_stages(const Spec& chain, const std::string& prefix, const std::function<Spec(Spec)>& around,
                       std::vector<Stage>& stages) {
  std::string last;  // the layer that the next cut is named after
  for (std::size_t i = 0; i < chain.parts.size(); ++i) {
    const Spec& part = chain.parts[i];
    const std::string name = prefix + (part.key.empty() ? std::to_string(i) : part.key);
    const auto cut = [&chain, &around, i](std::optional<Spec> shorter = {}) {
      Spec whole = chain;
      whole.parts.resize(i + 1);
      if (shorter) whole.parts.back() = std::move(*shorter);
      return around(std::move(whole));
    };
    if (!follows(part) || last.empty()) last = name + " " + part.type;
    const bool ends = i + 1 == chain.parts.size() || !follows(chain.parts[i + 1]);
    if (part.type == "sequential" && part.parts.size() > 1) {
      add_stages(
          part, name + ".", [&](Spec inner) { return cut(std::move(inner)); }, stages);
    } else if (part.type == "repeated") {
      for (double times = 1; times <= part.numbers.at("times"); ++times) {
        Spec fewer = part;
        fewer.numbers["times"] = times;
        stages.push_back({name + "." + std::to_string(int(times - 1)) + " " + part.parts.at(0).type, cut(fewer)});
      }
    } else if (ends) {
      stages.push_back({last, cut()});
    }
  }
}

inline std::vector<Stage> stages_of(const Model& model) {
  std::vector<Stage> stages;
  add_stages(
      without_head(model.spec), "", [](Spec s) { return s; }, stages);
  return stages;
}

/// One vector a row of what a part of the model makes of it.
inline Embedding pooled_output(const Model& model, const Spec& part, const data::Dataset& dataset, Pooling pooling,
                               const PredictOptions& options) {
  const index_t batch = std::max<index_t>(1, std::min(options.batch, dataset.rows()));
  const Seq in = model.shape(batch);
  AnyStep step(build<float>(part, in), in, CrossEntropy{}, 0, options.pool, Outside::weights);
  give_weights(model, step);
  const index_t length = step.y.shape[1], width = step.y.shape[2];
  if (length > 1 && pooling == Pooling::none) throw error("features: how do positions become one vector?");
  Embedding found{dataset.rows(), width, std::vector<float>(std::size_t(dataset.rows() * width))};
  SequenceSource source = source_of(model, dataset);
  const Lengths behind = lengths_after(step.model, step.context.lengths);
  each_prediction(step, source, [&](index_t row, index_t place, const float* y) {
    const index_t real = behind ? behind.of(place, length) : length;
    pool_row(length > 1 ? pooling : Pooling::first, y, length > 1 ? real : 1, width, found.values.data() + row * width);
    if (row % 256 == 0) options.progress(double(row) / double(found.rows), "features");
  });
  return found;
}

}  // namespace detail

L2G_INLINE Embedding features(const Model& model, const data::Dataset& dataset, Pooling pooling,
                              const PredictOptions& options) {
  return detail::pooled_output(model, detail::without_head(model.spec), dataset, pooling, options);
}

L2G_INLINE std::vector<std::string> stage_names(const Model& model) {
  std::vector<std::string> names;
  for (const auto& s : detail::stages_of(model)) names.push_back(s.name);
  return names;
}

L2G_INLINE Embedding stage_features(const Model& model, const data::Dataset& dataset, index_t stage, Pooling pooling,
                                    const PredictOptions& options) {
  const auto stages = detail::stages_of(model);
  if (stage < 0 || stage >= index_t(stages.size()))
    throw error("features: there are places 0 to " + std::to_string(stages.size() - 1) + ", got " +
                std::to_string(stage));
  return detail::pooled_output(model, stages[std::size_t(stage)].spec, dataset, pooling, options);
}

L2G_INLINE Embedding embedder_features(const Model& model, const data::Dataset& dataset,
                                       const PredictOptions& options) {
  const Spec embedder = part_of(model.spec, "embedder");
  return detail::pooled_output(model, sequential({embedder.named("embedder")}), dataset, Pooling::mean, options);
}

}  // namespace l2g::model
