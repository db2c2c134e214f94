#pragma once
// From scores and labels to the curves of a chart, with areas, bootstrap intervals and pointwise bands.
#include <l2g/eval/bootstrap.hpp>
#include <l2g/eval/ranking.hpp>
#include <l2g/report/charts.hpp>

#include <algorithm>

namespace l2g::report {

namespace detail {

/// y of a ROC curve (x ascending) at each x: linear between points, the upper end of an upright stretch.
inline double roc_height(const eval::Curve& c, double x) {
  const auto after = static_cast<std::size_t>(std::upper_bound(c.x.begin(), c.x.end(), x) - c.x.begin());
  if (after == 0 || after == c.x.size()) return after == 0 ? c.y.front() : c.y.back();
  const double share = (x - c.x[after - 1]) / (c.x[after] - c.x[after - 1]);
  return c.y[after - 1] + share * (c.y[after] - c.y[after - 1]);
}

/// The precision at the highest threshold whose recall is at least x: the steps that average precision adds up.
inline double precision_at(const eval::Curve& c, double x) {
  const auto below = std::partition_point(c.x.begin(), c.x.end(), [x](double recall) { return recall >= x; });
  return c.y[static_cast<std::size_t>(below - c.x.begin()) - 1];
}

/// The pointwise interval of a curve over resamples of the rows, at 101 places of x.
template <class Height>
void add_band(RankCurve& curve, std::span<const double> score, std::span<const std::int32_t> positive,
              eval::Curve (*curve_of)(std::span<const double>, std::span<const std::int32_t>), Height height,
              eval::BootstrapOptions options) {
  constexpr std::size_t places = 101;
  constexpr index_t most_resamples = 400;  // ends of pointwise intervals need no more
  if (curve.x.empty()) return;
  options.resamples = std::min(options.resamples, most_resamples);
  eval::Resampler resampler(index_t(score.size()), options);
  std::vector<std::vector<double>> heights(places);
  std::vector<double> drawn_score(score.size());
  std::vector<std::int32_t> drawn_positive(score.size());
  for (index_t r = 0; r < options.resamples; ++r) {
    const auto rows = resampler.draw(r);
    drawn_score.resize(rows.size()), drawn_positive.resize(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
      drawn_score[i] = score[std::size_t(rows[i])], drawn_positive[i] = positive[std::size_t(rows[i])];
    const eval::Curve drawn = curve_of(drawn_score, drawn_positive);
    if (drawn.x.empty()) continue;
    for (std::size_t k = 0; k < places; ++k)
      heights[k].push_back(height(drawn, static_cast<double>(k) / static_cast<double>(places - 1)));
  }
  if (heights[0].size() < 2) return;
  for (std::size_t k = 0; k < places; ++k) {
    curve.band_x.push_back(static_cast<double>(k) / static_cast<double>(places - 1));
    curve.band_lo.push_back(eval::quantile(heights[k], (1 - options.level) / 2));
    curve.band_hi.push_back(eval::quantile(heights[k], (1 + options.level) / 2));
  }
}

}  // namespace detail

/// The ROC curve of one model with its pointwise band; `positive` is > 0, 0, or negative (masked). Without both
/// classes: no points, NaN area.
inline RankCurve roc_of(std::string name, std::span<const double> score, std::span<const std::int32_t> positive,
                        const eval::BootstrapOptions& options = {}) {
  auto points = eval::roc_curve(score, positive);
  const auto area = eval::bootstrap(eval::roc_auc, score, positive, options);
  RankCurve curve{std::move(name), std::move(points.x), std::move(points.y), area.value, area.lo, area.hi};
  detail::add_band(curve, score, positive, eval::roc_curve, detail::roc_height, options);
  return curve;
}

/// The precision-recall curve of one model with its pointwise band; its area is the average precision.
inline RankCurve precision_recall_of(std::string name, std::span<const double> score,
                                     std::span<const std::int32_t> positive,
                                     const eval::BootstrapOptions& options = {}) {
  auto points = eval::precision_recall_curve(score, positive);
  const auto area = eval::bootstrap(eval::average_precision, score, positive, options);
  RankCurve curve{std::move(name), std::move(points.x), std::move(points.y), area.value, area.lo, area.hi};
  detail::add_band(curve, score, positive, eval::precision_recall_curve, detail::precision_at, options);
  return curve;
}

}  // namespace l2g::report
