#pragma once
// Metrics of hard class labels, and of class probabilities row by row.
#include <l2g/core/config.hpp>

#include <span>
#include <vector>

namespace l2g::eval {

/// Counts of (true class, predicted class), row by row: counts[truth * classes + predicted].
struct Confusion {
  index_t classes = 0;
  std::vector<index_t> counts;
  index_t masked = 0;  ///< rows left out because their true label was negative

  index_t operator()(index_t truth, index_t predicted) const {
    return counts[static_cast<std::size_t>(truth * classes + predicted)];
  }
  index_t of_truth(index_t c) const;      ///< rows of true class c
  index_t of_predicted(index_t c) const;  ///< rows predicted as class c
  index_t rows() const;                   ///< all rows that count
  index_t right() const;                  ///< rows on the diagonal
};

/// Counts labels 0..classes-1; rows whose `truth` is negative are masked.
/// Throws l2g::error when the spans differ in size or a label is out of range.
Confusion confusion(std::span<const std::int32_t> truth, std::span<const std::int32_t> predicted, index_t classes);

/// Precision, recall and F1 of one class. A ratio without any case is 0 (as in scikit-learn); `support` counts true
/// rows.
struct ClassScore {
  double precision = 0, recall = 0, f1 = 0;
  index_t support = 0, predicted = 0;
};
std::vector<ClassScore> class_scores(const Confusion& counts);

/// Means over the classes that occur in truth or prediction; NaN without rows.
struct AverageScore {
  double precision = 0, recall = 0, f1 = 0;
};
AverageScore macro_scores(const Confusion& counts);
/// Weighted by the number of true rows. (Micro-averages are all the accuracy.)
AverageScore weighted_scores(const Confusion& counts);

/// Share of right rows; NaN without rows.
double accuracy(const Confusion& counts);
/// Mean recall over the classes that occur in the truth; NaN without rows.
double balanced_accuracy(const Confusion& counts);
/// Mean F1 over the classes that occur in truth or prediction; NaN without rows.
double macro_f1(const Confusion& counts);
/// Mean F1 weighted by the number of true rows; NaN without rows.
double weighted_f1(const Confusion& counts);
/// Matthews correlation in -1..1 for any number of classes (Gorodkin 2004); 0 where it is undefined because truth or
/// prediction is constant, NaN without rows.
double matthews(const Confusion& counts);
/// Cohen's kappa; 0 where chance agreement is 1, NaN without rows.
double cohen_kappa(const Confusion& counts);

double accuracy(std::span<const std::int32_t> truth, std::span<const std::int32_t> predicted, index_t classes);
double balanced_accuracy(std::span<const std::int32_t> truth, std::span<const std::int32_t> predicted, index_t classes);
double macro_f1(std::span<const std::int32_t> truth, std::span<const std::int32_t> predicted, index_t classes);
double matthews(std::span<const std::int32_t> truth, std::span<const std::int32_t> predicted, index_t classes);

/// The class of the highest score of each row; scores are (rows, classes), the first of equals wins.
std::vector<std::int32_t> best_class(std::span<const double> scores, index_t classes);

/// Share of rows whose true class is among the k highest scores; scores are (rows, classes).
double top_accuracy(std::span<const double> scores, std::span<const std::int32_t> truth, index_t classes, index_t k);

/// Mean of -ln p(true class) in nats; probabilities (rows, classes) are clipped to [1e-15, 1].
double log_loss(std::span<const double> probabilities, std::span<const std::int32_t> truth, index_t classes);

/// Mean over rows of sum_c (p_c - [c = truth])^2, in 0..2 (Brier 1950); probabilities are (rows, classes).
double brier(std::span<const double> probabilities, std::span<const std::int32_t> truth, index_t classes);
/// Two classes, one probability a row: mean (p - [positive])^2, in 0..1.
double brier(std::span<const double> probability, std::span<const std::int32_t> positive);

/// Expected calibration error of the top class: `bins` equal bins (lo, hi] of confidence (Guo et al. 2017).
double calibration_error(std::span<const double> probabilities, std::span<const std::int32_t> truth, index_t classes,
                         index_t bins = 15);

}  // namespace l2g::eval

#ifndef L2G_COMPILED
#include <l2g/eval/classification-inl.hpp>
#endif
