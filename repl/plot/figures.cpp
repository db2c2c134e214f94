#include "plot/figures.hpp"

#include <l2g/core/errors.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "plot/line_chart.hpp"
#include "plot/words.hpp"

namespace l2g::plot {

void same_length(const char* chart, const std::string& track, std::size_t x, std::size_t y) {
  if (x != y)
    throw error(std::string(chart) + ": '" + track + "' has " + std::to_string(x) + " x values but " +
                std::to_string(y) + " y values");
}

namespace {

constexpr double nan_value = report::unknown_value;

/// At most about 2 * buckets points: the lowest and the highest of each bucket, so that no spike is lost.
Line thinned(Line line, std::size_t buckets) {
  const std::size_t n = line.x.size();
  if (n <= 2 * buckets) return line;
  std::vector<double> x, y;
  for (std::size_t b = 0; b < buckets; ++b) {
    const std::size_t begin = b * n / buckets, end = (b + 1) * n / buckets;
    std::size_t lowest = begin, highest = begin;
    for (std::size_t i = begin; i < end; ++i) {
      if (line.y[i] < line.y[lowest] || std::isnan(line.y[lowest])) lowest = i;
      if (line.y[i] > line.y[highest] || std::isnan(line.y[highest])) highest = i;
    }
    for (const std::size_t i : {std::min(lowest, highest), std::max(lowest, highest)})
      x.push_back(line.x[i]), y.push_back(line.y[i]);
  }
  line.x = std::move(x), line.y = std::move(y);
  return line;
}

/// Mean over a centred window of `window` points, shorter at the ends; NaN values are skipped.
std::vector<double> smoothed(const std::vector<double>& y, std::size_t window) {
  std::vector<double> sum(y.size() + 1), n(y.size() + 1), out(y.size());
  for (std::size_t i = 0; i < y.size(); ++i) {
    sum[i + 1] = sum[i] + (std::isfinite(y[i]) ? y[i] : 0), n[i + 1] = n[i] + (std::isfinite(y[i]) ? 1 : 0);
  }
  for (std::size_t i = 0; i < y.size(); ++i) {
    const std::size_t lo = i - std::min(window / 2, i), hi = std::min(i + window / 2 + 1, y.size());
    out[i] = n[hi] > n[lo] ? (sum[hi] - sum[lo]) / (n[hi] - n[lo]) : nan_value;
  }
  return out;
}

struct Cut {
  Range shown;
  long long above;  ///< values above it
};

/// The range with all of the single values, unless a few (one in 200) spikes would leave the rest of the picture empty.
Cut with_most(Range range, const std::vector<double>& values) {
  std::vector<double> finite;
  std::copy_if(values.begin(), values.end(), std::back_inserter(finite), [](double v) { return std::isfinite(v); });
  if (finite.empty()) return {range, 0};
  std::sort(finite.begin(), finite.end());
  range.lo = std::min(range.lo, finite.front());
  range.hi = std::max(range.hi, finite[(finite.size() - 1) * 199 / 200]);
  const auto end = std::upper_bound(finite.begin(), finite.end(), range.hi + 0.6 * (range.hi - range.lo));
  range.hi = std::max(range.hi, *(end - 1));
  return {range, finite.end() - end};
}

Line diagonal() {
  Line line;
  line.name = "chance", line.x = {0, 1}, line.y = {0, 1};
  line.colour = grey, line.width = 1.2, line.dash = Dash::dashed;
  return line;
}

/// A line or a marker for classes beyond the palette still differs by its dash or shape.
Dash dash_of(std::size_t i) { return static_cast<Dash>(i / 7 % 3); }
Shape shape_of(std::size_t i) { return static_cast<Shape>(i % shapes); }

std::string class_name(const std::vector<std::string>& names, std::size_t i) {
  return i < names.size() ? class_words(names[i]) : "class " + std::to_string(i);
}

/// Bars of a histogram, equally wide.
struct Bins {
  Range range;
  std::size_t count;
};

Bins bins_of(const report::ScoreHistogram& c) {
  const auto most = static_cast<std::size_t>(c.bins);
  double lo = std::numeric_limits<double>::infinity(), hi = -lo;
  for (const double v : c.values)
    if (std::isfinite(v)) lo = std::min(lo, v), hi = std::max(hi, v);
  if (!(c.step > 0) || lo > hi) {
    const Range x = range_of({&c.values});
    return {x.lo >= 0 && x.hi <= 1 ? Range{0, 1} : x, most};  // probabilities keep their whole axis
  }
  // Each bar holds as many of the values that can occur, or the heights would tell of the bars' width.
  constexpr double least = 11;
  const double values = std::round((hi - lo) / c.step) + 1, aside = std::max(std::ceil((least - values) / 2), 0.0);
  const double all = values + 2 * aside, each = std::ceil(all / static_cast<double>(most));
  const double count = std::ceil(all / each), from = lo - (aside + 0.5) * c.step;
  return {{from, from + count * each * c.step}, static_cast<std::size_t>(count)};
}

Figure rank_figure(const std::string& title, const char* x, const char* y, const char* area,
                   const std::vector<report::RankCurve>& curves, Line baseline) {
  Panel p{{x, 0, 1}, {y, 0, 1}};
  p.square = p.legend_right = true, p.text_rows = 16;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const auto& c = curves[i];
    same_length(title.c_str(), c.name, c.x.size(), c.y.size());
    Line line;
    line.name = c.name.empty() ? "model" : class_words(c.name);
    line.detail = std::string(area) + " " + with_interval(c.area, c.lo, c.hi);
    line.x = c.x, line.y = c.y, line.colour = static_cast<int>(i), line.dash = dash_of(i);
    p.lines.push_back(thinned(std::move(line), 1000));
    same_length(title.c_str(), c.name + " band", c.band_x.size(), c.band_lo.size());
    same_length(title.c_str(), c.name + " band", c.band_x.size(), c.band_hi.size());
    if (!c.band_x.empty()) p.bands.push_back({c.band_x, c.band_lo, c.band_hi, static_cast<int>(i)});
  }
  if (!baseline.x.empty()) p.lines.insert(p.lines.begin(), std::move(baseline));
  // Room for one legend entry below another; long lists make the picture higher.
  const double height = std::max(400.0, 120 + 40.0 * static_cast<double>(curves.size()));
  return {title, {std::move(p)}, 620, height};
}

/// Between two recalls the precision is that of the larger one: the steps that average precision adds up, and that the
/// band is of. A slope would promise more (Davis & Goadrich 2006).
report::RankCurve in_steps(report::RankCurve curve) {
  if (curve.x.size() != curve.y.size()) return curve;
  std::vector<double> x, y;
  for (std::size_t i = 0; i < curve.x.size(); ++i) {
    if (i > 0 && curve.x[i] != curve.x[i - 1]) {
      const bool up = curve.x[i] > curve.x[i - 1];
      x.push_back(std::min(curve.x[i], curve.x[i - 1])), y.push_back(curve.y[up ? i : i - 1]);
    }
    x.push_back(curve.x[i]), y.push_back(curve.y[i]);
  }
  curve.x = std::move(x), curve.y = std::move(y);
  return curve;
}

/// Never what the epoch is chosen by: a line that looks like nothing else.
Line test_line(const report::Track& track) {
  Line line;
  line.name = "test (not used to choose)", line.x = track.x, line.y = track.y;
  line.colour = 3, line.dash = Dash::dotted, line.width = 2.2;
  return thinned(std::move(line), 600);
}

}  // namespace

