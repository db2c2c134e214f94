#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/dyn/architectures.hpp>
#include <l2g/dyn/train.hpp>
#include <l2g/train/loop.hpp>
#include <l2g/transfer/align.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace l2g::model {
namespace detail {

inline void check_rows(const Model& model, const data::Dataset& rows, const char* part) {
  if (rows.empty()) return;
  if (!rows.labelled()) throw error(std::string("train: the ") + part + " rows have no labels");
  if (rows.classes != model.classes)
    throw error(std::string("train: the ") + part + " rows have other classes than the model: " +
                std::to_string(rows.classes.size()) + " against " + std::to_string(model.classes.size()));
  if (index_t(rows.labels.size()) != rows.rows())
    throw error(std::string("train: the ") + part + " part has " + std::to_string(rows.rows()) + " rows and " +
                std::to_string(rows.labels.size()) + " labels");
  for (std::size_t i = 0; i < rows.labels.size(); ++i)
    if (rows.labels[i] < 0 || rows.labels[i] >= model.outputs())
      throw error("train: row " + std::to_string(i + 1) + " of the " + part + " rows" +
                  (rows.ids.empty() ? "" : " ('" + rows.ids[i] + "')") + " has the label " +
                  std::to_string(rows.labels[i]) + "; the model's " + std::to_string(model.outputs()) +
                  " classes are 0 .. " + std::to_string(model.outputs() - 1));
}

/// The weights come home, whatever happens.
struct Homecoming {
  Model& model;
  AnyStep& step;
  Homecoming(Model& m, AnyStep& s) : model(m), step(s) {}
  ~Homecoming() { take_weights(model, step); }
  Homecoming(const Homecoming&) = delete;
  Homecoming& operator=(const Homecoming&) = delete;
};

template <class Loss>
FitResult fit_model(Model& model, AnyStep& step, const data::Dataset& rows, const data::Dataset& dev, const Loss& loss,
                    const TrainOptions& options, index_t first, const FitCallbacks& callbacks) {
  SequenceSource source = source_of(model, rows);
  source.augment = options.augment, source.seed = options.fit.seed, source.tripled = options.tripled;
  give_weights(model, step);
  const Homecoming home(model, step);
  if (dev.empty()) return fit(step, loss, source, NoEvaluation{}, options.fit, callbacks);
  std::vector<SequenceSource> strands = strands_of(model, dev);
  auto evaluate = [&](AnyStep& s) { return judge(predict(s, strands, model.outputs(), first), dev); };
  return fit(step, loss, source, evaluate, options.fit, callbacks);
}

}  // namespace detail

L2G_INLINE FitOptions fit_options(const transfer::Stage& stage, index_t rows, std::int64_t steps, std::uint64_t seed) {
  FitOptions f;
  const double per_epoch = double(rows) / double(stage.batch);
  f.steps = steps > 0 ? steps : std::max<std::int64_t>(1, std::int64_t(std::llround(stage.epochs * per_epoch)));
  f.optimizer = stage.optimizer;
  f.schedule = stage.schedule(f.steps, per_epoch);
  f.clip = stage.clip;
  f.average = stage.average;
  f.patience = stage.patience;
  f.reestimate = stage.reestimate;
  f.seed = seed;
  return f;
}

L2G_INLINE FitResult train(Model& model, const data::Dataset& rows, const data::Dataset& dev,
                           const TrainOptions& options, const FitCallbacks& callbacks) {
  detail::check_rows(model, rows, "training");
  detail::check_rows(model, dev, "dev");
  const Seq in = model.shape(options.batch);
  const CrossEntropy loss{options.smoothing};
  AnyStep step(build<float>(model.spec, in), in, loss, 2, options.pool, Outside::frozen);
  TrainOptions with_rates = options;
  const auto learns = [](const auto& t) { return t.first.starts_with("body.") && t.second.role == Role::trained; };
  if (options.body_rate > 0 && options.fit.schedule.rate > 0 &&
      std::any_of(model.weights.begin(), model.weights.end(), learns))
    with_rates.fit.rates.push_back({"body.", options.body_rate / options.fit.schedule.rate});
  FitResult result = detail::fit_model(model, step, rows, dev, loss, with_rates, 0, callbacks);
  model.history = result.history;
  return result;
}

