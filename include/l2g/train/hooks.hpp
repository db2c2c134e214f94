#pragma once
// What a training may do besides its steps: a term of the loss, a look at the gradients, a change of the weights.
#include <l2g/train/checkpoint.hpp>

#include <span>

namespace l2g {

/// fit() calls these, in this order in every step: regularise, before_clip, the update, after_step. A hook keeps what
/// it needs between steps in blocks of memory that it names in state(), so that a training that was interrupted goes on
/// to the same bits. It makes no heap call in a step.
struct TrainingHook {
  virtual ~TrainingHook() = default;
  /// Before the first step, and again when a training goes on: the tensors of the model and, at the same places of the
  /// second list, their gradients (null where nothing is trained). `steps` are planned in all. Throws l2g::error when
  /// the model is not what the hook is for.
  virtual void bind(std::span<const TensorSlot> tensors, std::span<const TensorSlot> gradients, std::int64_t steps) = 0;
  /// A new training begins: the state of bind() is set to its start.
  virtual void start() {}
  /// After the backward passes of step `step` (from 0), which added up the gradients of `accumulated` batches: adds to
  /// them, times `accumulated`, and returns what the loss of this step grows by.
  virtual double regularise(std::int64_t, int /*accumulated*/) { return 0; }
  /// Before clipping and update. `scale` is what makes of the gradients those of one batch.
  virtual void before_clip(std::int64_t, double /*scale*/) {}
  /// After the update, while the gradients are still there. `scale` is what they were multiplied by in it: one batch,
  /// clipped.
  virtual void after_step(std::int64_t, double /*scale*/) {}
  /// Are the weights behind `steps` updates of the form that the training is to end with? While they are not, a
  /// validation is not the best one if there is another that is, and patience does not count.
  virtual bool settled(std::int64_t /*steps*/) const { return true; }
  /// Blocks for a checkpoint; valid after bind(). Keys without "/".
  virtual std::vector<TensorSlot> state() { return {}; }
  /// What must be equal for a checkpoint to be used.
  virtual Settings settings() const { return {}; }
};

}  // namespace l2g