Figure figure_of(const report::LearningCurves& c) {
  same_length("learning curves", "train_loss", c.train_loss.x.size(), c.train_loss.y.size());
  same_length("learning curves", "dev_loss", c.dev_loss.x.size(), c.dev_loss.y.size());
  same_length("learning curves", "dev_metric", c.dev_metric.x.size(), c.dev_metric.y.size());
  same_length("learning curves", "test_loss", c.test_loss.x.size(), c.test_loss.y.size());
  same_length("learning curves", "test_metric", c.test_metric.x.size(), c.test_metric.y.size());
  const std::vector<double> best(std::isfinite(c.best) ? 1 : 0, c.best);
  const Range x = widened(
      range_of({&c.train_loss.x, &c.dev_loss.x, &c.dev_metric.x, &c.test_loss.x, &c.test_metric.x, &best}), 0.02);
  const Axis across{c.x_name, x.lo, x.hi, {}, true};

  Line train;
  train.name = "train", train.x = c.train_loss.x, train.y = c.train_loss.y;
  Line raw = train;
  const std::size_t window = train.x.size() > 60 ? std::max<std::size_t>(train.x.size() / 40, 3) | 1 : 1;
  if (window > 1) {
    train.y = smoothed(train.y, window);
    train.name = "train, mean of " + std::to_string(window);
    raw.name.clear(), raw.faint = true, raw.width = 0.8;
  }
  Range loss = range_of({&train.y, &c.dev_loss.y, &c.test_loss.y});
  if (window > 1) {
    const Cut cut = with_most(loss, raw.y);
    loss = cut.shown;
    if (cut.above) train.detail = "(" + count(cut.above) + " of its values above)";
  }
  Panel losses{across, {c.loss_name, loss.lo, loss.hi}};
  const double low = loss.lo >= 0 && loss.lo < 0.5 * loss.hi ? 0 : widened(loss, 0.06).lo;
  losses.y.lo = low, losses.y.hi = widened(loss, 0.06).hi;
  if (window > 1) losses.lines.push_back(thinned(raw, 600));
  losses.lines.push_back(thinned(std::move(train), 600));
  Line dev;
  dev.name = "dev", dev.x = c.dev_loss.x, dev.y = c.dev_loss.y, dev.colour = 1, dev.dash = Dash::dashed;
  losses.lines.push_back(thinned(std::move(dev), 600));
  if (!c.test_loss.x.empty()) losses.lines.push_back(test_line(c.test_loss));

  // With test beside dev the axis names the score alone, and the lines the parts.
  const bool both = !c.test_metric.x.empty();
  const bool of_dev = c.metric_name.starts_with("dev ");
  const Range metric = widened(range_of({&c.dev_metric.y, &c.test_metric.y}), 0.08);
  Panel metrics{across, {both && of_dev ? c.metric_name.substr(4) : c.metric_name, metric.lo, metric.hi}};
  Line values;
  values.name = both ? "dev" : c.metric_name, values.x = c.dev_metric.x, values.y = c.dev_metric.y, values.colour = 2;
  if (both) values.colour = 1, values.dash = Dash::dashed;
  metrics.lines.push_back(thinned(std::move(values), 600));
  if (both) metrics.lines.push_back(test_line(c.test_metric));
  if (std::isfinite(c.best)) {
    for (Panel* p : {&losses, &metrics}) {
      Line rule;
      rule.x = {c.best, c.best}, rule.y = {p->y.lo, p->y.hi};
      rule.colour = grey, rule.width = 1, rule.dash = Dash::dotted;
      if (p == &losses) rule.name = "best " + c.x_name;
      p->lines.insert(p->lines.begin(), std::move(rule));
    }
    Points mark;
    mark.shape = Shape::diamond, mark.radius = 5, mark.colour = 1;
    for (std::size_t i = 0; i < c.dev_metric.x.size(); ++i)
      if (c.dev_metric.x[i] == c.best && std::isfinite(c.dev_metric.y[i])) {
        mark.x = {c.best}, mark.y = {c.dev_metric.y[i]};
        mark.name = std::string(both ? "dev at its best: " : "best ") + number(c.dev_metric.y[i], 3) + " at " +
                    c.x_name + " " + number(c.best, c.best == std::round(c.best) ? 0 : 2);
      }
    if (!mark.x.empty()) metrics.points.push_back(std::move(mark));
  }
  losses.text_rows = metrics.text_rows = 8;
  return {c.title, {std::move(losses), std::move(metrics)}, 840, 340};
}

