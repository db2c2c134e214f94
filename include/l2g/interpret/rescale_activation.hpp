#pragma once
// Functions of single elements: m = g (y - y0) / (x - x0). Where x and x0 are so close that the difference of y is
// mostly rounding, the mean slope between them (two nodes of Gauss and Legendre) is the same number without it.
#include <l2g/interpret/tape.hpp>
#include <l2g/nn/activation.hpp>

namespace l2g::interpret {
namespace rules {

/// Below this distance two nodes are exact to rounding.
template <class T>
constexpr T close = sizeof(T) == 4 ? T(0.05) : T(1e-3);

/// f(cx, element, end) on pieces of a pair's elements.
template <class F>
struct Pieces {
  Pairs pairs;
  index_t size;
  F f;
  static constexpr index_t piece = 2048;
  index_t each() const { return (size + piece - 1) / piece; }
  index_t count() const { return pairs.count() * each(); }
  void operator()(auto& cx, index_t item) const {
    const index_t pair = item / each(), begin = item % each() * piece;
    const index_t end = begin + piece < size ? begin + piece : size;
    const index_t a = pairs.input_of(pair) * size, b = pairs.reference_of(pair) * size;
    for (index_t j = begin + cx.first(); j < end; j += cx.step()) f(cx, pair * size, a, b, j, end);
  }
};

struct ReluRule {
  static auto ratio(const auto& cx, auto x, auto x0, auto y, auto y0) {
    using T = std::remove_cvref_t<decltype(x[0])>;
    const auto zero = cx.value(T(0)), one = cx.value(T(1)), d = x - x0;
    const auto same = d == zero;
    return cx.select(same, cx.select(x > zero, one, zero), (y - y0) / cx.select(same, one, d));
  }
};
/// Slope::slope(cx, x) is the derivative.
template <class Slope>
struct SmoothRule {
  static auto ratio(const auto& cx, auto x, auto x0, auto y, auto y0) {
    using T = std::remove_cvref_t<decltype(x[0])>;
    const auto d = x - x0, middle = x0 + d * T(0.5), out = d * T(0.28867513459481288);  // 1 / (2 sqrt 3)
    const auto near = cx.select(d > cx.value(T(0)), d, -d) < cx.value(close<T>);
    const auto slope = (Slope::slope(cx, middle - out) + Slope::slope(cx, middle + out)) * T(0.5);
    return cx.select(near, slope, (y - y0) / cx.select(near, cx.value(T(1)), d));
  }
};
struct TanhSlope {
  static auto slope(const auto& cx, auto x) {
    using T = std::remove_cvref_t<decltype(x[0])>;
    const auto t = cx.tanh(x);
    return T(1) - t * t;
  }
};
template <class T, Activation A>
using RuleOf = std::conditional_t<A == Activation::relu, ReluRule, SmoothRule<kernels::Activate<T, A>>>;

template <class T, class Rule>
struct Elementwise {
  const T *x, *y, *g;
  T* m;
  void operator()(auto& cx, index_t pair, index_t a, index_t b, index_t j, index_t end) const {
    const auto r =
        Rule::ratio(cx, cx.load(x + a, j, end), cx.load(x + b, j, end), cx.load(y + a, j, end), cx.load(y + b, j, end));
    cx.store(m + pair, j, end, cx.load(g + pair, j, end) * r);
  }
};

}  // namespace rules

namespace detail {
template <class T, class F>
void each_element(Context<Cpu>& c, const Pairs& pairs, index_t size, const F& f) {
  const rules::Pieces<F> pieces{pairs, size, f};
  rows(c, pieces.count(), pieces);
}
/// The rule of an activation on (rows, size) values; m may be g.
template <class Rule, class T>
void through(Context<Cpu>& c, const Pairs& pairs, index_t size, const T* x, const T* y, const T* g, T* m) {
  each_element<T>(c, pairs, size, rules::Elementwise<T, Rule>{x, y, g, m});
}
template <class Rule, class T, class S>
void elementwise(Site<T>& site, View<T, S> x, View<T, S> y, View<T, S> g, View<T, S> m) {
  through<Rule>(site.context, site.pairs, x.size() / site.pairs.rows(), x.data, y.data, g.data, m.data);
}
}  // namespace detail

template <class T, class S>
void rescale_rule(const Relu&, Site<T>& site, const Nothing&, View<T, S> x, View<T, S> y, Nothing&, View<T, S> g,
                  View<T, S> m) {
  detail::elementwise<rules::ReluRule>(site, x, y, g, m);
}
template <bool Tanh, class T, class S>
void rescale_rule(const GeluLayer<Tanh>&, Site<T>& site, const Nothing&, View<T, S> x, View<T, S> y, Nothing&,
                  View<T, S> g, View<T, S> m) {
  detail::elementwise<rules::SmoothRule<kernels::Gelu<T, Tanh>>>(site, x, y, g, m);
}
template <class T, class S>
void rescale_rule(const Tanh&, Site<T>& site, const Nothing&, View<T, S> x, View<T, S> y, Nothing&, View<T, S> g,
                  View<T, S> m) {
  detail::elementwise<rules::SmoothRule<rules::TanhSlope>>(site, x, y, g, m);
}
template <class T, class S>
void rescale_rule(const Silu&, Site<T>& site, const Nothing&, View<T, S> x, View<T, S> y, Nothing&, View<T, S> g,
                  View<T, S> m) {
  detail::elementwise<rules::RuleOf<T, Activation::silu>>(site, x, y, g, m);
}

}  // namespace l2g::interpret
