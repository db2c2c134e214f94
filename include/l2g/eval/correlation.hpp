#pragma once
// Correlations with their p-values and intervals. Rows whose target is NaN are masked; a NaN prediction makes all NaN.
#include <l2g/core/config.hpp>

#include <span>

namespace l2g::eval {

struct Correlation {
  double value = 0, p = 1;  ///< p: two-sided, against none
  index_t rows = 0;
};
/// Pearson's r and Spearman's rho with p by Student's t of rows - 2 degrees of freedom.
Correlation pearson_test(std::span<const double> target, std::span<const double> predicted);
Correlation spearman_test(std::span<const double> target, std::span<const double> predicted);
/// Kendall's tau-b. p is exact without ties up to 33 rows, else by the normal approximation with its correction for
/// ties (Kendall 1970).
Correlation kendall_test(std::span<const double> target, std::span<const double> predicted);

struct CorrelationInterval {
  double lo = 0, hi = 0;
};
/// Fisher's z interval of Pearson's r; NaN with less than four rows.
CorrelationInterval fisher_interval(double r, index_t rows, double level = 0.95);

}  // namespace l2g::eval

#ifndef L2G_COMPILED
#include <l2g/eval/correlation-inl.hpp>
#endif