Figure figure_of(const report::RocCurves& c) {
  return rank_figure(c.title, "false positive rate (share of negatives)", "true positive rate (share of positives)",
                     "AUC", c.curves, diagonal());
}

Figure figure_of(const report::PrecisionRecallCurves& c) {
  Line chance;
  if (std::isfinite(c.prevalence)) {
    chance.name = "chance", chance.detail = "precision " + number(c.prevalence, 2);
    chance.x = {0, 1}, chance.y = {c.prevalence, c.prevalence};
    chance.colour = grey, chance.width = 1.2, chance.dash = Dash::dashed;
  }
  std::vector<report::RankCurve> curves = c.curves;
  for (auto& curve : curves) curve = in_steps(std::move(curve));
  return rank_figure(c.title, "recall (share of positives found)", "precision (share of calls that are right)", "AP",
                     curves, std::move(chance));
}

Figure figure_of(const report::ScoreChart& c) {
  Panel p{{c.axis_name}, {}};
  std::vector<double> all;
  Points variants, floors;
  floors.shape = Shape::diamond, floors.colour = grey, floors.radius = 5, variants.radius = 4.5;
  const report::ScoreRow* highest = nullptr;
  const auto add = [&](const report::ScoreRow& row, Points& points, const std::string& name) {
    const auto at = static_cast<double>(p.y.names.size());
    p.y.names.push_back(name);
    p.right.push_back(with_interval(row.value, row.lo, row.hi));
    all.insert(all.end(), {row.value, row.lo, row.hi});
    points.x.push_back(row.value), points.y.push_back(at);
    if (std::isfinite(row.lo) && std::isfinite(row.hi)) p.whiskers.push_back({at, row.lo, row.hi, points.colour});
  };
  for (const auto& row : c.variants) add(row, variants, row.name);
  for (const auto& row : c.floors) {
    add(row, floors, "floor: " + row.name);
    if (std::isfinite(row.value) && (!highest || row.value > highest->value)) highest = &row;
  }
  const Range x = widened(range_of({&all}), 0.06);
  p.x.lo = x.lo, p.x.hi = x.hi;
  const auto rows = static_cast<double>(p.y.names.size());
  p.y.lo = std::max(rows, 1.0) - 0.5, p.y.hi = -0.5;  // the first row is on top
  if (highest) {
    Line rule;
    rule.name = "highest floor: " + highest->name;
    rule.x = {highest->value, highest->value}, rule.y = {p.y.hi, p.y.lo};
    rule.colour = grey, rule.width = 1.2, rule.dash = Dash::dashed;
    p.lines.push_back(std::move(rule));
  }
  p.points = {std::move(variants), std::move(floors)};
  p.text_rows = static_cast<int>(std::max(rows, 1.0));
  return {c.title, {std::move(p)}, 720, 130 + 26 * std::max(rows, 1.0)};
}

