#pragma once
// The row kernels of attention. Scores of a block of queries exist for a moment only; probabilities are computed again
// in backward from the logarithm of their sum.
#include <l2g/core/context.hpp>

#include <cmath>

namespace l2g {

struct AttentionSpec {
  index_t batch, length, heads, head_width;
  bool causal;
  bool drop;  // dropout of the probabilities: stream, keep_word and 1 / keep
  std::uint32_t stream, keep;
  double inv_keep;
  constexpr index_t width() const { return heads * head_width; }
  /// Elements of a row of the dropout mask: whole groups of 64.
  constexpr index_t mask_row() const { return (length + 63) / 64 * 64; }
};

namespace kernels {

template <class T>
struct AttentionRow {  // item r: scores -> probabilities (dropped), and the logarithm of the sum
  T *scores, *log_sum;
  const StepState* state;
  index_t ld, keys, first_query, first_mask;  // mask element of (query q, key j): first_mask + q * mask_row + j
  index_t mask_row;
  T scale, inv_keep;
  std::uint32_t stream, keep;
  bool drop, causal;
  L2G_HD void operator()(auto& cx, index_t r) const {
    T* s = scores + r * ld;
    const index_t q = first_query + r, n = causal && q + 1 < keys ? q + 1 : keys;
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
  L2G_HD void operator()(auto& cx, index_t r) const {
    T *s = scores + r * ld, *d = dprobs + r * ld;
    const index_t q = first_query + r, n = causal && q + 1 < keys ? q + 1 : keys;
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
