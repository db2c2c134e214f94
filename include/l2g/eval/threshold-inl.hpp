#pragma once
#include <l2g/eval/ranking-inl.hpp>
#include <l2g/eval/threshold.hpp>

namespace l2g::eval {

namespace detail {

/// What a threshold reaches that calls the rows of a Step positive, of so many positive and negative rows.
inline double reached_by(ThresholdBy by, const Step& s, double positives, double negatives) {
  const double called = s.positives + s.negatives, rows = positives + negatives;
  if (by == ThresholdBy::f1) return ratio(2 * s.positives, positives + called);
  if (by == ThresholdBy::youden) return s.positives / positives - s.negatives / negatives;
  const double product = positives * negatives * called * (rows - called);
  return product > 0
             ? (s.positives * (negatives - s.negatives) - s.negatives * (positives - s.positives)) / std::sqrt(product)
             : 0.0;
}

}  // namespace detail

L2G_INLINE Threshold best_threshold(std::span<const double> score, std::span<const std::int32_t> positive,
                                    ThresholdBy by) {
  const auto steps = detail::descend("threshold", score, positive);
  if (steps.empty() || steps.back().positives == 0 || steps.back().negatives == 0) return {0.5, detail::undefined};
  const double positives = steps.back().positives, negatives = steps.back().negatives;
  Threshold best{0.5, -std::numeric_limits<double>::infinity()};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double reached = detail::reached_by(by, steps[i], positives, negatives);
    // Any value between this score and the next lower one gives these calls.
    const bool last = i + 1 == steps.size();
    const double high = steps[i].threshold, low = last ? high : steps[i + 1].threshold;
    double value = last ? high : low + (high - low) / 2;
    if (low < 0.5 && 0.5 <= high) value = 0.5;
    const bool nearer = std::abs(value - 0.5) < std::abs(best.value - 0.5);
    if (reached > best.reached + 1e-12 || (reached > best.reached - 1e-12 && nearer)) best = {value, reached};
  }
  return best;
}

L2G_INLINE double best_f1(std::span<const double> score, std::span<const std::int32_t> positive) {
  const auto steps = detail::descend("best F1", score, positive);
  if (steps.empty() || steps.back().positives == 0) return detail::undefined;
  double best = 0;
  for (const auto& s : steps)
    best = std::max(best, detail::reached_by(ThresholdBy::f1, s, steps.back().positives, steps.back().negatives));
  return best;
}

}  // namespace l2g::eval
