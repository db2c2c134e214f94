// evaluate, predict: what a model is worth, and what it says.
#include "model_values.hpp"
#include "progress.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/data/baseline.hpp>
#include <l2g/data/load.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/eval/metrics.hpp>
#include <l2g/eval/score.hpp>
#include <l2g/report/rank_curves.hpp>

#include <cmath>

namespace l2g::repl {
namespace {

using model::Model;

/// A model on labelled rows: scores with intervals, floors beside them, and what charts need.
struct Evaluated {
  std::string model;
  eval::Score mcc;
  double accuracy = 0, macro_f1 = 0, auc = 0, auprc = 0, loss = 0;
  std::vector<std::string> classes;
  std::vector<std::int32_t> truth, said;
  model::Predictions predictions;
  std::string note;
};

std::vector<std::int32_t> positives(const Evaluated& e, index_t k) {
  std::vector<std::int32_t> p;
  for (const auto t : e.truth) p.push_back(t == k);
  return p;
}

report::ConfusionMatrix confusion_of(const Evaluated& e) {
  report::ConfusionMatrix c;
  c.title = "Confusion matrix of " + e.model + ", " + e.mcc.split;
  c.class_names = e.classes;
  const std::size_t n = e.classes.size();
  c.counts.resize(n * n);
  for (std::size_t i = 0; i < e.truth.size(); ++i) ++c.counts[std::size_t(e.truth[i]) * n + std::size_t(e.said[i])];
  return c;
}
report::RocCurves roc_of(const Evaluated& e) {
  report::RocCurves c;
  c.title = "ROC of " + e.model + ", " + e.mcc.split;
  const index_t n = index_t(e.classes.size());
  for (index_t k = n == 2 ? 1 : 0; k < n; ++k)
    c.curves.push_back(
        report::roc_of(e.classes[std::size_t(k)], e.predictions.scores(k), positives(e, k), {.resamples = 500}));
  return c;
}

std::string details_of(const Evaluated& e) {
  std::string s = eval::to_text(e.mcc) + "\n";
  s += fmt::format("accuracy {:.3f}, macro-F1 {:.3f}, ROC-AUC {:.3f}, AUPRC {:.3f}, loss {:.3f}\n", e.accuracy,
                   e.macro_f1, e.auc, e.auprc, e.loss);
  return s + (e.note.empty() ? "" : e.note + "\n");
}

void register_types(Registry& registry) {
  registry.type<Evaluated>("Evaluation", "scores of a model on labelled rows")
      .summary([](const Evaluated& e) { return eval::to_text(e.mcc); })
      .details(details_of)
      .field("mcc", "Matthews correlation", [](const Evaluated& e) { return e.mcc.value; })
      .field("lo", "lower end of the 95 % interval of the MCC", [](const Evaluated& e) { return e.mcc.lo; })
      .field("hi", "upper end", [](const Evaluated& e) { return e.mcc.hi; })
      .field("accuracy", "share of rows that are right", [](const Evaluated& e) { return e.accuracy; })
      .field("macro_f1", "mean F1 of the classes", [](const Evaluated& e) { return e.macro_f1; })
      .field("auc", "area under the ROC curve", [](const Evaluated& e) { return e.auc; })
      .field("auprc", "area under precision and recall", [](const Evaluated& e) { return e.auprc; })
      .field("loss", "mean negative log-likelihood", [](const Evaluated& e) { return e.loss; })
      .field("rows", "rows that were judged", [](const Evaluated& e) { return e.mcc.rows; })
      .field("note", "how far it can be trusted", [](const Evaluated& e) { return e.note; })
      .chart("confusion", "classes against what was said", [](const Evaluated& e) { return chart_of(confusion_of(e)); })
      .chart("roc", "ROC curve", [](const Evaluated& e) { return chart_of(roc_of(e)); });
  registry.type<model::Predictions>("Predictions", "one probability a class for each row")
      .summary([](const model::Predictions& p) { return fmt::format("{} rows, {} classes", p.rows, p.classes); })
      .length([](const model::Predictions& p) { return p.rows; })
      .item([](const model::Predictions& p, index_t i) {
        if (i == p.rows + 1) return Value{};
        if (i < 1 || i > p.rows) throw error(fmt::format("row {} of Predictions with rows 1 to {}", i, p.rows));
        std::vector<double> row;
        for (index_t k = 0; k < p.classes; ++k) row.push_back(p.p(i - 1, k));
        return Value(row);
      });
}

double area(const Evaluated& e, eval::RankMetric metric) {
  const index_t n = index_t(e.classes.size());
  double sum = 0;
  index_t count = 0;
  for (index_t k = n == 2 ? 1 : 0; k < n; ++k) {
    const double v = metric(e.predictions.scores(k), positives(e, k));
    if (!std::isnan(v)) sum += v, ++count;
  }
  return count ? sum / double(count) : eval::Floors::unknown;
}

Value evaluate(const Arguments& a, Shell& shell) {
  const auto m = a.object<Model>("model");
  const auto splits = a.object<data::Splits>("data");
  const std::string part = a.text("split");
  const data::Dataset* rows = nullptr;
  if (splits)
    rows = part == "train" ? &splits->train : part == "dev" ? &splits->dev : &splits->test;
  else if (const auto simulated = a.object<data::Simulated>("data"))
    rows = &simulated->dataset;
  else
    rows = a.object<data::Dataset>("data").get();
  if (rows->empty()) throw error("evaluate: the " + part + " part has no rows");
  if (!rows->labelled()) throw error("evaluate: the rows have no labels; predict needs none");
  if (rows->classes != m->classes) throw error("evaluate: the rows have other classes than the model");
  Model judged = *m;
  if (a.has("both_strands")) judged.both_strands = a.flag("both_strands");
  ProgressBar bar("evaluate");
  auto e = std::make_shared<Evaluated>();
  e->model = m->name;
  e->classes = m->classes;
  e->predictions = model::predict(judged, *rows, {128, pool_of(shell), bar.callback()});
  e->truth = rows->labels;
  e->said = e->predictions.labels(m->threshold);
  const index_t classes = m->outputs();
  const auto interval = eval::bootstrap(eval::matthews, e->truth, e->said, classes,
                                        {.resamples = a.integer("resamples"), .seed = shell.settings.seed});
  e->mcc.value = interval.value, e->mcc.lo = interval.lo, e->mcc.hi = interval.hi;
  e->mcc.split = splits ? part : rows->name;
  const auto preset = m->notes.find("preset");
  e->mcc.protocol = preset == m->notes.end() ? "not trained here" : preset->second;
  const auto seed = m->notes.find("training seed");
  e->mcc.seed = seed == m->notes.end() ? m->seed : std::stoull(seed->second);
  e->mcc.rows = rows->rows();
  if (const auto b = a.object<data::Baseline>("baseline"))
    for (const auto& f : b->models) {
      const double v = part == "dev" ? f.dev_mcc : f.test_mcc;
      if (f.model == "gc") e->mcc.floors.gc = v;
      if (f.model == "kmer5") e->mcc.floors.kmer = v;
      if (f.model == "pos3") e->mcc.floors.positional = v;
      if (f.model == "joint") e->mcc.floors.joint = v;
    }
  e->accuracy = eval::accuracy(e->truth, e->said, classes);
  e->macro_f1 = eval::macro_f1(e->truth, e->said, classes);
  e->auc = area(*e, eval::roc_auc);
  e->auprc = area(*e, eval::average_precision);
  e->loss = model::judge(e->predictions, *rows, m->threshold).loss;
  if (e->mcc.protocol == "code" && part == "test")
    e->note = "the epoch was chosen by these rows (preset code): the score is too good";
  if (part == "train" && splits) e->note = "these rows were learnt: the score says nothing about new ones";
  if (!a.has("baseline") && splits && part == "test")
    e->note +=
        (e->note.empty() ? "" : "; ") + std::string("floors beside it: evaluate(m, s, {baseline = baseline(s)})");
  return object(e);
}

Value predict(const Arguments& a, Shell& shell) {
  const auto m = a.object<Model>("model");
  data::Dataset read;
  const data::Dataset* rows = a.object<data::Dataset>("data").get();
  if (const auto* path = a.value("data").as<std::string>()) {
    data::LoadOptions o;
    o.without_labels = true;
    o.fasta_label = data::FastaLabel::none;
    read = data::load_file(path_of(*path), o);
    rows = &read;
  }
  if (!rows)
    throw error("predict takes a Dataset or the path of a sequence file, got " + kind_in_words(a.value("data")));
  ProgressBar bar("predict");
  auto p = std::make_shared<model::Predictions>(model::predict(*m, *rows, {128, pool_of(shell), bar.callback()}));
  bar.close();
  std::vector<index_t> longer;
  for (index_t i = 0; i < rows->rows(); ++i) {
    const std::string& sequence = rows->sequences[std::size_t(i)];
    const bool cut = m->tokens ? m->tokens->tokenizer.encode(sequence, m->tokens->options).cut > 0
                               : index_t(sequence.size()) > m->input.length;
    if (cut) longer.push_back(i + 1);
  }
  if (!longer.empty())
    shell.say(
        fmt::format("note: {} of {} sequences are longer than the {} {} that the model reads (first: row {}); "
                    "their right end was not seen",
                    longer.size(), rows->rows(), m->shape(1)[1], m->tokens ? "tokens" : "positions", longer.front()));
  if (a.has("file")) {
    const std::string path = path_of(a.text("file"));
    model::write_predictions(*m, *rows, *p, path);
    if (shell.settings.interactive) shell.say("wrote " + path);
  }
  return object(p);
}

}  // namespace

void register_evaluation_verbs(Registry& registry) {
  register_types(registry);
  registry.add(
      {.name = "evaluate",
       .group = "model",
       .doc = "Scores a model on labelled rows, with a 95 % interval and the floors beside it.",
       .parameters =
           {value_of({"Model"}, "model", "the model"), value_of({"Splits", "Dataset", "Simulated"}, "data", "the rows"),
            text("split", "which part of Splits").one_of({"test", "dev", "train"}).by_default("test"),
            value_of({"Baseline"}, "baseline", "floors to show").optional(),
            flag("both_strands", "predict the mean over both strands; as the model says when not given").optional(),
            integer("resamples", "of the bootstrap").between(10, 1000000).by_default(1000)},
       .run = evaluate,
       .example = "e = evaluate(m, s, {baseline = b})\nplot(e)\ne.mcc"});
  registry.add({.name = "predict",
                .group = "model",
                .doc = "Says one probability a class for every sequence of a file or a Dataset.",
                .parameters = {value_of({"Model"}, "model", "the model"),
                               any("data", "a Dataset, or the path of a sequence file"),
                               file("file", "write a CSV: id, label, one probability a class").optional()},
                .run = predict,
                .example = "predict(m, \"new.fa\", {file = \"calls.csv\"})"});
}

}  // namespace l2g::repl
