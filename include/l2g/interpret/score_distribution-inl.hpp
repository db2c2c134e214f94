#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/interpret/score_distribution.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace l2g::interpret {

L2G_INLINE Weights weights_of(const data::Motif& motif, const std::array<double, 4>& background, double pseudocount) {
  Weights weights;
  for (const auto& p : motif.probabilities) {
    auto& w = weights.emplace_back();
    for (std::size_t b = 0; b < 4; ++b) w[b] = std::log2(p[b] + pseudocount) - std::log2(background[b]);
  }
  return weights;
}

L2G_INLINE ScoreDistribution::ScoreDistribution(const Weights& weights, const std::array<double, 4>& background,
                                                double bin)
    : bin_(bin), smallest_(0) {
  if (weights.empty()) throw error("a motif without positions has no scores");
  std::vector<std::array<index_t, 4>> steps;  // of each position above its least, in bins
  index_t range = 0;
  for (const auto& w : weights) {
    std::array<index_t, 4> bins{};
    for (std::size_t b = 0; b < 4; ++b) {
      const double x = std::nearbyint(w[b] / bin);
      if (!(std::abs(x) < 1e6)) throw error("a weight of a motif is too large for bins of this size");
      bins[b] = index_t(x);
    }
    const index_t least = *std::min_element(bins.begin(), bins.end());
    for (auto& x : bins) x -= least;
    smallest_ += least;
    range += *std::max_element(bins.begin(), bins.end());
    steps.push_back(bins);
  }
  if (range > 20'000'000) throw error("a motif has too many scores for bins of this size");
  std::vector<double> now(std::size_t(range) + 1), next(std::size_t(range) + 1);
  now[0] = 1;
  index_t reach = 0;  // the last bin that is not 0
  for (const auto& step : steps) {
    const index_t widest = *std::max_element(step.begin(), step.end());
    std::fill(next.begin(), next.begin() + reach + widest + 1, 0.0);
    for (std::size_t b = 0; b < 4; ++b) {
      double* out = next.data() + step[b];
      for (index_t i = 0; i <= reach; ++i) out[i] += background[b] * now[std::size_t(i)];
    }
    reach += widest;
    now.swap(next);
  }
  for (std::size_t i = now.size() - 1; i-- > 0;) now[i] += now[i + 1];
  for (double& x : now) x = std::min(x, 1.0);
  survival_ = std::move(now);
}

L2G_INLINE double ScoreDistribution::p(double score) const {
  // The rounding of single weights can put the bin of a sum behind the last one.
  const double i = std::trunc(score / bin_) - double(smallest_);
  return survival_[std::size_t(std::clamp(i, 0.0, double(survival_.size() - 1)))];
}

L2G_INLINE double ScoreDistribution::threshold(double p) const {
  if (p >= 1) return -std::numeric_limits<double>::infinity();
  const auto first = std::partition_point(survival_.begin(), survival_.end(), [&](double s) { return s >= p; });
  if (first == survival_.end()) return std::numeric_limits<double>::infinity();
  return double(smallest_ + (first - survival_.begin())) * bin_;
}

}  // namespace l2g::interpret
