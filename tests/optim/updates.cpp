#include <catch2/catch.hpp>
#include <l2g/cpu/backend.hpp>
#include <l2g/nn/linear.hpp>
#include <l2g/nn/norm.hpp>
#include <l2g/nn/sequential.hpp>
#include <l2g/optim/optimizers.hpp>
#include <l2g/train/step.hpp>

#include <vector>

using namespace l2g;

namespace {
struct Scalar {  // PyTorch's formulas for one parameter
  double p, m = 0, v = 0;
  int t = 0;
  void adamw(double g, double rate, double decay, double b1 = 0.9, double b2 = 0.999, double epsilon = 1e-8) {
    ++t;
    p -= rate * decay * p;
    m = b1 * m + (1 - b1) * g;
    v = b2 * v + (1 - b2) * g * g;
    p -= rate * (m / (1 - std::pow(b1, t))) / (std::sqrt(v / (1 - std::pow(b2, t))) + epsilon);
  }
  void adam(double g, double rate, double decay, double b1 = 0.9, double b2 = 0.999, double epsilon = 1e-8) {
    ++t;
    g += decay * p;
    m = b1 * m + (1 - b1) * g;
    v = b2 * v + (1 - b2) * g * g;
    p -= rate / (1 - std::pow(b1, t)) * m / (std::sqrt(v) / std::sqrt(1 - std::pow(b2, t)) + epsilon);
  }
  void sgd(double g, double rate, double momentum, double decay, bool nesterov) {
    g += decay * p;
    m = t++ ? momentum * m + g : g;
    p -= rate * (nesterov ? g + momentum * m : m);
  }
};

using Model = Sequential<Linear<3, 5>, LayerNorm<5>>;

/// Ten updates with made-up gradients; `expected` does one of them to a Scalar.
template <class Optimizer, class F>
void compare(const Optimizer& optimizer, double vector_decay, F&& expected) {
  Step<Model, double, Shape<1, 1, 3>> step;
  std::vector<Scalar> scalars;
  for (index_t i = 0; i < step.parameters(); ++i) scalars.push_back({step.weights[i] = 0.1 * double(i % 7) - 0.3});
  for (int update = 0; update < 10; ++update) {
    const double rate = 0.1 / (1 + update);
    for (index_t i = 0; i < step.parameters(); ++i)
      step.gradients[i] = Rng{1, std::uint64_t(update)}.uniform(1, std::uint64_t(i)) - 0.5;
    const std::vector<double> g(step.gradients, step.gradients + step.parameters());
    step.update(optimizer, rate);
    for (std::size_t i = 0; i < scalars.size(); ++i) {
      const bool vector = i >= 16;  // the weight of the Linear, 15 numbers in 16 places, comes first
      expected(scalars[i], g[i], rate, vector ? vector_decay : 0.02);
      CHECK(step.weights[i] == Approx(scalars[i].p).epsilon(1e-12).margin(1e-14));
    }
    CHECK(step.gradients[3] == 0);
  }
}
}  // namespace

TEST_CASE("AdamW, with and without decay of norms and biases", "[optim]") {
  const auto update = [](Scalar& s, double g, double rate, double decay) { s.adamw(g, rate, decay); };
  compare(AdamW{.decay = 0.02}, 0.02, update);
  compare(AdamW{.decay = 0.02, .decay_vectors = false}, 0, update);
}

TEST_CASE("Adam: the decay is part of the gradient", "[optim]") {
  const auto update = [](Scalar& s, double g, double rate, double decay) { s.adam(g, rate, decay); };
  compare(Adam{.decay = 0.02}, 0.02, update);
  compare(Adam{.decay = 0.02, .decay_vectors = false}, 0, update);
  compare(Adam{.beta2 = 0.98, .decay = 0.02}, 0.02,
          [](Scalar& s, double g, double rate, double decay) { s.adam(g, rate, decay, 0.9, 0.98); });
}

TEST_CASE("SGD with momentum, Nesterov and decay", "[optim]") {
  for (const bool nesterov : {false, true}) {
    compare(Sgd{0.9, 0.02, nesterov}, 0.02,
            [&](Scalar& s, double g, double rate, double decay) { s.sgd(g, rate, 0.9, decay, nesterov); });
    compare(Sgd{0.9, 0.02, nesterov, false}, 0,
            [&](Scalar& s, double g, double rate, double decay) { s.sgd(g, rate, 0.9, decay, nesterov); });
  }
}

TEST_CASE("clipping by the global norm, accumulation, gradients that are not finite", "[optim]") {
  Step<Model, double, Shape<1, 1, 3>> step;
  const Sgd plain{0, 0};
  const auto fill = [&](double v) {
    for (index_t i = 0; i < step.parameters(); ++i) step.gradients[i] = v;
  };
  const double n = double(step.parameters());
  fill(0.5);
  CHECK(step.gradient_norm() == Approx(0.5 * std::sqrt(n)));
  step.weights[0] = 1;
  CHECK(step.update(plain, 1.0, 1.0) == Approx(0.5 * std::sqrt(n)));  // longer than 1: becomes 1 / sqrt(n) each
  CHECK(step.weights[0] == Approx(1 - 1 / std::sqrt(n)));
  fill(0.01);
  step.weights[0] = 1;
  step.update(plain, 1.0, 1.0);  // shorter: as it is
  CHECK(step.weights[0] == Approx(0.99));
  fill(0.04);
  step.weights[0] = 1;
  CHECK(step.update(plain, 1.0, 1.0, 4) == Approx(0.01 * std::sqrt(n)));  // the sum of four batches
  CHECK(step.weights[0] == Approx(0.99));
  fill(0.1);
  step.gradients[5] = std::numeric_limits<double>::quiet_NaN();
  const auto updates = step.state->update;
  CHECK_FALSE(std::isfinite(step.update(plain, 1.0, 1.0)));
  CHECK(step.weights[0] == Approx(0.99));
  CHECK(step.gradients[5] == 0);
  CHECK(step.state->update == updates);
}

TEST_CASE("the global norm of many parameters", "[optim]") {
  std::vector<float> x(100000);
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = float(Rng{2, 0}.uniform(1, i));
    sum += double(x[i]) * double(x[i]);
  }
  std::vector<double> partial(kernels::most_shards);
  Context<Cpu> c;
  const auto n = index_t(x.size()), shards = kernels::shards_of(n);
  rows(c, shards, kernels::SquareSum<float>{x.data(), partial.data(), n, shards});
  double got = 0;
  for (const double p : partial) got += p;
  CHECK(got == Approx(sum).epsilon(1e-6));
}

TEST_CASE("the learning rate over the updates", "[optim]") {
  const Schedule constant{Schedule::constant, 0.1, 10, 100}, linear{Schedule::linear, 0.1, 10, 110},
      cosine{Schedule::cosine, 0.1, 10, 110}, plain{};
  for (const Schedule& s : {constant, linear, cosine}) {
    CHECK(s(0) == 0);
    CHECK(s(5) == Approx(0.05));
    CHECK(s(10) == Approx(0.1));
  }
  CHECK(plain(0) == 1e-3);
  CHECK(plain(1000000) == 1e-3);
  CHECK(constant(99999) == 0.1);
  CHECK(linear(60) == Approx(0.05));
  CHECK(linear(35) == Approx(0.075));
  CHECK(linear(110) == Approx(0).margin(1e-15));
  CHECK(linear(500) == 0);
  CHECK(cosine(60) == Approx(0.05));
  CHECK(cosine(35) == Approx(0.05 * (1 + std::cos(3.14159265358979323846 / 4))));
  CHECK(cosine(500) == Approx(0).margin(1e-15));
}
