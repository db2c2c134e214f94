// What evaluate, calibration and predict return: how it is shown, drawn and read.
#include "evaluation_values.hpp"
#include "model_values.hpp"

#include <fmt/format.h>
#include <l2g/report/rank_curves.hpp>
#include <l2g/report/reliability.hpp>

#include <algorithm>
#include <cmath>

namespace l2g::repl {

std::vector<std::int32_t> positives(const Evaluated& e, index_t k) {
  std::vector<std::int32_t> p;
  for (const auto t : e.truth) p.push_back(t == k);
  return p;
}

namespace {

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

/// Short enough to stand beside other values in a line.
std::string in_short(const Evaluated& e) {
  eval::Score s = e.mcc;
  s.floors = {};
  return eval::to_text(s);
}
/// Ours in the metric of a published table, NaN where it is not computed.
double ours(const Evaluated& e, const std::string& metric) {
  return metric == "mcc" ? e.mcc.value : metric == "auc" ? e.auc : metric == "accuracy" ? e.accuracy : not_a_number;
}
/// The metric in which published values are shown: MCC where there are any.
std::string shown_metric(const std::vector<data::PublishedValue>& table) {
  for (const char* metric : {"mcc", "auc", "accuracy"})
    for (const auto& v : table)
      if (v.metric == metric) return metric;
  return table.front().metric;
}
std::string published_in_words(const Evaluated& e) {
  if (e.published.empty()) return {};
  const std::string metric = shown_metric(e.published);
  std::string s = fmt::format("published {} on {} (ours {:.3f}); other training rows and protocols:\n", metric,
                              e.published.front().task, ours(e, metric));
  std::size_t lines = 0, more = 0;
  for (const auto& v : e.published) {
    if (v.metric == metric && lines < 4)
      s += fmt::format("  {:.3f}  {} {} ({}; {}{})\n", v.value, v.model, v.method, v.protocol, v.source,
                       v.note.empty() ? "" : "; " + v.note),
          ++lines;
    else
      ++more;
  }
  return s + (more > 0 ? fmt::format("  and {} more in e.published\n", more) : "");
}

std::string details_of(const Evaluated& e) {
  std::string s = eval::to_text(e.mcc) + "\n";
  s += fmt::format(
      "accuracy {:.3f}, macro-F1 {:.3f}, ROC-AUC {:.3f}, AUPRC {:.3f}, loss {:.3f}, calibration error "
      "{:.3f}\n",
      e.accuracy, e.macro_f1, e.auc, e.auprc, e.loss, e.calibration_error);
  if (e.classes.size() == 2 && e.threshold != 0.5)
    s += fmt::format("'{}' from a probability of {:.3f} on{}\n", e.classes[1], e.threshold,
                     e.threshold_by == "dev" ? ", chosen on dev" : "");
  s += eval::to_text(e.table, 6) + published_in_words(e);
  return s + (e.note.empty() ? "" : e.note + "\n");
}

report::PrecisionRecallCurves precision_recall_of(const Evaluated& e) {
  report::PrecisionRecallCurves c;
  c.title = "Precision and recall of " + e.model + ", " + e.mcc.split;
  const index_t n = index_t(e.classes.size());
  for (index_t k = n == 2 ? 1 : 0; k < n; ++k)
    c.curves.push_back(report::precision_recall_of(e.classes[std::size_t(k)], e.predictions.scores(k), positives(e, k),
                                                   {.resamples = 500}));
  if (n == 2) {
    const auto p = positives(e, 1);
    c.prevalence = double(std::count(p.begin(), p.end(), 1)) / double(p.size());
  }
  return c;
}
report::CalibrationChart calibration_of(const Evaluated& e) {
  report::CalibrationChart c;
  c.title = "Calibration of " + e.model + ", " + e.mcc.split;
  const index_t n = index_t(e.classes.size());
  for (index_t k = n == 2 ? 1 : 0; k < n && k < 6; ++k)
    c.models.push_back(report::reliability_of(e.classes[std::size_t(k)], e.predictions.scores(k), positives(e, k)));
  return c;
}
report::ScoreHistogram histogram_of(const Evaluated& e) {
  report::ScoreHistogram h;
  h.title = "Probabilities of " + e.model + " by class, " + e.mcc.split;
  const index_t k = e.classes.size() == 2 ? 1 : 0;
  h.x_name = "predicted probability of '" + e.classes[std::size_t(k)] + "'";
  h.values = e.predictions.scores(k), h.labels = e.truth, h.class_names = e.classes;
  return h;
}

Value table_value(const Evaluated& e) {
  Value::List rows;
  for (const auto& r : e.table)
    rows.push_back(Value::Table{{"class", r.name},
                                {"precision", r.precision},
                                {"recall", r.recall},
                                {"f1", r.f1},
                                {"auc", r.auc},
                                {"auprc", r.auprc},
                                {"rows", r.support}});
  return rows;
}
Value published_value(const Evaluated& e) {
  Value::List rows;
  for (const auto& v : e.published)
    rows.push_back(Value::Table{{"task", v.task},
                                {"model", v.model},
                                {"method", v.method},
                                {"metric", v.metric},
                                {"value", v.value},
                                {"ours", ours(e, v.metric)},
                                {"source", v.source},
                                {"protocol", v.protocol},
                                {"note", v.note}});
  return rows;
}
Value bins_value(const std::vector<eval::ReliabilityBin>& bins) {
  Value::List rows;
  for (const auto& b : bins)
    rows.push_back(Value::Table{
        {"lo", b.lo}, {"hi", b.hi}, {"rows", b.rows}, {"confidence", b.confidence}, {"accuracy", b.accuracy}});
  return rows;
}

report::CalibrationChart calibration_of(const Calibrated& c) {
  report::CalibrationChart chart;
  chart.title = "Calibration of " + c.model + ", " + c.split;
  chart.x_name = "probability of the class that was said", chart.y_name = "share of rows that are right";
  report::Reliability r{.name = "the class that was said", .bins = {}, .error = c.expected};
  for (const auto& b : c.bins) r.bins.push_back({b.lo, b.hi, b.rows, b.confidence, b.accuracy});
  chart.models.push_back(std::move(r));
  return chart;
}
std::string details_of(const Calibrated& c) {
  std::string s = fmt::format(
      "expected calibration error {:.4f} in 15 equal bins, {:.4f} in bins of equal rows; by "
      "class {:.4f}; largest gap {:.3f}\n",
      c.expected, c.adaptive, c.classwise, c.largest);
  s += "confidence       rows    said   right\n";
  for (const auto& b : c.bins)
    if (b.rows > 0)
      s += fmt::format("({:.3f}, {:.3f}]  {:>6}  {:.3f}   {:.3f}\n", b.lo, b.hi, b.rows, b.confidence, b.accuracy);
  if (!std::isnan(c.temperature))
    s += fmt::format("temperature {:.3f}, fitted on dev, makes the error {:.4f}\n", c.temperature, c.tempered);
  return s;
}

}  // namespace

void register_evaluation_types(Registry& registry) {
  registry.type<Evaluated>("Evaluation", "scores of a model on labelled rows")
      .summary(in_short)
      .details([](const Evaluated& e) { return details_of(e); })
      .field("mcc", "Matthews correlation", [](const Evaluated& e) { return e.mcc.value; })
      .field("lo", "lower end of the 95 % interval of the MCC", [](const Evaluated& e) { return e.mcc.lo; })
      .field("hi", "upper end", [](const Evaluated& e) { return e.mcc.hi; })
      .field("accuracy", "share of rows that are right", [](const Evaluated& e) { return e.accuracy; })
      .field("macro_f1", "mean F1 of the classes", [](const Evaluated& e) { return e.macro_f1; })
      .field("auc", "area under the ROC curve", [](const Evaluated& e) { return e.auc; })
      .field("auprc", "area under precision and recall", [](const Evaluated& e) { return e.auprc; })
      .field("loss", "mean negative log-likelihood", [](const Evaluated& e) { return e.loss; })
      .field("calibration_error", "expected gap between confidence and accuracy, 15 equal bins",
             [](const Evaluated& e) { return e.calibration_error; })
      .field("threshold", "probability of the second class from which it is said",
             [](const Evaluated& e) { return e.threshold; })
      .field("table", "a row a class: precision, recall, f1, auc, auprc, rows", table_value)
      .field("published", "published values of this task, with source and protocol", published_value)
      .field("rows", "rows that were judged", [](const Evaluated& e) { return e.mcc.rows; })
      .field("note", "how far it can be trusted", [](const Evaluated& e) { return e.note; })
      .chart("confusion", "classes against what was said", [](const Evaluated& e) { return chart_of(confusion_of(e)); })
      .chart("roc", "ROC curve", [](const Evaluated& e) { return chart_of(roc_of(e)); })
      .chart("precision_recall", "precision against recall",
             [](const Evaluated& e) { return chart_of(precision_recall_of(e)); })
      .chart("calibration", "probabilities against how often they come true",
             [](const Evaluated& e) { return chart_of(calibration_of(e)); })
      .chart("histogram", "probabilities by class", [](const Evaluated& e) { return chart_of(histogram_of(e)); });
  registry.type<Calibrated>("Calibration", "how far probabilities can be taken as shares")
      .summary([](const Calibrated& c) {
        return fmt::format("{} on {}: expected calibration error {:.4f}", c.model, c.split, c.expected);
      })
      .details([](const Calibrated& c) { return details_of(c); })
      .field("expected", "mean gap in 15 equal bins", [](const Calibrated& c) { return c.expected; })
      .field("adaptive", "mean gap in 15 bins of equal rows", [](const Calibrated& c) { return c.adaptive; })
      .field("classwise", "mean over the classes", [](const Calibrated& c) { return c.classwise; })
      .field("largest", "largest gap of a bin", [](const Calibrated& c) { return c.largest; })
      .field("bins", "equal bins: lo, hi, rows, confidence, accuracy",
             [](const Calibrated& c) { return bins_value(c.bins); })
      .field("equal_mass", "bins of equal rows", [](const Calibrated& c) { return bins_value(c.equal_mass); })
      .field("temperature", "fitted on dev, when it was given", [](const Calibrated& c) { return c.temperature; })
      .chart("calibration", "what was said against how often it was right",
             [](const Calibrated& c) { return chart_of(calibration_of(c)); })
      .field("tempered", "expected error with that temperature", [](const Calibrated& c) { return c.tempered; });
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

}  // namespace l2g::repl
