#include "bench.hpp"

using namespace l2g;

namespace {

/// Squared distances between all rows of source and target, one after the other, and from them the definition.
struct Naive {
  double sigma = 0, value = 0;
  Naive(const std::vector<double>& s, const std::vector<double>& t, std::size_t d, double bandwidth = 0) {
    std::vector<double> z = s;
    z.insert(z.end(), t.begin(), t.end());
    const std::size_t rows = z.size() / d, n = s.size() / d;
    const auto distance = [&](std::size_t i, std::size_t j) {
      double sum = 0;
      for (std::size_t k = 0; k < d; ++k) sum += std::pow(z[i * d + k] - z[j * d + k], 2);
      return sum;
    };
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < rows; ++j) sigma += distance(i, j) / double(rows * rows - rows);
    if (bandwidth > 0) sigma = bandwidth;
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < rows; ++j) {
        double k = 0;
        for (int m = -2; m <= 2; ++m) k += std::exp(-distance(i, j) / (sigma * std::pow(2.0, m)));
        const double m = double(rows - n), size = double(n);
        value += k * (i < n && j < n ? 1 / (size * size) : i >= n && j >= n ? 1 / (m * m) : -1 / (size * m));
      }
  }
};

struct Result {
  double value = 0;
  std::vector<double> gradient{};
};
Result mmd(const std::vector<double>& s, const std::vector<double>& t, std::size_t d, double bandwidth = 0) {
  const auto n = index_t(s.size() / d), m = index_t(t.size() / d);
  Bench bench(Mmd::scratch<double>(n, m));
  std::vector<double> shares(t.size() / d);
  Result r{0, std::vector<double>(t.size())};
  Mmd{bandwidth}(bench.c, s.data(), n, t.data(), m, index_t(d), index_t(d), r.gradient.data(), shares.data());
  for (const double v : shares) r.value += v;
  return r;
}
std::vector<double> normal(std::size_t n, std::uint32_t stream, double mean = 0, double deviation = 1) {
  std::vector<double> v(n);
  const Rng rng{23, 0};
  for (std::size_t i = 0; i < n; ++i)
    v[i] = mean + deviation * std::sqrt(-2 * std::log((rng.word(stream, 2 * i) + 0.5) * 0x1p-32)) *
                      std::cos(6.283185307179586 * rng.uniform(stream, 2 * i + 1));
  return v;
}

}  // namespace

TEST_CASE("MMD is its definition, also with different numbers of rows", "[loss]") {
  for (const std::size_t m : {13, 7, 1}) {
    const auto s = random_numbers(13 * 40, 1), t = random_numbers(m * 40, 2, -0.5, 1.5);
    CHECK(mmd(s, t, 40).value == Approx(Naive(s, t, 40).value).epsilon(1e-10));
  }
}

TEST_CASE("MMD: the gradient, with the bandwidth held constant", "[loss]") {
  const auto s = random_numbers(9 * 20, 1);
  auto t = random_numbers(11 * 20, 2, -0.5, 1.5);
  const double sigma = Naive(s, t, 20).sigma;
  const Result r = mmd(s, t, 20);
  const Result fixed = mmd(s, t, 20, sigma);
  double worst = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    const double old = t[i], step = 1e-5;
    t[i] = old + step;
    const double up = Naive(s, t, 20, sigma).value;
    t[i] = old - step;
    const double numeric = (up - Naive(s, t, 20, sigma).value) / (2 * step);
    t[i] = old;
    worst = std::max({worst, std::abs(numeric - r.gradient[i]), std::abs(numeric - fixed.gradient[i])});
  }
  CHECK(worst <= 1e-6);
}

TEST_CASE("MMD anchors: two tight clusters far apart, and one distribution twice", "[loss]") {
  // 10 - 2 sum_m exp(-2 / 2^m) = 7.74; the bandwidth adapts, so that farther is not more.
  const std::size_t n = 60, d = 256;
  CHECK(mmd(normal(n * d, 1, 0, 1e-3), normal(n * d, 2, 5, 1e-3), d).value == Approx(7.74).margin(0.04));
  CHECK(mmd(normal(n * d, 3), normal(n * d, 4), d).value * double(n) == Approx(6.19).margin(0.4));
  const auto same = normal(n * d, 5);
  CHECK(std::abs(mmd(same, same, d).value) < 1e-12);
}

TEST_CASE("the joint loss weighs MMD and task, and draws the reference with replacement", "[loss]") {
  const auto reference = random_numbers(30 * 12, 3);
  const auto x = random_numbers(7 * 15, 4);
  const std::vector<std::int32_t> label{0, 1, 2, 1, 0, 0, 1};
  AlignLoss<double> loss;
  loss.reference = reference.data(), loss.entries = 30, loss.width = 12, loss.draws = 20;
  OnPrediction on(loss, Seq{7, 1, 15}, label.data(), x);
  std::vector<double> sample, features, logits;
  for (std::uint64_t i = 0; i < 20; ++i) {
    const auto row = long(on.bench.state.rng.below(loss.stream, i, 30)) * 12;
    sample.insert(sample.end(), reference.begin() + row, reference.begin() + row + 12);
  }
  for (long i = 0; i < 7; ++i) {
    features.insert(features.end(), x.begin() + 15 * i, x.begin() + 15 * i + 12);
    logits.insert(logits.end(), x.begin() + 15 * i + 12, x.begin() + 15 * (i + 1));
  }
  OnPrediction task(CrossEntropy{}, Seq{7, 1, 3}, label.data(), logits);
  const Result distance = mmd(sample, features, 12);
  const double task_value = task.value();
  on.bench.state.alpha = 0.5, on.bench.state.beta = 2;
  CHECK(on.value() == Approx(0.5 * distance.value + 2 * task_value).epsilon(1e-12));
  for (std::size_t i = 0; i < 7; ++i) {
    for (std::size_t k = 0; k < 12; ++k)
      CHECK(on.dx[15 * i + k] == Approx(0.5 * distance.gradient[12 * i + k]).margin(1e-15));
    for (std::size_t k = 0; k < 3; ++k) CHECK(on.dx[15 * i + 12 + k] == Approx(2 * task.dx[3 * i + k]).margin(1e-15));
  }
  double first = 0;  // shares: MMD first
  for (std::size_t i = 0; i < 7; ++i) first += on.shares[i];
  CHECK(first == Approx(0.5 * distance.value).epsilon(1e-12));
}
