// text, align, train, step_seconds: the stages of a transfer.
#include "language_model.hpp"
#include "language_values.hpp"
#include "model_values.hpp"
#include "progress.hpp"
#include "tuning.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/data/baseline.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/dyn/language_reference.hpp>

#include <cmath>
#include <optional>

namespace l2g::repl {
namespace {

using model::Model;

/// The parts that a training sees: rows to learn from, rows to choose by.
struct Parts {
  const data::Dataset* train;
  const data::Dataset* dev;
  bool chosen_by_test = false;  // dev is the test part
};
const data::Dataset nobody{};

Parts parts_of(const Arguments& a, bool by_test = false) {
  if (const auto s = a.object<data::Splits>("data")) return {&s->train, by_test ? &s->test : &s->dev, by_test};
  if (const auto simulated = a.object<data::Simulated>("data")) return {&simulated->dataset, &nobody};
  return {a.object<data::Dataset>("data").get(), &nobody};
}
Parts parts_of(const Arguments& a, const transfer::Preset& preset) {
  return parts_of(a,
                  a.has("select_by") ? a.text("select_by") == "test" : preset.selection == transfer::Selection::test);
}

/// Progress to a bar: step, loss, metric.
struct Watch {
  ProgressBar bar;
  explicit Watch(std::string title) : bar(std::move(title)) {}
  FitCallbacks callbacks() {
    FitCallbacks c;
    c.self = this;
    c.progress = [](void* self, const FitProgress& p) {
      std::string text = fmt::format("step {}/{}  loss {:.4f}", p.step, p.steps, p.loss);
      if (!std::isnan(p.metric)) text += fmt::format("  dev MCC {:.3f} (best {:.3f})", p.metric, p.best);
      static_cast<Watch*>(self)->bar.show(double(p.step) / double(p.steps), text);
    };
    return c;
  }
};

/// The preset that the user names, else the one that the model was built as.
transfer::Preset preset_of(const Arguments& a, const Model& m) {
  const auto built = m.notes.find("built as");
  return transfer::preset(a.has("preset") ? a.text("preset") : built == m.notes.end() ? "honest" : built->second);
}

Schedule::Shape shape_of(const std::string& name) {
  return name == "linear" ? Schedule::linear : name == "cosine" ? Schedule::cosine : Schedule::constant;
}

/// The settings of a stage with what the user said instead.
model::TrainOptions options_of(const Arguments& a, const transfer::Preset& preset, transfer::Stage stage,
                               const Model& m, const data::Dataset& rows, const Shell& shell) {
  if (a.has("epochs")) stage.epochs = a.number("epochs");
  if (a.has("batch")) stage.batch = a.integer("batch");
  if (stage.batch > rows.rows()) stage.batch = rows.rows();
  if (a.has("rate")) stage.rate = a.number("rate");
  if (a.has("clip")) stage.clip = a.number("clip");
  if (a.has("average")) stage.average = a.number("average");
  if (a.has("patience")) stage.patience = int(a.integer("patience"));
  if (a.has("decay")) std::visit([&](auto& o) { o.decay = a.number("decay"); }, stage.optimizer);
  if (a.has("decay_vectors")) std::visit([&](auto& o) { o.decay_vectors = a.flag("decay_vectors"); }, stage.optimizer);
  model::TrainOptions o;
  o.batch = stage.batch;
  const std::uint64_t seed = seed_of(a, shell);
  o.tripled = preset.tripled && !a.has("reverse_complement") && !a.has("shift");
  o.fit = model::fit_options(stage, (o.tripled ? 3 : 1) * rows.rows(), a.has("steps") ? a.integer("steps") : 0, seed);
  if (a.has("schedule")) o.fit.schedule.shape = shape_of(a.text("schedule"));
  if (a.has("warm_up")) o.fit.schedule.warm_up = a.integer("warm_up");
  if (a.has("validate_every")) o.fit.validate_every = a.integer("validate_every");
  o.fit.checkpoint = a.has("checkpoint") ? path_of(a.text("checkpoint")) : "";
  if (a.has("checkpoint_every")) o.fit.checkpoint_every = a.integer("checkpoint_every");
  o.fit.identity = m.name + " " + model::to_json(m.spec);
  o.smoothing = a.has("smoothing") ? a.number("smoothing") : stage.smoothing;
  o.augment.reverse_complement = a.has("reverse_complement") ? a.flag("reverse_complement") : m.both_strands;
  o.augment.shift = int(a.has("shift") ? a.integer("shift") : 0);
  o.pool = pool_of(shell);
  return o;
}

std::vector<Parameter> stage_parameters(std::vector<Parameter> own) {
  std::vector<Parameter> p{value_of({"Model"}, "model", "the model"),
                           value_of({"Splits", "Dataset", "Simulated"}, "data", "train and dev rows")};
  for (auto& x : own) p.push_back(std::move(x));
  std::vector<Parameter> common{
      number("epochs", "passes over the training rows; the preset's when not given").between(0, 1e6).optional(),
      integer("steps", "updates, instead of epochs").at_least(1).optional(),
      integer("batch", "rows of an update").between(2, 65536).optional(),
      number("rate", "highest learning rate").between(0, 100).optional(),
      text("schedule", "how the rate falls behind warm_up; the preset's when not given")
          .one_of({"constant", "linear", "cosine"})
          .optional(),
      integer("warm_up", "steps in which the rate rises from 0; the preset's when not given").at_least(0).optional(),
      number("decay", "weight decay").between(0, 100).optional(),
      flag("decay_vectors", "of biases, norms and lambdas, too; as the preset says when not given").optional(),
      number("clip", "highest norm of the gradient; 0: not clipped").at_least(0).optional(),
      number("average", "decay of the moving average of the weights; 0: none").between(0, 0.99999).optional(),
      integer("patience", "validations without a gain before it stops; 0: never").at_least(0).optional(),
      integer("validate_every", "steps between validations; an epoch when not given").at_least(1).optional(),
      number("smoothing", "of the labels").between(0, 0.9).optional(),
      flag("reverse_complement", "show either strand at random; what the model averages when not given").optional(),
      integer("shift", "move rows by up to so many bases").between(0, 10000).optional(),
      text("preset",
           "honest; paper: as printed; code: as the published code runs (test rows choose the epoch); that of build "
           "when "
           "not given")
          .one_of({"honest", "paper", "code"})
          .optional(),
      text("select_by", "the part whose rows choose the weights; test: scores on it will be too good")
          .one_of({"dev", "test"})
          .optional(),
      file("checkpoint", "go on from this file if it is there, and write it").optional(),
      integer("checkpoint_every", "steps between checkpoints; an epoch or a minute when not given")
          .at_least(1)
          .optional(),
      integer("seed", "another seed than the session's").at_least(0).optional()};
  for (auto& x : common) p.push_back(std::move(x));
  return p;
}

std::string told(const FitResult& r, double seconds) {
  std::string s = fmt::format("{} steps in {}", r.steps, duration_in_words(seconds));
  if (!std::isnan(r.best_metric)) s += fmt::format("; best dev MCC {:.3f} at step {}", r.best_metric, r.best_step);
  return s + (r.stopped_early ? " (stopped early)" : "");
}

Value text_verb(const Arguments& a, Shell& shell) {
  const std::uint64_t seed = seed_of(a, shell);
  const auto* named = a.value("language_model").as<std::string>();
  const std::string bytes = named ? byte_model_file(path_of(*named)) : "";
  if (a.has("language_model") && (!named || (bytes.empty() && holds_language_model(path_of(*named))))) {
    const auto lm = language_model_of(a, "language_model", shell);
    text::TokenFeatures f = model::language_reference(
        *lm, path_of(a.text("path")),
        {.tokens = a.integer("tokens"), .per_tag = a.integer("per_tag"), .conll = a.flag("conll"), .seed = seed});
    if (!f.note.empty()) shell.say("note: " + f.note);
    const index_t tokens = f.tokens();
    return make_object<TextReference>(
        TextReference{path_of(a.text("path")), lm->path, tokens, f.width, std::move(f.values)});
  }
  if (a.flag("conll")) throw error("text: files in the column format are read for a language_model = load(folder)");
  const std::string weights = !bytes.empty() ? bytes : named ? path_of(*named) : shipped_language_model();
  return make_object<TextReference>(text_reference(path_of(a.text("path")), weights, a.integer("tokens"), seed));
}

Value align(const Arguments& a, Shell& shell) {
  const auto m = a.object<Model>("model");
  const auto reference = a.object<TextReference>("text");
  const transfer::Preset preset = preset_of(a, *m);
  const Parts parts = parts_of(a, preset);
  model::AlignOptions o;
  static_cast<model::TrainOptions&>(o) = options_of(a, preset, preset.align, *m, *parts.train, shell);
  o.fit.label = "align";
  if (!a.has("reverse_complement") && model::averages_strands(m->spec)) o.augment.reverse_complement = true;
  o.reference = reference->features;
  o.width = reference->width;
  o.alpha = a.has("alpha") ? a.number("alpha") : preset.alpha;
  o.beta = a.has("beta") ? a.number("beta") : preset.beta;
  o.task_first = a.has("task_first") ? a.number("task_first") : preset.task_first;
  Watch watch("align");
  const model::AlignResult r = model::align(*m, *parts.train, *parts.dev, o, watch.callbacks());
  watch.bar.close();
  m->notes["aligned"] =
      fmt::format("{} steps, alpha {:g}, MMD {:.3f} -> {:.3f}", r.steps, o.alpha, r.mmd_before, r.mmd_after);
  if (shell.settings.interactive)
    shell.say(
        fmt::format("{}; MMD to the text {:.3f} -> {:.3f}", told(r, watch.bar.elapsed()), r.mmd_before, r.mmd_after));
  return Value::Table{{"steps", index_t(r.steps)},
                      {"mmd_before", r.mmd_before},
                      {"mmd_after", r.mmd_after},
                      {"best_dev_mcc", r.best_metric},
                      {"seconds", watch.bar.elapsed()}};
}

Value train(const Arguments& a, Shell& shell) {
  const auto m = a.object<Model>("model");
  const transfer::Preset preset = preset_of(a, *m);
  const Parts parts = parts_of(a, preset);
  const model::Tuning tuning = tuning_of(a, *m);
  retune(*m, a);
  const auto& parts_there = model::deep_part(m->spec).parts;
  const bool transfers =
      std::any_of(parts_there.begin(), parts_there.end(), [](const model::Spec& s) { return s.key == "body"; });
  model::TrainOptions o = options_of(a, preset, transfers ? preset.fine_tune : preset.cnn, *m, *parts.train, shell);
  if (transfers) o.fit.statistics_batches = 8;  // each of them goes through the language model as well
  o.body_rate = body_rate_of(a, *m, preset.slow_body, o.fit.schedule.rate);
  std::optional<peft::RankAllocator<float>> ranks;
  if (model::allocates_ranks(tuning.what)) {
    o.fit.hook = &ranks.emplace(ranks_of(a, tuning, o.fit.steps, o.fit.seed));
    if (!a.has("average")) o.fit.average = 0;  // a mean over steps would bring back what was pruned
  }
  Watch watch("train");
  m->notes["preset"] = preset.name;
  if (a.has("tune")) m->notes["tuned"] = a.text("tune");
  m->notes["training seed"] = std::to_string(o.fit.seed);
  const FitResult r = model::train(*m, *parts.train, *parts.dev, o, watch.callbacks());
  watch.bar.close();
  m->notes.erase("newly initialised");
  if (shell.settings.interactive) {
    shell.say(told(r, watch.bar.elapsed()));
    if (parts.chosen_by_test)
      shell.say("the best epoch was chosen by the test rows, so the test score will be too good");
    if (parts.dev->empty()) shell.say("there are no dev rows, so the last weights are kept");
    if (o.body_rate > 0) shell.say(fmt::format("the language model's rate was {:.2g}", o.body_rate));
    if (ranks) shell.say(ranks_in_words(*ranks, *m));
  }
  Value::Table result{{"steps", index_t(r.steps)},     {"best_step", index_t(r.best_step)},
                      {"best_dev_mcc", r.best_metric}, {"stopped_early", r.stopped_early},
                      {"trained", m->parameters()},    {"seconds", watch.bar.elapsed()}};
  if (ranks)
    for (auto& entry : ranks_table(*ranks, *m)) result.push_back(std::move(entry));
  return result;
}

Value step_seconds(const Arguments& a, Shell& shell) {
  auto m = a.object<Model>("model");
  if (a.has("tune")) {
    m = std::make_shared<Model>(*m);
    retune(*m, a);
  }
  const Parts parts = parts_of(a);
  model::TrainOptions o;
  o.batch = std::min(a.integer("batch"), parts.train->rows());
  o.pool = pool_of(shell);
  return model::seconds_per_step(*m, *parts.train, o);
}

}  // namespace

void register_training_verbs(Registry& registry) {
  registry.type<TextReference>("Text", "features of text that an embedder is aligned with")
      .summary([](const TextReference& t) {
        return fmt::format("{} tokens of width {} from {}", t.tokens, t.width, t.source);
      })
      .bytes([](const TextReference& t) { return t.features.size() * sizeof(float); })
      .length([](const TextReference& t) { return t.tokens; })
      .field("width", "channels of a token", [](const TextReference& t) { return t.width; })
      .field("source", "the file", [](const TextReference& t) { return t.source; });
  registry.add(
      {.name = "text",
       .group = "transfer",
       .doc = "Reads a text file and embeds tokens of it by the language model: the reference of an alignment.",
       .parameters =
           {file("path", "any text file, plain or .gz"),
            integer("tokens", "tokens drawn without replacement").between(2, 1000000).by_default(3150),
            any("language_model", "a LanguageModel or its path; the shipped one when not given")
                .with(Completes::file)
                .optional(),
            flag("conll", "the file is in the columns of CoNLL-2003; its first lines tell when not given")
                .by_default(false),
            integer("per_tag", "CoNLL-2003: tokens drawn of each of the nine tags").at_least(1).by_default(350),
            integer("seed", "another seed than the session's").at_least(0).optional()},
       .run = text_verb,
       .help = "Words, positions and norm make the vectors, no hidden state. With a published language model they are "
               "kept on disk under the hash of what they came from.",
       .example = "t = text \"alice.txt\"\nt = text(\"eng.testa\", {language_model = lm})"});
  registry.add(
      {.name = "align",
       .group = "transfer",
       .doc = "Trains the embedder so that its features look like those of text, jointly with the task.",
       .parameters =
           stage_parameters({value_of({"Text"}, "text", "the reference, made by text(path)"),
                             number("alpha", "weight of the discrepancy").at_least(0).optional(),
                             number("beta", "weight of the task").at_least(0).optional(),
                             number("task_first", "share of the steps with the task alone").between(0, 1).optional()}),
       .run = align,
       .help = "The loss is alpha MMD + beta task, with alpha 0 for the first part (L2G, stage 2). The head of "
               "this stage is thrown away; train comes next.",
       .example = "m = build(s, {kind = \"l2g\"})\nalign(m, s, {text = t, epochs = 4})\ntrain(m, s)"});
  registry.add(
      {.name = "train",
       .group = "model",
       .doc = "Trains a model on labelled rows and keeps the weights that are best on dev.",
       .parameters = stage_parameters([] {
         auto p = tuning_parameters();
         p.push_back(number("body_rate",
                            "highest rate of the language model's weights; by its width (5e-5 for 384 channels) when "
                            "not given for a published model, else that of the others")
                         .between(0, 100)
                         .optional());
         return p;
       }()),
       .run = train,
       .help =
           "Ctrl-C stops at a step; the model keeps its weights, and train goes on from them. With checkpoint = "
           "\"run.ckpt\" a stopped training goes on exactly where it was, to the same bits.\n"
           "adalora follows Zhang et al. 2023, ars the paper of Lingo, ars_code its published code; what was chosen "
           "stands in the result (ranks, choices). The loss that they show has the orthogonality term in it.",
       .example = "train(m, s)\nm:train{s, epochs = 4, rate = 1e-3}\nplot(m)\ntrain(m, s, {tune = \"lora\", rank = 8, "
                  "targets = {\"query\", \"value\"}})"});
  registry.add({.name = "step_seconds",
                .group = "model",
                .doc = "Measures how long a training step takes here, now; the weights stay.",
                .parameters =
                    [] {
                      std::vector<Parameter> p{value_of({"Model"}, "model", "the model"),
                                               value_of({"Splits", "Dataset", "Simulated"}, "data", "training rows"),
                                               integer("batch", "rows of an update").between(2, 65536).by_default(128)};
                      for (auto& x : tuning_parameters()) p.push_back(std::move(x));
                      return p;
                    }(),
                .run = step_seconds,
                .example = "step_seconds(m, s)"});
}

}  // namespace l2g::repl
