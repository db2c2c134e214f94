#pragma once
// Elementwise kernels. A kernel is a functor over a context cx; the index j belongs to this context (one element of a
// thread, sixteen of the CPU's lanes), `end` is where the data end.
#include <l2g/core/context.hpp>

namespace l2g {

/// Non-linearities of a feed-forward layer. gelu: by erf; gelu_tanh: its approximation ("gelu_new"); silu: x
/// sigmoid(x).
enum class Activation : unsigned char { gelu, gelu_tanh, relu, silu };

namespace kernels {

template <class T>
struct Fill {  // y = value
  T value;
  T* y;
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const { cx.store(y, j, end, cx.value(value)); }
};
template <class T>
struct Copy {  // y = scale * x
  const T* x;
  T* y;
  T scale = T(1);
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const {
    cx.store(y, j, end, cx.load(x, j, end) * scale);
  }
};
template <class T>
struct Add {  // y = a + b
  const T *a, *b;
  T* y;
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const {
    cx.store(y, j, end, cx.load(a, j, end) + cx.load(b, j, end));
  }
};
template <class T>
struct AddRow {  // one row: y = bias, or y + bias
  const T* bias;
  T* y;
  index_t c;
  bool accumulate;
  L2G_HD void operator()(auto& cx, index_t row) const {
    T* p = y + row * c;
    for (index_t j = cx.first(); j < c; j += cx.step())
      cx.store(p, j, c, accumulate ? cx.load(p, j, c) + cx.load(bias, j, c) : cx.load(bias, j, c));
  }
};
template <class T>
struct Relu {
  const T* x;
  T* y;
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const {
    const auto v = cx.load(x, j, end), zero = cx.value(T(0));
    cx.store(y, j, end, cx.select(v > zero, v, zero));
  }
};
template <class T>
struct ReluGrad {
  const T *y, *dy;
  T* dx;
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const {
    const auto zero = cx.value(T(0));
    cx.store(dx, j, end, cx.select(cx.load(y, j, end) > zero, cx.load(dy, j, end), zero));
  }
};

/// Gaussian error linear unit, x * Phi(x) (Hendrycks and Gimpel 2016), and its form with tanh.
template <class T, bool Tanh>
struct Gelu {
  const T* x;
  T* y;
  L2G_HD static auto value(const auto& cx, auto v) {
    if constexpr (Tanh)
      return T(0.5) * v * (T(1) + cx.tanh(T(0.79788456080286536) * (v + T(0.044715) * v * v * v)));
    else
      return T(0.5) * v * (T(1) + cx.erf(v * T(0.70710678118654752)));
  }
  L2G_HD static auto slope(const auto& cx, auto v) {
    if constexpr (Tanh) {
      const auto t = cx.tanh(T(0.79788456080286536) * (v + T(0.044715) * v * v * v));
      return T(0.5) * (T(1) + t) +
             T(0.5) * v * (T(1) - t * t) * T(0.79788456080286536) * (T(1) + T(3 * 0.044715) * v * v);
    } else {
      return T(0.5) * (T(1) + cx.erf(v * T(0.70710678118654752))) +
             v * T(0.39894228040143268) * cx.exp(T(-0.5) * v * v);
    }
  }
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const {
    cx.store(y, j, end, value(cx, cx.load(x, j, end)));
  }
};
template <class T, bool Tanh>
struct GeluGrad {
  const T *x, *dy;
  T* dx;
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const {
    cx.store(dx, j, end, cx.load(dy, j, end) * Gelu<T, Tanh>::slope(cx, cx.load(x, j, end)));
  }
};

template <class T>
struct Tanh {
  const T* x;
  T* y;
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const {
    cx.store(y, j, end, cx.tanh(cx.load(x, j, end)));
  }
};
template <class T>
struct TanhGrad {
  const T *y, *dy;
  T* dx;
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const {
    const auto v = cx.load(y, j, end);
    cx.store(dx, j, end, cx.load(dy, j, end) * (T(1) - v * v));
  }
};

template <class T, Activation A>
struct Activate {  // y = A(x)
  const T* x;
  T* y;
  L2G_HD static auto value(const auto& cx, auto v) {
    if constexpr (A == Activation::silu)
      return v / (T(1) + cx.exp(-v));
    else if constexpr (A == Activation::relu)
      return cx.select(v > cx.value(T(0)), v, cx.value(T(0)));
    else
      return Gelu<T, A == Activation::gelu_tanh>::value(cx, v);
  }
  L2G_HD static auto slope(const auto& cx, auto v) {
    if constexpr (A == Activation::silu) {
      const auto s = T(1) / (T(1) + cx.exp(-v));
      return s * (T(1) + v * (T(1) - s));
    } else if constexpr (A == Activation::relu) {
      return cx.select(v > cx.value(T(0)), cx.value(T(1)), cx.value(T(0)));
    } else {
      return Gelu<T, A == Activation::gelu_tanh>::slope(cx, v);
    }
  }
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const {
    cx.store(y, j, end, value(cx, cx.load(x, j, end)));
  }
};
template <class T, Activation A>
struct ActivateGrad {
  const T *x, *dy;
  T* dx;
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const {
    cx.store(dx, j, end, cx.load(dy, j, end) * Activate<T, A>::slope(cx, cx.load(x, j, end)));
  }
};
template <class T, Activation A>
struct Gate {  // y = A(gate) * up
  const T *gate, *up;
  T* y;
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const {
    cx.store(y, j, end, Activate<T, A>::value(cx, cx.load(gate, j, end)) * cx.load(up, j, end));
  }
};
template <class T, Activation A>
struct GateGrad {  // dup may be dy
  const T *gate, *up, *dy;
  T *dgate, *dup;
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const {
    const auto g = cx.load(gate, j, end), d = cx.load(dy, j, end);
    cx.store(dgate, j, end, d * cx.load(up, j, end) * Activate<T, A>::slope(cx, g));
    cx.store(dup, j, end, d * Activate<T, A>::value(cx, g));
  }
};

/// Dropout, forward and backward: the mask is drawn again, never stored. Index j counts counters, four elements each.
template <class T>
struct Dropout {
  const StepState* state;
  std::uint32_t stream, keep;
  T scale;
  const T* x;
  T* y;
  index_t n;
  L2G_HD void operator()(const auto& cx, index_t j, index_t) const {
    const auto words = cx.philox(state->rng, stream, j);
    for (int w = 0; w < 4; ++w) {
      const index_t i = j / 16 * 64 + w * 16 + j % 16;
      if (i < n) cx.store(y, i, n, cx.keep(words.w[w], keep, cx.load(x, i, n) * scale));
    }
  }
};
/// Counters that Dropout takes for n elements.
constexpr index_t dropout_counters(index_t n) { return (n + 63) / 64 * 16; }

/// Rows behind the end of a sequence become zero.
template <class T>
struct ZeroPadding {
  T* y;
  Lengths lengths;
  index_t l, c;
  L2G_HD void operator()(auto& cx, index_t row) const {
    if (row % l < lengths.of(row / l, l)) return;
    for (index_t j = cx.first(); j < c; j += cx.step()) cx.store(y + row * c, j, c, cx.value(T(0)));
  }
};

}  // namespace kernels
}  // namespace l2g
