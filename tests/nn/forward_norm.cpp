#include <l2g/nn/norm.hpp>

#include "run.hpp"

using namespace l2g;

TEST_CASE("LayerNorm is its definition", "[nn]") {
  Run run(LayerNorm<>{37}, Seq{2, 5, 37});
  run.step.forward(true);
  CHECK(run.gap([&](index_t s, index_t t, index_t k) {
    double mean = 0, var = 0;
    for (index_t i = 0; i < 37; ++i) mean += run.x(s, t, i) / 37;
    for (index_t i = 0; i < 37; ++i) var += (run.x(s, t, i) - mean) * (run.x(s, t, i) - mean) / 37;
    return (run.x(s, t, k) - mean) / std::sqrt(var + 1e-5) * run.step.p.weight.data[k] + run.step.p.bias.data[k];
  }) < 1e-13);
}

TEST_CASE("BatchNorm1d: values and running statistics of the real positions, as in PyTorch", "[nn]") {
  for (const auto& lengths : {std::vector<std::int32_t>{}, std::vector<std::int32_t>{50, 7, 0}}) {
    Run run(BatchNorm1d<>{19}, Seq{3, 50, 19}, lengths);
    auto& p = run.step.p;
    const std::vector<double> old_mean(p.running_mean.data, p.running_mean.data + 19),
        old_var(p.running_var.data, p.running_var.data + 19);
    std::vector<double> mean(19), var(19);
    double n = 0;
    for (index_t s = 0; s < 3; ++s) n += double(run.real(s));
    for (std::size_t k = 0; k < 19; ++k) {
      for (index_t s = 0; s < 3; ++s)
        for (index_t t = 0; t < run.real(s); ++t) mean[k] += run.x(s, t, index_t(k)) / n;
      for (index_t s = 0; s < 3; ++s)
        for (index_t t = 0; t < run.real(s); ++t) var[k] += std::pow(run.x(s, t, index_t(k)) - mean[k], 2) / n;
    }
    const auto normal = [&](const std::vector<double>& m, const std::vector<double>& v) {
      return [&](index_t s, index_t t, index_t k) {
        return (run.x(s, t, k) - m[std::size_t(k)]) / std::sqrt(v[std::size_t(k)] + 1e-5) * p.weight.data[k] +
               p.bias.data[k];
      };
    };
    run.step.forward(false);
    CHECK(run.gap(normal(old_mean, old_var)) < 1e-12);
    CHECK(p.running_mean[3] == old_mean[3]);
    run.step.forward(true);
    CHECK(run.gap(normal(mean, var), false) < 1e-12);
    for (std::size_t k = 0; k < 19; ++k) {
      CHECK(p.running_mean.data[k] == Approx(0.9 * old_mean[k] + 0.1 * mean[k]).epsilon(1e-12));
      CHECK(p.running_var.data[k] == Approx(0.9 * old_var[k] + 0.1 * var[k] * n / (n - 1)).epsilon(1e-12));
    }
  }
}
