#pragma once
// Metrics of real-valued predictions. Rows whose target is NaN are masked; a NaN prediction makes the metric NaN.
#include <l2g/core/config.hpp>

#include <span>

namespace l2g::eval {

/// Mean of (target - predicted)^2, in squared units of the target.
double mean_squared_error(std::span<const double> target, std::span<const double> predicted);
/// Mean of |target - predicted|, in units of the target.
double mean_absolute_error(std::span<const double> target, std::span<const double> predicted);
/// Share of the target's variance that is explained: 1 - residual / total sum of squares; NaN for a constant target.
double r_squared(std::span<const double> target, std::span<const double> predicted);
/// The same without what a constant shift of the predictions costs: 1 - variance of the residuals / variance of the
/// target.
double explained_variance(std::span<const double> target, std::span<const double> predicted);
/// Pearson's correlation; NaN when one side is constant.
double pearson(std::span<const double> target, std::span<const double> predicted);
/// Spearman's correlation: Pearson's on midranks; NaN when one side is constant.
double spearman(std::span<const double> target, std::span<const double> predicted);
/// Lin's concordance correlation (1989), with variances over n.
double concordance(std::span<const double> target, std::span<const double> predicted);

}  // namespace l2g::eval

#ifndef L2G_COMPILED
#include <l2g/eval/regression-inl.hpp>
#endif
