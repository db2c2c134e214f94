#pragma once
// One-dimensional convolution on (batch, length, channels): the window of an output position laid out as a row, so that
// the rest is a matrix product. Positions behind the end of a sequence count as zero.
#include <l2g/kernels/elementwise.hpp>
#include <l2g/kernels/reduce.hpp>

namespace l2g {

/// Sizes of a convolution. Output t reads input positions t * stride + k * dilation - left, k < taps.
struct Conv1dSpec {
  index_t batch, in_length, out_length, in_channels, out_channels, taps, stride, dilation, left, groups;
  constexpr index_t group_in() const { return in_channels / groups; }
  constexpr index_t group_out() const { return out_channels / groups; }
  constexpr index_t window() const { return taps * group_in(); }
  constexpr index_t in_rows() const { return batch * in_length; }
  constexpr index_t out_rows() const { return batch * out_length; }
  constexpr bool depthwise() const { return groups > 1 && groups == in_channels && groups == out_channels; }
};

namespace kernels {

template <class T>
struct GatherWindow {  // row r of columns: the window of output row `begin + r`, (taps, channels of one group)
  const T* x;
  T* columns;
  Conv1dSpec s;
  Lengths lengths;
  index_t begin, group;
  L2G_HD void operator()(auto& cx, index_t r) const {
    const index_t row = begin + r, b = row / s.out_length, t = row % s.out_length, c = s.group_in();
    const index_t real = lengths.of(b, s.in_length);
    T* to = columns + r * s.window();
    for (index_t k = 0; k < s.taps; ++k) {
      const index_t p = t * s.stride + k * s.dilation - s.left;
      const bool inside = p >= 0 && p < real;
      const T* from = x + (b * s.in_length + (inside ? p : 0)) * s.in_channels + group * c;
      for (index_t j = cx.first(); j < c; j += cx.step())
        cx.store(to + k * c, j, c, inside ? cx.load(from, j, c) : cx.value(T(0)));
    }
  }
};
template <class T>
struct GatherGradient {  // row r of columns: what flows to input row `begin + r` from each tap, (taps, out channels)
  const T* dy;
  T* columns;
  Conv1dSpec s;
  index_t begin, group;
  L2G_HD void operator()(auto& cx, index_t r) const {
    const index_t row = begin + r, b = row / s.in_length, p = row % s.in_length, c = s.group_out();
    T* to = columns + r * s.taps * c;
    for (index_t k = 0; k < s.taps; ++k) {
      const index_t q = p + s.left - k * s.dilation, t = q / s.stride;
      const bool inside = q >= 0 && q % s.stride == 0 && t < s.out_length;
      const T* from = dy + (b * s.out_length + (inside ? t : 0)) * s.out_channels + group * c;
      for (index_t j = cx.first(); j < c; j += cx.step())
        cx.store(to + k * c, j, c, inside ? cx.load(from, j, c) : cx.value(T(0)));
    }
  }
};
template <class T>
struct TransposeTaps {  // item (group, i): (out, taps, in) -> (in, taps, out), for the gradient of the input
  const T* weight;
  T* turned;
  index_t in, out, taps;  // of one group
  L2G_HD void operator()(auto& cx, index_t item) const {
    const index_t group = item / in, i = item % in;
    const T* w = weight + group * out * taps * in;
    T* to = turned + item * taps * out;
    for (index_t n = cx.first(); n < taps * out; n += cx.step())
      for (index_t e = n; e < n + cx.step() && e < taps * out && e < n + cx.width; ++e)
        cx.write(to, e, cx.read(w, (e % out) * taps * in + e / out * in + i));
  }
};

// Depthwise: each channel has its own taps. Weights arrive turned, (taps, channels), so that lanes are channels.
template <class T>
struct TurnDepthwise {  // item k: (channels, taps) -> (taps, channels)
  const T* weight;
  T* turned;
  index_t c, taps;
  L2G_HD void operator()(auto& cx, index_t k) const {
    for (index_t j = cx.first(); j < c; j += cx.step())
      for (index_t e = j; e < c && e < j + cx.width; ++e) cx.write(turned, k * c + e, cx.read(weight, e * taps + k));
  }
};
template <class T>
struct AddTurnedDepthwise {  // item k: (taps, channels) added to (channels, taps)
  const T* turned;
  T* weight;
  index_t c, taps;
  L2G_HD void operator()(auto& cx, index_t k) const {
    for (index_t j = cx.first(); j < c; j += cx.step())
      for (index_t e = j; e < c && e < j + cx.width; ++e)
        cx.write(weight, e * taps + k, cx.read(weight, e * taps + k) + cx.read(turned, k * c + e));
  }
};
template <class T>
struct Depthwise {  // an output row
  const T *x, *turned, *bias;
  T* y;
  Conv1dSpec s;
  Lengths lengths;
  L2G_HD void operator()(auto& cx, index_t row) const {
    const index_t b = row / s.out_length, t = row % s.out_length, c = s.in_channels;
    const index_t real = lengths.of(b, s.in_length);
    for (index_t j = cx.first(); j < c; j += cx.step()) {
      auto sum = bias ? cx.load(bias, j, c) : cx.value(T(0));
      for (index_t k = 0; k < s.taps; ++k) {
        const index_t p = t * s.stride + k * s.dilation - s.left;
        if (p >= 0 && p < real)
          sum = cx.fma(cx.load(x + (b * s.in_length + p) * c, j, c), cx.load(turned + k * c, j, c), sum);
      }
      cx.store(y + row * c, j, c, sum);
    }
  }
};
template <class T>
struct DepthwiseInputGrad {  // an input row
  const T *dy, *turned;
  T* dx;
  Conv1dSpec s;
  Lengths lengths;
  L2G_HD void operator()(auto& cx, index_t row) const {
    const index_t b = row / s.in_length, p = row % s.in_length, c = s.in_channels;
    const bool real = p < lengths.of(b, s.in_length);
    for (index_t j = cx.first(); j < c; j += cx.step()) {
      auto sum = cx.value(T(0));
      for (index_t k = 0; real && k < s.taps; ++k) {
        const index_t q = p + s.left - k * s.dilation, t = q / s.stride;
        if (q >= 0 && q % s.stride == 0 && t < s.out_length)
          sum = cx.fma(cx.load(dy + (b * s.out_length + t) * c, j, c), cx.load(turned + k * c, j, c), sum);
      }
      cx.store(dx + row * c, j, c, sum);
    }
  }
};
template <class T>
struct DepthwiseWeightGrad {  // a shard of output rows: partial[s] is (taps, channels)
  const T *x, *dy;
  T* partial;
  Conv1dSpec s;
  Lengths lengths;
  index_t shards;
  L2G_HD void operator()(auto& cx, index_t shard) const {
    const index_t c = s.in_channels, n = s.out_rows();
    T* sum = partial + shard * s.taps * c;
    for (index_t k = 0; k < s.taps; ++k)
      for (index_t j = cx.first(); j < c; j += cx.step()) cx.store(sum + k * c, j, c, cx.value(T(0)));
    for (index_t row = shard_begin(n, shards, shard); row < shard_begin(n, shards, shard + 1); ++row) {
      const index_t b = row / s.out_length, t = row % s.out_length, real = lengths.of(b, s.in_length);
      for (index_t k = 0; k < s.taps; ++k) {
        const index_t p = t * s.stride + k * s.dilation - s.left;
        if (p < 0 || p >= real) continue;
        for (index_t j = cx.first(); j < c; j += cx.step())
          cx.store(sum + k * c, j, c,
                   cx.fma(cx.load(x + (b * s.in_length + p) * c, j, c), cx.load(dy + row * c, j, c),
                          cx.load(sum + k * c, j, c)));
      }
    }
  }
};

/// Depthwise convolution and its gradients on any device; the scratch is that of turned weights and of shards_of(rows)
/// partial gradients, (taps x channels) each.
template <class C, class T>
void depthwise(C& context, const Conv1dSpec& s, const T* x, const T* weight, const T* bias, T* y) {
  T* turned = context.scratch.template take<T>(s.taps * s.in_channels);
  rows(context, s.taps, TurnDepthwise<T>{weight, turned, s.in_channels, s.taps});
  rows(context, s.out_rows(), Depthwise<T>{x, turned, bias, y, s, context.lengths});
}
template <class C, class T>
void depthwise_input_grad(C& context, const Conv1dSpec& s, const T* weight, const T* dy, T* dx) {
  T* turned = context.scratch.template take<T>(s.taps * s.in_channels);
  rows(context, s.taps, TurnDepthwise<T>{weight, turned, s.in_channels, s.taps});
  rows(context, s.in_rows(), DepthwiseInputGrad<T>{dy, turned, dx, s, context.lengths});
}
template <class C, class T>
void depthwise_weight_grad(C& context, const Conv1dSpec& s, const T* x, const T* dy, T* dweight) {
  const index_t weights = s.out_channels * s.window(), shards = shards_of(s.out_rows());
  T *partial = context.scratch.template take<T>(shards * weights), *turned = context.scratch.template take<T>(weights);
  rows(context, shards, DepthwiseWeightGrad<T>{x, dy, partial, s, context.lengths, shards});
  map(context, weights, Fill<T>{T(0), turned});
  map(context, weights, AddShards<T>{partial, turned, shards, weights});
  rows(context, s.taps, AddTurnedDepthwise<T>{turned, dweight, s.in_channels, s.taps});
}

}  // namespace kernels
}  // namespace l2g