Figure figure_of(const report::Scatter& c) {
  same_length("scatter", c.title, c.x.size(), c.y.size());
  if (c.labels.size() != c.x.size() && !c.labels.empty())
    throw error("scatter: " + std::to_string(c.labels.size()) + " labels for " + std::to_string(c.x.size()) +
                " points");
  const Range x = widened(range_of({&c.x}), 0.04), y = widened(range_of({&c.y}), 0.04);
  Panel p{{c.x_name, x.lo, x.hi}, {c.y_name, y.lo, y.hi}};
  p.square = p.legend_right = true, p.text_rows = 18;
  std::int32_t last = c.labels.empty() ? -1 : *std::max_element(c.labels.begin(), c.labels.end());
  for (std::int32_t k = -1; k <= last; ++k) {
    Points points;
    for (std::size_t i = 0; i < c.x.size(); ++i)
      if ((c.labels.empty() ? -1 : std::max(c.labels[i], -1)) == k)
        points.x.push_back(c.x[i]), points.y.push_back(c.y[i]);
    if (points.x.empty()) continue;
    points.colour = k < 0 ? grey : k, points.radius = points.x.size() > 2000 ? 1.6 : 2.6;
    if (k >= 0) points.shape = shape_of(static_cast<std::size_t>(k));
    if (k >= 0) points.name = class_name(c.class_names, static_cast<std::size_t>(k));
    if (k < 0 && !c.labels.empty()) points.name = "no label";
    points.detail = count(static_cast<long long>(points.x.size())) + (points.x.size() == 1 ? " point" : " points");
    p.points.push_back(std::move(points));
  }
  const double height = std::max(420.0, 120 + 40.0 * static_cast<double>(p.points.size()));
  return {c.title, {std::move(p)}, 620, height};
}

