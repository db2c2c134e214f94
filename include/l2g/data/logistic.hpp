#pragma once
// Logistic regression on sparse features.
#include <l2g/data/features.hpp>

#include <atomic>

namespace l2g::data {

/// Two classes have one output (its sign decides), K > 2 classes have K (softmax).
struct LogisticModel {
  index_t classes = 0, features = 0;
  std::vector<double> weights;  ///< (features, outputs)
  std::vector<double> bias;     ///< (outputs)
  index_t outputs() const { return classes == 2 ? 1 : classes; }
};

struct LogisticOptions {
  double C = 1;             ///< objective: C * sum of log losses + |weights|^2 / 2; the bias is not penalised
  double tolerance = 1e-6;  ///< largest entry of the gradient, divided by C * rows, at which fitting ends
  index_t max_iterations = 2000;
  const std::atomic<bool>* stop = nullptr;  ///< set from outside: fitting ends at once (the model is then unfinished)
};

/// Fits by L-BFGS (Liu and Nocedal 1989; 10 pairs, the diagonal of the Hessian at the start as first guess), with an
/// exact line search, which costs no pass over the features. `model` is the start when its sizes fit (a neighbouring
/// C), else zeros. labels: rows numbers in 0..classes-1. Returns the number of iterations. Throws error when rows and
/// labels differ in number, with less than two classes, or C <= 0. The objective is strictly convex: the result does
/// not depend on the start beyond the tolerance.
index_t fit_logistic(LogisticModel& model, const Features& features, std::span<const std::int32_t> labels,
                     index_t classes, const LogisticOptions& options = {});

/// (rows, outputs): log odds of class 1 for two classes, else unnormalised log probabilities.
std::vector<double> decision(const LogisticModel& model, const Features& features);

/// The class of each row from decision().
std::vector<std::int32_t> predicted_classes(const LogisticModel& model, std::span<const double> decision);

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/logistic-inl.hpp>
#endif
