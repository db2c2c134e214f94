#pragma once
// Convolution on the CPU: a matrix product whose rows are windows of the input, read where they lie. Sequences are cut
// into chunks of positions; the chunks belong to shards, each with scratch of its own, and gradients of the shards are
// added in order.
#include <l2g/cpu/backend.hpp>
#include <l2g/kernels/conv1d.hpp>
#include <l2g/kernels/elementwise.hpp>

#include <cstring>

namespace l2g {
namespace cpu {

inline constexpr index_t conv_shards = 8, conv_chunk = 512;

/// Rows of the input that n rows of the output look at.
constexpr index_t conv_reach(const Conv1dSpec& s, index_t n) {
  return (n - 1) * s.stride + (s.taps - 1) * s.dilation + 1;
}

/// Scratch in bytes, forward or backward, whichever is more.
template <class T>
constexpr std::size_t conv1d_scratch(const Conv1dSpec& s) {
  const index_t weights = s.out_channels * s.window();
  if (s.depthwise()) {
    const index_t shards = kernels::shards_of(s.out_rows());
    return 2 * bytes_of<T>(weights) + bytes_of<T>(shards * weights);
  }
  const index_t chunk = s.out_length < conv_chunk ? s.out_length : conv_chunk, reach = conv_reach(s, chunk);
  const index_t back = conv_chunk + (s.taps - 1) * s.dilation;
  const std::size_t forward = bytes_of<T>(s.groups * packed_size<T>(s.window(), s.group_out())) +
                              conv_shards * bytes_of<T>(reach * s.in_channels);
  const std::size_t data = bytes_of<T>(s.groups * packed_size<T>(s.taps * s.group_out(), s.group_in())) +
                           conv_shards * bytes_of<T>(back * s.out_channels);
  const std::size_t weight = conv_shards * (bytes_of<T>(weights) + bytes_of<T>(reach * s.in_channels) +
                                            bytes_of<T>(packed_tiles<T>(s.group_out(), chunk)) +
                                            bytes_of<T>(packed_size<T>(reach, s.group_in())));
  const std::size_t more = data > weight ? data : weight;
  return forward > more ? forward : more;
}

/// Rows first .. first + n - 1 of one sequence of `real` rows: where they lie, or a copy with zeros outside of it.
template <class T>
const T* rows_of_sequence(const T* x, index_t channels, index_t first, index_t n, index_t real, T* copy) {
  if (first >= 0 && first + n <= real) return x + first * channels;
  const index_t before = first < 0 ? (n < -first ? n : -first) : 0;
  const index_t inside = first + n < real ? n - before : real - first - before, some = inside < 0 ? 0 : inside;
  std::memset(copy, 0, std::size_t(before * channels) * sizeof(T));
  if (some > 0)
    std::memcpy(copy + before * channels, x + (first + before) * channels, std::size_t(some * channels) * sizeof(T));
  std::memset(copy + (before + some) * channels, 0, std::size_t((n - before - some) * channels) * sizeof(T));
  return copy;
}

/// f(shard, sequence, first position, positions) for the chunks of `length` positions of each sequence.
template <class F>
void conv_sharded(Context<Cpu>& c, index_t batch, index_t length, F&& f) {
  const index_t chunks = (length + conv_chunk - 1) / conv_chunk, items = batch * chunks;
  parallel(c.pool, conv_shards, [&](index_t s) {
    for (index_t i = items * s / conv_shards; i < items * (s + 1) / conv_shards; ++i) {
      const index_t first = length * (i % chunks) / chunks;
      f(s, i / chunks, first, length * (i % chunks + 1) / chunks - first);
    }
  });
}

}  // namespace cpu

/// y = conv(x) + bias (null: none). x: (batch, in_length, in_channels), weight: (out_channels, taps, in / groups).
template <class T>
void conv1d(Context<Cpu>& c, const Conv1dSpec& s, const T* x, const T* weight, const T* bias, T* y) {
  Frame frame(c.scratch);
  if (s.depthwise()) return kernels::depthwise(c, s, x, weight, bias, y);
  const index_t ci = s.group_in(), co = s.group_out(), window = s.window(), size = cpu::packed_size<T>(window, co);
  const index_t chunk = s.out_length < cpu::conv_chunk ? s.out_length : cpu::conv_chunk;
  const index_t copied = index_t(bytes_of<T>(cpu::conv_reach(s, chunk) * s.in_channels) / sizeof(T));
  T *packed = c.scratch.take<T>(s.groups * size), *copies = c.scratch.take<T>(cpu::conv_shards * copied);
  const index_t panels = cpu::padded<T>(co) / cpu::panel<T>;
  cpu::parallel(c.pool, s.groups * panels, [&](index_t i) {
    const index_t j = i % panels * cpu::panel<T>;
    cpu::pack_panels<T>(window, co - j < cpu::panel<T> ? co - j : cpu::panel<T>,
                        weight + (i / panels * co + j) * window, {window, true},
                        packed + i / panels * size + j * window);
  });
  const bool whole = s.groups == 1 && s.dilation == 1;  // then a window is one run of numbers
  cpu::conv_sharded(c, s.batch, s.out_length, [&](index_t shard, index_t b, index_t first, index_t n) {
    const T* from = cpu::rows_of_sequence(x + b * s.in_length * s.in_channels, s.in_channels, first * s.stride - s.left,
                                          cpu::conv_reach(s, n), c.lengths.of(b, s.in_length), copies + shard * copied);
    for (index_t g = 0; g < s.groups; ++g)
      cpu::multiply<T>({n, co, whole ? 1 : s.taps, whole ? window : ci, from + g * ci, s.stride * s.in_channels,
                        s.dilation * s.in_channels, cpu::Walk::rows, packed + g * size, window * cpu::panel<T>,
                        cpu::panel<T>, T(1), bias ? bias + g * co : nullptr, false,
                        y + (b * s.out_length + first) * s.out_channels + g * co, s.out_channels});
  });
}

/// dx = the gradient of the input; positions behind the end of a sequence get zero.
/// Positions p with the same (p + left) % stride see the same taps: each such class is a convolution of dy.
template <class T>
void conv1d_input_grad(Context<Cpu>& c, const Conv1dSpec& s, const T* weight, const T* dy, T* dx) {
  Frame frame(c.scratch);
  if (s.depthwise()) return kernels::depthwise_input_grad(c, s, weight, dy, dx);
  const index_t ci = s.group_in(), co = s.group_out(), P = cpu::panel<T>;
  const index_t size = cpu::packed_size<T>(s.taps * co, ci), panels = cpu::padded<T>(ci) / P;
  const index_t reach = cpu::conv_chunk + (s.taps - 1) * s.dilation;
  const index_t copied = index_t(bytes_of<T>(reach * s.out_channels) / sizeof(T));
  T *packed = c.scratch.take<T>(s.groups * size), *copies = c.scratch.take<T>(cpu::conv_shards * copied);
  index_t common = s.dilation, rest = s.stride;  // their greatest common divisor
  while (rest) common = std::exchange(rest, common % rest);
  const index_t tap_step = s.stride / common, row_step = s.dilation / common;
  index_t used = 0;
  for (index_t part = 0; part < s.stride; ++part) {
    const index_t first_position = (part - s.left % s.stride + s.stride) % s.stride;
    const index_t positions = s.in_length <= first_position ? 0 : (s.in_length - 1 - first_position) / s.stride + 1;
    index_t tap = 0;
    while (tap < s.taps && (tap * s.dilation) % s.stride != part) ++tap;
    const index_t taps = tap < s.taps && tap < tap_step ? (s.taps - 1 - tap) / tap_step + 1 : 0;
    T* const mine = packed + used;
    used += s.groups * cpu::packed_size<T>(taps * co, ci);
    cpu::parallel(c.pool, s.groups * panels, [&](index_t i) {
      const index_t g = i / panels, j = i % panels * P;
      for (index_t k = 0; k < taps; ++k)
        cpu::pack_panels<T>(co, ci - j < P ? ci - j : P, weight + g * co * s.window() + (tap + k * tap_step) * ci + j,
                            {s.window()}, mine + (i * taps + k) * co * P);
    });
    cpu::conv_sharded(c, s.batch, positions, [&](index_t shard, index_t b, index_t first, index_t n) {
      // Position first_position + i stride gets from tap k what flows to output start + i - k row_step.
      const index_t p = first_position + first * s.stride, back = taps > 0 ? (taps - 1) * row_step : 0;
      const index_t start = (p + s.left - tap * s.dilation) / s.stride;
      const T* from = cpu::rows_of_sequence(dy + b * s.out_length * s.out_channels, s.out_channels, start - back,
                                            n + back, s.out_length, copies + shard * copied);
      for (index_t g = 0; g < s.groups; ++g)
        cpu::multiply<T>({n, ci, taps, co, from + back * s.out_channels + g * co, s.out_channels,
                          -row_step * s.out_channels, cpu::Walk::rows, mine + g * panels * taps * co * P, taps * co * P,
                          P, T(1), nullptr, false, dx + (b * s.in_length + p) * s.in_channels + g * ci,
                          s.stride * s.in_channels});
    });
  }
  if (c.lengths) rows(c, s.in_rows(), kernels::ZeroPadding<T>{dx, c.lengths, s.in_length, s.in_channels});
}

/// dweight += the gradient of the weights.
template <class T>
void conv1d_weight_grad(Context<Cpu>& c, const Conv1dSpec& s, const T* x, const T* dy, T* dweight) {
  Frame frame(c.scratch);
  const index_t weights = s.out_channels * s.window();
  if (s.depthwise()) return kernels::depthwise_weight_grad(c, s, x, dy, dweight);
  const index_t ci = s.group_in(), co = s.group_out(), window = s.window(), P = cpu::panel<T>;
  const index_t chunk = s.out_length < cpu::conv_chunk ? s.out_length : cpu::conv_chunk;
  const index_t reach = cpu::conv_reach(s, chunk);
  struct {
    T *sum, *copy, *tiles, *panels;
  } shards[cpu::conv_shards];
  for (auto& m : shards) {
    m.sum = c.scratch.take<T>(weights);
    m.copy = c.scratch.take<T>(reach * s.in_channels);
    m.tiles = c.scratch.take<T>(cpu::packed_tiles<T>(co, chunk));
    m.panels = c.scratch.take<T>(cpu::packed_size<T>(reach, ci));
  }
  const index_t stride = shards[1].sum - shards[0].sum;
  cpu::parallel(c.pool, cpu::conv_shards,
                [&](index_t shard) { std::memset(shards[shard].sum, 0, std::size_t(weights) * sizeof(T)); });
  cpu::conv_sharded(c, s.batch, s.out_length, [&](index_t shard, index_t b, index_t first, index_t n) {
    const auto& mine = shards[shard];
    const index_t seen = cpu::conv_reach(s, n);
    const T* from = cpu::rows_of_sequence(x + b * s.in_length * s.in_channels, s.in_channels, first * s.stride - s.left,
                                          seen, c.lengths.of(b, s.in_length), mine.copy);
    const T* gradient = dy + (b * s.out_length + first) * s.out_channels;
    for (index_t g = 0; g < s.groups; ++g) {
      cpu::pack_tiles<T>(n, co, gradient + g * co, s.out_channels, mine.tiles);
      cpu::pack_panels<T>(seen, ci, from + g * ci, {s.in_channels}, mine.panels);
      for (index_t k = 0; k < s.taps; ++k)
        cpu::multiply<T>({co, ci, 1, n, mine.tiles, 0, 0, cpu::Walk::tiles, mine.panels + k * s.dilation * P, seen * P,
                          s.stride * P, T(1), nullptr, true, mine.sum + g * co * window + k * ci, window});
    }
  });
  map(c, weights, kernels::AddShards<T>{shards[0].sum, dweight, cpu::conv_shards, stride});
}

}  // namespace l2g
