#pragma once
// From probabilities to a reliability diagram.
#include <l2g/core/errors.hpp>
#include <l2g/eval/proportions.hpp>
#include <l2g/report/calibration_chart.hpp>

#include <algorithm>
#include <cmath>
#include <span>

namespace l2g::report {

/// Rows in `bins` equal bins (lo, hi] of the predicted probability of being positive (> 0; negative: masked): how often
/// they are, with Wilson's 95 % interval. The error is the mean over rows of |predicted - observed| of their bin. NaN
/// probabilities are left out. Throws l2g::error for lists of different lengths, no bins, and probabilities outside
/// 0..1.
inline Reliability reliability_of(std::string name, std::span<const double> probability,
                                  std::span<const std::int32_t> positive, index_t bins = 10) {
  if (probability.size() != positive.size())
    throw error("reliability: " + std::to_string(probability.size()) + " probabilities for " +
                std::to_string(positive.size()) + " labels");
  if (bins < 1) throw error("reliability: at least one bin is needed, got " + std::to_string(bins));
  Reliability r{std::move(name), {}};
  const auto n = static_cast<std::size_t>(bins);
  std::vector<double> sum(n);
  std::vector<index_t> right(n);
  r.bins.resize(n);
  index_t rows = 0;
  for (std::size_t i = 0; i < probability.size(); ++i) {
    const double p = probability[i];
    if (positive[i] < 0 || std::isnan(p)) continue;
    if (p < 0 || p > 1)
      throw error("reliability: probabilities lie between 0 and 1, row " + std::to_string(i + 1) + " has " +
                  std::to_string(p));
    const double place = std::ceil(p * static_cast<double>(bins)) - 1;
    const auto k = place < 0 ? std::size_t(0) : std::min(static_cast<std::size_t>(place), n - 1);
    ++r.bins[k].rows, ++rows, sum[k] += p, right[k] += positive[i] > 0;
  }
  double gap = 0;
  for (std::size_t k = 0; k < n; ++k) {
    ReliabilityBin& b = r.bins[k];
    b.lo = static_cast<double>(k) / static_cast<double>(n), b.hi = static_cast<double>(k + 1) / static_cast<double>(n);
    if (b.rows == 0) continue;
    b.predicted = sum[k] / static_cast<double>(b.rows);
    b.observed = static_cast<double>(right[k]) / static_cast<double>(b.rows);
    const auto interval = eval::wilson_interval(right[k], b.rows);
    b.observed_lo = interval.lo, b.observed_hi = interval.hi;
    gap += std::abs(b.predicted - b.observed) * static_cast<double>(b.rows);
  }
  if (rows > 0) r.error = gap / static_cast<double>(rows);
  return r;
}

}  // namespace l2g::report
