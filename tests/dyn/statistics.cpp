#include <catch2/catch.hpp>
#include <l2g/dyn/registry.hpp>
#include <l2g/nn/svd_lora.hpp>
#include <l2g/train/statistics.hpp>

#include <cstring>

using namespace l2g;
using model::layer;

namespace {
struct Noise {
  index_t rows() const { return 24; }
  template <class Batch>
  void fill(Batch& b, std::int64_t, std::span<const index_t> rows) {
    for (std::size_t i = 0; i < rows.size(); ++i)
      for (index_t j = 0; j < 20 * 4; ++j)
        b.values.data[index_t(i) * 80 + j] = float(Rng{3, std::uint64_t(rows[i])}.uniform(1, std::uint64_t(j)));
  }
};

template <class Step>
std::vector<float> estimated(Step& step) {
  initialize<float>(step.p, 7);
  Noise noise;
  Statistics<float> statistics(step);
  Sampler sampler(24, 9);
  std::vector<index_t> rows(8);
  statistics.estimate(step, noise, sampler, 100, rows);
  return {step.buffers, step.buffers + step.buffer_elements()};
}
}  // namespace

TEST_CASE("statistics of BatchNorm are estimated without masks, the same bits static and at run time", "[dyn]") {
  using Static = Sequential<Conv1d<4, 8, 5>, Dropout<500>, BatchNorm1d<8>, Relu, MeanPool, Linear<8, 2>>;
  const auto spec = [](double share) {
    return model::sequential({layer("conv1d", {{"out", 8}, {"kernel", 5}}), layer("dropout", {{"share", share}}),
                              layer("batch_norm"), layer("relu"), layer("mean_pool"), layer("linear", {{"out", 2}})});
  };
  const Seq in{8, 20, 4};
  Step<Static, float, Shape<8, 20, 4>> typed;
  Step<AnyLayer<float>, float, Seq> any(model::build<float>(spec(0.5), in), in),
      bare(model::build<float>(spec(0), in), in);
  const std::vector<float> a = estimated(typed), b = estimated(any), c = estimated(bare);
  REQUIRE(a.size() == b.size());
  REQUIRE(std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
  REQUIRE(std::memcmp(a.data(), c.data(), a.size() * sizeof(float)) == 0);
}
