#include "train/heap.hpp"
#include "train/toy.hpp"

#include <catch2/catch.hpp>

using namespace toy;
using Catch::Contains;

namespace {
struct Broken : Motifs {  // from the eleventh step on
  void fill(auto& b, std::int64_t position, std::span<const index_t> rows) {
    Motifs::fill(b, position, rows);
    if (position >= 10 * 32) b.values[0] = std::numeric_limits<float>::infinity();
  }
};
}  // namespace

TEST_CASE("a training step makes no heap call", "[train]") {
  Step<Stateful, float, In<32>> step;
  initialize<float>(step.p, 1);
  struct Count {
    std::vector<std::size_t> calls;
  } count;
  count.calls.reserve(100);
  Motifs train{4096, 1, 0.1, [](void* self) { static_cast<Count*>(self)->calls.push_back(heap_calls); }, &count};
  FitOptions options = quick(40);
  options.average = 0.99;
  options.clip = 1;
  options.accumulate = 2;
  options.validate_every = 40;
  FitCallbacks callbacks;
  callbacks.progress = [](void*, const FitProgress&) {};
  callbacks.stepped = [](void*, std::int64_t) {};
  fit(step, CrossEntropy{}, train, NoEvaluation{}, options, callbacks);
  REQUIRE(count.calls.size() >= 80);
  REQUIRE(count.calls[79] == count.calls[0]);
}

TEST_CASE("an interrupt stops at a step and the training goes on from memory as if nothing had been", "[train]") {
  Motifs train{256, 1};
  const FitOptions options = quick(30);
  Step<Stateful, float, In<32>> whole, broken;
  initialize<float>(whole.p, 1);
  initialize<float>(broken.p, 1);
  const FitResult a = fit(whole, CrossEntropy{}, train, Judge{}, options);

  Training<decltype(broken)> training(broken, options, train.rows());
  FitCallbacks callbacks;
  callbacks.stepped = [](void*, std::int64_t step) {
    if (step == 13) request_interrupt();
  };
  REQUIRE_THROWS_WITH(fit(broken, training, CrossEntropy{}, train, Judge{}, options, callbacks),
                      "training stopped at step 13; the model keeps its weights, train again to go on");
  REQUIRE_FALSE(interrupt_requested());
  REQUIRE(training.run.step == 13);
  // Once more, in the middle of a validation.
  REQUIRE_THROWS_AS(fit(
                        broken, training, CrossEntropy{}, train,
                        [](auto&) -> Evaluation {
                          request_interrupt();
                          throw_if_interrupted();
                          return {};
                        },
                        options),
                    Interrupted);
  REQUIRE(training.run.step == 16);
  const FitResult b = fit(broken, training, CrossEntropy{}, train, Judge{}, options);
  REQUIRE(same_bits(weights_of(whole), weights_of(broken)));
  REQUIRE(same_history(a.history, b.history));
}

TEST_CASE("a loss that is not finite ends a training, and the best weights are back", "[train]") {
  Step<Plain, float, In<32>> step;
  initialize<float>(step.p, 1);
  Broken train{{128, 1}};
  std::vector<std::vector<float>> seen;
  const auto judge = [&](auto& s) {
    seen.push_back(weights_of(s));
    return Evaluation{1, -double(seen.size())};
  };
  REQUIRE_THROWS_WITH(fit(step, CrossEntropy{}, train, judge, quick(40)),
                      Contains("the loss became NaN in step 11 (rate 0.005); the weights of step 4 are back; try "
                               "a lower rate, warm_up, or clip = 1"));
  REQUIRE(seen.size() == 2);
  REQUIRE(same_bits(weights_of(step), seen[0]));
  for (index_t i = 0; i < step.parameters(); ++i) REQUIRE(step.gradients[i] == 0);
}

TEST_CASE("options that make no sense are refused by name", "[train]") {
  Step<Plain, float, In<32>> step({}, {}, CrossEntropy{}, 1);
  initialize<float>(step.p, 1);
  Motifs train{128, 1};
  const auto refusal = [&](auto change) -> std::string {
    FitOptions options = quick(1);
    options.optimizer = Sgd{};
    change(options);
    try {
      fit(step, CrossEntropy{}, train, NoEvaluation{}, options);
    } catch (const error& e) {
      return e.what();
    }
    return "";
  };
  REQUIRE(refusal([](FitOptions&) {}).empty());
  REQUIRE(refusal([](FitOptions& o) { o.optimizer = AdamW{}; }) ==
          "the step was planned for 1 moments of the optimizer, this one needs 2");
  REQUIRE(refusal([](FitOptions& o) { o.accumulate = 0; }) == "option accumulate: wanted at least 1, got 0");
  REQUIRE_THAT(refusal([](FitOptions& o) { o.schedule.rate = not_a_number; }), Contains("option rate"));
  REQUIRE_THAT(refusal([](FitOptions& o) { o.average = 1; }), Contains("option average: wanted a decay in 0 .. 1"));
  REQUIRE_THAT(refusal([](FitOptions& o) { o.steps = 0, o.epochs = -1; }), Contains("option epochs"));
}
