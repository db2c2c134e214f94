#pragma once
// Optimizers over the flat block of trained parameters. What changes from update to update lies in StepState.
#include <l2g/core/context.hpp>
#include <l2g/kernels/optim.hpp>
#include <l2g/kernels/reduce.hpp>

#include <cmath>
#include <string>

namespace l2g {

/// A run of the flat block with or without weight decay, and its share of the learning rate.
struct Segment {
  index_t begin, end;
  bool decays;
  double factor = 1;
};

/// Tensors whose key begins with `prefix` learn with `factor` times the rate; with 0 they keep their bits (their
/// gradients still count in the norm). Where several prefixes fit, the last one counts.
struct RateFactor {
  std::string prefix;
  double factor = 1;
};

namespace detail {
/// What Adam and AdamW share; they differ in where the decay goes.
template <bool Decoupled>
struct AdamFamily {
  static constexpr int moments = 2;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, decay = Decoupled ? 0.01 : 0;
  bool decay_vectors = true;
  void prepare(StepState& s) const {
    s.correction1 = 1 - std::pow(beta1, double(s.update));
    s.correction2 = 1 - std::pow(beta2, double(s.update));
  }
  template <class D, class T>
  void operator()(Context<D>& c, T* p, const T* g, T* m, T* v, const Segment& s) const {
    const T rate = T(s.decays || decay_vectors ? decay : 0);
    map(c, s.end - s.begin,
        kernels::Adam<T>{c.state, T(beta1), T(beta2), T(epsilon), rate, Decoupled, s.factor, p + s.begin, m + s.begin,
                         v + s.begin, g + s.begin});
  }
};
}  // namespace detail

/// AdamW; with decay_vectors off, norms and biases (tensors with one extent) keep clear of the decay.
using AdamW = detail::AdamFamily<true>;
/// Adam with coupled decay: decay x parameter is added to the gradient before the moments see it (L2, PyTorch's Adam
/// with weight_decay). The published recipe of the transfer fine-tunes with it.
using Adam = detail::AdamFamily<false>;

/// SGD with momentum and (coupled) decay, PyTorch's form.
struct Sgd {
  static constexpr int moments = 1;
  double momentum = 0.9, decay = 0;
  bool nesterov = false, decay_vectors = true;
  void prepare(StepState&) const {}
  template <class D, class T>
  void operator()(Context<D>& c, T* p, const T* g, T* b, T*, const Segment& s) const {
    const T rate = T(s.decays || decay_vectors ? decay : 0);
    map(c, s.end - s.begin,
        kernels::Sgd<T>{c.state, T(momentum), rate, nesterov, s.factor, p + s.begin, b + s.begin, g + s.begin});
  }
};

/// The learning rate over the updates: linear warm-up from 0, then constant, linear to 0, a half cosine to 0, or times
/// `factor` at each milestone.
struct Schedule {
  enum Shape { constant, linear, cosine, milestones } shape = constant;
  double rate = 1e-3;
  std::int64_t warm_up = 0, total = 0;
  std::int64_t at[6] = {-1, -1, -1, -1, -1, -1};  // milestones, -1: none
  double factor = 0.2;
  /// Rate of update u (from 0). Never negative, also behind `total`.
  double operator()(std::int64_t u) const {
    if (u < warm_up) return rate * double(u) / double(warm_up);
    if (shape == milestones) {
      double r = rate;
      for (const std::int64_t m : at)
        if (m >= 0 && u > m) r *= factor;
      return r;
    }
    if (shape == constant || total <= warm_up) return rate;
    const double done = double(u - warm_up) / double(total - warm_up), rest = done < 1 ? 1 - done : 0;
    return shape == linear ? rate * rest : rate * 0.5 * (1 + std::cos(3.14159265358979323846 * (1 - rest)));
  }
};

}  // namespace l2g
