// plot.forest, plot.calibration, plot.observed, plot.labels, plot.trade_off, plot.overlap: models side by side.
#include "motif_values.hpp"
#include "plotting.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/report/reliability.hpp>

namespace l2g::repl {
namespace {

/// A row {value, lo, hi} or {value = , lo = , hi = }, or a number alone.
report::ScoreRow score_row(const std::string& name, const Value& value, const std::string& where) {
  report::ScoreRow row{name, report::unknown_value, report::unknown_value, report::unknown_value};
  const auto take = [&](const Value::List& l) {
    if (l.empty() || l.size() > 3) throw error(where + " is a number, or {value, low, high}");
    row.value = number_of(l[0], where);
    if (l.size() > 1) row.lo = number_of(l[1], where);
    if (l.size() > 2) row.hi = number_of(l[2], where);
  };
  if (const auto* l = value.as<Value::List>())
    take(*l);
  else if (const auto* t = value.as<Value::Table>())
    row.value = number_of(*t, "value", where), row.lo = number_of(*t, "lo", where), row.hi = number_of(*t, "hi", where);
  else
    row.value = number_of(value, where);
  return row;
}

Value forest(const Arguments& a, Shell& shell) {
  report::ForestPlot chart;
  chart.title = a.text_or("title", chart.title);
  chart.axis_name = a.text_or("axis", chart.axis_name);
  chart.reference = a.number("reference");
  chart.reference_name = a.text("reference_name");
  for (const auto& [name, value] : a.table("rows"))
    chart.rows.push_back(score_row(name, value, "plot.forest: '" + name + "'"));
  if (a.has("pooled"))
    for (const auto& [name, value] : a.table("pooled"))
      chart.pooled.push_back(score_row(name, value, "plot.forest: '" + name + "'"));
  return draw(chart_of(chart), a, shell);
}

Value calibration(const Arguments& a, Shell& shell) {
  const auto scores = a.numbers("scores");
  const auto positive = positives_of(a);
  same_size("plot.calibration", scores.size(), positive.size());
  report::CalibrationChart chart;
  chart.title = a.text_or("title", chart.title);
  chart.models.push_back(report::reliability_of("model", scores, positive, a.integer("bins")));
  return draw(chart_of(chart), a, shell);
}

Value observed(const Arguments& a, Shell& shell) {
  report::ObservedPredicted chart;
  chart.title = a.text_or("title", chart.title);
  chart.observed = a.numbers("observed"), chart.predicted = a.numbers("predicted");
  same_size("plot.observed", chart.observed.size(), chart.predicted.size());
  if (a.has("unit")) chart.x_name += " (" + a.text("unit") + ")", chart.y_name += " (" + a.text("unit") + ")";
  chart.note = a.text_or("note", "");
  return draw(chart_of(chart), a, shell);
}

Value labels(const Arguments& a, Shell& shell) {
  report::LabelScores chart;
  chart.metric = a.text("metric");
  chart.title = a.text_or("title", chart.metric + " of each label");
  chart.chance = a.has("chance") ? a.number("chance") : report::unknown_value;
  for (const auto& [model, value] : a.table("models")) {
    const auto* table = value.as<Value::Table>();
    if (!table)
      throw error("plot.labels: '" + model + "' must be a table of a number a label, got " + kind_in_words(value));
    chart.models.push_back({model, std::vector<double>(chart.labels.size(), report::unknown_value)});
    for (const auto& [label, score] : *table) {
      auto at = std::size_t(std::find(chart.labels.begin(), chart.labels.end(), label) - chart.labels.begin());
      if (at == chart.labels.size()) {
        chart.labels.push_back(label);
        for (auto& m : chart.models) m.values.resize(chart.labels.size(), report::unknown_value);
      }
      chart.models.back().values[at] = number_of(score, "plot.labels: '" + model + "." + label + "'");
    }
  }
  if (!a.flag("against")) return draw(chart_of(chart), a, shell);
  if (chart.models.size() != 2)
    throw error(fmt::format("plot.labels: against sets two models side by side, got {}", chart.models.size()));
  return draw(chart_of(report::LabelComparison{chart}), a, shell);
}

Value trade_off(const Arguments& a, Shell& shell) {
  report::TradeOff chart;
  chart.title = a.text_or("title", chart.title);
  chart.x_name = a.text("cost"), chart.y_name = a.text("axis");
  chart.logarithmic = a.flag("logarithmic"), chart.front = a.flag("front");
  for (const auto& [name, value] : a.table("points")) {
    const std::string where = "plot.trade_off: '" + name + "'";
    report::TradeOff::Point p;
    p.name = name;
    if (const auto* l = value.as<Value::List>(); l && l->size() >= 2 && l->size() <= 4) {
      p.cost = number_of((*l)[0], where), p.value = number_of((*l)[1], where);
      if (l->size() > 2) p.lo = number_of((*l)[2], where);
      if (l->size() > 3) p.hi = number_of((*l)[3], where);
    } else if (const auto* t = value.as<Value::Table>()) {
      p.cost = number_of(*t, "cost", where), p.value = number_of(*t, "value", where);
      p.lo = number_of(*t, "lo", where), p.hi = number_of(*t, "hi", where);
    } else {
      throw error(where + " is {cost, value} or {cost, value, low, high}");
    }
    chart.points.push_back(std::move(p));
  }
  return draw(chart_of(chart), a, shell);
}

Value overlap(const Arguments& a, Shell& shell) {
  std::vector<std::pair<std::string, std::vector<std::string>>> sets;
  for (const auto& [name, value] : a.table("sets")) {
    std::vector<std::string> members;
    if (const auto motifs = object_cast<interpret::MotifSet>(value)) {
      for (const auto& m : motifs->motifs) members.push_back(m.name);
    } else if (const auto* list = value.as<Value::List>()) {
      for (const auto& x : *list) {
        const auto* s = x.as<std::string>();
        members.push_back(s ? *s : typed_form(x));
      }
    } else {
      throw error("plot.overlap: '" + name + "' must be a list of names or a Motifs, got " + kind_in_words(value));
    }
    sets.emplace_back(name, std::move(members));
  }
  report::SetOverlap chart = report::overlap_of(sets);
  chart.title = a.text_or("title", chart.title);
  chart.unit = a.text("unit");
  return draw(chart_of(chart), a, shell);
}

}  // namespace

void register_comparison_plot_verbs(Registry& registry) {
  add_plot(registry, "plot.forest", "Draws differences with their intervals, one below another.",
           {table("rows", "for each name: {difference, low, high}"),
            table("pooled", "the same over all rows, drawn below them").optional(),
            text("axis", "what the numbers are").optional(),
            number("reference", "where there is no difference").by_default(0.0),
            text("reference_name", "what stands there").by_default("no difference")},
           forest, "plot.forest{seed1 = {0.02, 0.00, 0.04}, seed2 = {0.01, -0.01, 0.03}}");
  add_plot(registry, "plot.calibration", "Draws how often rows are positive against the probability that was said.",
           {list("scores", "a probability a row"), list("labels", "true or false, 1 or 0, or class names, one a row"),
            text("positive", "the class name that is positive").optional(),
            integer("bins", "equal parts of 0 to 1").between(1, 100).by_default(10)},
           calibration, "plot.calibration{scores = {0.9, 0.8, 0.3, 0.1}, labels = {1, 1, 0, 0}}");
  add_plot(
      registry, "plot.observed", "Draws what was measured against what was predicted.",
      {list("observed", "a number a row"), list("predicted", "a number a row"), text("unit", "of both axes").optional(),
       text("note", "said in the legend, such as a correlation").optional()},
      observed, "plot.observed{observed = {1, 2, 3}, predicted = {1.2, 1.9, 2.7}, unit = \"log2\"}");
  add_plot(registry, "plot.labels", "Draws the score of each label for one or more models.",
           {table("models", "for each model: a number a label"),
            text("metric", "what the numbers are").by_default("ROC-AUC"),
            number("chance", "what a guess scores").by_default(0.5),
            flag("against", "two models as points, one against the other").by_default(false)},
           labels, "plot.labels{cnn = {GATA1 = 0.91, TAL1 = 0.84}, aligned = {GATA1 = 0.93, TAL1 = 0.88}}");
  add_plot(registry, "plot.trade_off",
           "Draws a score against size, time or data, with the points that none beats for less.",
           {table("points", "for each name: {cost, value} or {cost, value, low, high}"),
            text("cost", "what a point costs, with its unit").by_default("parameters"),
            text("axis", "what the score is").by_default("test MCC (95 % interval)"),
            flag("logarithmic", "the cost in powers of ten").by_default(true),
            flag("front", "mark the points that no other beats for less").by_default(true)},
           trade_off, "plot.trade_off{cnn = {80000, 0.71}, roberta = {125000000, 0.79}}");
  add_plot(registry, "plot.overlap", "Draws how much sets have in common.",
           {table("sets", "for each name: a list of names, or a Motifs"),
            text("unit", "what the members are").by_default("motifs")},
           overlap, "plot.overlap{found = {\"GATA1\", \"TAL1\"}, planted = {\"GATA1\"}}");
}

}  // namespace l2g::repl
