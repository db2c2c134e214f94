#pragma once
// Optimizer updates over a flat block. Rate, corrections and gradient scale are read from the model's memory.
#include <l2g/core/context.hpp>

namespace l2g::kernels {

/// Adam (Kingma and Ba 2015); epsilon is added to the corrected root. The decay is part of the gradient (L2), or
/// decoupled: AdamW (Loshchilov and Hutter 2019).
template <class T>
struct Adam {
  const StepState* state;
  T beta1, beta2, epsilon, decay;
  bool decoupled;
  double factor;  // of the rate
  T *p, *m, *v;
  const T* g;
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const {
    const double own_rate = state->rate * factor;
    const T rate = T(own_rate), scale = T(state->scale);
    const T step = T(own_rate / state->correction1), root = T(1 / state->correction2);
    const auto p0 = cx.load(p, j, end);
    const auto grad = decoupled ? cx.load(g, j, end) * scale : cx.load(g, j, end) * scale + p0 * decay;
    const auto m1 = cx.fma(cx.load(m, j, end), cx.value(beta1), grad * (T(1) - beta1));
    const auto v1 = cx.fma(cx.load(v, j, end), cx.value(beta2), grad * grad * (T(1) - beta2));
    cx.store(m, j, end, m1);
    cx.store(v, j, end, v1);
    const auto old = decoupled ? p0 * (T(1) - rate * decay) : p0;
    cx.store(p, j, end, old - m1 * step / (cx.sqrt(v1 * root) + epsilon));
  }
};
/// SGD with momentum as in PyTorch: d = g + decay p; b = momentum b + d; p -= rate (d + momentum b or b).
template <class T>
struct Sgd {
  const StepState* state;
  T momentum, decay;
  bool nesterov;
  double factor;  // of the rate
  T *p, *b;
  const T* g;
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const {
    const T rate = T(state->rate * factor), scale = T(state->scale);
    const auto old = cx.load(p, j, end);
    const auto d = cx.load(g, j, end) * scale + old * decay;
    const auto b1 = cx.load(b, j, end) * momentum + d;
    cx.store(b, j, end, b1);
    cx.store(p, j, end, old - (nesterov ? d + b1 * momentum : b1) * rate);
  }
};
}  // namespace l2g::kernels
