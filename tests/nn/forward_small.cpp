#include <l2g/nn/embedding.hpp>
#include <l2g/nn/pool.hpp>

#include "run.hpp"

using namespace l2g;

TEST_CASE("pooling over windows is its definition", "[nn]") {
  for (const index_t window : {2, 3, 5})
    for (const index_t stride : {1, 2, 4}) {
      CAPTURE(window, stride);
      Run most(MaxPool<>{window, stride}, Seq{2, 17, 19}, {17, 8});
      Run mean(AveragePool<>{window, stride}, Seq{2, 17, 19}, {17, 8});
      most.step.forward(true), mean.step.forward(true);
      CHECK(most.step.y.shape[1] == (17 - window) / stride + 1);
      const auto in_window = [&](index_t s, index_t t, index_t k, bool maximum) {
        double sum = 0, n = 0, best = 0;
        for (index_t p = t * stride; p < t * stride + window && p < most.real(s); ++p) {
          const double v = most.x(s, p, k);
          sum += v, best = n > 0 ? std::max(best, v) : v, n += 1;
        }
        return maximum ? best : n > 0 ? sum / n : 0;
      };
      CHECK(most.gap([&](index_t s, index_t t, index_t k) { return in_window(s, t, k, true); }) == 0);
      CHECK(mean.gap([&](index_t s, index_t t, index_t k) { return in_window(s, t, k, false); }) < 1e-14);
    }
}

TEST_CASE("pooling over a sequence sees its real positions; an empty one gives zeros", "[nn]") {
  Run mean(MeanPool{}, Seq{3, 17, 5}, {17, 8, 0});
  Run most(GlobalMaxPool{}, Seq{3, 17, 5}, {17, 8, 0});
  mean.step.forward(true), most.step.forward(true);
  const auto over = [&](index_t s, index_t k, bool maximum) {
    double sum = 0, best = -1e300;
    for (index_t p = 0; p < mean.real(s); ++p) sum += mean.x(s, p, k), best = std::max(best, mean.x(s, p, k));
    return mean.real(s) == 0 ? 0 : maximum ? best : sum / double(mean.real(s));
  };
  CHECK(mean.gap([&](index_t s, index_t, index_t k) { return over(s, k, false); }) < 1e-14);
  CHECK(most.gap([&](index_t s, index_t, index_t k) { return over(s, k, true); }) == 0);
}

TEST_CASE("the first of equals is the maximum that the gradient goes to", "[nn]") {
  Run run(MaxPool<>{3, 3}, Seq{1, 3, 1});
  for (index_t t = 0; t < 3; ++t) run.step.batch.values[t] = t == 0 ? 1 : 2;
  run.step.forward(true);
  run.step.dy[0] = 1;
  std::vector<double> dx(3);
  run.step.backward({dx.data(), {1, 3, 1}});
  CHECK(dx == std::vector<double>{0, 1, 0});
}

TEST_CASE("Embedding looks up rows; an id outside of the table gives the position alone", "[nn]") {
  Run run(Embedding<>{9, 6, 14, 2}, Seq{2, 5, 1});
  for (index_t i = 0; i < 10; ++i) run.step.batch.ids[i] = std::int32_t(i - 1);  // -1 .. 8
  run.step.batch.ids[9] = 9;
  run.step.forward(true);
  CHECK(run.gap([&](index_t s, index_t t, index_t k) {
    const index_t id = run.step.batch.ids[s * 5 + t];
    return (id >= 0 && id < 9 ? run.step.p.weight.data[id * 6 + k] : 0) + run.step.p.position.data[(t + 2) * 6 + k];
  }) == 0);
}

TEST_CASE("Gelu and its form with tanh", "[nn]") {
  Run exact(Gelu{}, Seq{2, 5, 19});
  Run approximate(GeluTanh{}, Seq{2, 5, 19});
  exact.step.forward(true), approximate.step.forward(true);
  CHECK(exact.gap([&](index_t s, index_t t, index_t k) {
    const double x = exact.x(s, t, k);
    return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
  }) < 1e-14);
  CHECK(approximate.gap([&](index_t s, index_t t, index_t k) {
    const double x = exact.x(s, t, k);
    return 0.5 * x * (1 + std::tanh(std::sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x)));
  }) < 1e-14);
}

TEST_CASE("Dropout: the words decide, the mean stays, evaluation passes on", "[nn]") {
  Run run(Dropout<300>{}, Seq{4, 100, 50});
  run.step.state->rng = {3, 11};
  run.step.forward(true);
  const std::uint32_t stream = 0;  // the first one
  double kept = 0;
  CHECK(run.gap([&](index_t s, index_t t, index_t k) {
    const std::uint64_t i = std::uint64_t((s * 100 + t) * 50 + k);
    const bool keep = Rng{3, 11}.mask_word(stream, i) < keep_word(0.7);
    kept += keep;
    return keep ? run.x(s, t, k) * (1 / 0.7) : 0;
  }) == 0);
  CHECK(kept / 20000 == Approx(0.7).margin(0.013));  // four standard deviations
  ++run.step.state->rng.step;
  const std::vector<double> before(run.step.y.data, run.step.y.data + 20000);
  run.step.forward(true);
  CHECK(before != std::vector<double>(run.step.y.data, run.step.y.data + 20000));
  run.step.forward(false);
  CHECK(run.gap([&](index_t s, index_t t, index_t k) { return run.x(s, t, k); }) == 0);
}

TEST_CASE("Flatten keeps positions in order and clears the padding", "[nn]") {
  Run run(Flatten{}, Seq{2, 4, 3}, {4, 2});
  run.step.forward(true);
  CHECK(run.step.y.shape[2] == 12);
  CHECK(run.gap([&](index_t s, index_t, index_t k) { return k / 3 < run.real(s) ? run.x(s, k / 3, k % 3) : 0; }) == 0);
}
