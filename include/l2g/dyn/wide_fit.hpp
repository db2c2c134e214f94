#pragma once
// The wide path of a model fitted before its training, which then begins at the level of a linear model.
#include <l2g/core/progress.hpp>
#include <l2g/data/dataset.hpp>
#include <l2g/dyn/model.hpp>

namespace l2g::model {

struct WideFitOptions {
  std::vector<double> C{.003, .01, .03, .1, .3, 1};
  Progress progress{};
};
struct WideFit {
  double C = 0, dev_mcc = 0;
};

/// Logistic regression on what the wide path reads (with_wide_path, with_kmer_bag), its C chosen by MCC on dev; the
/// model's wide path takes its weights and the head of the deep part starts at zero. Before training the model's
/// logits, up to a constant in each row, are those of the linear model on rows that its input does not pad; training
/// goes on from there. Where the wide path lies inside of a mean over both strands, the linear model is that mean, too.
/// Throws error when the model has no wide path or no head behind it, or the rows have no labels, and Interrupted.
WideFit fit_wide_path(Model& model, const data::Dataset& train, const data::Dataset& dev,
                      const WideFitOptions& options = {});

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/wide_fit-inl.hpp>
#endif
