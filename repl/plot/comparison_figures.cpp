// Figures that set models, runs, labels and sizes side by side.
#include <l2g/core/errors.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "plot/figures.hpp"
#include "plot/words.hpp"

namespace l2g::plot {
namespace {

Line rule(std::string name, std::vector<double> x, std::vector<double> y) {
  Line line;
  line.name = std::move(name), line.x = std::move(x), line.y = std::move(y);
  line.colour = grey, line.width = 1.2, line.dash = Dash::dashed;
  return line;
}

/// Both axes of a square plot in which equal values lie on the diagonal.
Range common(const std::vector<double>& x, const std::vector<double>& y, bool shares) {
  if (shares && std::all_of(x.begin(), x.end(), [](double v) { return !(v < 0) && !(v > 1); }) &&
      std::all_of(y.begin(), y.end(), [](double v) { return !(v < 0) && !(v > 1); })) {
    const Range r = widened(range_of({&x, &y}), 0.05);
    return {std::max(r.lo, 0.0), std::min(r.hi, 1.0)};
  }
  return widened(range_of({&x, &y}), 0.05);
}

}  // namespace

Figure figure_of(const report::CalibrationChart& c) {
  Panel diagram{{c.x_name, 0, 1}, {c.y_name, 0, 1}}, counts{{c.x_name, 0, 1}, {"rows in the bin", 0, 1}};
  diagram.lines.push_back(rule("perfect", {0, 1}, {0, 1}));
  diagram.text_rows = 14, counts.text_rows = 7;
  const auto models = static_cast<double>(c.models.size());
  for (std::size_t k = 0; k < c.models.size(); ++k) {
    const report::Reliability& m = c.models[k];
    const int colour = static_cast<int>(k);
    Line line;
    Points points;
    line.name = m.name.empty() ? "model" : class_words(m.name);
    if (std::isfinite(m.error))
      line.detail = "ECE " + number(m.error, 3) + " in " + std::to_string(m.bins.size()) + " bins";
    line.colour = points.colour = colour, points.shape = static_cast<Shape>(k % shapes), points.radius = 4;
    for (const report::ReliabilityBin& b : m.bins) {
      const double width = (b.hi - b.lo) / std::max(models, 1.0), left = b.lo + width * static_cast<double>(k);
      const std::string range = number(b.lo, 2) + " to " + number(b.hi, 2);
      if (b.rows > 0)
        counts.bars.push_back({left + 0.06 * width, left + 0.94 * width, static_cast<double>(b.rows), colour,
                               range + ": " + count(b.rows) + " rows"});
      counts.y.hi = std::max(counts.y.hi, 1.06 * static_cast<double>(b.rows));
      if (b.rows == 0 || !std::isfinite(b.predicted) || !std::isfinite(b.observed)) continue;
      line.x.push_back(b.predicted), line.y.push_back(b.observed);
      points.x.push_back(b.predicted), points.y.push_back(b.observed);
      points.tips.push_back("predicted " + number(b.predicted, 3) + ", observed " +
                            with_interval(b.observed, b.observed_lo, b.observed_hi) + ", " + count(b.rows) + " rows");
      diagram.whiskers.push_back({b.predicted, b.observed_lo, b.observed_hi, colour, true});
    }
    diagram.lines.push_back(std::move(line));
    diagram.points.push_back(std::move(points));
  }
  counts.y.whole = true;
  return {c.title, {std::move(diagram), std::move(counts)}, 840, 400};
}

Figure figure_of(const report::ForestPlot& c) {
  Panel p{{c.axis_name}, {}};
  std::vector<double> all{c.reference};
  Points single, pooled;
  single.shape = Shape::square, single.radius = 4.5;
  pooled.shape = Shape::diamond, pooled.radius = 6, pooled.colour = 1, pooled.name = c.pooled.empty() ? "" : "pooled";
  const auto add = [&](const report::ScoreRow& row, Points& points) {
    const auto at = static_cast<double>(p.y.names.size());
    p.y.names.push_back(row.name), p.right.push_back(with_interval(row.value, row.lo, row.hi, 3));
    all.insert(all.end(), {row.value, row.lo, row.hi});
    points.x.push_back(row.value), points.y.push_back(at);
    if (std::isfinite(row.lo) && std::isfinite(row.hi)) p.whiskers.push_back({at, row.lo, row.hi, points.colour});
  };
  for (const auto& row : c.rows) add(row, single);
  for (const auto& row : c.pooled) add(row, pooled);
  const Range x = widened(range_of({&all}), 0.06);
  const auto rows = static_cast<double>(p.y.names.size());
  p.x.lo = x.lo, p.x.hi = x.hi, p.y.lo = std::max(rows, 1.0) - 0.5, p.y.hi = -0.5;
  p.lines.push_back(rule(c.reference_name, {c.reference, c.reference}, {p.y.hi, p.y.lo}));
  p.points = {std::move(single), std::move(pooled)};
  p.text_rows = static_cast<int>(std::max(rows, 1.0));
  return {c.title, {std::move(p)}, 720, 130 + 26 * std::max(rows, 1.0)};
}

Figure figure_of(const report::ObservedPredicted& c) {
  same_length("observed against predicted", c.title, c.observed.size(), c.predicted.size());
  const Range r = common(c.observed, c.predicted, false);
  Panel p{{c.x_name, r.lo, r.hi}, {c.y_name, r.lo, r.hi}};
  p.square = p.legend_right = true, p.text_rows = 18;
  p.lines.push_back(rule("equal", {r.lo, r.hi}, {r.lo, r.hi}));
  Points points;
  points.name = count(static_cast<long long>(c.observed.size())) + (c.observed.size() == 1 ? " row" : " rows");
  points.detail = c.note, points.x = c.observed, points.y = c.predicted;
  points.radius = points.x.size() > 2000 ? 1.6 : 2.6;
  p.points.push_back(std::move(points));
  return {c.title, {std::move(p)}, 620, 420};
}

Figure figure_of(const report::LabelScores& c) {
  std::vector<double> all{c.chance};
  for (const auto& m : c.models) {
    same_length("scores of labels", m.name, c.labels.size(), m.values.size());
    all.insert(all.end(), m.values.begin(), m.values.end());
  }
  // Labels from the best to the worst of the first model; unknown ones last.
  std::vector<std::size_t> order(c.labels.size());
  std::iota(order.begin(), order.end(), 0);
  if (!c.models.empty())
    std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
      const double a = c.models[0].values[i], b = c.models[0].values[j];
      return std::isnan(b) ? !std::isnan(a) : a > b;
    });
  Panel p{{c.metric}, {}};
  const Range x = widened(range_of({&all}), 0.05);
  p.x.lo = x.lo, p.x.hi = x.hi;
  const auto rows = static_cast<double>(order.size());
  p.y.lo = std::max(rows, 1.0) - 0.5, p.y.hi = -0.5;
  for (const std::size_t i : order) p.y.names.push_back(c.labels[i]);
  // The models of a label lie below each other.
  const double models = static_cast<double>(std::max<std::size_t>(c.models.size(), 1)), step = 0.8 / models;
  const double height = std::max(rows > 30 ? 18.0 : 26.0, 11 * models);
  for (std::size_t k = 0; k < c.models.size(); ++k) {
    const auto& m = c.models[k];
    Points points;
    points.name = m.name, points.colour = static_cast<int>(k), points.shape = static_cast<Shape>(k % shapes);
    points.radius = std::min(4.5, 0.5 * step * height);
    for (std::size_t row = 0; row < order.size(); ++row) {
      const double v = m.values[order[row]];
      const double at = static_cast<double>(row) + step * (static_cast<double>(k) + 0.5 - 0.5 * models);
      points.x.push_back(v), points.y.push_back(at);
      points.tips.push_back(m.name + ", " + c.labels[order[row]] + ": " + number(v, 3));
      if (!std::isfinite(v) || !std::isfinite(c.chance)) continue;
      Line stem;  // a bar from chance on
      stem.x = {c.chance, v}, stem.y = {at, at};
      stem.faint = c.models.size() > 1;  // the ends of several tell more than their bars
      stem.colour = static_cast<int>(k), stem.width = std::min(7.0, 0.6 * step * height);
      p.lines.push_back(std::move(stem));
    }
    p.points.push_back(std::move(points));
  }
  if (c.models.size() == 1)
    for (const std::size_t i : order) p.right.push_back(number(c.models[0].values[i], 3));
  if (std::isfinite(c.chance)) p.lines.insert(p.lines.begin(), rule("chance", {c.chance, c.chance}, {p.y.hi, p.y.lo}));
  p.text_rows = static_cast<int>(std::max(rows, 1.0));
  return {c.title, {std::move(p)}, 720, 130 + height * std::max(rows, 1.0)};
}

