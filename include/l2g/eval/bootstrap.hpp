#pragma once
// Percentile bootstrap over rows (Efron & Tibshirani 1993, chapter 13): intervals of any metric and of the difference
// of two predictions of the same rows. Resample r draws from l2g::Rng{seed, r}: the same interval on every machine.
#include <l2g/core/errors.hpp>
#include <l2g/core/philox.hpp>

#include <span>
#include <vector>

namespace l2g::eval {

struct BootstrapOptions {
  index_t resamples = 2000;
  double level = 0.95;     ///< share of resamples inside the interval
  std::uint64_t seed = 1;  ///< the same seed, the same resamples
  /// A stratum number a row, or empty. Rows are drawn within strata, so that (with the labels as strata) each resample
  /// has the class counts of the data.
  std::span<const std::int32_t> strata = {};
  /// A group number a row (a chromosome, a locus), or empty. Whole groups are drawn, as many as there are: rows of one
  /// group are not independent, and an interval that takes them to be is too narrow. Not together with strata.
  std::span<const std::int32_t> groups = {};
};

/// A value and its percentile interval. `undefined` counts resamples where the metric was NaN; they are left out.
/// Without any defined resample lo and hi are NaN.
struct Interval {
  double value = 0, lo = 0, hi = 0;
  index_t undefined = 0;
};

/// metric(first) - metric(second) on the same resamples.
struct Difference : Interval {
  double share_above = 0;  ///< share of resamples where the first is better; ties count half
};

/// The rows of one resample after another.
class Resampler {
 public:
  /// Throws l2g::error without rows, on bad options, or when strata do not cover the rows.
  Resampler(index_t rows, const BootstrapOptions& options);
  /// Row numbers of resample r, as many as there are rows (of groups: about as many), valid until the next call.
  std::span<const index_t> draw(index_t resample);

 private:
  std::uint64_t seed_;
  std::vector<index_t> order_, begin_, drawn_;  // rows sorted by stratum; first place of each row's stratum
  std::vector<index_t> size_;                   // rows in the stratum of each place
  std::vector<index_t> group_begin_;            // of groups: the first place of each, and the end
};

/// The q-quantile of values (sorted in place), linear between neighbours; NaN values are dropped first.
double quantile(std::vector<double>& values, double q);

namespace detail {
Interval percentile(double value, std::vector<double>& resampled, double level);
double share_above_zero(std::span<const double> differences);
}  // namespace detail

/// Interval of statistic(std::span<const index_t> rows) -> double, where rows repeat as drawn.
template <class Statistic>
Interval bootstrap(index_t rows, Statistic&& statistic, const BootstrapOptions& options = {}) {
  Resampler resampler(rows, options);
  std::vector<index_t> all(static_cast<std::size_t>(rows));
  for (index_t i = 0; i < rows; ++i) all[static_cast<std::size_t>(i)] = i;
  std::vector<double> values(static_cast<std::size_t>(options.resamples));
  for (index_t r = 0; r < options.resamples; ++r) values[static_cast<std::size_t>(r)] = statistic(resampler.draw(r));
  return detail::percentile(statistic(std::span<const index_t>(all)), values, options.level);
}

namespace detail {
/// BCa's ends from the value, the resampled values and the leave-one-out values.
Interval bias_corrected(double value, std::vector<double>& resampled, std::span<const double> left_out, double level);
}  // namespace detail

/// The acceleration of BCa: how fast the statistic's deviation changes with its value, from `left_out`, its values with
/// one row left out each: sum d^3 / (6 (sum d^2)^1.5), d = mean - value.
double acceleration(std::span<const double> left_out);

/// Bias-corrected and accelerated interval (Efron 1987): costs one more call of the statistic a row, and is nearer to
/// its level than the percentiles for skewed statistics. Without groups.
template <class Statistic>
Interval bootstrap_bca(index_t rows, Statistic&& statistic, const BootstrapOptions& options = {}) {
  if (!options.groups.empty()) throw error("BCa: leaves out one row at a time, which is no sample of groups");
  Resampler resampler(rows, options);
  std::vector<double> values(static_cast<std::size_t>(options.resamples)), left_out;
  for (index_t r = 0; r < options.resamples; ++r) values[static_cast<std::size_t>(r)] = statistic(resampler.draw(r));
  std::vector<index_t> kept;
  for (index_t i = 1; i < rows; ++i) kept.push_back(i);
  for (index_t i = 0; i < rows && rows > 1; ++i) {  // row i is left out
    left_out.push_back(statistic(std::span<const index_t>(kept)));
    if (i + 1 < rows) kept[static_cast<std::size_t>(i)] = i;
  }
  std::vector<index_t> all(static_cast<std::size_t>(rows));
  for (index_t i = 0; i < rows; ++i) all[static_cast<std::size_t>(i)] = i;
  return detail::bias_corrected(statistic(std::span<const index_t>(all)), values, left_out, options.level);
}

/// Paired: both statistics see the same rows, so what is common to them cancels.
template <class First, class Second>
Difference bootstrap_difference(index_t rows, First&& first, Second&& second, const BootstrapOptions& options = {}) {
  std::vector<double> values;
  const auto difference = [&](std::span<const index_t> drawn) {
    values.push_back(first(drawn) - second(drawn));
    return values.back();
  };
  Difference d{bootstrap(rows, difference, options), 0};
  values.pop_back();  // the last call was on the data themselves
  d.share_above = detail::share_above_zero(values);
  return d;
}

/// A metric of class labels (matthews, accuracy, macro_f1, ...) and one of scores (roc_auc, average_precision, ...).
using LabelMetric = double (*)(std::span<const std::int32_t> truth, std::span<const std::int32_t> predicted,
                               index_t classes);
using RankMetric = double (*)(std::span<const double> score, std::span<const std::int32_t> positive);
using RealMetric = double (*)(std::span<const double> target, std::span<const double> predicted);

Interval bootstrap(LabelMetric metric, std::span<const std::int32_t> truth, std::span<const std::int32_t> predicted,
                   index_t classes, const BootstrapOptions& options = {});
Interval bootstrap(RankMetric metric, std::span<const double> score, std::span<const std::int32_t> positive,
                   const BootstrapOptions& options = {});
Interval bootstrap(RealMetric metric, std::span<const double> target, std::span<const double> predicted,
                   const BootstrapOptions& options = {});
Difference bootstrap_difference(LabelMetric metric, std::span<const std::int32_t> truth,
                                std::span<const std::int32_t> first, std::span<const std::int32_t> second,
                                index_t classes, const BootstrapOptions& options = {});
Difference bootstrap_difference(RankMetric metric, std::span<const double> first, std::span<const double> second,
                                std::span<const std::int32_t> positive, const BootstrapOptions& options = {});

}  // namespace l2g::eval

#ifndef L2G_COMPILED
#include <l2g/eval/bootstrap-inl.hpp>
#endif
