#pragma once
// The moving average of the weights, and blocks that change places.
#include <l2g/core/context.hpp>

namespace l2g::kernels {

/// a = d a + (1 - d) p with d = min(decay, (1 + t) / (10 + t)), t the number of updates so far: a young average follows
/// the weights closely (the warm-up of TensorFlow's ExponentialMovingAverage).
template <class T>
struct MovingAverage {
  const StepState* state;
  double decay;
  const T* p;
  T* a;
  L2G_HD static double decay_at(double decay, std::int64_t t) {
    const double young = double(1 + t) / double(10 + t);
    return young < decay ? young : decay;
  }
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const {
    const T share = T(1 - decay_at(decay, state->update));
    const auto old = cx.load(a, j, end);
    cx.store(a, j, end, old + (cx.load(p, j, end) - old) * share);
  }
};
template <class T>
struct Exchange {
  T *a, *b;
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const {
    const auto x = cx.load(a, j, end);
    cx.store(a, j, end, cx.load(b, j, end));
    cx.store(b, j, end, x);
  }
};

}  // namespace l2g::kernels
