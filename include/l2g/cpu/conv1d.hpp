#pragma once
// Convolution on the CPU: windows of a block of positions laid out as rows, then one matrix product a block. Blocks
// belong to shards, a shard has its own scratch, and gradients of the shards are added in order.
#include <l2g/cpu/backend.hpp>
#include <l2g/kernels/conv1d.hpp>
#include <l2g/kernels/elementwise.hpp>

namespace l2g {
namespace cpu {

inline constexpr index_t conv_shards = 8;

/// Positions of a block: their windows take at most 384 KiB.
template <class T>
constexpr index_t conv_block(index_t window) {
  const index_t fit = index_t(384 * 1024 / sizeof(T)) / window;
  return fit < 32 ? 32 : fit > 512 ? 512 : fit;
}
constexpr index_t conv_blocks(index_t rows, index_t block) { return (rows + block - 1) / block; }

/// Scratch in bytes, forward or backward, whichever is more.
template <class T>
constexpr std::size_t conv1d_scratch(const Conv1dSpec& s) {
  const index_t weights = s.out_channels * s.window();
  if (s.depthwise()) {
    const index_t shards = kernels::shards_of(s.out_rows());
    return 2 * bytes_of<T>(weights) + bytes_of<T>(shards * weights);
  }
  const index_t forward = conv_block<T>(s.window()) * s.window(), back = s.taps * s.group_out();
  const std::size_t columns = std::size_t(conv_shards) * bytes_of<T>(forward);
  const std::size_t data = std::size_t(conv_shards) * bytes_of<T>(conv_block<T>(back) * back) + bytes_of<T>(weights);
  const std::size_t weight = columns + bytes_of<T>(conv_shards * weights);
  return data > weight ? data : weight;
}

/// f(shard, first block, last block) for the blocks of each shard.
template <class F>
void conv_sharded(Context<Cpu>& c, index_t blocks, F&& f) {
  parallel(c.pool, conv_shards, [&](index_t s) { f(s, blocks * s / conv_shards, blocks * (s + 1) / conv_shards); });
}

}  // namespace cpu

/// y = conv(x) + bias (null: none). x: (batch, in_length, in_channels), weight: (out_channels, taps, in / groups).
template <class T>
void conv1d(Context<Cpu>& c, const Conv1dSpec& s, const T* x, const T* weight, const T* bias, T* y) {
  Frame frame(c.scratch);
  if (s.depthwise()) {
    T* turned = c.scratch.take<T>(s.taps * s.in_channels);
    rows(c, s.taps, kernels::TurnDepthwise<T>{weight, turned, s.in_channels, s.taps});
    rows(c, s.out_rows(), kernels::Depthwise<T>{x, turned, bias, y, s, c.lengths});
    return;
  }
  const index_t window = s.window(), block = cpu::conv_block<T>(window), co = s.group_out();
  T* columns = c.scratch.take<T>(cpu::conv_shards * block * window);
  cpu::conv_sharded(c, cpu::conv_blocks(s.out_rows(), block), [&](index_t shard, index_t first, index_t last) {
    T* const mine = columns + shard * block * window;
    cpu::Lanes cx;
    for (index_t i = first; i < last; ++i) {
      const index_t begin = i * block, n = begin + block < s.out_rows() ? block : s.out_rows() - begin;
      if (bias)
        for (index_t r = 0; r < n; ++r) kernels::AddRow<T>{bias, y, s.out_channels, false}(cx, begin + r);
      for (index_t g = 0; g < s.groups; ++g) {
        const kernels::GatherWindow<T> gather{x, mine, s, c.lengths, begin, g};
        for (index_t r = 0; r < n; ++r) gather(cx, r);
        cpu::gemm_one<T>(n, co, window, T(1), mine, {window}, weight + g * co * window, {window, true}, T(bias ? 1 : 0),
                         y + begin * s.out_channels + g * co, {s.out_channels});
      }
    }
  });
}

/// dx = the gradient of the input; positions behind the end of a sequence get zero.
template <class T>
void conv1d_input_grad(Context<Cpu>& c, const Conv1dSpec& s, const T* weight, const T* dy, T* dx) {
  Frame frame(c.scratch);
  if (s.depthwise()) {
    T* turned = c.scratch.take<T>(s.taps * s.in_channels);
    rows(c, s.taps, kernels::TurnDepthwise<T>{weight, turned, s.in_channels, s.taps});
    rows(c, s.in_rows(), kernels::DepthwiseInputGrad<T>{dy, turned, dx, s, c.lengths});
    return;
  }
  const index_t ci = s.group_in(), co = s.group_out(), window = s.taps * co, block = cpu::conv_block<T>(window);
  T* turned = c.scratch.take<T>(s.out_channels * s.window());
  T* columns = c.scratch.take<T>(cpu::conv_shards * block * window);
  rows(c, s.groups * ci, kernels::TransposeTaps<T>{weight, turned, ci, co, s.taps});
  cpu::conv_sharded(c, cpu::conv_blocks(s.in_rows(), block), [&](index_t shard, index_t first, index_t last) {
    T* const mine = columns + shard * block * window;
    cpu::Lanes cx;
    for (index_t i = first; i < last; ++i) {
      const index_t begin = i * block, n = begin + block < s.in_rows() ? block : s.in_rows() - begin;
      for (index_t g = 0; g < s.groups; ++g) {
        const kernels::GatherGradient<T> gather{dy, mine, s, begin, g};
        for (index_t r = 0; r < n; ++r) gather(cx, r);
        cpu::gemm_one<T>(n, ci, window, T(1), mine, {window}, turned + g * ci * window, {window, true}, T(0),
                         dx + begin * s.in_channels + g * ci, {s.in_channels});
      }
    }
  });
  if (c.lengths) rows(c, s.in_rows(), kernels::ZeroPadding<T>{dx, c.lengths, s.in_length, s.in_channels});
}

/// dweight += the gradient of the weights.
template <class T>
void conv1d_weight_grad(Context<Cpu>& c, const Conv1dSpec& s, const T* x, const T* dy, T* dweight) {
  Frame frame(c.scratch);
  const index_t weights = s.out_channels * s.window();
  if (s.depthwise()) {
    const index_t shards = kernels::shards_of(s.out_rows());
    T *partial = c.scratch.take<T>(shards * weights), *turned = c.scratch.take<T>(weights);
    rows(c, shards, kernels::DepthwiseWeightGrad<T>{x, dy, partial, s, c.lengths, shards});
    map(c, weights, kernels::Fill<T>{T(0), turned});
    map(c, weights, kernels::AddShards<T>{partial, turned, shards, weights});
    rows(c, s.taps, kernels::AddTurnedDepthwise<T>{turned, dweight, s.in_channels, s.taps});
    return;
  }
  const index_t window = s.window(), block = cpu::conv_block<T>(window), co = s.group_out();
  T* columns = c.scratch.take<T>(cpu::conv_shards * block * window);
  T* partial = c.scratch.take<T>(cpu::conv_shards * weights);
  cpu::conv_sharded(c, cpu::conv_blocks(s.out_rows(), block), [&](index_t shard, index_t first, index_t last) {
    T *const mine = columns + shard * block * window, *const sum = partial + shard * weights;
    cpu::Lanes cx;
    for (index_t j = 0; j < weights; j += cpu::Lanes::width) kernels::Fill<T>{T(0), sum}(cx, j, weights);
    for (index_t i = first; i < last; ++i) {
      const index_t begin = i * block, n = begin + block < s.out_rows() ? block : s.out_rows() - begin;
      for (index_t g = 0; g < s.groups; ++g) {
        const kernels::GatherWindow<T> gather{x, mine, s, c.lengths, begin, g};
        for (index_t r = 0; r < n; ++r) gather(cx, r);
        cpu::gemm_one<T>(co, window, n, T(1), dy + begin * s.out_channels + g * co, {s.out_channels, true}, mine,
                         {window}, T(1), sum + g * co * window, {window});
      }
    }
  });
  map(c, weights, kernels::AddShards<T>{partial, dweight, cpu::conv_shards, weights});
}

}  // namespace l2g
