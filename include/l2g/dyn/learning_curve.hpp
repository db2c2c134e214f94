#pragma once
// The score of a network against the share of the training rows that it has seen: would more data help?
#include <l2g/dyn/train.hpp>
#include <l2g/eval/bootstrap.hpp>

namespace l2g::model {

struct FractionScore {
  double fraction = 0;
  index_t rows = 0;        // of training
  std::int64_t steps = 0;  // updates that were done
  double dev_mcc = 0;      // of the weights that were kept
  eval::Interval test{};   // test MCC with its bootstrap interval
};
struct FractionCurve {
  std::string model, task;
  std::vector<FractionScore> points;  // by rising fraction
  bool stopped = false;               // by Ctrl-C: the finished fractions are here
};

struct FractionOptions {
  std::vector<double> fractions{0.01, 0.05, 0.25, 1};
  transfer::Stage stage{};         // batch, epochs, optimizer and rates of the whole set
  TrainOptions train{};            // augment, tripled, smoothing, body_rate, pool; fit is made from the stage
  std::int64_t steps = 0;          // of the whole set, instead of the stage's epochs
  std::int64_t least_steps = 200;  // of a small fraction, but never more than the whole set gets
  std::uint64_t seed = 1;          // of the subsets and of each training
  index_t resamples = 1000;
  Progress progress{};
};

/// Trains copies of `model`, from the weights that it has, on nested stratified fractions of the training rows
/// (data/subset.hpp). A fraction takes its share of the steps, at least `least_steps`; dev, which stays whole, keeps
/// the best weights; the whole test part judges. Throws error for fractions outside 0..1, without dev or test rows, and
/// where a fraction would have no row of a class; Interrupted when the first fraction is stopped.
FractionCurve fraction_curve(const Model& model, const data::Splits& splits, const FractionOptions& options);

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/learning_curve-inl.hpp>
#endif