Figure figure_of(const report::LabelComparison& chart) {
  const report::LabelScores& c = chart.scores;
  if (c.models.size() != 2)
    throw error("labels of two models: two models are needed, got " + std::to_string(c.models.size()));
  for (const auto& m : c.models) same_length("labels of two models", m.name, c.labels.size(), m.values.size());
  const std::vector<double>&x = c.models[0].values, &y = c.models[1].values;
  const Range r = common(x, y, true);
  Panel p{{c.metric + " of " + c.models[0].name, r.lo, r.hi}, {c.metric + " of " + c.models[1].name, r.lo, r.hi}};
  p.square = p.legend_right = true, p.text_rows = 16;
  p.lines.push_back(rule("equal", {r.lo, r.hi}, {r.lo, r.hi}));
  Points better, worse;
  for (std::size_t i = 0; i < c.labels.size(); ++i) {
    Points& to = y[i] > x[i] ? better : worse;
    to.x.push_back(x[i]), to.y.push_back(y[i]);
    to.tips.push_back(c.labels[i] + ": " + number(x[i], 3) + ", " + number(y[i], 3));
    if (c.labels.size() <= 12) p.labels.push_back({x[i], y[i], c.labels[i], ink});
  }
  better.name = c.models[1].name + " is better", worse.name = c.models[0].name + " is better or equal";
  worse.colour = 1, worse.shape = Shape::triangle;
  better.radius = worse.radius = 3.6;
  for (Points* points : {&better, &worse}) {
    points->detail = count(static_cast<long long>(points->x.size())) + (points->x.size() == 1 ? " label" : " labels");
    p.points.push_back(std::move(*points));
  }
  return {c.title, {std::move(p)}, 640, 430};
}

