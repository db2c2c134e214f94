#pragma once
#include <l2g/eval/calibration.hpp>
#include <l2g/eval/classification-inl.hpp>

#include <numeric>

namespace l2g::eval {

namespace detail {

/// Probabilities that were said and whether they came true.
struct Claim {
  double said;
  bool right;
};

inline std::vector<Claim> top_claims(std::span<const double> probabilities, std::span<const std::int32_t> truth,
                                     index_t classes) {
  std::vector<Claim> claims;
  mean_of_rows("reliability", probabilities, truth, classes, [&](std::size_t t, std::span<const double> row) {
    const auto top = std::max_element(row.begin(), row.end());
    claims.push_back({*top, static_cast<std::size_t>(top - row.begin()) == t});
    return 0.0;
  });
  return claims;
}

inline void require_bins(index_t bins) {
  if (bins < 1) throw error("reliability: needs at least one bin, got " + std::to_string(bins));
}

/// Sums to means.
inline std::vector<ReliabilityBin> finished(std::vector<ReliabilityBin> bins) {
  for (ReliabilityBin& b : bins) {
    const double n = static_cast<double>(b.rows);
    b.confidence = b.rows ? b.confidence / n : undefined;
    b.accuracy = b.rows ? b.accuracy / n : undefined;
  }
  return bins;
}

inline std::vector<ReliabilityBin> equal_bins(const std::vector<Claim>& claims, index_t bins) {
  require_bins(bins);
  const double n = static_cast<double>(bins);
  std::vector<ReliabilityBin> table(static_cast<std::size_t>(bins));
  for (std::size_t i = 0; i < table.size(); ++i)
    table[i].lo = static_cast<double>(i) / n, table[i].hi = static_cast<double>(i + 1) / n;
  for (const Claim& c : claims) {
    if (std::isnan(c.said)) throw error("reliability: a probability is not a number");
    const double place = std::clamp(std::ceil(c.said * n) - 1, 0.0, n - 1);
    ReliabilityBin& b = table[static_cast<std::size_t>(place)];
    ++b.rows, b.confidence += c.said, b.accuracy += c.right ? 1.0 : 0.0;
  }
  return finished(std::move(table));
}

}  // namespace detail

L2G_INLINE std::vector<ReliabilityBin> reliability(std::span<const double> probabilities,
                                                   std::span<const std::int32_t> truth, index_t classes, index_t bins) {
  return detail::equal_bins(detail::top_claims(probabilities, truth, classes), bins);
}

L2G_INLINE std::vector<ReliabilityBin> equal_mass_reliability(std::span<const double> probabilities,
                                                              std::span<const std::int32_t> truth, index_t classes,
                                                              index_t bins) {
  detail::require_bins(bins);
  auto claims = detail::top_claims(probabilities, truth, classes);
  if (std::any_of(claims.begin(), claims.end(), [](const auto& c) { return std::isnan(c.said); }))
    throw error("reliability: a probability is not a number");
  std::stable_sort(claims.begin(), claims.end(), [](const auto& a, const auto& b) { return a.said < b.said; });
  const std::size_t n = claims.size(), wanted = std::min(n, static_cast<std::size_t>(bins));
  std::vector<ReliabilityBin> table(wanted);
  for (std::size_t k = 0; k < wanted; ++k) {
    const std::size_t from = k * n / wanted, to = (k + 1) * n / wanted;
    table[k].lo = k == 0 ? 0 : claims[from - 1].said, table[k].hi = claims[to - 1].said;
    for (std::size_t i = from; i < to; ++i)
      ++table[k].rows, table[k].confidence += claims[i].said, table[k].accuracy += claims[i].right ? 1.0 : 0.0;
  }
  return detail::finished(std::move(table));
}

L2G_INLINE double expected_gap(std::span<const ReliabilityBin> bins) {
  double sum = 0, rows = 0;
  for (const ReliabilityBin& b : bins) {
    if (b.rows == 0) continue;
    sum += static_cast<double>(b.rows) * std::abs(b.confidence - b.accuracy), rows += static_cast<double>(b.rows);
  }
  return rows > 0 ? sum / rows : detail::undefined;
}

L2G_INLINE double largest_gap(std::span<const ReliabilityBin> bins) {
  double most = detail::undefined;
  for (const ReliabilityBin& b : bins)
    if (b.rows) most = std::fmax(most, std::abs(b.confidence - b.accuracy));
  return most;
}

L2G_INLINE double classwise_calibration_error(std::span<const double> probabilities,
                                              std::span<const std::int32_t> truth, index_t classes, index_t bins) {
  std::vector<std::vector<detail::Claim>> claims(static_cast<std::size_t>(std::max<index_t>(classes, 0)));
  detail::mean_of_rows("classwise calibration", probabilities, truth, classes,
                       [&](std::size_t t, std::span<const double> row) {
                         for (std::size_t c = 0; c < row.size(); ++c) claims[c].push_back({row[c], c == t});
                         return 0.0;
                       });
  double sum = 0;
  for (const auto& of_class : claims) sum += expected_gap(detail::equal_bins(of_class, bins));
  return sum / static_cast<double>(classes);
}

L2G_INLINE std::vector<double> tempered(std::span<const double> probabilities, index_t classes, double temperature) {
  if (!(temperature > 0)) throw error("temperature: must be above 0, got " + std::to_string(temperature));
  if (classes < 1 || probabilities.size() % static_cast<std::size_t>(classes))
    throw error("temperature: " + std::to_string(probabilities.size()) + " probabilities are not rows of " +
                std::to_string(classes));
  std::vector<double> out(probabilities.begin(), probabilities.end());
  const auto width = static_cast<std::ptrdiff_t>(classes);
  for (auto row = out.begin(); row != out.end(); row += width) {
    double top = -std::numeric_limits<double>::infinity(), sum = 0;
    for (auto p = row; p != row + width; ++p) *p = std::log(std::max(*p, 1e-15)) / temperature, top = std::max(top, *p);
    for (auto p = row; p != row + width; ++p) sum += * p = std::exp(*p - top);
    for (auto p = row; p != row + width; ++p) *p /= sum;
  }
  return out;
}

L2G_INLINE double fitted_temperature(std::span<const double> probabilities, std::span<const std::int32_t> truth,
                                     index_t classes) {
  const auto loss = [&](double log_temperature) {
    return log_loss(tempered(probabilities, classes, std::exp(log_temperature)), truth, classes);
  };
  if (std::isnan(loss(0))) throw error("temperature: there are no rows with a label to fit it on");
  // The loss is convex in 1 / T and so has one minimum in log T: golden section between e^-4 and e^4.
  constexpr double golden = 0.6180339887498949;
  double low = -4, high = 4, left = high - golden * (high - low), right = low + golden * (high - low);
  double at_left = loss(left), at_right = loss(right);
  for (int i = 0; i < 60; ++i) {
    if (at_left <= at_right) {
      high = right, right = left, at_right = at_left;
      left = high - golden * (high - low), at_left = loss(left);
    } else {
      low = left, left = right, at_left = at_right;
      right = low + golden * (high - low), at_right = loss(right);
    }
  }
  return std::exp((low + high) / 2);
}

}  // namespace l2g::eval
