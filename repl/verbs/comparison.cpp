// compare, compare_seeds, fractions: is one model better than another, and would more data help?
#include "chart.hpp"
#include "evaluation_values.hpp"
#include "model_values.hpp"
#include "progress.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/data/predictions_file.hpp>
#include <l2g/data/runs.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/dyn/learning_curve.hpp>
#include <l2g/eval/compare.hpp>
#include <l2g/eval/multiple.hpp>
#include <l2g/report/comparison_charts.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

namespace l2g::repl {
namespace {

using model::Model;

/// Two models on the same rows.
struct Compared {
  std::string first, second, split;
  eval::Comparison result;
  eval::Score first_mcc, second_mcc;
};

report::ForestPlot forest_of(const Compared& c) {
  report::ForestPlot f;
  f.title = c.first + " against " + c.second + ", " + c.split;
  f.axis_name = fmt::format("{} - {} (95 % interval)", c.first, c.second);
  f.rows.push_back({"MCC", c.result.mcc.value, c.result.mcc.lo, c.result.mcc.hi});
  if (c.result.auc)
    f.rows.push_back({"ROC-AUC", c.result.auc->first - c.result.auc->second, c.result.auc->lo, c.result.auc->hi});
  return f;
}
report::ScoreChart scores_of(const Compared& c) {
  report::ScoreChart s;
  s.title = "Two models on " + c.split;
  s.axis_name = "MCC (95 % interval)";
  s.variants = {{c.first, c.first_mcc.value, c.first_mcc.lo, c.first_mcc.hi},
                {c.second, c.second_mcc.value, c.second_mcc.lo, c.second_mcc.hi}};
  return s;
}

/// Variants of runs compared in pairs, a line for each task and pair.
struct SeedRow {
  std::string task, first, second;
  index_t seeds = 0;
  double first_mean = 0, second_mean = 0;
  eval::PairedT plain, corrected;
  double adjusted = 1;  // Holm over all rows, of the corrected p
};
struct SeedComparison {
  std::string source, metric;
  double test_share = 0;
  std::vector<SeedRow> rows;
};

std::string p_in_words(double p) { return p < 0.001 ? "<0.001" : fmt::format("{:.3f}", p); }

std::string details_of(const SeedComparison& c) {
  std::string s = fmt::format("{} of {}, paired by seed\n", c.metric, c.source);
  s += "                               seeds  difference       p  corrected interval       p    Holm\n";
  std::size_t shown = 0;
  for (const SeedRow& r : c.rows) {
    if (++shown > 12) break;
    const std::string name = fmt::format("{}{} - {}", r.task.empty() ? "" : r.task + ": ", r.first, r.second);
    s += fmt::format("{:<30} {:>5}      {:>+6.3f}  {:>6}    [{:+.3f}, {:+.3f}]  {:>6}  {:>6}\n", fitted(name, 30),
                     r.seeds, r.plain.mean, p_in_words(r.plain.p), r.corrected.lo, r.corrected.hi,
                     p_in_words(r.corrected.p), p_in_words(r.adjusted));
  }
  if (shown > 12) s += fmt::format("and {} more\n", c.rows.size() - 12);
  s += fmt::format("corrected for rows that the trainings share: variance 1/seeds + {:.3f}\n", c.test_share);
  if (c.test_share > 1)
    s +=
        fmt::format("the test part is {:.2g} times as large as train: the corrected interval is wide by construction\n",
                    c.test_share);
  return s + "warning: " + eval::seeds_warning + "\n";
}
report::ForestPlot forest_of(const SeedComparison& c) {
  report::ForestPlot f;
  f.title = "Variants compared over seeds";
  f.axis_name = "difference in " + c.metric + " (95 % interval, corrected)";
  for (const SeedRow& r : c.rows)
    f.rows.push_back({fmt::format("{}{} - {}", r.task.empty() ? "" : r.task + ": ", r.first, r.second), r.plain.mean,
                      r.corrected.lo, r.corrected.hi});
  return f;
}

std::string in_short(const model::FractionCurve& c) {
  const auto& last = c.points.back();
  return fmt::format("{} on {}: test MCC {:.3f} at {:g} % to {:.3f} at {:g} % of the rows", c.model, c.task,
                     c.points.front().test.value, 100 * c.points.front().fraction, last.test.value,
                     100 * last.fraction);
}
std::string details_of(const model::FractionCurve& c) {
  std::string s = "fraction    rows   steps  dev MCC  test MCC\n";
  std::size_t shown = 0;
  for (const auto& p : c.points) {
    if (++shown > 15) break;
    s += fmt::format("{:>6g} %  {:>6}  {:>6}  {:>7.3f}  {:>8.3f} [{:.3f}, {:.3f}]\n", 100 * p.fraction, p.rows, p.steps,
                     p.dev_mcc, p.test.value, p.test.lo, p.test.hi);
  }
  if (c.stopped) s += "stopped: larger fractions are missing\n";
  return s + "one training each, from the same weights; a smaller fraction is part of a larger one\n";
}
report::TradeOff curve_of(const model::FractionCurve& c) {
  report::TradeOff t;
  t.title = "Score of " + c.model + " against training rows, " + c.task;
  t.x_name = "training rows";
  t.front = false;
  for (const auto& p : c.points)
    t.points.push_back({fmt::format("{:g} %", 100 * p.fraction), double(p.rows), p.test.value, p.test.lo, p.test.hi});
  return t;
}
Value points_value(const model::FractionCurve& c) {
  Value::List rows;
  for (const auto& p : c.points)
    rows.push_back(Value::Table{{"fraction", p.fraction},
                                {"rows", p.rows},
                                {"steps", index_t(p.steps)},
                                {"dev_mcc", p.dev_mcc},
                                {"test_mcc", p.test.value},
                                {"lo", p.test.lo},
                                {"hi", p.test.hi}});
  return rows;
}
Value rows_value(const SeedComparison& c) {
  Value::List rows;
  for (const SeedRow& r : c.rows)
    rows.push_back(Value::Table{{"task", r.task},
                                {"first", r.first},
                                {"second", r.second},
                                {"seeds", r.seeds},
                                {"first_mean", r.first_mean},
                                {"second_mean", r.second_mean},
                                {"difference", r.plain.mean},
                                {"t", r.plain.t},
                                {"p", r.plain.p},
                                {"corrected_p", r.corrected.p},
                                {"lo", r.corrected.lo},
                                {"hi", r.corrected.hi},
                                {"holm", r.adjusted}});
  return rows;
}

void register_types(Registry& registry) {
  registry.type<Compared>("Comparison", "two models on the same rows")
      .summary([](const Compared& c) {
        return fmt::format("{} - {}: MCC {:+.3f} [{:+.3f}, {:+.3f}] on {} rows", c.first, c.second, c.result.mcc.value,
                           c.result.mcc.lo, c.result.mcc.hi, c.result.rows);
      })
      .details([](const Compared& c) { return eval::to_text(c.result, c.first, c.second); })
      .field("difference", "in MCC, first less second", [](const Compared& c) { return c.result.mcc.value; })
      .field("lo", "lower end of its 95 % interval", [](const Compared& c) { return c.result.mcc.lo; })
      .field("hi", "upper end", [](const Compared& c) { return c.result.mcc.hi; })
      .field("first_better", "share of the resamples", [](const Compared& c) { return c.result.mcc.share_above; })
      .field("mcnemar_p", "of the rows that only one has right", [](const Compared& c) { return c.result.accuracy.p; })
      .field("only_first", "rows that only the first has right",
             [](const Compared& c) { return c.result.accuracy.only_first; })
      .field("only_second", "rows that only the second has right",
             [](const Compared& c) { return c.result.accuracy.only_second; })
      .field("first_auc", "area under the ROC curve", [](const Compared& c) { return c.result.first_auc; })
      .field("second_auc", "of the second", [](const Compared& c) { return c.result.second_auc; })
      .field("delong_p", "of the two areas; for two classes",
             [](const Compared& c) { return c.result.auc ? c.result.auc->p : not_a_number; })
      .field("rows", "that both were judged on", [](const Compared& c) { return c.result.rows; })
      .chart("difference", "differences with their intervals", [](const Compared& c) { return chart_of(forest_of(c)); })
      .chart("scores", "both scores", [](const Compared& c) { return chart_of(scores_of(c)); });
  registry.type<SeedComparison>("SeedComparison", "variants of runs, compared over their seeds")
      .summary([](const SeedComparison& c) {
        return fmt::format("{} comparisons of {} over seeds (not over other test rows)", c.rows.size(), c.metric);
      })
      .details([](const SeedComparison& c) { return details_of(c); })
      .length([](const SeedComparison& c) { return c.rows.size(); })
      .field("rows", "task, first, second, seeds, difference, p, corrected_p, lo, hi, holm", rows_value)
      .field("warning", "what seeds do not measure", [](const SeedComparison&) { return Value(eval::seeds_warning); })
      .chart("forest", "differences with corrected intervals",
             [](const SeedComparison& c) { return chart_of(forest_of(c)); });
  registry.type<model::FractionCurve>("Fractions", "scores of a network on shares of the training rows")
      .summary([](const model::FractionCurve& c) { return in_short(c); })
      .details([](const model::FractionCurve& c) { return details_of(c); })
      .length([](const model::FractionCurve& c) { return c.points.size(); })
      .field("points", "fraction, rows, steps, dev_mcc, test_mcc, lo, hi", points_value)
      .field("stopped", "by Ctrl-C, with fractions missing", [](const model::FractionCurve& c) { return c.stopped; })
      .chart("curve", "test MCC against training rows",
             [](const model::FractionCurve& c) { return chart_of(curve_of(c)); });
}

/// Throws unless the ids of a file are those of the rows, in their order.
void require_same_rows(const data::SavedPredictions& saved, const data::Dataset& rows, const std::string& path) {
  if (saved.rows != rows.rows())
    throw error(
        fmt::format("compare: {} holds predictions of {} rows, the data have {}", path, saved.rows, rows.rows()));
  for (std::size_t i = 0; i < saved.ids.size(); ++i) {
    const std::string id = rows.ids.empty() ? std::to_string(i + 1) : rows.ids[i];
    if (saved.ids[i] != id)
      throw error(fmt::format("compare: row {} of {} is '{}', in the data it is '{}'; both have to be of the same rows",
                              i + 1, path, saved.ids[i], id));
  }
}

/// The rows of the argument `data` without a model whose classes they could be checked against.
const data::Dataset& rows_of_data(const Arguments& a, const std::string& part) {
  const data::Dataset* rows = a.object<data::Dataset>("data").get();
  if (const auto s = a.object<data::Splits>("data"))
    rows = part == "dev" ? &s->dev : part == "train" ? &s->train : &s->test;
  if (const auto s = a.object<data::Simulated>("data")) rows = &s->dataset;
  return judged_rows(a, "data", part, rows->classes, "compare");
}

std::shared_ptr<Evaluated> side_of(const Arguments& a, const char* name, const std::string& part, Shell& shell,
                                   ProgressBar& bar) {
  constexpr index_t resamples = 1000;
  if (const auto e = a.object<Evaluated>(name)) return e;
  const std::string* path = a.value(name).as<std::string>();
  auto m = a.object<Model>(name);
  if (path && path->ends_with(".l2g")) m = std::make_shared<Model>(model::load_model(path_of(*path)));
  if (!path && !m)
    throw error(fmt::format(
        "compare: '{}' has to be a Model, an Evaluation, a saved model (.l2g) or saved predictions (.csv), got {}",
        name, kind_in_words(a.value(name))));
  if (!a.has("data")) throw error("compare: of models and files it needs the rows: compare(a, b, s)");
  if (m)
    return judge_model(*m, judged_rows(a, "data", part, m->classes, "compare"), m->threshold, resamples, shell,
                       bar.callback());
  const data::Dataset& rows = rows_of_data(a, part);
  data::LineReader lines(path_of(*path));
  data::SavedPredictions saved = data::read_predictions(lines, rows.classes);
  require_same_rows(saved, rows, *path);
  return judge_predictions(std::filesystem::path(*path).filename().string(),
                           {saved.rows, saved.classes, std::move(saved.probability)}, std::move(saved.called), rows,
                           resamples, shell.settings.seed);
}

Value compare_verb(const Arguments& a, Shell& shell) {
  ProgressBar bar("compare");
  const std::string part = a.text("split");
  const auto first = side_of(a, "first", part, shell, bar), second = side_of(a, "second", part, shell, bar);
  if (first->classes != second->classes) throw error("compare: the two know other classes");
  if (first->rows_hash != second->rows_hash)
    throw error(
        fmt::format("compare: the two were judged on different rows ({} of {}, {} of {}); judge both on the same",
                    first->mcc.rows, first->mcc.split, second->mcc.rows, second->mcc.split));
  Compared c{first->model, second->model, a.has("data") && a.object<data::Splits>("data") ? part : first->mcc.split,
             {},           first->mcc,    second->mcc};
  if (c.first == c.second) c.first += " (first)", c.second += " (second)";
  c.result = eval::compare(first->truth, {first->predictions.probability, first->said},
                           {second->predictions.probability, second->said}, index_t(first->classes.size()),
                           {.resamples = a.integer("resamples"), .seed = shell.settings.seed});
  return make_object<Compared>(std::move(c));
}

Value compare_seeds_verb(const Arguments& a, Shell& shell) {
  const std::string path = path_of(a.text("path"));
  data::LineReader lines(path);
  const auto runs = data::read_runs(lines, a.text("metric"));
  const auto names = data::run_variants(runs);
  if (names.size() < 2) throw error(path + ": there is only one variant, " + names.front());
  SeedComparison c{std::filesystem::path(path).filename().string(), a.text("metric"), 0, {}};
  if (a.has("test_share"))
    c.test_share = a.number("test_share");
  else if (const auto s = a.object<data::Splits>("data"); s && !s->train.empty())
    c.test_share = double(s->test.rows()) / double(s->train.rows());
  else
    c.test_share = 0.125;
  const auto add = [&](const std::string& x, const std::string& y) {
    for (const auto& p : data::paired_runs(runs, x, y)) {
      SeedRow r{p.task, x, y, index_t(p.seeds.size()), 0, 0, {}, {}, 1};
      for (const double v : p.first_values) r.first_mean += v / double(p.seeds.size());
      for (const double v : p.second_values) r.second_mean += v / double(p.seeds.size());
      r.plain = eval::paired_t(p.first_values, p.second_values);
      r.corrected = eval::nadeau_bengio(p.first_values, p.second_values, c.test_share);
      c.rows.push_back(std::move(r));
    }
  };
  if (a.has("first") != a.has("second")) throw error("compare_seeds: name both variants, first and second, or none");
  if (a.has("first")) {
    add(a.text("first"), a.text("second"));
  } else {
    for (std::size_t i = 0; i < names.size(); ++i)
      for (std::size_t j = i + 1; j < names.size(); ++j) add(names[i], names[j]);
  }
  if (c.rows.empty()) throw error(path + ": the two variants have no seed of a task in common");
  std::vector<double> p;
  for (const SeedRow& r : c.rows) p.push_back(std::isnan(r.corrected.p) ? 1.0 : r.corrected.p);
  const auto adjusted = eval::holm(p);
  for (std::size_t i = 0; i < p.size(); ++i) c.rows[i].adjusted = adjusted[i];
  if (shell.settings.interactive) shell.say(std::string("warning: ") + eval::seeds_warning);
  return make_object<SeedComparison>(std::move(c));
}

Value fractions_verb(const Arguments& a, Shell& shell) {
  const auto m = a.object<Model>("model");
  if (m->notes.count("training seed"))
    throw error("fractions: " + m->name +
                " was trained already and has seen all rows; build it anew, each fraction starts from its weights");
  const auto splits = a.object<data::Splits>("data");
  for (const auto* part : {&splits->train, &splits->dev, &splits->test})
    if (part->empty() || !part->labelled() || part->classes != m->classes)
      throw error("fractions: labelled train, dev and test rows of the model's classes are needed: split(data)");
  const auto built = m->notes.find("built as");
  const transfer::Preset preset = transfer::preset(built == m->notes.end() ? "honest" : built->second);
  const auto& parts = model::deep_part(m->spec).parts;
  const bool transfers = std::any_of(parts.begin(), parts.end(), [](const auto& s) { return s.key == "body"; });
  model::FractionOptions o;
  o.stage = transfers ? preset.fine_tune : preset.cnn;
  if (a.has("epochs")) o.stage.epochs = a.number("epochs");
  if (a.has("batch")) o.stage.batch = a.integer("batch");
  if (a.has("rate")) o.stage.rate = a.number("rate");
  if (a.has("fractions")) o.fractions = a.numbers("fractions");
  if (a.has("steps")) o.steps = a.integer("steps");
  o.least_steps = a.integer("least_steps");
  o.resamples = a.integer("resamples");
  o.seed = seed_of(a, shell);
  o.train.augment.reverse_complement = m->both_strands;
  o.train.augment.shift = int(a.has("shift") ? a.integer("shift") : 0);
  o.train.smoothing = o.stage.smoothing;
  o.train.tripled = preset.tripled;
  o.train.pool = pool_of(shell);
  if (transfers) o.train.fit.statistics_batches = 8;
  ProgressBar bar("fractions");
  o.progress = bar.callback();
  auto curve = std::make_shared<model::FractionCurve>(model::fraction_curve(*m, *splits, o));
  bar.close();
  if (curve->stopped) shell.say("stopped: the fractions that were finished are kept");
  return object(curve);
}

}  // namespace

void register_comparison_verbs(Registry& registry) {
  register_types(registry);
  const std::string group = "model";
  const auto side = [](const char* name, const char* doc) {
    return any(name, doc).one_of({"Model", "Evaluation"}).with(Completes::file);
  };
  registry.add(
      {.name = "compare",
       .group = group,
       .doc = "Two models on the same rows: the difference with its interval, McNemar's and DeLong's tests.",
       .parameters =
           {side("first", "a Model, an Evaluation, a saved model (.l2g), or a CSV that predict wrote"),
            side("second", "the other"),
            value_of({"Splits", "Dataset", "Simulated"}, "data", "the rows; not for two Evaluations").optional(),
            text("split", "which part of Splits").one_of({"test", "dev", "train"}).by_default("test"),
            integer("resamples", "of the paired bootstrap").between(10, 1000000).by_default(2000)},
       .run = compare_verb,
       .help = "Resamples of the rows are the same for both, so that what is hard for both cancels: two intervals may "
               "overlap where the difference is certain. What it says holds for rows like these and for these two "
               "trainings, not for other seeds.",
       .example =
           "c = compare(m1, m2, s)\nplot(c)\ncompare(evaluate(m1, s), evaluate(m2, s)).mcnemar_p\ncompare(\"a.l2g\", "
           "\"calls.csv\", s.test)"});
  registry.add(
      {.name = "compare_seeds",
       .group = group,
       .doc = "Variants of many trainings compared over their seeds: paired t and Nadeau-Bengio corrected intervals.",
       .parameters = {file("path", "JSON lines with task, variant, seed and scores, as the lessons keep them"),
                      text("first", "a variant; all pairs when not given").optional(),
                      text("second", "the one it is compared with").optional(),
                      text("metric", "which score of a line").by_default("test_mcc"),
                      number("test_share", "test rows / training rows; of data, else 1/8, when not given")
                          .between(0, 100)
                          .optional(),
                      value_of({"Splits"}, "data", "the task that the runs were on").optional()},
       .run = compare_seeds_verb,
       .help = "Trainings that share their rows are not independent: the corrected interval is the one to believe. "
               "Holm's p is for all lines together. Seeds on one test set measure how training varies, not how other "
               "test rows would change the scores: for that use compare.",
       .example = "compare_seeds(\"gue-tf-0/results.jsonl\", {first = \"cnn\", second = \"l2g\", data = s})"});
  registry.add(
      {.name = "fractions",
       .group = group,
       .doc = "Trains copies of a network on 1, 5, 25 and 100 % of the training rows: would more data help?",
       .parameters =
           {value_of({"Model"}, "model", "as build made it; it stays as it is"),
            value_of({"Splits"}, "data", "train is divided, dev chooses, test judges"),
            list("fractions", "shares of the training rows; {0.01, 0.05, 0.25, 1} when not given").optional(),
            number("epochs", "of the whole set; the preset's when not given").between(0, 1e6).optional(),
            integer("steps", "of the whole set, instead of epochs").at_least(1).optional(),
            integer("least_steps", "of a small fraction, if the whole set gets as many").at_least(1).by_default(200),
            integer("batch", "rows of an update").between(2, 65536).optional(),
            number("rate", "highest learning rate").between(0, 100).optional(),
            integer("shift", "move rows by up to so many bases").between(0, 10000).optional(),
            integer("resamples", "of the bootstrap").between(10, 1000000).by_default(1000),
            integer("seed", "another seed than the session's").at_least(0).optional()},
       .run = fractions_verb,
       .help =
           "Fractions keep the mix of classes, and a smaller one is part of a larger one. Each training starts from "
           "the same weights. Ctrl-C keeps the fractions that are finished.",
       .example = "f = fractions(build(s, {baseline = b}), s, {steps = 600})\nplot(f)\nf.points[1].test_mcc"});
}

}  // namespace l2g::repl
