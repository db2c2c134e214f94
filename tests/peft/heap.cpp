// A training step with adapters and rank allocation makes no heap call.
#include <l2g/nn/lora.hpp>
#include <l2g/peft/rank_allocator.hpp>

#include <catch2/catch.hpp>

#include "train/heap.hpp"
#include "train/toy.hpp"

using namespace toy;

TEST_CASE("a step with adapters and rank allocation makes no heap call", "[peft]") {
  using Model = Sequential<Conv1d<4, 8, 5>, Relu, Lora<Linear<8, 8>, 2, Alpha<16>, 50>, Relu,
                           SvdLora<Linear<8, 12>, 4, PerStep<800>, Alpha<16>, 50>, MeanPool, Linear<12, 2>>;
  static Step<Model, float, In<16>> step;
  initialize<float>(step.p, 3);
  for (const auto mode : {peft::RankMode::adalora, peft::RankMode::ars_paper, peft::RankMode::ars_lingo_code}) {
    peft::RankOptions o{.mode = mode, .target_rank = 2, .tfinal = 20, .interval = 3, .p = 0.1, .hold_mask = true};
    peft::RankAllocator<float> allocator(o);
    Motifs source{};
    FitOptions options = quick(60);
    options.clip = 1;
    options.hook = &allocator;
    options.validate_every = 60;
    struct Counts {
      std::size_t first = 0, last = 0;
    } counts;
    FitCallbacks callbacks;
    callbacks.self = &counts;
    callbacks.stepped = [](void* self, std::int64_t now) {
      auto& c = *static_cast<Counts*>(self);
      if (now == 2) c.first = heap_calls;
      if (now == 59) c.last = heap_calls;
    };
    fit(step, CrossEntropy{}, source, NoEvaluation{}, options, callbacks);
    REQUIRE(counts.last == counts.first);
    REQUIRE(allocator.log().size() > (mode == peft::RankMode::ars_lingo_code ? 5u : 10u));
  }
}
