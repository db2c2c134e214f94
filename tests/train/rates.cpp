// Parts of a model that learn with a rate of their own.
#include "scratch_folder.hpp"
#include "train/toy.hpp"

#include <catch2/catch.hpp>

using namespace toy;
using Catch::Contains;

namespace {
using Small = Step<Stateful, float, In<16>>;
constexpr const char* stem = "0.";  // the convolution

std::vector<float> train(const FitOptions& options, std::vector<float>* of_stem = nullptr) {
  Small step;
  initialize<float>(step.p, 3);
  Motifs source;
  fit(step, CrossEntropy{}, source, Judge{}, options);
  if (of_stem)
    each_tensor<float>(step.p, [&](const TensorRef<float>& t) {
      if (t.key.starts_with(stem)) of_stem->insert(of_stem->end(), t.data, t.data + t.size());
    });
  return weights_of(step);
}
std::vector<float> first_stem() {
  Small step;
  initialize<float>(step.p, 3);
  std::vector<float> v;
  each_tensor<float>(step.p, [&](const TensorRef<float>& t) {
    if (t.key.starts_with(stem)) v.insert(v.end(), t.data, t.data + t.size());
  });
  return v;
}
}  // namespace

TEST_CASE("a factor of one changes no bit, a factor of zero changes nothing else") {
  for (const FitOptions& o : {quick(12), [] {
                                FitOptions s = quick(12);
                                s.optimizer = Sgd{.decay = 0.1};
                                return s;
                              }()}) {
    FitOptions one = o, none = o;
    one.rates = {{stem, 1}};
    none.rates = {{stem, 0}};
    CHECK(same_bits(train(o), train(one)));
    std::vector<float> still;
    const std::vector<float> moved = train(none, &still);
    CHECK(same_bits(still, first_stem()));
    CHECK_FALSE(same_bits(moved, train(o)));
  }
}

TEST_CASE("one SGD step moves a part by its share of the rate") {
  const auto moved = [](double factor) {
    Small step;
    initialize<float>(step.p, 3);
    const std::vector<float> before = weights_of(step);
    Motifs source;
    std::vector<index_t> rows(16);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = index_t(i);
    source.fill(step.batch, 0, rows);
    const RateFactor rates[] = {{"", factor}, {"7.", 1}};  // the last that fits counts: the head has the whole rate
    step.set_rates(rates);
    step(CrossEntropy{}, Sgd{.momentum = 0}, 0.1);
    std::vector<float> after = weights_of(step);
    for (std::size_t i = 0; i < after.size(); ++i) after[i] -= before[i];
    index_t head = 0;
    each_tensor<float>(step.p, [&](const TensorRef<float>& t) {
      if (t.key == "7.weight") head = t.data - step.weights;
    });
    const auto n = std::size_t(head);
    return std::pair{std::vector<float>(after.begin(), after.begin() + std::ptrdiff_t(n)),
                     std::vector<float>(after.begin() + std::ptrdiff_t(n), after.begin() + step.parameters())};
  };
  const auto whole = moved(1), quarter = moved(0.25);
  CHECK(same_bits(whole.second, quarter.second));
  for (std::size_t i = 0; i < whole.first.size(); ++i)
    CHECK(quarter.first[i] == Approx(0.25 * whole.first[i]).margin(1e-7));
}

TEST_CASE("rates are part of what a checkpoint must agree with, and go on to the same bits") {
  const ScratchFolder folder;
  FitOptions o = quick(20);
  o.rates = {{stem, 0.1}};
  const std::vector<float> unbroken = train(o);
  o.checkpoint = folder / "rates.ckpt";
  o.checkpoint_every = 5;
  {
    Small step;
    initialize<float>(step.p, 3);
    Motifs source;
    FitCallbacks stop;
    stop.stepped = [](void*, std::int64_t n) {
      if (n == 11) request_interrupt();
    };
    CHECK_THROWS_AS(fit(step, CrossEntropy{}, source, Judge{}, o, stop), Interrupted);
  }
  FitOptions other = o;
  other.rates = {{stem, 0.2}};
  CHECK_THROWS_WITH(train(other), Contains("rate of 0. 0.1 (now 0.2)"));
  CHECK(same_bits(train(o), unbroken));
}

TEST_CASE("a prefix that fits nothing and a rate below zero are refused") {
  FitOptions o = quick(2);
  o.rates = {{"body.", 0.1}};
  CHECK_THROWS_WITH(train(o), Contains("no trained tensor's key begins with 'body.'"));
  o.rates = {{stem, -1}};
  CHECK_THROWS_WITH(train(o), Contains("must be a number of at least 0"));
}
