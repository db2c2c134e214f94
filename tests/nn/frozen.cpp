// What nobody needs is not computed and has no memory.
#include <l2g/nn/with_lora.hpp>
#include <l2g/test/lockstep.hpp>

#include "run.hpp"

using namespace l2g;

namespace {
using A = Linear<8, 8>;
using F = Frozen<A>;

/// Matrix products of a backward pass that nobody wants the gradient of the input from.
template <class L>
int products(const L& layer, bool want_dx = false) {
  test::LockstepBench<L, double, Shape<2, 3, 8>> bench(layer, {});
  bench.forward(true);
  for (index_t i = 0; i < bench.dy.size(); ++i) bench.dy.data[i] = 1;
  const int before = bench.context.products;
  bench.backward(want_dx);
  return bench.context.products - before;
}
}  // namespace

TEST_CASE("backward: no weight gradient when frozen, nothing below the first trained layer", "[nn]") {
  CHECK(products(Sequential<A, A, A>{}) == 5);  // three weights, two inputs
  CHECK(products(Sequential<A, A, A>{}, true) == 6);
  CHECK(products(Sequential<F, F, A>{}) == 1);
  CHECK(products(Sequential<A, F, A>{}) == 4);
  CHECK(products(Sequential<F, F, F>{}) == 0);
  CHECK(products(Frozen<Sequential<A, A, A>>{}, true) == 3);
  CHECK(products(Sequential<Repeat<2, F>, Residual<F>, A>{}) == 1);
  CHECK(products(Sequential<Frozen<Repeat<2, A>>, A>{}) == 1);
}

TEST_CASE("frozen tensors have no gradient and no moments", "[nn]") {
  using Model = Sequential<Frozen<Linear<8, 16>>, Linear<16, 4>, Frozen<LayerNorm<4>>>;
  constexpr Footprint size = footprint<float>(Model{}, Shape<2, 3, 8>{});
  static_assert(size.trained == bytes_of<float>(64) + bytes_of<float>(4));
  static_assert(size.frozen == bytes_of<float>(128) + bytes_of<float>(16) + 2 * bytes_of<float>(4));
  Step<Model, double, Shape<2, 3, 8>> step;
  int with_gradient = 0;
  each_tensor<double>(step.g, [&](const TensorRef<double>& t) {
    CHECK((t.data != nullptr) == (t.role == Role::trained));
    with_gradient += t.data != nullptr;
  });
  CHECK(with_gradient == 2);
}

TEST_CASE("SvdLora merges into its weight and out of it again", "[nn]") {
  using L = SvdLora<Linear<9, 7>, 3, PerStep<500>, FixedScale<2>>;
  Run run(L{}, Shape<2, 5, 9>{});
  auto& p = run.step.p;
  run.step.forward(false);
  const std::vector<double> y(run.step.y.data, run.step.y.data + run.step.y.size()),
      weight(p.base.inner.weight.data, p.base.inner.weight.data + 63), e(p.e.data, p.e.data + 3);
  merge(run.step.model, p);
  for (int i = 0; i < 3; ++i) p.e[i] = 0;
  run.step.forward(false);
  double worst = 0, moved = 0;
  for (std::size_t i = 0; i < y.size(); ++i) worst = std::max(worst, std::abs(y[i] - run.step.y.data[i]));
  for (std::size_t i = 0; i < 63; ++i) moved = std::max(moved, std::abs(weight[i] - p.base.inner.weight.data[i]));
  CHECK(worst < 1e-13);
  CHECK(moved > 0.1);
  for (std::size_t i = 0; i < 3; ++i) p.e.data[i] = e[i];
  merge(run.step.model, p, -1);
  for (std::size_t i = 0; i < 63; ++i) CHECK(p.base.inner.weight.data[i] == Approx(weight[i]).margin(1e-14));
}

TEST_CASE("SvdLora: masks by Bernoulli over keep, ones in evaluation", "[nn]") {
  using L = SvdLora<Linear<40, 40>, 30, PerStep<500>>;
  Run run(L{}, Shape<1, 1, 40>{});
  double sum = 0;
  for (int step = 0; step < 100; ++step) {
    run.step.state->rng.step = std::uint64_t(step);
    run.step.forward(true);
    for (int k = 0; k < 30; ++k) {
      CHECK((run.step.p.mask[k] == 0 || run.step.p.mask[k] == 2));
      sum += run.step.p.mask[k];
    }
  }
  CHECK(sum / 3000 == Approx(1).margin(0.08));  // four standard deviations
  run.step.forward(false);
  for (int k = 0; k < 30; ++k) CHECK(run.step.p.mask[k] == 1);
}

TEST_CASE("with_lora and without_lora rewrite the type", "[nn]") {
  using Model = Sequential<Named<"body", TransformerBlock<16, 2, 32>>, Named<"head", Linear<16, 8>>>;
  using Lora = with_lora<Model, 4, Only<"qkv", "head">>;
  static_assert(std::same_as<without_lora<Lora>, Model>);
  Step<Lora, double, Shape<1, 3, 16>> step;
  std::vector<std::string> trained;
  each_tensor<double>(step.p, [&](const TensorRef<double>& t) {
    if (t.role == Role::trained) trained.push_back(t.key);
  });
  const std::string qkv = "body.attention.self.qkv.";
  CHECK(trained == std::vector<std::string>{qkv + "lora_A", qkv + "lora_E", qkv + "lora_B", "head.lora_A",
                                            "head.lora_E", "head.lora_B"});
}
