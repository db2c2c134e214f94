#pragma once
// Training a Model: on labels alone, or as the alignment stage of the transfer.
#include <l2g/dyn/predict.hpp>
#include <l2g/transfer/preset.hpp>

namespace l2g::model {

struct TrainOptions {
  FitOptions fit{};
  index_t batch = 64;
  data::Augment augment{};
  bool tripled = false;  // see SequenceSource: instead of augment
  double smoothing = 0;  // of the labels
  double body_rate = 0;  // highest rate of the part "body", a language model; 0: that of the others
  cpu::Pool* pool = nullptr;
};

/// Trains on `train`, validates on `dev` (empty: no validation). The model keeps the weights of its best validation, or
/// those of the last whole step when it is interrupted or fails. Throws what fit() throws.
FitResult train(Model& model, const data::Dataset& train, const data::Dataset& dev, const TrainOptions& options,
                const FitCallbacks& callbacks = {});

struct AlignOptions : TrainOptions {
  std::vector<float> reference{};  // (entries, width): features of text
  index_t width = 0;
  double alpha = 1, beta = 1;
  double task_first = 0.6;  // share of the steps in which alpha is 0
};

struct AlignResult : FitResult {
  double mmd_before = 0, mmd_after = 0;  // on the same rows of train and of the reference
};

/// The part of the model under "embedder", its own head, and alpha MMD + beta task: brings the mean features of
/// sequences close to the reference. The model's embedder gets the result; the head of this stage is thrown away.
AlignResult align(Model& model, const data::Dataset& train, const data::Dataset& dev, const AlignOptions& options,
                  const FitCallbacks& callbacks = {});

/// Seconds that a step of this training takes on this machine now: the median of a few, weights stay.
double seconds_per_step(const Model& model, const data::Dataset& train, const TrainOptions& options);

/// FitOptions of a stage for `rows` training rows (three times as many where they are tripled); steps > 0 overrides its
/// epochs.
FitOptions fit_options(const transfer::Stage& stage, index_t rows, std::int64_t steps, std::uint64_t seed);

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/train-inl.hpp>
#endif
