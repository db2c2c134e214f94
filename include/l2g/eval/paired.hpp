#pragma once
// Two methods on the same rows, folds or seeds: is the difference more than chance?
// Seeds on one test set measure how much training varies, not how much other test rows would change the score.
#include <l2g/core/config.hpp>

#include <span>
#include <vector>

namespace l2g::eval {

/// A t test of paired differences. With less than two pairs, or where all differences are equal, t and p are NaN.
struct PairedT {
  index_t pairs = 0;
  double mean = 0;        ///< mean of first - second
  double t = 0, p = 0;    ///< two-sided
  double lo = 0, hi = 0;  ///< interval of the mean at `level`
  double effect = 0;      ///< mean / standard deviation of the differences (Cohen's d_z)
};
/// Student's test: the pairs are independent. Throws l2g::error when the sides differ in size.
PairedT paired_t(std::span<const double> first, std::span<const double> second, double level = 0.95);
/// Nadeau & Bengio 2003: folds or resamplings whose training rows overlap are not independent; the variance gets the
/// factor 1 / pairs + test_share, where test_share is test rows / training rows (1/9 for ten folds).
PairedT nadeau_bengio(std::span<const double> first, std::span<const double> second, double test_share,
                      double level = 0.95);

struct SignedRank {
  index_t pairs = 0;     ///< with a difference that is not 0
  double statistic = 0;  ///< the smaller sum of ranks
  double p = 1;          ///< two-sided
  bool exact = true;
};
/// Wilcoxon's signed-rank test. Exact up to 200 pairs, ties included (all signs of the midranks); beyond that the
/// normal approximation with its correction for ties.
SignedRank wilcoxon(std::span<const double> first, std::span<const double> second);

/// Share of all sign flips of the differences whose sum is at least as far from 0: exact up to 20 pairs, else of
/// `draws` random ones with the observed one among them.
double sign_flip(std::span<const double> first, std::span<const double> second, index_t draws = 100000,
                 std::uint64_t seed = 1);

/// Rows that only one of two classifiers has right, and McNemar's test of them (exact binomial, two-sided).
struct McNemar {
  index_t only_first = 0, only_second = 0, both = 0, neither = 0;
  double p = 1;
};
/// Rows whose truth is negative are masked.
McNemar mcnemar(std::span<const std::int32_t> truth, std::span<const std::int32_t> first,
                std::span<const std::int32_t> second);

/// Two areas under ROC curves of the same rows (DeLong et al. 1988, by the midranks of Sun & Xu 2014).
struct DeLong {
  double first = 0, second = 0;  ///< areas
  double first_variance = 0, second_variance = 0, covariance = 0;
  double z = 0, p = 1;    ///< of the difference, two-sided; NaN where its variance is 0 and the areas differ
  double lo = 0, hi = 0;  ///< 95 % interval of first - second
};
/// `positive` as in roc_auc. Throws l2g::error with less than two rows of a class, or a NaN score.
DeLong delong(std::span<const double> first, std::span<const double> second, std::span<const std::int32_t> positive);

}  // namespace l2g::eval

#ifndef L2G_COMPILED
#include <l2g/eval/paired-inl.hpp>
#endif
