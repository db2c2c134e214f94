#pragma once
// Normalisation of a position's channels, y = w a v + b with a = x - mean and v = 1 / sqrt(mean a^2 + epsilon): the
// product rule for a v and the ratio v - v0 over that of the variances, which is r = -v^2 v0^2 / (v + v0). Nothing
// cancels and nothing is a special case.
#include <l2g/interpret/tape.hpp>
#include <l2g/nn/norm.hpp>

namespace l2g::interpret {
namespace rules {

template <class T>
struct RescaleNorm {  // position of a pair; mean null: root-mean-square
  const T *x, *weight, *g, *mean, *rstd;
  T* m;
  Pairs pairs;
  index_t l, c;
  void operator()(auto& cx, index_t item) const {
    const index_t pair = item / l, t = item % l;
    const index_t a = pairs.input_of(pair) * l + t, b = pairs.reference_of(pair) * l + t;
    const T v = cx.read(rstd, a), v0 = cx.read(rstd, b), means = mean ? cx.read(mean, a) + cx.read(mean, b) : T(0);
    const T *xa = x + a * c, *xb = x + b * c, *from = g + item * c;
    auto sum = cx.value(T(0)), dot = cx.value(T(0));
    for (index_t j = cx.first(); j < c; j += cx.step()) {
      const auto d = cx.load(from, j, c) * cx.load(weight, j, c);
      sum = sum + d;
      dot = cx.fma(d, cx.load(xa, j, c) + cx.load(xb, j, c) - cx.value(means), dot);
    }
    const T inverse = T(1) / T(c), centre = mean ? cx.sum(sum) * inverse : T(0), half = (v + v0) * T(0.5);
    const T r = -(v * v) * (v0 * v0) / (v + v0) * T(0.5) * inverse * cx.sum(dot);
    for (index_t j = cx.first(); j < c; j += cx.step()) {
      const auto d = cx.load(from, j, c) * cx.load(weight, j, c) - cx.value(centre);
      const auto both = cx.load(xa, j, c) + cx.load(xb, j, c) - cx.value(means);
      cx.store(m + item * c, j, c, d * half + both * r);
    }
  }
};
template <class T>
struct RescaleBatchNorm {  // position of a pair: the running statistics are constants
  const T *weight, *g, *rstd;
  T* m;
  index_t c;
  void operator()(auto& cx, index_t item) const {
    for (index_t j = cx.first(); j < c; j += cx.step())
      cx.store(m + item * c, j, c, cx.load(g + item * c, j, c) * (cx.load(weight, j, c) * cx.load(rstd, j, c)));
  }
};

}  // namespace rules

template <index_t C, index_t Digits, class T, class S>
void rescale_rule(const LayerNorm<C, Digits>&, Site<T>& site, const auto& p, View<T, S> x, View<T, S>, auto& saved,
                  View<T, S> g, View<T, S> m) {
  rows(site.context, m.shape.rows(),
       rules::RescaleNorm<T>{x.data, p.weight.data, g.data, saved.mean.data, saved.rstd.data, m.data, site.pairs,
                             m.shape[1], m.shape[2]});
}
template <index_t C, index_t Digits, class T, class S>
void rescale_rule(const RmsNorm<C, Digits>&, Site<T>& site, const auto& p, View<T, S> x, View<T, S>, auto& saved,
                  View<T, S> g, View<T, S> m) {
  rows(site.context, m.shape.rows(),
       rules::RescaleNorm<T>{x.data, p.weight.data, g.data, nullptr, saved.rstd.data, m.data, site.pairs, m.shape[1],
                             m.shape[2]});
}
template <index_t C, class T, class S>
void rescale_rule(const BatchNorm1d<C>&, Site<T>& site, const auto& p, View<T, S>, View<T, S>, auto& saved,
                  View<T, S> g, View<T, S> m) {
  rows(site.context, m.shape.rows(),
       rules::RescaleBatchNorm<T>{p.weight.data, g.data, saved.rstd.data, m.data, m.shape[2]});
}

}  // namespace l2g::interpret
