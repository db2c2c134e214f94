#pragma once
// The row kernels of attention. Scores of a block of queries exist for a moment only; probabilities are computed again
// in backward from the logarithm of their sum.
#include <l2g/core/context.hpp>

#include <cmath>

namespace l2g {

struct AttentionSpec {
  index_t batch, length, heads, kv_heads, head_width;  // query head h reads the keys and values of head h / group()
  bool causal, alibi;
  bool drop;  // dropout of the probabilities: stream, keep_word and 1 / keep
  std::uint32_t stream, keep;
  double inv_keep;
  constexpr index_t width() const { return heads * head_width; }
  constexpr index_t group() const { return heads / kv_heads; }
  /// Elements of a row of the dropout mask: whole groups of 64.
  constexpr index_t mask_row() const { return (length + 63) / 64 * 64; }
};

/// Where the queries, keys and values of position t of sequence b lie: q + (b * length + t) * query_row, and so on.
template <class T>
struct Projections {
  T *q, *k, *v;
  index_t query_row, key_row;
};

/// The slope of a head of ALiBi (Press, Smith, Lewis 2022): 2^(-8 (h + 1) / n) for n heads, a power of two. For other
/// numbers the largest power of two below comes first, then every second slope of twice that power.
inline double alibi_slope(index_t head, index_t heads) {
  index_t n = 1;
  while (2 * n <= heads) n *= 2;
  const double step = head < n ? double(head + 1) / double(n) : double(2 * (head - n) + 1) / double(2 * n);
  return std::exp2(-8 * step);
}

namespace kernels {

/// Scores of query q with n keys -= slope |q - key|: the symmetric form of ALiBi.
template <class T>
L2G_HD void subtract_distance(auto& cx, T* scores, index_t n, index_t q, T slope) {
  for (index_t j = cx.first(); j < n; j += cx.step()) {
    const auto d = cx.ramp(T(j - q)), distance = cx.select(d > cx.value(T(0)), d, -d);
    cx.store(scores, j, n, cx.load(scores, j, n) - distance * slope);
  }
}

template <class T>
struct AttentionRow {  // item r: scores -> probabilities (dropped), and the logarithm of the sum
  T *scores, *log_sum;
  const StepState* state;
  index_t ld, keys, first_query, first_mask;  // mask element of (query q, key j): first_mask + q * mask_row + j
  index_t mask_row;
  T scale, inv_keep;
  std::uint32_t stream, keep;
  bool drop, causal;
  T slope = T(0);  // of ALiBi, over scale
  L2G_HD void operator()(auto& cx, index_t r) const {
    T* s = scores + r * ld;
    const index_t q = first_query + r, n = causal && q + 1 < keys ? q + 1 : keys;
    if (slope != T(0)) subtract_distance(cx, s, n, q, slope);
    auto m = cx.value(T(-1e30)), sum = cx.value(T(0));
    for (index_t j = cx.first(); j < n; j += cx.step()) {
      const auto v = cx.load(s, j, n, T(-1e30));
      m = cx.select(v > m, v, m);
    }
    const T top = cx.max(m) * scale;
    for (index_t j = cx.first(); j < n; j += cx.step()) {
      const auto e = cx.exp(cx.load(s, j, n, T(-1e30)) * scale - top);
      sum = sum + e;
      cx.store(s, j, n, e);
    }
    const T total = cx.sum(sum), inv = T(1) / total;
    if (drop) {
      apply_mask(cx, s, n, q, inv * inv_keep);
    } else {
      for (index_t j = cx.first(); j < n; j += cx.step()) cx.store(s, j, n, cx.load(s, j, n) * inv);
    }
    for (index_t j = n + cx.first(); j < keys; j += cx.step()) cx.store(s, j, keys, cx.value(T(0)));
    if (cx.leader()) cx.write(log_sum, q, top + std::log(total));
  }
  L2G_HD void apply_mask(auto& cx, T* s, index_t n, index_t q, T factor) const {
    const index_t base = first_mask + q * mask_row;
    for (index_t i = cx.first(); i < (n + 63) / 64 * 16; i += cx.step()) {
      const auto words = cx.philox(state->rng, stream, base / 4 + i);
      for (int w = 0; w < 4; ++w) {
        const index_t j = i / 16 * 64 + w * 16 + i % 16;
        if (j < n) cx.store(s, j, n, cx.keep(words.w[w], keep, cx.load(s, j, n) * factor));
      }
    }
  }
};
template <class T>
struct AttentionRowGrad {  // item r: scores -> gradient of the scores, dprobs -> dropped probabilities
  T *scores, *dprobs;
  const T *log_sum, *out, *dout;  // out, dout: row of this head, (head width), rows ld_out apart
  const StepState* state;
  index_t ld, keys, first_query, first_mask, mask_row, head_width, ld_out;
  T scale, inv_keep;
  std::uint32_t stream, keep;
  bool drop, causal;
  T slope = T(0);
  L2G_HD void operator()(auto& cx, index_t r) const {
    T *s = scores + r * ld, *d = dprobs + r * ld;
    const index_t q = first_query + r, n = causal && q + 1 < keys ? q + 1 : keys;
    if (slope != T(0)) subtract_distance(cx, s, n, q, slope);
    auto dot = cx.value(T(0));
    for (index_t j = cx.first(); j < head_width; j += cx.step())
      dot = cx.fma(cx.load(out + r * ld_out, j, head_width), cx.load(dout + r * ld_out, j, head_width), dot);
    const T delta = cx.sum(dot), shift = cx.read(log_sum, q);
    if (!drop) {
      for (index_t j = cx.first(); j < n; j += cx.step()) {
        const auto p = cx.exp(cx.load(s, j, n) * scale - shift);
        cx.store(s, j, n, p * (cx.load(d, j, n) - delta) * scale);
        cx.store(d, j, n, p);
      }
    } else {
      const index_t base = first_mask + q * mask_row;
      for (index_t i = cx.first(); i < (n + 63) / 64 * 16; i += cx.step()) {
        const auto words = cx.philox(state->rng, stream, base / 4 + i);
        for (int w = 0; w < 4; ++w) {
          const index_t j = i / 16 * 64 + w * 16 + i % 16;
          if (j >= n) continue;
          const auto p = cx.exp(cx.load(s, j, n) * scale - shift);
          const auto kept = cx.keep(words.w[w], keep, cx.load(d, j, n) * inv_keep);
          cx.store(s, j, n, p * (kept - delta) * scale);
          cx.store(d, j, n, cx.keep(words.w[w], keep, p * inv_keep));
        }
      }
    }
    for (index_t j = n + cx.first(); j < keys; j += cx.step()) {
      cx.store(s, j, keys, cx.value(T(0)));
      cx.store(d, j, keys, cx.value(T(0)));
    }
  }
};

}  // namespace kernels
}  // namespace l2g
