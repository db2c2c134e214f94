// LoRA and SVD-LoRA as layers: gradients, poison, lockstep, merge, no heap.
#include <l2g/dyn/export.hpp>
#include <l2g/dyn/registry.hpp>
#include <l2g/nn/with_lora.hpp>

#include "nn/check.hpp"
#include "nn/run.hpp"

using namespace l2g;
using model::layer;

TEST_CASE("Lora: gradients, poison and lockstep, with and without dropout of its input", "[peft]") {
  check_layer(Lora<Linear<9, 7>, 3, Alpha<16>>{}, Shape<2, 5, 9>{});
  check_layer(Lora<Linear<9, 7, false>, 2, LoraScale<ScaleRule::root, 3, 2>, 250>{}, Shape<2, 70, 9>{});
  check_layer(SvdLora<Linear<9, 7>, 3, PerStep<700>, LoraScale<ScaleRule::adalora, 32>, 50>{}, Shape<2, 5, 9>{});
  using Block = Repeat<2, TransformerBlock<12, 3, 24>>;
  check_layer(with_plain_lora<Block, 2, Only<"qkv", "up">, Alpha<8>, 100>{}, Shape<2, 9, 12>{}, {.most = 40});
  static_assert(std::same_as<without_lora<with_plain_lora<Block, 2>>, Block>);
}

TEST_CASE("the factor of an adapter follows its rule exactly", "[peft]") {
  STATIC_REQUIRE(Alpha<16>{}.of(8) == 2);
  STATIC_REQUIRE(Alpha<32>{}.of(12) == 32.0 / 12);
  STATIC_REQUIRE(FixedScale<1, 3>{}.of(8) == 1.0 / 3);
  STATIC_REQUIRE(LoraScale<ScaleRule::adalora, 32>{}.of(8) == 32 / (8 + 1e-5));
  STATIC_REQUIRE(LoraScale<ScaleRule::adalora, 0>{}.of(8) == 8 / (8 + 1e-5));
  REQUIRE(LoraScale<ScaleRule::root, 16>{}.of(12) == Approx(16 / std::sqrt(12.0)).epsilon(1e-15));
  for (const double alpha : {16.0, 0.1, 1.0 / 3, 2.0 / 300, 12345.678, 3.14159265358979}) {
    const auto [n, d] = detail::fraction_of(alpha);
    REQUIRE(double(n) / double(d) == alpha);
  }
  REQUIRE(cpp_name(AnyLoraScale{ScaleRule::rank, 16}) == "Alpha<16>");
  REQUIRE(cpp_name(AnyLoraScale{ScaleRule::fixed, 0.25}) == "FixedScale<25, 100>");
  REQUIRE(cpp_name(AnyLoraScale{ScaleRule::root, 1.5}) == "LoraScale<ScaleRule::root, 15, 10>");
}

TEST_CASE("Lora adds s B A drop(x): its reference written out", "[peft]") {
  Run run(Lora<Linear<9, 7>, 3, Alpha<16>>{}, Shape<2, 5, 9>{});
  run.step.forward(true);
  const auto& p = run.step.p;
  const auto reference = [&](index_t s, index_t t, index_t o) {
    double y = p.base.inner.bias[o];
    for (index_t i = 0; i < 9; ++i) {
      double w = p.base.inner.weight[o * 9 + i];
      for (index_t k = 0; k < 3; ++k) w += 16.0 / 3 * p.b[o * 3 + k] * p.a[k * 9 + i];
      y += w * run.x(s, t, i);
    }
    return y;
  };
  REQUIRE(run.gap(reference) < 1e-12);
}

