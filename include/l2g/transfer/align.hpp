#pragma once
// The model of the alignment stage, for programs with static types.
#include <l2g/loss/align.hpp>
#include <l2g/nn/concat.hpp>
#include <l2g/nn/linear.hpp>
#include <l2g/nn/pool.hpp>
#include <l2g/nn/sequential.hpp>
#include <l2g/nn/wrapper.hpp>

namespace l2g::transfer {

/// What AlignLoss reads: the mean over the tokens (Width numbers), then the logits of the embedder's own head.
/// (batch, length, channels) -> (batch, 1, Width + Classes).
template <class Embedder, index_t Width, index_t Classes>
using AlignModel =
    Sequential<Named<"embedder", Embedder>, MeanPool, Named<"align", Concat<Identity, Linear<Width, Classes>>>>;

/// The transferred model: embedder, the language model's body, mean over the tokens, linear head.
template <class Embedder, class Body, index_t Width, index_t Classes>
using TransferModel =
    Sequential<Named<"embedder", Embedder>, Named<"body", Body>, MeanPool, Named<"head", Linear<Width, Classes>>>;

/// alpha of the task-first schedule: 0 for the first `share` of the steps, then `alpha`.
constexpr double alpha_at(std::int64_t step, std::int64_t steps, double share, double alpha) {
  return double(step) < share * double(steps) ? 0 : alpha;
}

}  // namespace l2g::transfer
