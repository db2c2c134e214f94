#include "train/toy.hpp"

#include <catch2/catch.hpp>

using namespace toy;

namespace {
struct Short : Motifs {
  void fill(auto& b, std::int64_t position, std::span<const index_t> rows) {
    Motifs::fill(b, position, rows);
    for (std::size_t i = 0; i < rows.size(); ++i) b.lengths[i] = std::int32_t(3 + rows[i] % 17);
  }
};
}  // namespace

TEST_CASE("statistics of BatchNorm estimated anew are those of the population", "[train]") {
  using Model = Sequential<BatchNorm1d<4>, Flatten, Linear<letters * 4, 2>>;
  Step<Model, double, In<16>> step;
  initialize<double>(step.p, 1);
  Motifs data{64, 5, 0.7};
  Statistics<double> statistics(step);
  REQUIRE_FALSE(statistics.empty());
  Sampler sampler(64, 9);
  std::vector<index_t> rows(16);
  step.state->rng.step = 17;
  statistics.estimate(step, data, sampler, 100, rows);
  REQUIRE(step.state->rng.step == 17);
  const auto mean_of = [&](int channel, double minus, bool squared) {
    double sum = 0;
    for (std::int64_t position = 0; position < 64; position += 16) {
      sampler.take(position, rows);
      data.fill(step.batch, position, rows);
      for (index_t i = channel; i < step.batch.values.size(); i += 4) {
        const double d = step.batch.values[i] - minus;
        sum += squared ? d * d : d;
      }
    }
    return sum / double(64 * letters - (squared ? 1 : 0));
  };
  for (int c = 0; c < 4; ++c) {
    const double mean = mean_of(c, 0, false);
    REQUIRE(step.buffers[c] == Approx(mean).epsilon(1e-12));
    const double* variance = nullptr;
    each_tensor<double>(step.p, [&](const TensorRef<double>& t) {
      if (t.key == "0.running_var") variance = t.data;
    });
    REQUIRE(variance[c] == Approx(mean_of(c, mean, true)).epsilon(1e-12));
  }
}

TEST_CASE("short sequences count with their real positions in the statistics", "[train]") {
  using Model = Sequential<BatchNorm1d<4>, MeanPool, Linear<4, 2>>;
  Step<Model, double, In<8>> step;
  initialize<double>(step.p, 1);
  Short data{{32, 5, 0.7}};
  step.use_lengths(true);
  Statistics<double> statistics(step);
  Sampler sampler(32, 9);
  std::vector<index_t> rows(8);
  statistics.estimate(step, data, sampler, 100, rows);
  double sum = 0, n = 0;
  for (std::int64_t position = 0; position < 32; position += 8) {
    sampler.take(position, rows);
    data.fill(step.batch, position, rows);
    for (index_t i = 0; i < 8; ++i)
      for (index_t l = 0; l < step.batch.lengths[i]; ++l, ++n) sum += step.batch.values[(i * letters + l) * 4];
  }
  REQUIRE(step.buffers[0] == Approx(sum / n).epsilon(1e-12));
}

TEST_CASE("dropout and rank masks are off while statistics are estimated", "[train]") {
  using Masked = Sequential<Conv1d<4, 8, 5>, Dropout<500>, SvdLora<Linear<8, 8>, 4, PerStep<500>>, BatchNorm1d<8>, Relu,
                            MeanPool, Linear<8, 2>>;
  using Bare = Sequential<Conv1d<4, 8, 5>, Dropout<0>, SvdLora<Linear<8, 8>, 4, PerStep<1000>>, BatchNorm1d<8>, Relu,
                          MeanPool, Linear<8, 2>>;
  Motifs data{64, 5, 0.7};
  const auto estimate = [&](auto& step) {
    initialize<double>(step.p, 1);
    each_tensor<double>(step.p, [](const TensorRef<double>& t) {
      if (t.key.ends_with("lora_E")) std::fill_n(t.data, t.size(), 0.5);
    });
    Statistics<double> statistics(step);
    Sampler sampler(64, 9);
    std::vector<index_t> rows(16);
    statistics.estimate(step, data, sampler, 100, rows);
    return weights_of(step);
  };
  Step<Masked, double, In<16>> masked;
  Step<Bare, double, In<16>> bare;
  const auto got = estimate(masked);
  REQUIRE(same_bits(got, estimate(bare)));
  masked.forward(true);
  masked.forward(false);  // the flag does not stay
  REQUIRE_FALSE(masked.context.batch_statistics);
}