TEST_CASE("the dropout of an adapter leaves its base alone, and is off in evaluation", "[peft]") {
  Run run(Lora<Linear<64, 8>, 4, Alpha<4>, 500>{}, Shape<2, 5, 64>{});
  Run plain(Lora<Linear<64, 8>, 4, Alpha<4>>{}, Shape<2, 5, 64>{});
  run.step.forward(false), plain.step.forward(false);
  const auto same = [&](index_t s, index_t t, index_t o) { return plain.y(s, t, o); };
  REQUIRE(run.gap(same) == 0);
  run.step.forward(true);
  REQUIRE(run.gap(same) > 0.1);
  for (Run<Lora<Linear<64, 8>, 4, Alpha<4>, 500>, Shape<2, 5, 64>>* r : {&run}) {
    std::fill_n(r->step.p.b.data, r->step.p.b.size(), 0.0);
    std::fill_n(plain.step.p.b.data, plain.step.p.b.size(), 0.0);
    r->step.forward(true), plain.step.forward(true);
    REQUIRE(r->gap(same) == 0);
  }
  // The mean over many masks is the undropped adapter: 1000 steps, standard error about 0.03 of the spread.
  run.step.p.b[0] = plain.step.p.b[0] = 1;
  plain.step.forward(true);
  double mean = 0, square = 0;
  for (int n = 0; n < 1000; ++n) {
    run.step.state->rng.step = std::uint64_t(n);
    run.step.forward(true);
    mean += run.y(0, 0, 0) / 1000, square += run.y(0, 0, 0) * run.y(0, 0, 0) / 1000;
  }
  REQUIRE(std::abs(mean - plain.y(0, 0, 0)) < 5 * std::sqrt((square - mean * mean) / 1000));
}

namespace {
template <class L>
void merge_round_trip(const L& lora) {
  using In = Shape<2, 5, 48>;
  Step<L, float, In> step(lora, In{});
  initialize<float>(step.p, 4);
  const Rng rng{5, 0};
  each_tensor<float>(step.p, [&](const TensorRef<float>& t) {
    if (t.role == Role::trained)
      for (index_t i = 0; i < t.size(); ++i) t.data[i] = float(rng.uniform(3, std::uint64_t(i)) - 0.5);
  });
  for (index_t i = 0; i < In{}.size(); ++i) step.batch.values[i] = float(2 * rng.uniform(1, std::uint64_t(i)) - 1);
  step.forward(false);
  const std::vector<float> y(step.y.data, step.y.data + step.y.size());
  auto& w = step.p.base.inner.weight;
  const std::vector<float> before(w.data, w.data + w.size()), b(step.p.b.data, step.p.b.data + step.p.b.size());
  merge(lora, step.p);
  std::fill_n(step.p.b.data, step.p.b.size(), 0.0f);
  step.forward(false);
  for (std::size_t i = 0; i < y.size(); ++i) REQUIRE(step.y[index_t(i)] == Approx(y[i]).margin(1e-5));
  std::copy(b.begin(), b.end(), step.p.b.data);
  merge(lora, step.p, -1);
  for (std::size_t i = 0; i < before.size(); ++i) REQUIRE(std::abs(w[index_t(i)] - before[i]) < 1e-6);
}
}  // namespace

TEST_CASE("merge does what the adapter did, and unmerge gives the weights back", "[peft]") {
  merge_round_trip(Lora<Linear<48, 32>, 4, Alpha<16>>{});
  merge_round_trip(SvdLora<Linear<48, 32>, 4, PerStep<1000>, Alpha<32>>{});
}

TEST_CASE("a pruned triplet: no gradient for its vectors, one for its lambda", "[peft]") {
  Run run(SvdLora<Linear<9, 7>, 3, PerStep<1000>, Alpha<4>>{}, Shape<2, 5, 9>{});
  run.step.p.e[1] = 0;
  std::fill_n(run.step.p.mask.data, 3, 1.0);
  run.step.forward(true);
  for (index_t i = 0; i < run.step.dy.size(); ++i) run.step.dy[i] = double(i % 7) - 2.5;
  run.step.zero_gradients();
  run.step.backward();
  const auto& g = run.step.g;
  for (index_t i = 0; i < 9; ++i) REQUIRE(g.a[1 * 9 + i] == 0);
  for (index_t o = 0; o < 7; ++o) REQUIRE(g.b[o * 3 + 1] == 0);
  REQUIRE(std::abs(g.e[1]) > 1e-3);
  REQUIRE(std::abs(g.a[0]) > 1e-6);
}

namespace {
void check(const model::Spec& spec, Seq in) {
  const AnyLayer<double> l = model::build<double>(spec, in);
  INFO(l.cpp());
  for (const bool training : {true, false}) {
    const test::Gap gap = test::check_gradients(l, in, {.training = training});
    INFO(gap.where);
    REQUIRE(gap.compared > 0);
    REQUIRE(gap.worst <= 1e-6);
  }
  REQUIRE(test::check_poison(l, in, {}).worst == 0);
}
model::LoraOptions plain_lora() { return {.rank = 2, .plain = true, .alpha = 5, .rule = "root", .dropout = 0.25}; }
}  // namespace

