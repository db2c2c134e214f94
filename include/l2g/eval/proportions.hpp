#pragma once
// Intervals of a share of rows, such as an accuracy, without resampling. They hold for independent rows; overlapping
// windows are not (see the groups of BootstrapOptions).
#include <l2g/core/config.hpp>

namespace l2g::eval {

struct ShareInterval {
  double lo = 0, hi = 0;
};

/// `right` of `rows` rows; level in 0..1. All throw l2g::error without rows, or for more right ones than rows.
/// Wald's: too narrow for few rows and near 0 and 1.
ShareInterval normal_interval(index_t right, index_t rows, double level = 0.95);
/// Wilson 1927: the one to take.
ShareInterval wilson_interval(index_t right, index_t rows, double level = 0.95);
/// Clopper & Pearson 1934: never below its level, and so too wide.
ShareInterval clopper_pearson_interval(index_t right, index_t rows, double level = 0.95);
/// Equal-tailed posterior of Jeffreys' prior.
ShareInterval jeffreys_interval(index_t right, index_t rows, double level = 0.95);
/// Agresti & Coull 1998.
ShareInterval agresti_coull_interval(index_t right, index_t rows, double level = 0.95);

}  // namespace l2g::eval

#ifndef L2G_COMPILED
#include <l2g/eval/proportions-inl.hpp>
#endif
