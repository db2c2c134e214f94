#pragma once
// Pooling over positions. Windows see the real positions of a sequence only.
#include <l2g/core/context.hpp>

namespace l2g {

struct PoolSpec {
  index_t batch, in_length, out_length, channels, window, stride;
};

namespace kernels {

template <class T>
struct MaxPool {  // an output row; `at` keeps which place of the window was the largest (the first of equals)
  const T* x;
  T *y, *at;
  PoolSpec s;
  Lengths lengths;
  L2G_HD void operator()(auto& cx, index_t row) const {
    const index_t b = row / s.out_length, t = row % s.out_length, c = s.channels;
    const index_t begin = t * s.stride, real = lengths.of(b, s.in_length);
    const index_t end = begin + s.window < real ? begin + s.window : real;
    const T* from = x + (b * s.in_length + begin) * c;
    for (index_t j = cx.first(); j < c; j += cx.step()) {
      auto best = begin < end ? cx.load(from, j, c) : cx.value(T(0)), place = cx.value(T(0));
      for (index_t p = 1; p < end - begin; ++p) {
        const auto v = cx.load(from + p * c, j, c);
        const auto larger = v > best;
        best = cx.select(larger, v, best);
        place = cx.select(larger, cx.value(T(p)), place);
      }
      cx.store(y + row * c, j, c, best);
      cx.store(at + row * c, j, c, begin < end ? place : cx.value(T(-1)));
    }
  }
};
template <class T>
struct MaxPoolGrad {  // an input row
  const T *dy, *at;
  T* dx;
  PoolSpec s;
  L2G_HD void operator()(auto& cx, index_t row) const {
    const index_t b = row / s.in_length, p = row % s.in_length, c = s.channels;
    const index_t low = p - s.window + 1;
    const index_t first = low <= 0 ? 0 : (low + s.stride - 1) / s.stride, last = p / s.stride;
    for (index_t j = cx.first(); j < c; j += cx.step()) {
      auto sum = cx.value(T(0));
      const auto zero = sum;
      for (index_t t = first; t <= last && t < s.out_length; ++t) {
        const index_t from = (b * s.out_length + t) * c;
        const auto mine = cx.load(at + from, j, c) == cx.value(T(p - t * s.stride));
        sum = sum + cx.select(mine, cx.load(dy + from, j, c), zero);
      }
      cx.store(dx + row * c, j, c, sum);
    }
  }
};
template <class T>
struct AveragePool {  // an output row: the mean over the real positions of the window
  const T* x;
  T* y;
  PoolSpec s;
  Lengths lengths;
  L2G_HD void operator()(auto& cx, index_t row) const {
    const index_t b = row / s.out_length, t = row % s.out_length, c = s.channels;
    const index_t begin = t * s.stride, real = lengths.of(b, s.in_length);
    const index_t end = begin + s.window < real ? begin + s.window : real;
    const T share = begin < end ? T(1) / T(end - begin) : T(0);
    for (index_t j = cx.first(); j < c; j += cx.step()) {
      auto sum = cx.value(T(0));
      for (index_t p = begin; p < end; ++p) sum = sum + cx.load(x + (b * s.in_length + p) * c, j, c);
      cx.store(y + row * c, j, c, sum * share);
    }
  }
};
template <class T>
struct AveragePoolGrad {  // an input row
  const T* dy;
  T* dx;
  PoolSpec s;
  Lengths lengths;
  L2G_HD void operator()(auto& cx, index_t row) const {
    const index_t b = row / s.in_length, p = row % s.in_length, c = s.channels, real = lengths.of(b, s.in_length);
    const index_t low = p - s.window + 1;
    const index_t first = low <= 0 ? 0 : (low + s.stride - 1) / s.stride, last = p / s.stride;
    for (index_t j = cx.first(); j < c; j += cx.step()) {
      auto sum = cx.value(T(0));
      for (index_t t = first; p < real && t <= last && t < s.out_length; ++t) {
        const index_t stop = t * s.stride + s.window < real ? t * s.stride + s.window : real;
        sum = sum + cx.load(dy + (b * s.out_length + t) * c, j, c) * (T(1) / T(stop - t * s.stride));
      }
      cx.store(dx + row * c, j, c, sum);
    }
  }
};

template <class T>
struct TakePosition {  // an output row: the first or the last real position of a sequence; zero for an empty one
  const T* x;
  T* y;
  index_t l, c;
  bool last;
  Lengths lengths;
  L2G_HD void operator()(auto& cx, index_t b) const {
    const index_t real = lengths.of(b, l);
    const T* from = x + (b * l + (last && real > 0 ? real - 1 : 0)) * c;
    for (index_t j = cx.first(); j < c; j += cx.step())
      cx.store(y + b * c, j, c, real > 0 ? cx.load(from, j, c) : cx.value(T(0)));
  }
};
template <class T>
struct TakePositionGrad {  // an input row
  const T* dy;
  T* dx;
  index_t l, c;
  bool last;
  Lengths lengths;
  L2G_HD void operator()(auto& cx, index_t row) const {
    const index_t b = row / l, real = lengths.of(b, l);
    const bool mine = real > 0 && row % l == (last ? real - 1 : 0);
    for (index_t j = cx.first(); j < c; j += cx.step())
      cx.store(dx + row * c, j, c, mine ? cx.load(dy + b * c, j, c) : cx.value(T(0)));
  }
};

}  // namespace kernels
}  // namespace l2g