TEST_CASE("adapters built at run time pass the gradient check", "[peft]") {
  check(model::with_lora(layer("linear", {{"out", 3}}).named("x"), plain_lora(), {"x"}), {2, 4, 5});
  check(layer("linear", {{"out", 3}, {"lora_rank", 2}, {"lora_alpha", 16}, {"lora_dropout", 0.3}}), {2, 4, 5});
  const auto block = layer("transformer", {{"heads", 2}});
  check(model::with_lora(block, plain_lora(), {"attention.self.qkv", "feed_forward.mlp.down"}), {2, 5, 4});
}

TEST_CASE("an adapter built at run time has the bits of its static twin", "[peft]") {
  using Net = Sequential<Lora<Linear<12, 8>, 2, Alpha<16>, 50>, Relu,
                         SvdLora<Linear<8, 8>, 4, PerStep<500>, LoraScale<ScaleRule::adalora, 32>, 100>, MeanPool,
                         Linear<8, 3>>;
  using In = Shape<6, 4, 12>;
  const model::Spec spec = model::sequential(
      {layer("linear", {{"out", 8}, {"lora_rank", 2}, {"lora_alpha", 16}, {"lora_dropout", 0.05}},
             {{"lora_form", "plain"}}),
       layer("relu"),
       layer("linear", {{"out", 8}, {"lora_rank", 4}, {"lora_alpha", 32}, {"lora_dropout", 0.1}, {"lora_keep", 0.5}},
             {{"lora_rule", "adalora"}}),
       layer("mean_pool"), layer("linear", {{"out", 3}})});
  REQUIRE(model::build<float>(spec, {6, 4, 12}).cpp() ==
          "Sequential<Lora<Linear<12, 8>, 2, Alpha<16>, 50>, Relu, SvdLora<Linear<8, 8>, 4, PerStep<500>, "
          "LoraScale<ScaleRule::adalora, 32>, 100>, MeanPool, Linear<8, 3>>");
  Step<Net, float, In> fixed;
  Step<AnyLayer<float>, float, Seq> free(model::build<float>(spec, Seq{6, 4, 12}), Seq{6, 4, 12});
  initialize<float>(fixed.p, 11);
  initialize<float>(free.p, 11);
  for (index_t i = 0; i < fixed.batch.values.size(); ++i)
    fixed.batch.values[i] = free.batch.values[i] = float((i * 37) % 101) / 50 - 1;
  for (int i = 0; i < 6; ++i) fixed.batch.labels[i] = free.batch.labels[i] = i % 3;
  for (int i = 0; i < 12; ++i) {
    const double a = fixed(CrossEntropy{}, AdamW{}, 1e-2, 1), b = free(CrossEntropy{}, AdamW{}, 1e-2, 1);
    REQUIRE(a == b);
  }
  REQUIRE(fixed.size().saved == free.size().saved);
  REQUIRE(fixed.size().scratch == free.size().scratch);
  REQUIRE(std::equal(fixed.weights, fixed.weights + fixed.parameters(), free.weights));
}

namespace {
template <class L>
constexpr index_t trained = measure(L{}.template params<float, Cpu>(), Part::trained).elements;
}  // namespace

TEST_CASE("the published numbers of adapter parameters", "[peft]") {
  // OPT-125M, q, k, v, fc1, fc2 with rank 8: plain, and with lambda (Lingo's demo without its head).
  using Square = Linear<768, 768>;
  using Up = Linear<768, 3072>;
  using Down = Linear<3072, 768>;
  STATIC_REQUIRE(12 * (3 * trained<Lora<Square, 8>> + trained<Lora<Up, 8>> + trained<Lora<Down, 8>>) == 1'179'648);
  STATIC_REQUIRE(12 * (3 * trained<SvdLora<Square, 8>> + trained<SvdLora<Up, 8>> + trained<SvdLora<Down, 8>>) ==
                 1'180'128);
  // OPT-350M with rank 16.
  using Wide = Linear<1024, 1024>;
  STATIC_REQUIRE(24 * (3 * trained<Lora<Wide, 16>> + trained<Lora<Linear<1024, 4096>, 16>> +
                       trained<Lora<Linear<4096, 1024>, 16>>) ==
                 6'291'456);
}
