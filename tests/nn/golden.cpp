// Against PyTorch: tests/goldens/make_nn.py wrote what it makes of the same layers.
#include <l2g/io/npy.hpp>
#include <l2g/nn/attention.hpp>
#include <l2g/nn/conv1d.hpp>
#include <l2g/nn/pool.hpp>

#include "run.hpp"

using namespace l2g;

namespace {

using Numbers = std::vector<double>;
template <class T = double>
std::vector<T> golden(const std::string& name) {
  static const io::NpzFile file("tests/goldens/nn.npz");
  return file.read(name).values<T>();
}
double gap(const double* a, const Numbers& b) {
  double worst = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    const double d = std::abs(a[i] - b[i]) / std::max(1.0, std::abs(b[i]));
    worst = d <= worst ? worst : std::isfinite(d) ? d : 1e300;
  }
  return worst;
}

/// Output, gradient of the input and of every parameter of one case.
template <class L, class In>
void compare(const std::string& name, In in, const std::vector<std::int32_t>& lengths = {}) {
  CAPTURE(name);
  Run run(L{}, in, lengths);
  auto& step = run.step;
  each_tensor<double>(step.p, [&](const TensorRef<double>& t) {
    if (t.role == Role::trained) {
      const Numbers v = golden(name + "." + t.key);
      REQUIRE(index_t(v.size()) == t.size());
      std::copy(v.begin(), v.end(), t.data);
    } else {
      initialize(t, 0);
    }
  });
  const Numbers x = golden(name + ".x"), y = golden(name + ".y"), dy = golden(name + ".dy"), dx = golden(name + ".dx");
  REQUIRE(index_t(x.size()) == in.size());
  std::copy(x.begin(), x.end(), step.batch.values.data);
  std::copy(dy.begin(), dy.end(), step.dy.data);
  step.forward(true);
  const index_t l = step.y.shape[1], c = step.y.shape[2];
  CHECK(run.gap([&](index_t s, index_t t, index_t k) { return y[std::size_t((s * l + t) * c + k)]; }, false) < 1e-12);
  Numbers slope(x.size());
  step.backward({slope.data(), in});
  CHECK(gap(slope.data(), dx) < 1e-12);
  each_tensor<double>(step.g, [&](const TensorRef<double>& t) {
    CAPTURE(t.key);
    if (t.role == Role::trained) CHECK(gap(t.data, golden(name + ".grad." + t.key)) < 1e-12);
  });
  each_tensor<double>(step.p, [&](const TensorRef<double>& t) {
    if (t.role == Role::buffer) CHECK(gap(t.data, golden(name + ".after." + t.key)) < 1e-12);
  });
}

template <class Optimizer>
void compare_updates(const std::string& name, const Optimizer& optimizer) {
  CAPTURE(name);
  const Numbers g = golden(name + ".g"), p = golden(name + ".p");
  Step<Linear<20, 1, false>, double, Shape<1, 1, 20>> step;
  std::copy(p.begin(), p.begin() + 20, step.weights);
  for (long i = 0; i < 8; ++i) {
    std::copy(g.begin() + 20 * i, g.begin() + 20 * (i + 1), step.gradients);
    step.update(optimizer, 0.01);
    CHECK(gap(step.weights, Numbers(p.begin() + 20 * (i + 1), p.begin() + 20 * (i + 2))) < 1e-12);
  }
}

}  // namespace

TEST_CASE("PyTorch: transformer blocks with padding", "[nn]") {
  compare<TransformerBlock<12, 3, 24>>("post", Shape<2, 9, 12>{}, {9, 5});
  compare<TransformerBlock<12, 3, 24, NormPlace::pre>>("pre", Shape<2, 9, 12>{}, {9, 5});
}

TEST_CASE("PyTorch: a convolutional network in training", "[nn]") {
  compare<
      Sequential<Conv1d<4, 6, 5, 3, Padding::same, 1, 2>, BatchNorm1d<6>, Relu, MaxPool<2>, Flatten, Linear<60, 3>>>(
      "cnn", Shape<3, 20, 4>{});
}

TEST_CASE("PyTorch: cross-entropy with smoothing, weights and ignored labels", "[nn]") {
  const auto label = golden<std::int32_t>("cross_entropy.label");
  const Numbers weight = golden("cross_entropy.weight");
  Numbers x = golden("cross_entropy.x"), dx(30), shares(6);
  std::vector<std::byte> scratch(128);
  Context<Cpu> c;
  c.scratch = {reinterpret_cast<std::byte*>(align_up(reinterpret_cast<std::uintptr_t>(scratch.data()))), 64, 0};
  CrossEntropy{0.1, weight.data()}(c, View<double, Seq>{x.data(), {6, 1, 5}}, label.data(),
                                   View<double, Seq>{dx.data(), {6, 1, 5}}, shares.data());
  double loss = 0;
  for (const double s : shares) loss += s;
  CHECK(loss == Approx(golden("cross_entropy.loss")[0]).epsilon(1e-13));
  CHECK(gap(dx.data(), golden("cross_entropy.dx")) < 1e-13);
}

TEST_CASE("PyTorch: AdamW and SGD", "[nn]") {
  compare_updates("adamw", AdamW{.decay = 0.02});
  compare_updates("sgd", Sgd{0.9, 0.02});
  compare_updates("nesterov", Sgd{0.9, 0.02, true});
}
