#pragma once
// One-hot sequences and their other strand.
#include <l2g/core/context.hpp>

namespace l2g::kernels {

template <class T>
struct StrandEnds {  // sequence b: its first base and the place behind its last one
  const T* x;
  std::int32_t *ends, *twice;  // (batch, 2); the lengths of both strands, (2 batch)
  index_t batch, l, c;
  Lengths lengths;
  L2G_HD void operator()(auto& cx, index_t b) const {
    if (!cx.leader()) return;
    const index_t real = lengths.of(b, l);
    const T* from = x + b * l * c;
    index_t first = 0, end = real;
    while (first < end && !is_base(cx, from + first * c)) ++first;
    while (end > first && !is_base(cx, from + (end - 1) * c)) --end;
    cx.write(ends, 2 * b, std::int32_t(first));
    cx.write(ends, 2 * b + 1, std::int32_t(end));
    cx.write(twice, b, std::int32_t(real));
    cx.write(twice, b + batch, std::int32_t(real));
  }
  L2G_HD static bool is_base(auto& cx, const T* p) {
    for (index_t j = 0; j < 4; ++j)
      if (cx.read(p, j) != T(0)) return true;
    return false;
  }
};

/// Where position t lies on the other strand; what is outside of the ends stays where it is.
L2G_HD constexpr index_t across(index_t t, index_t first, index_t end) {
  return t >= first && t < end ? first + end - 1 - t : t;
}
/// Channel j of A, C, G, T, N on the other strand.
L2G_HD constexpr index_t complement(index_t j, bool inside) { return inside && j < 4 ? 3 - j : j; }

template <class T>
struct BothStrands {  // position (b, t) of x and of its reverse complement, which lies `size` numbers behind
  const T* x;
  const std::int32_t* ends;
  T* z;
  index_t l, c, size;
  L2G_HD void operator()(auto& cx, index_t row) const {
    if (!cx.leader()) return;
    const index_t b = row / l, t = row % l, first = cx.read(ends, 2 * b), end = cx.read(ends, 2 * b + 1);
    const bool inside = t >= first && t < end;
    const index_t other = (b * l + across(t, first, end)) * c;
    for (index_t j = 0; j < c; ++j) {
      cx.write(z, row * c + j, cx.read(x, row * c + j));
      cx.write(z, size + row * c + j, cx.read(x, other + complement(j, inside)));
    }
  }
};
template <class T>
struct BothStrandsGrad {  // position (b, t) of dx
  const T* dz;
  const std::int32_t* ends;
  T* dx;
  index_t l, c, size;
  L2G_HD void operator()(auto& cx, index_t row) const {
    if (!cx.leader()) return;
    const index_t b = row / l, t = row % l, first = cx.read(ends, 2 * b), end = cx.read(ends, 2 * b + 1);
    const bool inside = t >= first && t < end;
    const index_t other = size + (b * l + across(t, first, end)) * c;
    for (index_t j = 0; j < c; ++j)
      cx.write(dx, row * c + j, cx.read(dz, row * c + j) + cx.read(dz, other + complement(j, inside)));
  }
};
template <class T>
struct Mean {  // y = (a + b) / 2
  const T *a, *b;
  T* y;
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const {
    cx.store(y, j, end, (cx.load(a, j, end) + cx.load(b, j, end)) * T(0.5));
  }
};

}  // namespace l2g::kernels