Figure figure_of(const LineChart& c) {
  constexpr std::size_t marked = 60;  // so many points of a line have marks of their own
  std::vector<double> all;
  for (const auto& l : c.lines) {
    same_length("lines", l.name, c.x.size(), l.y.size());
    all.insert(all.end(), l.y.begin(), l.y.end());
  }
  const Range x = widened(range_of({&c.x}), 0.02), y = widened(range_of({&all}), 0.05);
  Panel p{{c.x_name, x.lo, x.hi}, {c.y_name, y.lo, y.hi}};
  p.x.whole = std::all_of(c.x.begin(), c.x.end(), [](double v) { return v == std::floor(v); });
  p.legend_right = true, p.text_rows = 14;
  for (std::size_t i = 0; i < c.lines.size(); ++i) {
    Line line;
    line.name = c.lines[i].name, line.x = c.x, line.y = c.lines[i].y;
    line.colour = static_cast<int>(i);
    // Where no marks tell lines apart, dashes do.
    const bool plain = c.x.size() > marked;
    line.dash = plain && c.lines.size() <= 7 ? static_cast<Dash>(i % 3) : dash_of(i);
    p.lines.push_back(thinned(std::move(line), 600));
    if (plain) continue;
    Points points;
    points.x = c.x, points.y = c.lines[i].y, points.colour = static_cast<int>(i), points.shape = shape_of(i);
    p.points.push_back(std::move(points));
  }
  return {c.title, {std::move(p)}, 680, std::max(360.0, 120 + 40.0 * static_cast<double>(c.lines.size()))};
}

Figure figure_of(const report::ScoreHistogram& c) {
  same_length("score histogram", "values and labels", c.values.size(), c.labels.size());
  if (c.bins < 1) throw error("score histogram: 'bins' must be at least 1, got " + std::to_string(c.bins));
  const Bins bins = bins_of(c);
  const Range x = bins.range;
  Panel p{{c.x_name, x.lo, x.hi}, {"share of the class's rows (%)", 0, 1}};
  p.legend_right = true, p.text_rows = 12;
  const std::int32_t last = c.labels.empty() ? -1 : *std::max_element(c.labels.begin(), c.labels.end());
  for (std::int32_t k = 0; k <= last; ++k) {
    std::vector<double> share(bins.count);
    double rows = 0;
    for (std::size_t i = 0; i < c.values.size(); ++i) {
      if (c.labels[i] != k || !std::isfinite(c.values[i])) continue;
      const double place = (c.values[i] - x.lo) / (x.hi - x.lo) * static_cast<double>(bins.count);
      ++share[std::min(static_cast<std::size_t>(place), bins.count - 1)], ++rows;
    }
    if (rows == 0) continue;
    Line line;
    const auto i = static_cast<std::size_t>(k);
    line.name = class_name(c.class_names, i);
    line.detail = count(static_cast<long long>(rows)) + (rows == 1 ? " row" : " rows");
    line.colour = k, line.filled = last < 3, line.width = 1.5,
    line.dash = p.lines.empty() ? Dash::solid : dash_of(7 * i);
    for (std::size_t b = 0; b < bins.count; ++b) {
      const double height = 100 * share[b] / rows, width = (x.hi - x.lo) / static_cast<double>(bins.count);
      const double left = x.lo + width * static_cast<double>(b);
      line.x.insert(line.x.end(), {left, left + width}), line.y.insert(line.y.end(), {height, height});
      p.y.hi = std::max(p.y.hi, 1.05 * height);
    }
    p.lines.push_back(std::move(line));
  }
  const double height = std::max(340.0, 120 + 40.0 * static_cast<double>(p.lines.size()));
  return {c.title, {std::move(p)}, 680, height};
}

void check(const report::ConfusionMatrix& c) {
  const std::size_t n = c.class_names.size();
  if (c.counts.size() != n * n)
    throw error("confusion matrix: " + std::to_string(n) + " class names need " + std::to_string(n * n) +
                " counts, got " + std::to_string(c.counts.size()));
}

}  // namespace l2g::plot
