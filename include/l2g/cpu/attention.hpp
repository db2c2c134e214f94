#pragma once
// Multi-head attention on the CPU without a stored length x length matrix: the scores of 64 queries live in scratch,
// backward computes them again. Items are (sequence, head); each shard of them has its own scratch.
#include <l2g/cpu/backend.hpp>
#include <l2g/kernels/attention.hpp>

namespace l2g {
namespace cpu {

inline constexpr index_t attention_block = 64, attention_shards = 16;

/// Scratch of backward; forward takes half.
template <class T>
constexpr std::size_t attention_scratch(index_t length) {
  return bytes_of<T>(2 * attention_shards * attention_block * length);
}

/// Mask elements of (sequence, head) i start here, in the numbering of Rng::mask_word.
constexpr index_t first_mask(const AttentionSpec& s, index_t i) { return i * s.length * s.mask_row(); }

}  // namespace cpu

/// out = softmax(q k^T / sqrt(head width)) v for each head. qkv: (batch, length, 3 x width), rows are q, k, v;
/// out: (batch, length, width); log_sum: (batch, heads, length). Keys behind the end of a sequence are not seen; rows
/// of out behind it are zero.
template <class T>
void attention(Context<Cpu>& c, const AttentionSpec& s, const T* qkv, T* out, T* log_sum) {
  Frame frame(c.scratch);
  const index_t w = s.width(), d = s.head_width, l = s.length, items = s.batch * s.heads, block = cpu::attention_block;
  T* scratch = c.scratch.take<T>(cpu::attention_shards * block * l);
  const T scale = T(1) / std::sqrt(T(d));
  cpu::parallel(c.pool, cpu::attention_shards, [&](index_t shard) {
    T* const scores = scratch + shard * block * l;
    cpu::Lanes cx;
    for (index_t i = items * shard / cpu::attention_shards; i < items * (shard + 1) / cpu::attention_shards; ++i) {
      const index_t b = i / s.heads, h = i % s.heads, keys = c.lengths.of(b, l);
      const T* q = qkv + b * l * 3 * w + h * d;
      T* y = out + b * l * w + h * d;
      for (index_t r = 0; r < keys; r += block) {
        const index_t n = r + block < keys ? block : keys - r, seen = s.causal ? r + n : keys;
        cpu::gemm_one<T>(n, seen, d, T(1), q + r * 3 * w, {3 * w}, q + w, {3 * w, true}, T(0), scores, {l});
        const kernels::AttentionRow<T> row{
            scores,       log_sum + i * l, c.state,       l,        seen,   r,      cpu::first_mask(s, i),
            s.mask_row(), scale,           T(s.inv_keep), s.stream, s.keep, s.drop, s.causal};
        for (index_t a = 0; a < n; ++a) row(cx, a);
        cpu::gemm_one<T>(n, d, seen, T(1), scores, {l}, q + 2 * w, {3 * w}, T(0), y + r * w, {w});
      }
      for (index_t r = keys; r < l; ++r)
        for (index_t j = 0; j < d; j += cpu::Lanes::width) cx.store(y + r * w, j, d, cx.value(T(0)));
    }
  });
}

/// dqkv from dout; out and log_sum are what forward left.
template <class T>
void attention_grad(Context<Cpu>& c, const AttentionSpec& s, const T* qkv, const T* out, const T* log_sum,
                    const T* dout, T* dqkv) {
  Frame frame(c.scratch);
  const index_t w = s.width(), d = s.head_width, l = s.length, items = s.batch * s.heads, block = cpu::attention_block;
  T* scratch = c.scratch.take<T>(2 * cpu::attention_shards * block * l);
  const T scale = T(1) / std::sqrt(T(d));
  cpu::parallel(c.pool, cpu::attention_shards, [&](index_t shard) {
    T *const scores = scratch + 2 * shard * block * l, *const probs = scores + block * l;
    cpu::Lanes cx;
    for (index_t i = items * shard / cpu::attention_shards; i < items * (shard + 1) / cpu::attention_shards; ++i) {
      const index_t b = i / s.heads, h = i % s.heads, keys = c.lengths.of(b, l);
      const T *q = qkv + b * l * 3 * w + h * d, *y = out + b * l * w + h * d, *dy = dout + b * l * w + h * d;
      T* dq = dqkv + b * l * 3 * w + h * d;
      for (index_t r = 0; r < l; ++r)
        for (int part = 0; part < 3; ++part)
          for (index_t j = 0; j < d; j += cpu::Lanes::width) cx.store(dq + r * 3 * w + part * w, j, d, cx.value(T(0)));
      for (index_t r = 0; r < keys; r += block) {
        const index_t n = r + block < keys ? block : keys - r, seen = s.causal ? r + n : keys;
        cpu::gemm_one<T>(n, seen, d, T(1), q + r * 3 * w, {3 * w}, q + w, {3 * w, true}, T(0), scores, {l});
        cpu::gemm_one<T>(n, seen, d, T(1), dy + r * w, {w}, q + 2 * w, {3 * w, true}, T(0), probs, {l});
        const kernels::AttentionRowGrad<T> row{scores,
                                               probs,
                                               log_sum + i * l,
                                               y + r * w,
                                               dy + r * w,
                                               c.state,
                                               l,
                                               seen,
                                               r,
                                               cpu::first_mask(s, i),
                                               s.mask_row(),
                                               d,
                                               w,
                                               scale,
                                               T(s.inv_keep),
                                               s.stream,
                                               s.keep,
                                               s.drop,
                                               s.causal};
        for (index_t a = 0; a < n; ++a) row(cx, a);
        cpu::gemm_one<T>(n, d, seen, T(1), scores, {l}, q + w, {3 * w}, T(0), dq + r * 3 * w, {3 * w});
        cpu::gemm_one<T>(seen, d, n, T(1), scores, {l, true}, q + r * 3 * w, {3 * w}, T(1), dq + w, {3 * w});
        cpu::gemm_one<T>(seen, d, n, T(1), probs, {l, true}, dy + r * w, {w}, T(1), dq + 2 * w, {3 * w});
      }
    }
  });
}

}  // namespace l2g
