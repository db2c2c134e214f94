#pragma once
// Multi-head attention on the CPU without a stored length x length matrix: the scores of 64 queries live in scratch,
// backward computes them again. Items are (sequence, head); each shard of them has its own scratch, where the keys and
// values of one item lie packed.
#include <l2g/cpu/backend.hpp>
#include <l2g/kernels/attention.hpp>

#include <cstring>

namespace l2g {
namespace cpu {

inline constexpr index_t attention_block = 64, attention_shards = 16;

/// Scratch of a shard. Rows of scores are padded to whole panels, and by a little more to keep them off each other's
/// places in the first cache.
template <class T>
struct AttentionScratch {
  index_t ld, block, across, along, sums;  // elements
  constexpr AttentionScratch(index_t length, index_t head_width)
      : ld(padded<T>(length) + 16),
        block(whole(attention_block * ld)),
        across(whole(packed_size<T>(head_width, length))),
        along(whole(packed_size<T>(length > attention_block ? length : attention_block, head_width))),
        sums(whole(length * head_width)) {}
  static constexpr index_t whole(index_t n) { return index_t(bytes_of<T>(n) / sizeof(T)); }
  constexpr index_t forward() const { return block + across + along; }
  constexpr index_t backward() const { return 2 * (block + across + sums) + 3 * along; }
};

/// Scratch of backward in bytes; forward takes less.
template <class T>
constexpr std::size_t attention_scratch(index_t length, index_t head_width) {
  return std::size_t(attention_shards * AttentionScratch<T>(length, head_width).backward()) * sizeof(T);
}

/// Mask elements of (sequence, head) i start here, in the numbering of Rng::mask_word.
constexpr index_t first_mask(const AttentionSpec& s, index_t i) { return i * s.length * s.mask_row(); }

/// The scores a b^T of n rows of a, row-major, with the rows of b that are packed across; whole panels are written.
template <class T>
void scores(index_t n, index_t seen, index_t d, const T* a, index_t lda, const T* packed, T* y, index_t ld) {
  multiply<T>(product<T>(n, padded<T>(seen), d, a, {lda}, packed, false, y, ld));
}

/// f(shard, sequence, head) for each head of keys and values of each sequence.
template <class F>
void attention_sharded(Context<Cpu>& c, const AttentionSpec& s, F&& f) {
  const index_t items = s.batch * s.kv_heads;
  parallel(c.pool, attention_shards, [&](index_t shard) {
    for (index_t i = items * shard / attention_shards; i < items * (shard + 1) / attention_shards; ++i)
      f(shard, i / s.kv_heads, i % s.kv_heads);
  });
}

/// The slope of ALiBi in units of the scores before they are scaled; 0 without ALiBi.
template <class T>
T unscaled_slope(const AttentionSpec& s, index_t head) {
  return s.alibi ? T(alibi_slope(head, s.heads) * std::sqrt(double(s.head_width))) : T(0);
}

}  // namespace cpu

/// out = softmax(q k^T / sqrt(head width)) v for each head; out: (batch, length, width), log_sum: (batch, heads,
/// length). Keys behind the end of a sequence are not seen; rows of out behind it are zero.
template <class T>
void attention(Context<Cpu>& c, const AttentionSpec& s, Projections<const T> in, T* out, T* log_sum) {
  Frame frame(c.scratch);
  const index_t w = s.width(), d = s.head_width, l = s.length, block = cpu::attention_block;
  const index_t query_row = in.query_row, key_row = in.key_row;
  const cpu::AttentionScratch<T> size(l, d);
  T* const scratch = c.scratch.take<T>(cpu::attention_shards * size.forward());
  const T scale = T(1) / std::sqrt(T(d));
  cpu::attention_sharded(c, s, [&](index_t shard, index_t b, index_t g) {
    T *const scores = scratch + shard * size.forward(), *const k = scores + size.block, *const v = k + size.across;
    cpu::Lanes cx;
    const index_t keys = c.lengths.of(b, l);
    cpu::pack_panels<T>(d, keys, in.k + b * l * key_row + g * d, {key_row, true}, k);
    cpu::pack_panels<T>(keys, d, in.v + b * l * key_row + g * d, {key_row}, v);
    for (index_t h = g * s.group(); h < (g + 1) * s.group(); ++h) {
      const index_t i = b * s.heads + h;
      const T* q = in.q + b * l * query_row + h * d;
      T* y = out + b * l * w + h * d;
      for (index_t r = 0; r < keys; r += block) {
        const index_t n = r + block < keys ? block : keys - r, seen = s.causal ? r + n : keys;
        cpu::scores<T>(n, seen, d, q + r * query_row, query_row, k, scores, size.ld);
        const kernels::AttentionRow<T> row{
            scores, log_sum + i * l, c.state,  size.ld, seen,   r,        cpu::first_mask(s, i),       s.mask_row(),
            scale,  T(s.inv_keep),   s.stream, s.keep,  s.drop, s.causal, cpu::unscaled_slope<T>(s, h)};
        for (index_t a = 0; a < n; ++a) row(cx, a);
        auto mix = cpu::product<T>(n, d, seen, scores, {size.ld}, v, false, y + r * w, w);
        mix.panel_stride = keys * cpu::panel<T>;
        cpu::multiply(mix);
      }
      for (index_t r = keys; r < l; ++r) std::memset(y + r * w, 0, std::size_t(d) * sizeof(T));
    }
  });
}

/// The gradients of q, k and v from dout; out and log_sum are what forward left.
template <class T>
void attention_grad(Context<Cpu>& c, const AttentionSpec& s, Projections<const T> in, const T* out, const T* log_sum,
                    const T* dout, Projections<T> to) {
  Frame frame(c.scratch);
  const index_t w = s.width(), d = s.head_width, l = s.length, block = cpu::attention_block;
  const index_t query_row = in.query_row, key_row = in.key_row;
  const cpu::AttentionScratch<T> size(l, d);
  T* const scratch = c.scratch.take<T>(cpu::attention_shards * size.backward());
  const T scale = T(1) / std::sqrt(T(d));
  const std::size_t row_bytes = std::size_t(d) * sizeof(T);
  cpu::attention_sharded(c, s, [&](index_t shard, index_t b, index_t g) {
    T *const scores = scratch + shard * size.backward(), *const probs = scores + size.block;
    T *const k = probs + size.block, *const v = k + size.across;                // across: d x keys
    T *const k_along = v + size.across, *const q_along = k_along + size.along;  // along: rows x d
    T *const dy_along = q_along + size.along, *const dk = dy_along + size.along, *const dv = dk + size.sums;
    cpu::Lanes cx;
    const index_t keys = c.lengths.of(b, l), at = b * l * key_row + g * d, to_at = b * l * to.key_row + g * d;
    cpu::pack_panels<T>(d, keys, in.k + at, {key_row, true}, k);
    cpu::pack_panels<T>(d, keys, in.v + at, {key_row, true}, v);
    cpu::pack_panels<T>(keys, d, in.k + at, {key_row}, k_along);
    std::memset(dk, 0, std::size_t(keys) * row_bytes);
    std::memset(dv, 0, std::size_t(keys) * row_bytes);
    for (index_t h = g * s.group(); h < (g + 1) * s.group(); ++h) {
      const index_t i = b * s.heads + h;
      const T *q = in.q + b * l * query_row + h * d, *y = out + b * l * w + h * d, *dy = dout + b * l * w + h * d;
      T* dq = to.q + b * l * to.query_row + h * d;
      for (index_t r = 0; r < keys; r += block) {
        const index_t n = r + block < keys ? block : keys - r, seen = s.causal ? r + n : keys;
        cpu::scores<T>(n, seen, d, q + r * query_row, query_row, k, scores, size.ld);
        cpu::scores<T>(n, seen, d, dy + r * w, w, v, probs, size.ld);
        const kernels::AttentionRowGrad<T> row{scores,
                                               probs,
                                               log_sum + i * l,
                                               y + r * w,
                                               dy + r * w,
                                               c.state,
                                               size.ld,
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
                                               s.causal,
                                               cpu::unscaled_slope<T>(s, h)};
        for (index_t a = 0; a < n; ++a) row(cx, a);
        auto to_q = cpu::product<T>(n, d, seen, scores, {size.ld}, k_along, false, dq + r * to.query_row, to.query_row);
        to_q.panel_stride = keys * cpu::panel<T>;
        cpu::multiply(to_q);
        cpu::pack_panels<T>(n, d, q + r * query_row, {query_row}, q_along);
        cpu::pack_panels<T>(n, d, dy + r * w, {w}, dy_along);
        cpu::multiply(cpu::product<T>(seen, d, n, scores, {size.ld, true}, q_along, true, dk, d));
        cpu::multiply(cpu::product<T>(seen, d, n, probs, {size.ld, true}, dy_along, true, dv, d));
      }
      for (index_t r = keys; r < l; ++r) std::memset(dq + r * to.query_row, 0, row_bytes);
    }
    for (index_t r = 0; r < keys; ++r) {
      std::memcpy(to.k + to_at + r * to.key_row, dk + r * d, row_bytes);
      std::memcpy(to.v + to_at + r * to.key_row, dv + r * d, row_bytes);
    }
    for (index_t r = keys; r < l; ++r) {
      std::memset(to.k + to_at + r * to.key_row, 0, row_bytes);
      std::memset(to.v + to_at + r * to.key_row, 0, row_bytes);
    }
  });
}

}  // namespace l2g
