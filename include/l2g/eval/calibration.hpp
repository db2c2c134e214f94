#pragma once
// Do probabilities mean what they say? Reliability bins, calibration errors, and one temperature that mends most of it.
#include <l2g/core/config.hpp>

#include <span>
#include <vector>

namespace l2g::eval {

/// Rows whose confidence lies in (lo, hi].
struct ReliabilityBin {
  double lo = 0, hi = 0;
  index_t rows = 0;
  double confidence = 0, accuracy = 0;  ///< means of the rows; NaN in an empty bin
};

/// The top class of each row: probabilities (rows, classes), truth 0..classes-1 or negative (masked). The weighted gap
/// of the equal bins is calibration_error (classification.hpp).
std::vector<ReliabilityBin> reliability(std::span<const double> probabilities, std::span<const std::int32_t> truth,
                                        index_t classes, index_t bins = 15);
/// The same in bins of equal rows (as equal as whole rows allow), lowest confidence first.
std::vector<ReliabilityBin> equal_mass_reliability(std::span<const double> probabilities,
                                                   std::span<const std::int32_t> truth, index_t classes,
                                                   index_t bins = 15);

/// Mean over rows of |confidence - accuracy| of their bin; NaN without rows.
double expected_gap(std::span<const ReliabilityBin> bins);
/// The largest |confidence - accuracy| of a bin with rows (MCE).
double largest_gap(std::span<const ReliabilityBin> bins);
/// Mean over the classes of the expected gap between the probability of a class and how often it is the truth, in equal
/// bins (Kull et al. 2019).
double classwise_calibration_error(std::span<const double> probabilities, std::span<const std::int32_t> truth,
                                   index_t classes, index_t bins = 15);

/// The T > 0 for which softmax(log p / T) has the least log loss (Guo et al. 2017): above 1 for an overconfident model.
/// Fit it on dev rows. Throws l2g::error without rows.
double fitted_temperature(std::span<const double> probabilities, std::span<const std::int32_t> truth, index_t classes);
/// softmax(log p / T), row by row. The top class of a row stays.
std::vector<double> tempered(std::span<const double> probabilities, index_t classes, double temperature);

}  // namespace l2g::eval

#ifndef L2G_COMPILED
#include <l2g/eval/calibration-inl.hpp>
#endif