L2G_INLINE AlignResult align(Model& model, const data::Dataset& rows, const data::Dataset& dev,
                             const AlignOptions& options, const FitCallbacks& callbacks) {
  detail::check_rows(model, rows, "training");
  detail::check_rows(model, dev, "dev");
  if (model.tokens)
    throw error("align: the model reads tokens; alignment brings an embedder of one-hot sequences close to text");
  const Spec embedder = without_lora(part_of(model.spec, "embedder"));
  const index_t entries = options.width > 0 ? index_t(options.reference.size()) / options.width : 0;
  const Seq features = out_of(embedder, model.shape(1));
  if (features[2] != options.width)
    throw shape_error("align: the embedder makes " + std::to_string(features[2]) +
                      " channels, the text reference has " + std::to_string(options.width));
  if (entries < 2) throw error("align: the text reference is empty");
  // Mean features and the logits of the embedder's own head, side by side: what AlignLoss reads.
  const Spec head = layer("linear", {{"out", double(model.outputs())}});
  const Spec joint{.type = "sequential",
                   .parts = {embedder.named("embedder"), layer("mean_pool"),
                             Spec{.type = "concat", .parts = {layer("identity"), head}, .key = "align"}}};
  Model stage;
  stage.name = model.name, stage.input = model.input, stage.classes = model.classes, stage.seed = model.seed;
  stage.both_strands = model.both_strands;
  stage.spec = joint;
  std::map<std::string, Numbers> own;
  for (const auto& [key, t] : model.weights)
    if (key.starts_with("embedder.")) own[key] = t.values;
  stage.weights = detail::first_weights(joint, model.shape(1), model.seed, own);

  AlignLoss<float> loss;
  loss.task.smoothing = options.smoothing;
  loss.reference = options.reference.data();
  loss.entries = entries;
  loss.width = options.width;
  loss.draws = options.batch;
  const Seq in = model.shape(options.batch);
  AnyStep step(build<float>(joint, in), in, loss, 2, options.pool, Outside::frozen);

  // The first batch of rows in their order and the same draw, before and after.
  const auto discrepancy = [&] {
    SequenceSource source{&rows, model.input};
    std::vector<index_t> first(std::size_t(options.batch));
    for (std::size_t i = 0; i < first.size(); ++i) first[i] = index_t(i) % rows.rows();
    source.fill(step.batch, 0, first);
    const StepState kept = *step.state;
    step.state->rng = {model.seed, 0};
    step.state->alpha = 1;
    step.forward(false);
    loss(step.context, step.y, step.batch.labels, step.dy, step.shares);
    const double value = step.value(0);
    *step.state = kept;
    return value;
  };
  give_weights(stage, step);
  AlignResult result;
  result.mmd_before = discrepancy();

  struct Follow {  // alpha follows the schedule; the caller's callbacks are passed on
    AnyStep& step;
    const AlignOptions& options;
    const FitCallbacks& outer;
    std::int64_t steps;
  } follow{step, options, callbacks, options.fit.steps};
  step.state->alpha = transfer::alpha_at(0, follow.steps, options.task_first, options.alpha);
  step.state->beta = options.beta;
  FitCallbacks inner;
  inner.self = &follow;
  inner.stepped = [](void* self, std::int64_t done) {
    auto& f = *static_cast<Follow*>(self);
    f.step.state->alpha = transfer::alpha_at(done, f.steps, f.options.task_first, f.options.alpha);
    if (f.outer.stepped) f.outer.stepped(f.outer.self, done);
  };
  inner.progress = [](void* self, const FitProgress& p) {
    const auto& f = *static_cast<Follow*>(self);
    if (f.outer.progress) f.outer.progress(f.outer.self, p);
  };
  inner.validated = [](void* self, const HistoryEntry& h) {
    const auto& f = *static_cast<Follow*>(self);
    if (f.outer.validated) f.outer.validated(f.outer.self, h);
  };
  const auto bring_home = [&] {
    for (const auto& [key, t] : stage.weights)
      if (const auto at = model.weights.find(key); at != model.weights.end()) at->second.values = t.values;
  };
  try {
    // The last weights count: the best on the task would be those before the alignment began.
    TrainOptions last = options;
    last.fit.keep_best = false;
    last.fit.average = 0;
    static_cast<FitResult&>(result) = detail::fit_model(stage, step, rows, dev, loss, last, options.width, inner);
  } catch (...) {
    bring_home();
    throw;
  }
  bring_home();
  result.mmd_after = discrepancy();
  model.history = result.history;
  return result;
}

L2G_INLINE double seconds_per_step(const Model& model, const data::Dataset& rows, const TrainOptions& options) {
  const Seq in = model.shape(options.batch);
  AnyStep step(build<float>(model.spec, in), in, CrossEntropy{}, 2, options.pool, Outside::frozen);
  give_weights(model, step);
  SequenceSource source = source_of(model, rows);
  source.augment = options.augment, source.seed = options.fit.seed;
  std::vector<index_t> batch(std::size_t(options.batch));
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i] = index_t(i) % rows.rows();
  std::vector<double> seconds;
  double total = 0;
  for (int i = 0; i < 7 && (i < 3 || total < 2); ++i) {  // of slow steps a few are enough
    throw_if_interrupted();
    const auto begin = std::chrono::steady_clock::now();
    source.fill(step.batch, i, batch);
    step(CrossEntropy{}, AdamW{}, 1e-4, 1.0);
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    total += seconds.back();
  }
  std::sort(seconds.begin() + 1, seconds.end());  // the first touches fresh memory
  return seconds[(seconds.size() + 1) / 2];
}

}  // namespace l2g::model
