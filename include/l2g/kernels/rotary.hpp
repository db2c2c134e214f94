#pragma once
// Rotary positions (Su et al. 2021): pairs of channels of a head are turned by an angle that grows with the position.
#include <l2g/core/context.hpp>

#include <cmath>

namespace l2g::kernels {

template <class T>
struct RotaryTable {  // row t: cosine and sine of t * base^(-2 u / width) for each pair u
  T *cosine, *sine;
  index_t pairs;
  double base;
  L2G_HD void operator()(auto& cx, index_t t) const {
    for (index_t j = cx.first(); j < pairs; j += cx.step())
      for (index_t u = j; u < pairs && u < j + cx.width; ++u) {
        const T angle = T(t) * T(std::pow(base, -double(u) / double(pairs)));  // rounded as the public models do
        cx.write(cosine, t * pairs + u, std::cos(angle));
        cx.write(sine, t * pairs + u, std::sin(angle));
      }
  }
};
template <class T>
struct RotateHalves {  // row (b, t), all heads: channels u and u + pairs are a pair; sign -1 turns back
  T* x;
  const T *cosine, *sine;
  index_t l, heads, pairs;
  T sign;
  L2G_HD void operator()(auto& cx, index_t row) const {
    const T *c = cosine + row % l * pairs, *s = sine + row % l * pairs;
    for (index_t h = 0; h < heads; ++h) {
      T *a = x + (row * heads + h) * 2 * pairs, *b = a + pairs;
      for (index_t j = cx.first(); j < pairs; j += cx.step()) {
        const auto co = cx.load(c, j, pairs), si = cx.load(s, j, pairs) * sign;
        const auto u = cx.load(a, j, pairs), v = cx.load(b, j, pairs);
        cx.store(a, j, pairs, u * co - v * si);
        cx.store(b, j, pairs, v * co + u * si);
      }
    }
  }
};
template <class T>
struct RotateNeighbours {  // the same with the pairs (2 u, 2 u + 1)
  T* x;
  const T *cosine, *sine;
  index_t l, heads, pairs;
  T sign;
  L2G_HD void operator()(auto& cx, index_t row) const {
    const T *c = cosine + row % l * pairs, *s = sine + row % l * pairs;
    for (index_t h = 0; h < heads; ++h) {
      T* a = x + (row * heads + h) * 2 * pairs;
      for (index_t j = cx.first(); j < pairs; j += cx.step())
        for (index_t u = j; u < pairs && u < j + cx.width; ++u) {
          const T co = cx.read(c, u), si = cx.read(s, u) * sign, p = cx.read(a, 2 * u), q = cx.read(a, 2 * u + 1);
          cx.write(a, 2 * u, p * co - q * si);
          cx.write(a, 2 * u + 1, q * co + p * si);
        }
    }
  }
};

}  // namespace l2g::kernels
