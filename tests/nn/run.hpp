#pragma once
// A layer with random parameters on a random input, and what its plain reference has to give.
#include <catch2/catch.hpp>
#include <l2g/train/step.hpp>
#include <l2g/train/tensors.hpp>

#include <vector>

template <class L, class In>
struct Run {
  l2g::Step<L, double, In> step;
  l2g::index_t b, l, c;
  explicit Run(const L& layer, In in, std::vector<std::int32_t> lengths = {})
      : step(layer, in), b(in[0]), l(in[1]), c(in[2]) {
    const l2g::Rng rng{9, 0};
    std::uint32_t stream = 10;
    l2g::each_tensor<double>(step.p, [&](const l2g::TensorRef<double>& t) {
      ++stream;
      const double shift = t.key.find("var") != std::string::npos ? 1.5 : 0;
      for (l2g::index_t i = 0; i < t.size(); ++i) t.data[i] = 2 * rng.uniform(stream, std::uint64_t(i)) - 1 + shift;
    });
    for (l2g::index_t i = 0; step.batch.values.data && i < in.size(); ++i)
      step.batch.values[i] = 4 * rng.uniform(1, std::uint64_t(i)) - 2;
    std::copy(lengths.begin(), lengths.end(), step.batch.lengths);
    step.use_lengths(!lengths.empty());
  }
  l2g::index_t real(l2g::index_t s) const { return step.context.lengths.of(s, l); }
  double x(l2g::index_t s, l2g::index_t t, l2g::index_t k) const { return step.batch.values.data[(s * l + t) * c + k]; }
  double y(l2g::index_t s, l2g::index_t t, l2g::index_t k) const {
    return step.y.data[(s * step.y.shape[1] + t) * step.y.shape[2] + k];
  }
  /// The largest difference between y and reference(sequence, position, channel), padding included if `all`.
  template <class F>
  double gap(F&& reference, bool all = true) const {
    double worst = 0;
    const l2g::Lengths after = l2g::lengths_after(step.model, step.context.lengths);
    for (l2g::index_t s = 0; s < b; ++s)
      for (l2g::index_t t = 0; t < (all ? step.y.shape[1] : after.of(s, step.y.shape[1])); ++t)
        for (l2g::index_t k = 0; k < step.y.shape[2]; ++k) {
          const double d = std::abs(y(s, t, k) - reference(s, t, k));
          worst = d <= worst ? worst : std::isfinite(d) ? d : 1e300;
        }
    return worst;
  }
};
