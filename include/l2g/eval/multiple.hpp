#pragma once
// Many tests at once: adjusted p-values, and ranks of several methods over several tasks.
#include <l2g/core/config.hpp>

#include <span>
#include <vector>

namespace l2g::eval {

/// Adjusted p-values in the order given; reject where they are at most alpha. All throw l2g::error for a p outside
/// 0..1. Holm 1979: the chance of any false rejection.
std::vector<double> holm(std::span<const double> p);
/// Benjamini & Hochberg 1995: the share of false ones among the rejections (independent or positively dependent tests).
std::vector<double> benjamini_hochberg(std::span<const double> p);
/// Benjamini & Yekutieli 2001: the same for tests of any dependence.
std::vector<double> benjamini_yekutieli(std::span<const double> p);

/// Several methods on the same tasks, by ranks (Demsar 2006).
struct Friedman {
  std::vector<double> average_rank;  ///< of each method, 1 is best; equal values share their ranks
  double chi_squared = 0, p = 1;     ///< corrected for ties; p by chi squared with methods - 1 degrees of freedom
};
/// values (tasks, methods), higher is better. Throws l2g::error with less than two methods or tasks, or a NaN.
Friedman friedman(std::span<const double> values, index_t methods);
/// Nemenyi's critical difference: average ranks that differ by more differ at `alpha`.
double critical_difference(index_t methods, index_t tasks, double alpha = 0.05);
/// Nemenyi's p of a pair of average ranks.
double nemenyi(double first_rank, double second_rank, index_t methods, index_t tasks);

/// On how many tasks the first is better by more than `least`, worse by more, or neither.
struct Record {
  index_t wins = 0, ties = 0, losses = 0;
};
Record win_tie_loss(std::span<const double> first, std::span<const double> second, double least = 0);

}  // namespace l2g::eval

#ifndef L2G_COMPILED
#include <l2g/eval/multiple-inl.hpp>
#endif
