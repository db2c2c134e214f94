#pragma once
// Attention probabilities to look at: attention itself never has them all at once.
#include <l2g/core/context.hpp>
#include <l2g/kernels/attention.hpp>

#include <vector>

namespace l2g {

/// softmax(q k^T / sqrt(head width) - ALiBi) as attention saw it, (batch, heads, length, length): rows are queries;
/// keys that are not seen, and the rows of queries behind the end of a sequence, are zero. q and k are what the layer
/// kept from forward (turned already where positions are rotary); nothing is dropped.
template <class T>
std::vector<T> attention_probabilities(const AttentionSpec& s, Projections<const T> in, const Lengths& lengths) {
  const index_t l = s.length, d = s.head_width;
  std::vector<T> out(std::size_t(s.batch * s.heads * l * l), T(0));
  std::vector<double> row(std::size_t(l), 0.0);
  for (index_t i = 0; i < s.batch * s.heads; ++i) {
    const index_t b = i / s.heads, h = i % s.heads, keys = lengths.of(b, l);
    const double slope = s.alibi ? alibi_slope(h, s.heads) : 0;
    for (index_t r = 0; r < keys; ++r) {
      const T* const q = in.q + (b * l + r) * in.query_row + h * d;
      const index_t seen = s.causal ? r + 1 : keys;
      double top = -1e300, total = 0;
      for (index_t j = 0; j < seen; ++j) {
        const T* const k = in.k + (b * l + j) * in.key_row + h / s.group() * d;
        double dot = 0;
        for (index_t e = 0; e < d; ++e) dot += double(q[e]) * double(k[e]);
        double& logit = row[std::size_t(j)];
        logit = dot / std::sqrt(double(d)) - slope * double(r > j ? r - j : j - r);
        top = logit > top ? logit : top;
      }
      for (index_t j = 0; j < seen; ++j) total += row[std::size_t(j)] = std::exp(row[std::size_t(j)] - top);
      for (index_t j = 0; j < seen; ++j) out[std::size_t((i * l + r) * l + j)] = T(row[std::size_t(j)] / total);
    }
  }
  return out;
}

/// The same of a layer, SelfAttention or Attention, whose saved record a forward pass filled.
template <class L, class Saved>
auto attention_probabilities(const L& layer, const Saved& saved, const Lengths& lengths) {
  const auto s = layer.spec(saved.mixed.shape, false, 0);
  using T = std::remove_cvref_t<decltype(saved.mixed.data[0])>;
  if constexpr (requires { saved.qkv; })
    return attention_probabilities(s, layer.template parts<const T>(saved.qkv.data), lengths);
  else
    return attention_probabilities(s, layer.template parts<const T>(saved.query.data, saved.key.data, saved.value.data),
                                   lengths);
}

}  // namespace l2g
