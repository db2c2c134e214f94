#pragma once
#include <l2g/eval/bootstrap.hpp>
#include <l2g/eval/special.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace l2g::eval {

L2G_INLINE Resampler::Resampler(index_t rows, const BootstrapOptions& options)
    : seed_(options.seed),
      order_(static_cast<std::size_t>(std::max<index_t>(rows, 0))),
      begin_(order_.size()),
      drawn_(order_.size()),
      size_(order_.size(), rows) {
  if (rows < 1) throw error("bootstrap: needs at least one row, got " + std::to_string(rows));
  if (options.resamples < 1)
    throw error("bootstrap: 'resamples' must be at least 1, got " + std::to_string(options.resamples));
  if (!(options.level > 0 && options.level < 1))
    throw error("bootstrap: 'level' must lie between 0 and 1, got " + std::to_string(options.level));
  std::iota(order_.begin(), order_.end(), index_t{0});
  if (!options.strata.empty() && !options.groups.empty())
    throw error("bootstrap: rows are drawn within strata or by groups, not both");
  const auto strata = options.strata.empty() ? options.groups : options.strata;
  if (strata.empty()) return;
  if (strata.size() != order_.size())
    throw error("bootstrap: " + std::to_string(strata.size()) + (options.groups.empty() ? " strata" : " groups") +
                " for " + std::to_string(rows) + " rows");
  const auto stratum = [&](index_t row) { return strata[static_cast<std::size_t>(row)]; };
  std::stable_sort(order_.begin(), order_.end(), [&](index_t a, index_t b) { return stratum(a) < stratum(b); });
  for (std::size_t i = 0, j; i < order_.size(); i = j) {
    for (j = i; j < order_.size() && stratum(order_[j]) == stratum(order_[i]);) ++j;
    for (std::size_t k = i; k < j; ++k) begin_[k] = static_cast<index_t>(i), size_[k] = static_cast<index_t>(j - i);
    if (!options.groups.empty()) group_begin_.push_back(static_cast<index_t>(i));
  }
  if (!options.groups.empty()) group_begin_.push_back(rows);
}

L2G_INLINE std::span<const index_t> Resampler::draw(index_t resample) {
  const Rng rng{seed_, static_cast<std::uint64_t>(resample)};
  constexpr std::uint32_t stream = 0xB007;  // no other user of the seed draws from it
  if (!group_begin_.empty()) {
    const std::size_t groups = group_begin_.size() - 1;
    drawn_.clear();
    for (std::size_t i = 0; i < groups; ++i) {
      const std::size_t g = rng.below(stream, i, groups);
      drawn_.insert(drawn_.end(), order_.begin() + group_begin_[g], order_.begin() + group_begin_[g + 1]);
    }
    return drawn_;
  }
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const auto place = static_cast<std::size_t>(begin_[i]) + rng.below(stream, i, static_cast<std::uint64_t>(size_[i]));
    drawn_[i] = order_[place];
  }
  return drawn_;
}

L2G_INLINE double quantile(std::vector<double>& values, double q) {
  std::erase_if(values, [](double v) { return std::isnan(v); });
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  const double place = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double above = values[std::min(below + 1, values.size() - 1)];
  return values[below] + (place - static_cast<double>(below)) * (above - values[below]);
}

L2G_INLINE double acceleration(std::span<const double> left_out) {
  const double centre = std::accumulate(left_out.begin(), left_out.end(), 0.0) / static_cast<double>(left_out.size());
  double squares = 0, cubes = 0;
  for (const double v : left_out) {
    const double d = centre - v;
    squares += d * d, cubes += d * d * d;
  }
  return squares > 0 ? cubes / (6 * squares * std::sqrt(squares)) : 0.0;
}

