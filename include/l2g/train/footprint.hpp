#pragma once
// Every byte of a training step, known before it runs; a constant expression when the shapes are static.
#include <l2g/core/layer.hpp>

namespace l2g {

/// Which parameters lie outside of a step's block, where their owner keeps them: a mapped file, another model. All
/// `weights` (but no buffers): for prediction only, there is no memory for gradients then.
enum class Outside { nothing, frozen, weights };

struct Footprint {  // bytes
  std::size_t trained = 0, frozen = 0, buffers = 0, saved = 0, scratch = 0, io = 0;
  int moments = 2;
  std::size_t outside = 0;  // of parameters that lie elsewhere: not in the total
  /// Parameters, gradients and moments of what is trained, and the rest once.
  constexpr std::size_t total() const {
    return std::size_t(2 + moments) * trained + frozen + buffers + saved + scratch + io + align_up(sizeof(StepState));
  }
};

/// `loss_scratch`: bytes that the loss takes while no layer runs; `parts`: kinds of shares that it writes; `outside`:
/// parameters that are bound to memory of others.
template <class T, class Model, class In>
constexpr Footprint footprint(const Model& model, In in, std::size_t loss_scratch = 64, int moments = 2, int parts = 1,
                              Outside outside = Outside::nothing) {
  const auto p = model.template params<T, Cpu>();
  const auto y = model.out(in);
  const std::size_t inner = model.template scratch<T>(in);
  const std::size_t norm = bytes_of<double>(16);
  Footprint f;
  f.trained = measure(p, Part::trained).bytes;
  f.frozen = measure(p, Part::frozen).bytes;
  f.buffers = measure(p, Part::buffers).bytes;
  f.saved = measure(model.template saved<T, Cpu>(in)).bytes;
  f.scratch = inner > loss_scratch ? (inner > norm ? inner : norm) : (loss_scratch > norm ? loss_scratch : norm);
  f.io = (reads_ids(model) ? bytes_of<std::int32_t>(in.size()) : bytes_of<T>(in.size())) +
         3 * bytes_of<T>(y.size()) +                   // prediction, its gradient, targets
         std::size_t(parts) * bytes_of<T>(y.rows()) +  // shares of the loss
         bytes_of<std::int32_t>(y.rows()) + bytes_of<std::int32_t>(in[0]);
  f.moments = moments;
  if (outside != Outside::nothing) f.outside += std::exchange(f.frozen, 0);
  if (outside == Outside::weights) f.outside += std::exchange(f.trained, 0);
  return f;
}

}  // namespace l2g
