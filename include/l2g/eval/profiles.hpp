#pragma once
// Suites of tasks without bare means: performance profiles, and what is robust of scores over runs.
#include <l2g/core/config.hpp>

#include <span>
#include <vector>

namespace l2g::eval {

/// Costs (problems, solvers), lower is better, infinite where a solver failed: each over the best of its problem (Dolan
/// & More 2002). Throws l2g::error for a cost that is not above 0 or a problem that nobody solved.
std::vector<double> performance_ratios(std::span<const double> costs, index_t solvers);
/// (solvers, taus): the share of problems that a solver solves within tau times the best.
std::vector<double> performance_profile(std::span<const double> costs, index_t solvers, std::span<const double> taus);

/// The share of runs with a score above each tau (Agarwal et al. 2021, rliable).
std::vector<double> score_profile(std::span<const double> scores, std::span<const double> taus);
/// The mean of the middle half: a quarter of the values is cut at each end, a value in part where the quarter ends in
/// it. NaN without values.
double interquartile_mean(std::span<const double> scores);
/// The chance that a run of the first is better than one of the second, ties half (Mann-Whitney U over the pairs).
double probability_of_improvement(std::span<const double> first, std::span<const double> second);

}  // namespace l2g::eval

#ifndef L2G_COMPILED
#include <l2g/eval/profiles-inl.hpp>
#endif
