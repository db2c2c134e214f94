#pragma once
// The memory of a training besides that of the step: best weights, moving average, position. Planned before the loop.
#include <l2g/train/average.hpp>
#include <l2g/train/hooks.hpp>
#include <l2g/train/statistics.hpp>

#include <algorithm>

namespace l2g {

/// Made for a step and options, it holds what fit() works on; after an interruption fit() goes on from it exactly.
template <class Step>
class Training {
 public:
  using T = typename Step::value_type;

  Training(Step& step, const FitOptions& options, index_t rows)
      : statistics(step),
        sampler(rows, options.seed),
        statistics_sampler(rows, options.seed + 1),
        batch(std::size_t(batch_rows(step))),
        weights_(step.parameters()),
        buffers_(step.buffer_elements()) {
    const std::size_t n = bytes_of<T>(weights_), b = bytes_of<T>(buffers_);
    block_ = Memory<Cpu>::get((options.average > 0 ? 2 : 1) * n + 2 * b);
    std::byte* at = block_.get();
    const auto take = [&](std::size_t bytes) { return reinterpret_cast<T*>(std::exchange(at, at + bytes)); };
    best_weights = take(n), best_buffers = take(b), spare_buffers = take(b);
    if (options.average > 0) average = take(n);
  }

  /// A new training: optimizer and random state start, the weights are those of the step.
  void start(Step& step, const FitOptions& options) {
    const double alpha = step.state->alpha, beta = step.state->beta;
    *step.state = StepState{};
    step.state->rng.seed = options.seed;
    step.state->alpha = alpha, step.state->beta = beta;
    for (T* m : step.moment)
      if (m) std::fill_n(m, weights_, T(0));
    if (average) std::copy_n(step.weights, weights_, average);
    run = {};
    keep_best(step);
  }
  /// What the step has now is the best so far.
  void keep_best(const Step& step) {
    std::copy_n(step.weights, weights_, best_weights);
    std::copy_n(step.buffers, buffers_, best_buffers);
  }
  void restore_best(Step& step) const {
    std::copy_n(best_weights, weights_, step.weights);
    std::copy_n(best_buffers, buffers_, step.buffers);
  }
  /// After each update.
  void follow(Step& step, double decay) {
    if (average) map(step.context, weights_, kernels::MovingAverage<T>{step.state, decay, step.weights, average});
  }
  /// Averaged weights in the place of the trained ones, and back by a second call.
  void exchange(Step& step) {
    if (average) map(step.context, weights_, kernels::Exchange<T>{step.weights, average});
  }
  void put_buffers_aside(const Step& step) { std::copy_n(step.buffers, buffers_, spare_buffers); }
  void put_buffers_back(Step& step) const { std::copy_n(spare_buffers, buffers_, step.buffers); }

  /// All of it and the step, for a checkpoint.
  CheckpointParts parts(Step& step, Settings settings, TrainingHook* hook = nullptr) {
    CheckpointParts parts{{}, {}, std::move(settings), step.state, &run};
    const std::vector<TensorSlot> model = tensor_slots<T>(step.p);
    std::copy_if(model.begin(), model.end(), std::back_inserter(parts.model),
                 [](const TensorSlot& t) { return t.role != Role::frozen; });
    const auto add = [&](const char* key, T* data, index_t n) {
      if (data) parts.blocks.push_back({key, dtype_of<T>, data, {n}, Role::buffer});
    };
    add("moment.0", step.moment[0], weights_);
    add("moment.1", step.moment[1], weights_);
    add("average", average, weights_);
    add("best.weights", best_weights, weights_);
    add("best.buffers", best_buffers, buffers_);
    if (hook)
      for (TensorSlot& t : hook->state()) parts.blocks.push_back(std::move(t));
    parts.settings.emplace_back("numbers", name_of(dtype_of<T>));
    parts.settings.emplace_back("frozen weights", std::to_string(hash_tensors(model, Role::frozen)));
    return parts;
  }

  RunState run;
  Statistics<T> statistics;
  Sampler sampler, statistics_sampler;
  std::vector<index_t> batch;  // the rows of the batch that is filled
  T *best_weights = nullptr, *best_buffers = nullptr, *spare_buffers = nullptr, *average = nullptr;

 private:
  index_t weights_, buffers_;
  Memory<Cpu>::Block block_;
};

}  // namespace l2g
