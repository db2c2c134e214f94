#pragma once
// Max-pooling. In a window with the maximum at a of the input and at b of the reference, M = max(y, y0) is reached from
// y0 at the place a and y from M at the place b: g (M - y0) goes to a and g (y - M) to b. What comes together at a
// place is divided by x - x0 there, which is never smaller than what was routed.
#include <l2g/interpret/tape.hpp>
#include <l2g/nn/pool.hpp>

namespace l2g::interpret {
namespace rules {

template <class T>
struct RescaleMaxPool {  // position p of a pair
  const T *x, *y, *at, *g;
  T* m;
  Pairs pairs;
  PoolSpec s;
  void operator()(auto& cx, index_t item) const {
    const index_t pair = item / s.in_length, p = item % s.in_length, c = s.channels;
    const index_t a = pairs.input_of(pair), b = pairs.reference_of(pair);
    const index_t low = p - s.window + 1;
    const index_t first = low <= 0 ? 0 : (low + s.stride - 1) / s.stride, last = p / s.stride;
    const T *xa = x + (a * s.in_length + p) * c, *xb = x + (b * s.in_length + p) * c;
    for (index_t j = cx.first(); j < c; j += cx.step()) {
      const auto zero = cx.value(T(0)), one = cx.value(T(1));
      auto sum = zero, slope = zero;
      for (index_t t = first; t <= last && t < s.out_length; ++t) {
        const index_t ta = (a * s.out_length + t) * c, tb = (b * s.out_length + t) * c;
        const auto here = cx.value(T(p - t * s.stride));
        const auto in_a = cx.load(at + ta, j, c) == here, in_b = cx.load(at + tb, j, c) == here;
        const auto ya = cx.load(y + ta, j, c), yb = cx.load(y + tb, j, c), top = cx.select(ya > yb, ya, yb);
        const auto d = cx.load(g + (pair * s.out_length + t) * c, j, c);
        sum = sum + cx.select(in_a, d * (top - yb), zero) + cx.select(in_b, d * (ya - top), zero);
        slope = slope + cx.select(in_a, d, zero);
      }
      const auto d = cx.load(xa, j, c) - cx.load(xb, j, c);
      const auto same = d == zero;
      cx.store(m + item * c, j, c, cx.select(same, slope, sum / cx.select(same, one, d)));
    }
  }
};

}  // namespace rules

namespace detail {
template <class T, class In, class Out>
void max_pool(Site<T>& site, const PoolSpec& s, View<T, In> x, View<T, Out> y, const T* at, View<T, Out> g,
              View<T, In> m) {
  rows(site.context, m.shape.rows(), rules::RescaleMaxPool<T>{x.data, y.data, at, g.data, m.data, site.pairs, s});
}
}  // namespace detail

template <index_t W, index_t S, class T, class In, class Out>
void rescale_rule(const MaxPool<W, S>& l, Site<T>& site, const Nothing&, View<T, In> x, View<T, Out> y, auto& saved,
                  View<T, Out> g, View<T, In> m) {
  detail::max_pool(site, l.spec(x.shape), x, y, saved.at.data, g, m);
}
template <class T, class In, class Out>
void rescale_rule(const GlobalMaxPool&, Site<T>& site, const Nothing&, View<T, In> x, View<T, Out> y, auto& saved,
                  View<T, Out> g, View<T, In> m) {
  detail::max_pool(site, GlobalPool::spec(x.shape), x, y, saved.at.data, g, m);
}

}  // namespace l2g::interpret
