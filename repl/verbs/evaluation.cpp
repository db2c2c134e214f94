// evaluate, predict, threshold, calibration: what a model is worth, and what it says.
#include "evaluation_values.hpp"
#include "model_values.hpp"
#include "progress.hpp"
#include "sequence_rows.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/data/baseline.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/eval/bootstrap.hpp>
#include <l2g/eval/metrics.hpp>
#include <l2g/eval/ranking.hpp>
#include <l2g/eval/threshold.hpp>
#include <l2g/io/content_hash.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

namespace l2g::repl {
namespace {

using model::Model;

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
  const data::Dataset& rows = judged_rows(a, "data", part, m->classes, "evaluate");
  const auto table = published_table(a.text_or("published", ""));
  Model judged = *m;
  if (a.has("both_strands")) judged.both_strands = a.flag("both_strands");
  ProgressBar bar("evaluate");
  double threshold = m->threshold;
  const bool by_dev = a.has("threshold") && a.value("threshold").as<std::string>();
  if (by_dev) {
    if (*a.value("threshold").as<std::string>() != "dev")
      throw error("evaluate: threshold is a number in 0..1, or \"dev\": chosen on the dev rows");
    if (!splits) throw error("evaluate: threshold = \"dev\" needs Splits with a dev part");
    threshold = threshold_by_dev(judged, *splits, shell, bar.callback());
  } else if (a.has("threshold")) {
    const auto* whole = a.value("threshold").as<index_t>();
    const auto* real = a.value("threshold").as<double>();
    threshold = whole ? double(*whole) : real ? *real : -1;
    if (!(threshold >= 0 && threshold <= 1))
      throw error("evaluate: threshold is a number in 0..1, or \"dev\": chosen on the dev rows");
  }
  const auto e = judge_model(judged, rows, threshold, a.integer("resamples"), shell, bar.callback());
  if (by_dev) e->threshold_by = "dev";
  e->mcc.split = splits ? part : rows.name;
  const bool another_part = rows.name.ends_with("/train") || rows.name.ends_with("/dev");
  if (splits ? part == "test" : !another_part) e->published = data::published_for(table, e->task);
  if (const auto b = a.object<data::Baseline>("baseline"))
    for (const auto& f : b->models) {
      const double v = part == "dev" ? f.dev_mcc : f.test_mcc;
      if (f.model == "gc") e->mcc.floors.gc = v;
      if (f.model == "kmer5") e->mcc.floors.kmer = v;
      if (f.model == "pos3") e->mcc.floors.positional = v;
      if (f.model == "joint") e->mcc.floors.joint = v;
    }
  const auto add_note = [&](const std::string& text) { e->note += (e->note.empty() ? "" : "; ") + text; };
  if (e->mcc.protocol == "code" && part == "test")
    add_note("the epoch was chosen by these rows (preset code): the score is too good");
  if (part == "train" && splits) add_note("these rows were learnt: the score says nothing about new ones");
  if (part == "dev" && by_dev) add_note("the threshold was chosen by these rows: the score is too good");
  if (!a.has("baseline") && splits && part == "test")
    add_note("floors beside it: evaluate(m, s, {baseline = baseline(s)})");
  return object(e);
}

Value threshold_verb(const Arguments& a, Shell& shell) {
  const auto m = a.object<Model>("model");
  ProgressBar bar("threshold");
  double reached = 0;
  const double before = m->threshold;
  const double chosen = threshold_by_dev(*m, *a.object<data::Splits>("data"), shell, bar.callback(), &reached);
  bar.close();
  m->threshold = chosen;
  m->notes["threshold"] =
      fmt::format("{:.4f}, by the MCC of {} dev rows", chosen, a.object<data::Splits>("data")->dev.rows());
  if (shell.settings.interactive)
    shell.say(fmt::format("'{}' is said from a probability of {:.3f} on (before: {:.3f}); dev MCC {:.3f}",
                          m->classes[1], chosen, before, reached));
  return Value::Table{{"threshold", chosen}, {"before", before}, {"dev_mcc", reached}};
}

Value calibration_verb(const Arguments& a, Shell&) {
  const auto e = a.object<Evaluated>("evaluation");
  const auto& p = e->predictions;
  auto c = std::make_shared<Calibrated>();
  c->model = e->model, c->split = e->mcc.split;
  c->bins = e->bins;
  c->equal_mass = eval::equal_mass_reliability(p.probability, e->truth, p.classes);
  c->expected = eval::expected_gap(c->bins), c->adaptive = eval::expected_gap(c->equal_mass);
  c->largest = eval::largest_gap(c->bins);
  c->classwise = eval::classwise_calibration_error(p.probability, e->truth, p.classes);
  if (const auto dev = a.object<Evaluated>("dev")) {
    if (dev->classes != e->classes) throw error("calibration: dev is an Evaluation of other classes");
    c->temperature = eval::fitted_temperature(dev->predictions.probability, dev->truth, p.classes);
    c->tempered = eval::expected_gap(
        eval::reliability(eval::tempered(p.probability, p.classes, c->temperature), e->truth, p.classes));
  }
  return object(c);
}

Value predict(const Arguments& a, Shell& shell) {
  const auto m = a.object<Model>("model");
  data::Dataset read;
  const data::Dataset* rows = a.object<data::Dataset>("data").get();
  if (const auto* path = a.value("data").as<std::string>()) {
    read = file_rows(path_of(*path));
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

/// Names as they stand in messages; many are cut.
std::string shortened_list(const std::vector<std::string>& names) {
  constexpr std::size_t most = 6;
  std::string all;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) all += (i ? ", " : "") + names[i];
  return names.size() > most ? all + fmt::format(" and {} more", names.size() - most) : all;
}

const data::Dataset& judged_rows(const Arguments& a, std::string_view name, const std::string& part,
                                 const std::vector<std::string>& classes, const char* verb) {
  const data::Dataset* rows = a.object<data::Dataset>(name).get();
  if (const auto splits = a.object<data::Splits>(name))
    rows = part == "train" ? &splits->train : part == "dev" ? &splits->dev : &splits->test;
  if (const auto simulated = a.object<data::Simulated>(name)) rows = &simulated->dataset;
  if (!rows) throw error(fmt::format("{}: '{}' has to be Splits or a Dataset", verb, name));
  if (rows->empty()) throw error(fmt::format("{}: the {} part has no rows", verb, part));
  if (!rows->labelled()) throw error(fmt::format("{}: the rows have no labels; predict needs none", verb));
  if (rows->classes != classes)
    throw error(fmt::format("{}: the rows have other classes than the model: {} instead of {}", verb,
                            shortened_list(rows->classes), shortened_list(classes)));
  return *rows;
}

static std::string hash_of(const data::Dataset& rows) {
  io::ContentHash hash;
  for (const std::string& sequence : rows.sequences) hash.add(std::string_view(sequence));
  return hash.add(std::span<const std::int32_t>(rows.labels)).text();
}

std::shared_ptr<Evaluated> judge_predictions(std::string name, model::Predictions predictions,
                                             std::vector<std::int32_t> called, const data::Dataset& rows,
                                             index_t resamples, std::uint64_t seed) {
  auto e = std::make_shared<Evaluated>();
  e->model = std::move(name);
  e->task = rows.source.empty() ? rows.name : rows.source;
  e->classes = rows.classes;
  e->predictions = std::move(predictions);
  e->truth = rows.labels, e->said = std::move(called), e->rows_hash = hash_of(rows);
  const index_t classes = rows.class_count();
  const auto interval =
      eval::bootstrap(eval::matthews, e->truth, e->said, classes, {.resamples = resamples, .seed = seed});
  e->mcc.value = interval.value, e->mcc.lo = interval.lo, e->mcc.hi = interval.hi;
  e->mcc.split = rows.name, e->mcc.protocol = "not trained here", e->mcc.rows = rows.rows();
  e->accuracy = eval::accuracy(e->truth, e->said, classes);
  e->macro_f1 = eval::macro_f1(e->truth, e->said, classes);
  e->auc = area(*e, eval::roc_auc);
  e->auprc = area(*e, eval::average_precision);
  e->loss = model::judge(e->predictions, rows).loss;
  e->table = eval::class_table(e->predictions.probability, e->truth, e->said, e->classes);
  const auto& p = e->predictions.probability;
  if (std::any_of(p.begin(), p.end(), [](double x) { return std::isnan(x); })) {
    e->calibration_error = not_a_number;
    e->note = "some probabilities are not numbers: the weights of the model have diverged";
    return e;
  }
  e->bins = eval::reliability(p, e->truth, classes);
  e->calibration_error = eval::expected_gap(e->bins);
  return e;
}

std::shared_ptr<Evaluated> judge_model(const Model& m, const data::Dataset& rows, double threshold, index_t resamples,
                                       const Shell& shell, const Progress& progress) {
  auto predictions = model::predict(m, rows, {128, pool_of(shell), progress});
  auto called = predictions.labels(threshold);
  auto e = judge_predictions(m.name, std::move(predictions), std::move(called), rows, resamples, shell.settings.seed);
  e->threshold = threshold;
  const auto preset = m.notes.find("preset"), seed = m.notes.find("training seed");
  if (preset != m.notes.end()) e->mcc.protocol = preset->second;
  e->mcc.seed = seed == m.notes.end() ? m.seed : std::stoull(seed->second);
  return e;
}

double threshold_by_dev(const Model& m, const data::Splits& splits, const Shell& shell, const Progress& progress,
                        double* reached) {
  const data::Dataset& dev = splits.dev;
  if (m.classes.size() != 2)
    throw error(fmt::format("a threshold decides between two classes; {} has {}", m.name, m.classes.size()));
  if (dev.empty() || !dev.labelled())
    throw error("a threshold is chosen on labelled dev rows, and there are none: split(data)");
  if (dev.classes != m.classes) throw error("the dev rows have other classes than the model");
  const auto predictions = model::predict(m, dev, {128, pool_of(shell), progress});
  const auto best = eval::best_threshold(predictions.scores(1), dev.labels);
  if (std::isnan(best.reached)) throw error("a threshold needs dev rows of both classes");
  if (reached) *reached = best.reached;
  return best.value;
}

std::vector<data::PublishedValue> published_table(const std::string& path) {
  namespace fs = std::filesystem;
  const auto read = [](const std::string& file) {
    data::LineReader lines(file);
    return data::read_published(lines);
  };
  if (!path.empty()) return read(path_of(path));
  std::error_code failed;
  if (const char* data = std::getenv("L2G_DATA")) {
    const fs::path file = fs::path(data) / "published" / "published.tsv";
    if (fs::is_regular_file(file, failed)) return read(file.string());
  }
  // Beside the program: share/l2g of an installation, examples in the source tree of a build.
  fs::path folder = fs::read_symlink("/proc/self/exe", failed).parent_path();
  for (int up = 0; up < 5 && !folder.empty(); ++up, folder = folder.parent_path())
    for (const char* place : {"share/l2g/published.tsv", "examples/published.tsv"})
      if (fs::is_regular_file(folder / place, failed)) return read((folder / place).string());
  return {};
}

void register_evaluation_verbs(Registry& registry) {
  register_evaluation_types(registry);
  registry.add(
      {.name = "evaluate",
       .group = "model",
       .doc = "Scores a model on labelled rows, with a 95 % interval and the floors beside it.",
       .parameters =
           {value_of({"Model"}, "model", "the model"), value_of({"Splits", "Dataset", "Simulated"}, "data", "the rows"),
            text("split", "which part of Splits").one_of({"test", "dev", "train"}).by_default("test"),
            value_of({"Baseline"}, "baseline", "floors to show").optional(),
            flag("both_strands", "predict the mean over both strands; as the model says when not given").optional(),
            any("threshold",
                "probability from which the second of two classes is said, or \"dev\": chosen on the dev "
                "rows; the model's own when not given")
                .optional(),
            integer("resamples", "of the bootstrap").between(10, 1000000).by_default(1000),
            file("published",
                 "a table of published values (TSV: task, model, metric, value, source, protocol); the "
                 "one that comes with the program when not given")
                .optional()},
       .run = evaluate,
       .help = "Where the task is known by its path or name, published values stand beside ours, with source and "
               "protocol: they come from other training rows and other choices, so they say where a score lies, not "
               "which model is better. For that use compare.",
       .example = "e = evaluate(m, s, {baseline = b})\nplot(e)\ne.mcc"});
  registry.add({.name = "threshold",
                .group = "model",
                .doc = "Chooses the probability from which the second of two classes is said, on dev rows alone.",
                .parameters = {value_of({"Model"}, "model", "the model; it keeps the threshold"),
                               value_of({"Splits"}, "data", "dev chooses; train and test are not looked at")},
                .run = threshold_verb,
                .help = "The highest MCC on dev; of equals the one nearest to 0.5. evaluate, predict and save use it "
                        "from then on.",
                .example = "threshold(m, s)\nevaluate(m, s)"});
  registry.add({.name = "calibration",
                .group = "model",
                .doc = "Do probabilities mean what they say? Reliability bins and calibration errors.",
                .parameters = {value_of({"Evaluation"}, "evaluation", "made by evaluate"),
                               value_of({"Evaluation"}, "dev", "of the dev part: fits a temperature").optional()},
                .run = calibration_verb,
                .example = "e = evaluate(m, s)\ncalibration(e, {dev = evaluate(m, s, {split = \"dev\"})})\nplot(e, "
                           "{chart = \"calibration\"})"});
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
