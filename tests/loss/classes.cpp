#include "bench.hpp"

using namespace l2g;

namespace {
/// PyTorch's cross_entropy(x, label, weight, label_smoothing, ignore negative), written out.
double cross_entropy(const std::vector<double>& x, const std::vector<std::int32_t>& label, std::size_t classes,
                     double smoothing, const double* weights) {
  double sum = 0, total = 0;
  for (std::size_t r = 0; r < label.size(); ++r) {
    if (label[r] < 0) continue;
    double all = 0;
    for (std::size_t k = 0; k < classes; ++k) all += std::exp(x[r * classes + k]);
    const auto nll = [&](std::size_t k) { return (weights ? weights[k] : 1) * (std::log(all) - x[r * classes + k]); };
    for (std::size_t k = 0; k < classes; ++k) sum += smoothing / double(classes) * nll(k);
    sum += (1 - smoothing) * nll(std::size_t(label[r]));
    total += weights ? weights[label[r]] : 1;
  }
  return sum / total;
}
}  // namespace

TEST_CASE("cross-entropy with smoothing, weights and ignored labels", "[loss]") {
  const auto x = random_numbers(6 * 19, 1, -3, 3), weights = random_numbers(19, 2, 0.5, 2);
  const std::vector<std::int32_t> label{3, 18, -1, 0, 7, -100};
  for (const double smoothing : {0.0, 0.1})
    for (const double* w : {static_cast<const double*>(nullptr), weights.data()}) {
      OnPrediction on(CrossEntropy{smoothing, w}, Seq{6, 1, 19}, label.data(), x);
      CHECK(on.value() == Approx(cross_entropy(x, label, 19, smoothing, w)).epsilon(1e-13));
      CHECK(on.gradient_gap() <= 1e-6);
    }
}

TEST_CASE("cross-entropy: rows behind the end of a sequence do not count", "[loss]") {
  const auto x = random_numbers(2 * 3 * 4, 1);
  const std::vector<std::int32_t> label{1, 2, 3, 0, 1, 2}, counted{1, 2, 3, 0, -1, -1}, lengths{3, 1};
  OnPrediction on(CrossEntropy{}, Seq{2, 3, 4}, label.data(), x, lengths.data());
  CHECK(on.value() == Approx(cross_entropy(x, counted, 4, 0, nullptr)).epsilon(1e-13));
  CHECK(on.gradient_gap() <= 1e-6);
  CHECK(on.dx.back() == 0);
}

TEST_CASE("cross-entropy of large logits is finite, and nothing to count is zero", "[loss]") {
  const std::vector<std::int32_t> label{0, 1}, none{-1, -1};
  OnPrediction on(CrossEntropy{}, Seq{2, 1, 2}, label.data(), {800, -800, 800, -800});
  CHECK(on.value() == Approx(800));
  OnPrediction off(CrossEntropy{}, Seq{2, 1, 2}, none.data(), {800, -800, 800, -800});
  CHECK(off.value() == 0);
  CHECK(off.dx == std::vector<double>(4, 0.0));
}

TEST_CASE("a label that is no class makes the loss NaN and reads nothing out of bounds", "[loss]") {
  const auto x = random_numbers(3 * 4, 1), weights = random_numbers(4, 2, 0.5, 2);
  for (const std::int32_t wrong : {4, 1 << 30})
    for (const double* w : {static_cast<const double*>(nullptr), weights.data()}) {
      const std::vector<std::int32_t> label{1, wrong, 3};
      OnPrediction on(CrossEntropy{0.1, w}, Seq{3, 1, 4}, label.data(), x);
      CHECK(std::isnan(on.value()));
    }
}

TEST_CASE("binary cross-entropy with a positive weight; negative targets are left out", "[loss]") {
  const auto x = random_numbers(6 * 5, 1, -4, 4);
  auto target = random_numbers(6 * 5, 2, -0.3, 1);
  double sum = 0, n = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (target[i] < 0 || i / 5 == 2 || i / 5 == 5) continue;  // rows behind the end
    const double p = 1 / (1 + std::exp(-x[i]));
    sum -= 2.5 * target[i] * std::log(p) + (1 - target[i]) * std::log(1 - p);
    n += 1;
  }
  const std::vector<std::int32_t> lengths{2, 2};
  OnPrediction on(BinaryCrossEntropy{2.5}, Seq{2, 3, 5}, target.data(), x, lengths.data());
  CHECK(on.value() == Approx(sum / n).epsilon(1e-13));
  CHECK(on.gradient_gap() <= 1e-6);
  const double one = 1;
  OnPrediction far(BinaryCrossEntropy{}, Seq{1, 1, 1}, &one, {-1000});
  CHECK(far.value() == 1000);
}

TEST_CASE("mean squared error over the real rows", "[loss]") {
  const auto x = random_numbers(6 * 37, 1), target = random_numbers(6 * 37, 2);
  const std::vector<std::int32_t> lengths{3, 1};
  double sum = 0;
  for (std::size_t i = 0; i < 4 * 37; ++i) sum += (x[i] - target[i]) * (x[i] - target[i]);
  OnPrediction on(MeanSquaredError{}, Seq{2, 3, 37}, target.data(), x, lengths.data());
  CHECK(on.value() == Approx(sum / (4 * 37)).epsilon(1e-13));
  CHECK(on.gradient_gap() <= 1e-6);
}