Figure figure_of(const report::TradeOff& c) {
  std::vector<double> x, y;
  const auto at = [&](double cost) {
    return !c.logarithmic ? cost : cost > 0 ? std::log10(cost) : report::unknown_value;
  };
  for (const auto& point : c.points) {
    x.push_back(at(point.cost));
    if (std::isfinite(x.back())) y.insert(y.end(), {point.value, point.lo, point.hi});
  }
  const Range across = widened(range_of({&x}), 0.10), up = widened(range_of({&y}), 0.10);
  Panel p{{c.x_name, across.lo, across.hi, {}, false, c.logarithmic}, {c.y_name, up.lo, up.hi}};
  p.text_rows = 14;
  const std::vector<bool> on = report::pareto_front(c.points);
  Points front, others;
  front.name = c.front ? "no other is better for less" : "", others.name = c.front ? "another is better for less" : "";
  others.colour = c.front ? grey : 0, others.shape = c.front ? Shape::square : Shape::circle;
  front.radius = 5, others.radius = 4.5;
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < c.points.size(); ++i) {
    const auto& point = c.points[i];
    if (!std::isfinite(x[i]) || !std::isfinite(point.value)) continue;
    const bool marked = c.front && on[i];
    Points& to = marked ? front : others;
    to.x.push_back(x[i]), to.y.push_back(point.value);
    to.tips.push_back(point.name + ": " + short_number(point.cost) + ", " +
                      with_interval(point.value, point.lo, point.hi));
    if (std::isfinite(point.lo) && std::isfinite(point.hi))
      p.whiskers.push_back({x[i], point.lo, point.hi, to.colour, true});
    p.labels.push_back({x[i], point.value, point.name, ink});
    if (marked) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return x[i] < x[j]; });
  Line steps;
  for (const std::size_t i : order) {
    if (!steps.y.empty()) steps.x.push_back(x[i]), steps.y.push_back(steps.y.back());
    steps.x.push_back(x[i]), steps.y.push_back(c.points[i].value);
  }
  if (!steps.x.empty()) steps.x.push_back(across.hi), steps.y.push_back(steps.y.back());
  steps.width = 1.4;
  p.lines.push_back(std::move(steps));
  p.points = {std::move(front), std::move(others)};
  return {c.title, {std::move(p)}, 680, 420};
}

}  // namespace l2g::plot
