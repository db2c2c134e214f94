// The rules of all layers: what goes into an operation comes out of it.
#include "certificate.hpp"

#include <catch2/catch.hpp>
#include <l2g/models/resnet1d.hpp>
#include <l2g/nn/with_lora.hpp>

using namespace l2g;

namespace {

template <class Model, index_t L, index_t C>
void holds(const char* name, const Model& model, Shape<dyn, L, C> shape) {
  INFO(name);
  const auto exact = certificate::check<double>(model, shape);
  INFO("difference " << exact.difference << ", residual " << exact.residual);
  CHECK(exact.explanation.approximated.empty());
  CHECK(exact.difference > 1e-2);
  CHECK(exact.residual <= 1e-12);
}
template <class Between>
void holds_between(const char* name) {
  holds(name, Sequential<Conv1d<4, 8, 5>, Between, Flatten, Linear<24 * 8, 3>>{}, Shape<dyn, 24, 4>{1, 24, 4});
}
template <class Block>
using Encoder = Sequential<Linear<4, 16>, LearnedPositions<20, 16>, Block, MeanPool, Linear<16, 2>>;

}  // namespace

// The rules of all kinds of layers are tested in tests/dyn/rescale.cpp, where they are compiled once; these are the
// same with static types.
TEST_CASE("chains, sums, branches and repeats of static types are explained exactly", "[rescale]") {
  holds_between<Repeat<3, Residual<Sequential<Conv1d<8, 8, 3, 2>, Relu>>>>("repeat");
  holds_between<Sequential<Concat<Sequential<Conv1d<8, 3, 3>, BatchNorm1d<3>, Relu>, Tanh>, Conv1d<11, 8, 1>>>(
      "concat");
  holds_between<Named<"a", Frozen<Residual<Gelu, Sequential<Conv1d<8, 8, 1>, Silu>>>>>("wrappers");
}
TEST_CASE("a residual network of static types is explained exactly, on both strands and beside a bag", "[rescale]") {
  using Deep = Sequential<ResNet1D<4, 8, 12, 8>, MaxPool<3, 2>, GlobalMaxPool, Linear<8, 2>>;
  holds("resnet", Residual<StrandMean<Deep>, KmerBag<6, 2, true>>{}, Shape<dyn, 30, 4>{1, 30, 4});
}
TEST_CASE("transformers of static types are explained exactly, with adapters too", "[rescale]") {
  const Shape<dyn, 20, 4> s{1, 20, 4};
  using Grouped = Sequential<RmsNorm<16, 6>, Attention<16, 4, 2, 0, true, Rotary<>>, GatedFeedForward<16, 24>>;
  holds("svd", Encoder<with_lora<TransformerBlock<16, 4, 32>, 4>>{}, s);
  holds("plain", Encoder<with_plain_lora<Grouped, 4>>{}, s);
}

namespace {

/// y = x^3, with no rule; and the same with one that is wrong by a tenth.
struct Cube : Elementwise {
  static constexpr std::string_view name = "Cube";
  static constexpr unsigned uses = uses_x;
  template <class D, class T, class In>
  void forward(Context<D>&, const Nothing&, View<T, In, D> x, View<T, In, D> y, Nothing&) const {
    for (index_t i = 0; i < x.size(); ++i) y[i] = x[i] * x[i] * x[i];
  }
  template <class D, class T, class In>
  void backward(Context<D>&, const Nothing&, View<T, In, D> x, View<T, In, D>, View<T, In, D> dy, View<T, In, D> dx,
                Nothing&, Nothing&) const {
    for (index_t i = 0; i < dx.size(); ++i) dx[i] = 3 * x[i] * x[i] * dy[i];
  }
};
struct WrongCube : Cube {
  static constexpr std::string_view name = "WrongCube";
};
template <class T, class S>
void rescale_rule(const WrongCube&, interpret::Site<T>& site, const Nothing&, View<T, S> x, View<T, S>, Nothing&,
                  View<T, S> g, View<T, S> m) {
  const index_t size = x.size() / site.pairs.rows();
  for (index_t pair = 0; pair < site.pairs.count(); ++pair)
    for (index_t i = 0; i < size; ++i) {
      const T a = x[site.pairs.input_of(pair) * size + i], b = x[site.pairs.reference_of(pair) * size + i];
      m[pair * size + i] = T(1.1) * g[pair * size + i] * (a * a + a * b + b * b);
    }
}

}  // namespace

TEST_CASE("a layer without a rule is explained along its path, and said so", "[rescale]") {
  using Model = Sequential<Conv1d<4, 8, 5>, Named<"own", Cube>, Flatten, Linear<24 * 8, 3>>;
  const auto r = certificate::check<double>(Model{}, Shape<dyn, 24, 4>{1, 24, 4});
  REQUIRE(r.residual <= 1e-12);
  REQUIRE(r.explanation.approximated == std::map<std::string, index_t>{{"own (Cube)", 8}});
}
TEST_CASE("the operation whose rule is broken is named", "[rescale]") {
  using Model = Sequential<Conv1d<4, 8, 5>, Relu, Named<"own", WrongCube>, Flatten, Linear<24 * 8, 3>>;
  const auto r = certificate::check<double>(Model{}, Shape<dyn, 24, 4>{1, 24, 4}, 3, 4, nullptr, true);
  REQUIRE(r.residual > 1e-2);
  const auto& found = r.explanation.operations;
  REQUIRE(found.size() == 5);
  for (const auto& [name, residual] : found) {
    INFO(name << " " << residual);
    CHECK((name == "own (WrongCube)") == (residual > 1e-6));
  }
}
TEST_CASE("without references the tape takes gradients", "[rescale]") {
  using Model = Encoder<with_lora<TransformerBlock<16, 4, 32>, 4>>;
  const Shape<dyn, 20, 4> shape{3, 20, 4};
  const Model model;
  certificate::Weights<double, Model> w(model);
  interpret::Tracer<double, Model, decltype(w.record), Shape<dyn, 20, 4>> tracer(model, w.record, shape);
  tracer.begin({3, 0});
  const auto x = certificate::letters<double>(3, 20, 4, 1);
  std::copy(x.begin(), x.end(), tracer.rows.begin());
  const auto y = tracer.forward();
  const std::vector<double> seeds(std::size_t(tracer.outputs() * 3), 1.0), before(y.begin(), y.end());
  const auto m = tracer.backward(seeds);
  const std::vector<double> gradient(m.begin(), m.end());
  for (const std::size_t at : {std::size_t(0), std::size_t(85), std::size_t(239)}) {
    double sides[2];
    for (const int side : {0, 1}) {
      tracer.begin({3, 0});
      std::copy(x.begin(), x.end(), tracer.rows.begin());
      tracer.rows[at] += side ? 1e-5 : -1e-5;
      sides[side] = 0;
      for (const double v : tracer.forward()) sides[side] += v;
    }
    CHECK(gradient[at] == Approx((sides[1] - sides[0]) / 2e-5).epsilon(1e-6).margin(1e-9));
  }
}