namespace detail {

L2G_INLINE Interval percentile(double value, std::vector<double>& resampled, double level) {
  const auto all = static_cast<index_t>(resampled.size());
  Interval i{value, quantile(resampled, (1 - level) / 2), quantile(resampled, (1 + level) / 2), 0};
  i.undefined = all - static_cast<index_t>(resampled.size());
  return i;
}

L2G_INLINE Interval bias_corrected(double value, std::vector<double>& resampled, std::span<const double> left_out,
                                   double level) {
  std::vector<double> below;  // above 0 where the resampled value lies below the value itself
  for (const double r : resampled) below.push_back(value - r);
  const double a = acceleration(left_out), share = share_above_zero(below);
  const double z0 = std::isnan(share) ? share : normal_quantile(share);
  const auto all = static_cast<index_t>(resampled.size());
  const auto end = [&](double tail) {
    if (!std::isfinite(z0) || std::isnan(a)) return quantile(resampled, tail);
    const double z = z0 + normal_quantile(tail);
    return quantile(resampled, normal_below(z0 + z / (1 - a * z)));
  };
  Interval i{value, end((1 - level) / 2), end((1 + level) / 2), 0};
  i.undefined = all - static_cast<index_t>(resampled.size());
  return i;
}

L2G_INLINE double share_above_zero(std::span<const double> differences) {
  double above = 0, defined = 0;
  for (const double d : differences)
    if (!std::isnan(d)) above += d > 0 ? 1.0 : d == 0 ? 0.5 : 0.0, ++defined;
  return defined > 0 ? above / defined : std::numeric_limits<double>::quiet_NaN();
}

/// The drawn rows of a column, in a buffer that is kept between resamples.
template <class T>
struct Drawn {
  std::span<const T> column;
  std::vector<T> buffer;
  Drawn(std::span<const T> values, std::size_t rows) : column(values), buffer(rows) {
    if (values.size() != rows)
      throw error("bootstrap: columns of " + std::to_string(rows) + " and " + std::to_string(values.size()) + " rows");
  }
  std::span<const T> operator()(std::span<const index_t> rows) {
    buffer.resize(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) buffer[i] = column[static_cast<std::size_t>(rows[i])];
    return buffer;
  }
};

}  // namespace detail

L2G_INLINE Interval bootstrap(LabelMetric metric, std::span<const std::int32_t> truth,
                              std::span<const std::int32_t> predicted, index_t classes,
                              const BootstrapOptions& options) {
  detail::Drawn<std::int32_t> t(truth, truth.size()), p(predicted, truth.size());
  return bootstrap(
      static_cast<index_t>(truth.size()),
      [&](std::span<const index_t> rows) { return metric(t(rows), p(rows), classes); }, options);
}

L2G_INLINE Interval bootstrap(RankMetric metric, std::span<const double> score, std::span<const std::int32_t> positive,
                              const BootstrapOptions& options) {
  detail::Drawn<double> s(score, positive.size());
  detail::Drawn<std::int32_t> p(positive, positive.size());
  return bootstrap(
      static_cast<index_t>(positive.size()), [&](std::span<const index_t> rows) { return metric(s(rows), p(rows)); },
      options);
}

L2G_INLINE Interval bootstrap(RealMetric metric, std::span<const double> target, std::span<const double> predicted,
                              const BootstrapOptions& options) {
  detail::Drawn<double> t(target, target.size()), p(predicted, target.size());
  return bootstrap(
      static_cast<index_t>(target.size()), [&](std::span<const index_t> rows) { return metric(t(rows), p(rows)); },
      options);
}

L2G_INLINE Difference bootstrap_difference(LabelMetric metric, std::span<const std::int32_t> truth,
                                           std::span<const std::int32_t> first, std::span<const std::int32_t> second,
                                           index_t classes, const BootstrapOptions& options) {
  detail::Drawn<std::int32_t> t(truth, truth.size()), a(first, truth.size()), b(second, truth.size());
  return bootstrap_difference(
      static_cast<index_t>(truth.size()),
      [&](std::span<const index_t> rows) { return metric(t(rows), a(rows), classes); },
      [&](std::span<const index_t> rows) { return metric(t(rows), b(rows), classes); }, options);
}

L2G_INLINE Difference bootstrap_difference(RankMetric metric, std::span<const double> first,
                                           std::span<const double> second, std::span<const std::int32_t> positive,
                                           const BootstrapOptions& options) {
  detail::Drawn<double> a(first, positive.size()), b(second, positive.size());
  detail::Drawn<std::int32_t> p(positive, positive.size());
  return bootstrap_difference(
      static_cast<index_t>(positive.size()), [&](std::span<const index_t> rows) { return metric(a(rows), p(rows)); },
      [&](std::span<const index_t> rows) { return metric(b(rows), p(rows)); }, options);
}

}  // namespace l2g::eval
