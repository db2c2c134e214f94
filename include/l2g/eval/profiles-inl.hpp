#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/eval/profiles.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace l2g::eval {

L2G_INLINE std::vector<double> performance_ratios(std::span<const double> costs, index_t solvers) {
  const std::size_t width = static_cast<std::size_t>(std::max<index_t>(solvers, 0));
  if (width < 1 || costs.empty() || costs.size() % width)
    throw error("performance profile: " + std::to_string(costs.size()) + " costs are not problems of " +
                std::to_string(solvers) + " solvers");
  std::vector<double> ratios(costs.begin(), costs.end());
  for (std::size_t row = 0; row < costs.size(); row += width) {
    double best = std::numeric_limits<double>::infinity();
    for (std::size_t j = row; j < row + width; ++j) {
      if (!(costs[j] > 0))
        throw error("performance profile: a cost of problem " + std::to_string(row / width + 1) + " is not above 0");
      best = std::min(best, costs[j]);
    }
    if (std::isinf(best))
      throw error("performance profile: problem " + std::to_string(row / width + 1) + " was solved by none");
    for (std::size_t j = row; j < row + width; ++j) ratios[j] /= best;
  }
  return ratios;
}

L2G_INLINE std::vector<double> performance_profile(std::span<const double> costs, index_t solvers,
                                                   std::span<const double> taus) {
  const std::vector<double> ratios = performance_ratios(costs, solvers);
  const std::size_t width = static_cast<std::size_t>(solvers), problems = ratios.size() / width;
  std::vector<double> shares;
  for (std::size_t s = 0; s < width; ++s)
    for (const double tau : taus) {
      index_t solved = 0;
      for (std::size_t p = 0; p < problems; ++p) solved += ratios[p * width + s] <= tau;
      shares.push_back(static_cast<double>(solved) / static_cast<double>(problems));
    }
  return shares;
}

L2G_INLINE std::vector<double> score_profile(std::span<const double> scores, std::span<const double> taus) {
  std::vector<double> shares;
  for (const double tau : taus) {
    const auto above = std::count_if(scores.begin(), scores.end(), [tau](double s) { return s > tau; });
    shares.push_back(scores.empty() ? std::numeric_limits<double>::quiet_NaN()
                                    : static_cast<double>(above) / static_cast<double>(scores.size()));
  }
  return shares;
}

L2G_INLINE double interquartile_mean(std::span<const double> scores) {
  std::vector<double> sorted(scores.begin(), scores.end());
  std::sort(sorted.begin(), sorted.end());
  const double n = static_cast<double>(sorted.size()), low = n / 4, high = n - n / 4;
  double sum = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double at = static_cast<double>(i);
    sum += sorted[i] * std::max(0.0, std::min(at + 1, high) - std::max(at, low));
  }
  return sorted.empty() ? std::numeric_limits<double>::quiet_NaN() : sum / (high - low);
}

L2G_INLINE double probability_of_improvement(std::span<const double> first, std::span<const double> second) {
  double better = 0;
  for (const double a : first)
    for (const double b : second) better += a > b ? 1.0 : a == b ? 0.5 : 0.0;
  return better / (static_cast<double>(first.size()) * static_cast<double>(second.size()));
}

}  // namespace l2g::eval
