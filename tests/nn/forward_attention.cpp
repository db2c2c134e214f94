#include <l2g/nn/attention.hpp>

#include "run.hpp"

using namespace l2g;

namespace {

/// softmax(q k^T / sqrt(d)) v with the keys that may be seen, dropped with the words of Rng::mask_word; then proj.
template <bool Causal>
double attention_gap(index_t channels, index_t heads, index_t l, std::vector<std::int32_t> lengths, index_t per_mille,
                     bool training) {
  using L = SelfAttention<dyn, dyn, dyn, Causal>;
  Run<L, Seq> run(L{channels, heads, per_mille, {channels, 3 * channels}, {channels, channels}}, Seq{2, l, channels},
                  lengths);
  run.step.state->rng = {17, 5};
  run.step.forward(training);
  const index_t d = channels / heads, mask_row = (l + 63) / 64 * 64;
  const std::uint32_t stream = 0;  // the first one
  const auto& p = run.step.p;
  const auto part = [&](index_t s, index_t t, index_t row) {  // row of the joint q, k, v matrix
    double sum = p.qkv.bias.data[row];
    for (index_t i = 0; i < channels; ++i) sum += p.qkv.weight.data[row * channels + i] * run.x(s, t, i);
    return sum;
  };
  std::vector<double> mixed(std::size_t(2 * l * channels));
  for (index_t s = 0; s < 2; ++s)
    for (index_t h = 0; h < heads; ++h) {
      std::vector<double> q, k, v;
      for (index_t t = 0; t < l; ++t)
        for (index_t e = 0; e < d; ++e) {
          q.push_back(part(s, t, h * d + e));
          k.push_back(part(s, t, channels + h * d + e));
          v.push_back(part(s, t, 2 * channels + h * d + e));
        }
      for (index_t t = 0; t < run.real(s); ++t) {
        std::vector<double> prob;
        double sum = 0;
        for (index_t j = 0; j < (Causal ? t + 1 : run.real(s)); ++j) {
          double dot = 0;
          for (index_t e = 0; e < d; ++e) dot += q[std::size_t(t * d + e)] * k[std::size_t(j * d + e)];
          prob.push_back(std::exp(dot / std::sqrt(double(d))));
          sum += prob.back();
        }
        for (std::size_t j = 0; j < prob.size(); ++j) {
          double weight = prob[j] / sum;
          if (training && per_mille > 0) {
            const double keep = 1 - double(per_mille) / 1000;
            const index_t element = (s * heads + h) * l * mask_row + t * mask_row + index_t(j);
            weight = Rng{17, 5}.mask_word(stream, std::uint64_t(element)) < keep_word(keep) ? weight / keep : 0;
          }
          for (index_t e = 0; e < d; ++e)
            mixed[std::size_t((s * l + t) * channels + h * d + e)] += weight * v[j * std::size_t(d) + std::size_t(e)];
        }
      }
    }
  return run.gap([&](index_t s, index_t t, index_t o) {
    double sum = p.proj.bias.data[o];
    for (index_t i = 0; i < channels; ++i)
      sum += p.proj.weight.data[o * channels + i] * mixed[std::size_t((s * l + t) * channels + i)];
    return sum;
  });
}

}  // namespace

TEST_CASE("SelfAttention is its definition", "[nn]") {
  CHECK(attention_gap<false>(12, 3, 9, {}, 0, true) < 1e-11);
  CHECK(attention_gap<false>(12, 3, 70, {70, 65}, 0, true) < 1e-11);
  CHECK(attention_gap<false>(12, 1, 9, {9, 0}, 0, false) < 1e-11);
}
TEST_CASE("SelfAttention is its definition: causal", "[nn]") {
  CHECK(attention_gap<true>(12, 2, 70, {}, 0, true) < 1e-11);
  CHECK(attention_gap<true>(12, 2, 70, {70, 3}, 0, true) < 1e-11);
}
TEST_CASE("SelfAttention drops probabilities by the mask words", "[nn]") {
  CHECK(attention_gap<false>(12, 3, 70, {70, 65}, 300, true) < 1e-11);
  CHECK(attention_gap<true>(12, 3, 20, {}, 300, true) < 1e-11);
  CHECK(attention_gap<false>(12, 3, 20, {}, 300, false) < 1e-11);
}
