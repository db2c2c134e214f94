// The allocator inside of fit(): where it acts, what it logs, and that an interrupted training has the same bits.
#include <l2g/peft/rank_allocator.hpp>

#include <catch2/catch.hpp>
#include <filesystem>

#include "train/toy.hpp"

using namespace toy;
using namespace l2g::peft;

namespace {
using Adapted = Sequential<Conv1d<4, 8, 5>, Relu, SvdLora<Linear<8, 8>, 4, PerStep<1000>, Alpha<16>, 50>, Relu,
                           SvdLora<Linear<8, 12>, 4, PerStep<1000>, Alpha<16>>, MeanPool, Linear<12, 2>>;
using Small = Step<Adapted, float, In<16>>;

void start(Small& step) { initialize<float>(step.p, 3); }
std::vector<float> train(const FitOptions& options, const FitCallbacks& callbacks = {}) {
  Small step;
  start(step);
  Motifs source{200, 1, 0.2};
  fit(step, CrossEntropy{}, source, NoEvaluation{}, options, callbacks);
  return weights_of(step);
}
/// lambda of both adapters behind each step.
struct Watch : TrainingHook {
  RankAllocator<float>& inner;
  float* lambda[2]{};
  std::vector<std::vector<float>> seen;
  explicit Watch(RankAllocator<float>& hook) : inner(hook) {}
  void bind(std::span<const TensorSlot> t, std::span<const TensorSlot> g, std::int64_t steps) override {
    inner.bind(t, g, steps);
    int n = 0;
    for (const TensorSlot& s : t)
      if (s.key.ends_with("lora_E")) lambda[n++] = static_cast<float*>(s.data);
  }
  void start() override { inner.start(); }
  double regularise(std::int64_t t, int n) override { return inner.regularise(t, n); }
  void before_clip(std::int64_t t, double s) override { inner.before_clip(t, s); }
  void after_step(std::int64_t t, double s) override {
    inner.after_step(t, s);
    std::vector<float> now(lambda[0], lambda[0] + 4);
    now.insert(now.end(), lambda[1], lambda[1] + 4);
    seen.push_back(now);
  }
  index_t zeros(std::size_t t) const { return index_t(std::count(seen[t].begin(), seen[t].end(), 0.0f)); }
};
RankOptions small_adalora() {
  RankOptions o = adalora(2);
  o.tinit = 5, o.tfinal = 10, o.interval = 4;
  return o;
}
}  // namespace

TEST_CASE("AdaLoRA prunes to its budget and keeps to its choice at the end", "[peft]") {
  RankAllocator<float> allocator(small_adalora());
  Watch watch(allocator);
  FitOptions options = quick(40);
  options.hook = &watch;
  options.clip = 1;
  train(options);
  const auto log = allocator.log();
  REQUIRE(allocator.keys() == std::vector<std::string>{"2", "4"});
  REQUIRE(log.front().step == 8);
  REQUIRE(log.back().step == 30);
  for (const RankEvent& e : log) {
    REQUIRE(e.budget == allocator.schedule()(e.step));
    REQUIRE(e.kept == e.budget);
    REQUIRE(e.ranks[0] + e.ranks[1] == e.kept);
    REQUIRE(watch.zeros(std::size_t(e.step)) >= 8 - e.kept);  // those of lambda = 0 at the start have moved by then
    REQUIRE(e.orthogonality > 0);
  }
  REQUIRE(log.back().kept == 4);
  REQUIRE(watch.zeros(9) == 0);  // one step behind a choice lambda moves again
  for (std::size_t t = 30; t < 40; ++t) REQUIRE(watch.zeros(t) == 4);
  index_t kept = 0;
  for (const auto& [key, which] : allocator.pattern()) kept += std::count(which.begin(), which.end(), true);
  REQUIRE(kept == 4);
}

TEST_CASE("adaptive rank sampling with p = 0 has the bits of AdaLoRA", "[peft]") {
  RankOptions o = adalora(2);
  o.tfinal = 10, o.interval = 4;
  RankOptions paper = o;
  paper.mode = RankMode::ars_paper, paper.final_mask = true;
  RankAllocator<float> a(o), b(paper);
  FitOptions options = quick(40);
  options.hook = &a;
  const auto expected = train(options);
  options.hook = &b;
  REQUIRE(same_bits(train(options), expected));
  paper.p = 0.3;
  RankAllocator<float> c(paper);
  options.hook = &c;
  REQUIRE_FALSE(same_bits(train(options), expected));
  options.hook = nullptr;
  REQUIRE_FALSE(same_bits(train(options), expected));
}

TEST_CASE("the paper's sampling lets lambda go between two choices, hold_mask does not", "[peft]") {
  for (const bool hold : {false, true}) {
    RankOptions o = ars_paper(2, 40, 0.25, 0.2);
    o.interval = 8, o.hold_mask = hold;
    RankAllocator<float> allocator(o);
    Watch watch(allocator);
    FitOptions options = quick(40);
    options.hook = &watch;
    train(options);
    REQUIRE(allocator.log().size() == 4);  // 0, 8, 16, 24; the pruning ends at 30
    for (const RankEvent& e : allocator.log()) {
      const index_t zeros = watch.zeros(std::size_t(e.step));
      REQUIRE(zeros == 8 - e.kept);
      REQUIRE(watch.zeros(std::size_t(e.step) + 3) == (hold ? zeros : 0));
    }
    REQUIRE(watch.zeros(39) == 0);
  }
}

TEST_CASE("Lingo's code acts before the update of every 50th step only", "[peft]") {
  RankOptions o = ars_lingo_code();
  o.target_rank = 2, o.total = 399, o.tinit = 150, o.interval = 100;
  RankAllocator<float> allocator(o);
  Watch watch(allocator);
  FitOptions options = quick(400);
  options.hook = &watch;
  options.schedule.rate = 1e-3;
  train(options);
  // t = 100 is still warm-up. The pruning ends at 199, which is not on the grid of 50, as 7285 is not: no last choice.
  REQUIRE(allocator.log().empty());

  o.total = 400, o.tinit = 20, o.tfinal = 90;
  RankAllocator<float> again(o);
  Watch seen(again);
  options.hook = &seen;
  train(options);
  std::vector<std::int64_t> steps;
  for (const RankEvent& e : again.log()) steps.push_back(e.step);
  REQUIRE(steps == std::vector<std::int64_t>{100, 200, 300});  // 310 is not on the grid of 50
  REQUIRE(seen.zeros(200) == 0);                               // AdamW moves what was just zeroed
  // From 350 on the pattern of step 300 is applied again, and moves again.
  std::size_t index = 0;
  for (const auto& [key, which] : again.pattern())
    for (const bool kept : which) {
      if (!kept) REQUIRE(std::abs(seen.seen[350][index]) < 2.1e-3f);  // at most one or two updates of the rate
      ++index;
    }
}

TEST_CASE("the orthogonality term is in the loss and in the gradient", "[peft]") {
  Small step;
  start(step);
  RankOptions o = adalora(2);
  RankAllocator<float> allocator(o);
  allocator.bind(tensor_slots<float>(step.p), tensor_slots<float>(step.g), 10);
  allocator.start();
  step.zero_gradients();
  const double r = allocator.regularise(0, 2);
  // Starting from standard deviation 0.02 each of the four factors is close to -I: norm sqrt(4) = 2.
  REQUIRE(r == Approx(0.5 * 2).epsilon(0.02));
  Small moved;
  start(moved);
  const double h = 1e-3;
  index_t compared = 0;
  for (index_t i = 0; i < step.parameters(); i += 7) {
    if (step.gradients[i] == 0) continue;
    RankAllocator<float> other(o);
    other.bind(tensor_slots<float>(moved.p), tensor_slots<float>(moved.g), 10);
    const float x = moved.weights[i];
    moved.weights[i] = x + float(h);
    const double up = other.regularise(0, 1);
    moved.weights[i] = x - float(h);
    const double down = other.regularise(0, 1);
    moved.weights[i] = x;
    REQUIRE(step.gradients[i] / 2 == Approx((up - down) / (2 * h)).margin(1e-3).epsilon(1e-3));
    ++compared;
  }
  REQUIRE(compared > 10);
}

TEST_CASE("a training with rank allocation that was interrupted ends with the same bits and the same log", "[peft]") {
  for (const RankMode mode : {RankMode::adalora, RankMode::ars_paper, RankMode::ars_lingo_code}) {
    RankOptions o = small_adalora();
    o.mode = mode, o.p = 0.2, o.every = 2, o.hold_mask = true;
    RankAllocator<float> whole(o);
    FitOptions options = quick(40);
    options.hook = &whole;
    options.clip = 1, options.accumulate = 2;
    const auto expected = train(options);
    const std::string path = (std::filesystem::temp_directory_path() / "l2g_rank_training.ckpt").string();
    std::filesystem::remove(path);
    options.checkpoint = path;
    for (const std::int64_t stop : {7, 13, 29, 33}) {
      RankAllocator<float> part(o);
      options.hook = &part;
      std::int64_t at = stop;
      FitCallbacks callbacks;
      callbacks.self = &at;
      callbacks.stepped = [](void* self, std::int64_t now) {
        if (now == *static_cast<std::int64_t*>(self)) request_interrupt();
      };
      REQUIRE_THROWS_AS(train(options, callbacks), Interrupted);
    }
    RankAllocator<float> last(o);
    options.hook = &last;
    REQUIRE(same_bits(train(options), expected));
    REQUIRE(last.log().size() == whole.log().size());
    for (std::size_t i = 0; i < last.log().size(); ++i) {
      REQUIRE(last.log()[i].step == whole.log()[i].step);
      REQUIRE(last.log()[i].ranks == whole.log()[i].ranks);
      REQUIRE(last.log()[i].reentered == whole.log()[i].reentered);
    }
    o.p = 0.25;
    RankAllocator<float> other(o);
    options.hook = &other;
    REQUIRE_THROWS_WITH(train(options), Catch::Contains("it had p 0.2 (now 0.25)"));
    options.hook = nullptr;
    REQUIRE_THROWS_WITH(train(options), Catch::Contains("tfinal 10 (now none)"));
    std::filesystem::remove(path);
    std::filesystem::remove(path + ".previous");
  }
}

TEST_CASE("the weights that are kept have the ranks of the end, not those of before the pruning", "[peft]") {
  // A judge who likes the first weights best.
  struct Pessimist {
    double next = 1;
    Evaluation operator()(Small&) { return {0, next -= 0.01}; }
  };
  const auto left = [](Small& step) {
    index_t n = 0;
    each_tensor<float>(step.p, [&](const TensorRef<float>& t) {
      if (t.key.ends_with("lora_E"))
        n += index_t(std::count_if(t.data, t.data + t.size(), [](float e) { return e != 0; }));
    });
    return n;
  };
  const auto run = [&](const RankOptions& ranks, FitOptions options, index_t& triplets,
                       const FitCallbacks& callbacks = {}) {
    RankAllocator<float> allocator(ranks);
    options.hook = &allocator;
    options.validate_every = 4;
    Small step;
    start(step);
    Motifs source{200, 1, 0.2};
    Pessimist judge;
    const FitResult r = fit(step, CrossEntropy{}, source, judge, options, callbacks);
    triplets = left(step);
    return r;
  };
  index_t triplets = 0;
  CHECK(run(small_adalora(), quick(40), triplets).best_step == 32);  // the pruning ends with step 30, counted from 0
  CHECK(triplets == 4);

  FitOptions patient = quick(100);
  patient.patience = 2;  // counts from there on
  RankOptions longer = small_adalora();
  longer.tfinal = 60;
  const FitResult stopped = run(longer, patient, triplets);
  CHECK(stopped.best_step == 44);
  CHECK(stopped.steps == 52);
  CHECK(triplets == 4);

  RankOptions to_the_end = small_adalora();  // as PEFT's defaults: the last choice is made in the last step
  to_the_end.tfinal = 0, to_the_end.interval = 1;
  CHECK(run(to_the_end, quick(40), triplets).best_step == 40);
  CHECK(triplets == 4);

  // Nothing to prune, no allocation, and Lingo's code: the best of all.
  CHECK(run(adalora(4), quick(40), triplets).best_step == 4);
  RankOptions code = ars_lingo_code();
  code.target_rank = 2, code.total = 40, code.tinit = 0, code.tfinal = 10, code.every = 2, code.interval = 4;
  CHECK(run(code, quick(40), triplets).best_step == 4);

  // A training that was interrupted knows which validations count.
  FitOptions options = quick(40);
  const std::string path = (std::filesystem::temp_directory_path() / "l2g_rank_best.ckpt").string();
  std::filesystem::remove(path);
  options.checkpoint = path;
  std::int64_t at = 34;
  FitCallbacks callbacks;
  callbacks.self = &at;
  callbacks.stepped = [](void* self, std::int64_t now) {
    if (now == *static_cast<std::int64_t*>(self)) request_interrupt();
  };
  CHECK_THROWS_AS(run(small_adalora(), options, triplets, callbacks), Interrupted);
  const FitResult went_on = run(small_adalora(), options, triplets);
  CHECK(went_on.history.size() == 10);
  CHECK_FALSE(went_on.history[6].settled);
  CHECK(went_on.history[7].settled);
  CHECK(triplets == 4);
  std::filesystem::remove(path);
  std::filesystem::remove(path + ".previous");
}

TEST_CASE("options that make no sense, and models without adapters, are refused in a line", "[peft]") {
  FitOptions options = quick(40);
  const auto refused = [&](RankOptions o, const char* text) {
    RankAllocator<float> allocator(o);
    options.hook = &allocator;
    REQUIRE_THROWS_WITH(train(options), Catch::Contains(text));
  };
  refused(adalora(5), "target_rank must lie between 1 and the rank of the adapters, got 5");
  RankOptions late = adalora(2);
  late.tinit = 30, late.tfinal = 20;
  refused(late, "tinit 30 must lie before the end of the pruning, step 20 (40 steps less tfinal 20)");
  RankAllocator<float> allocator(adalora(2));
  options.hook = &allocator;
  Step<Plain, float, In<16>> step;
  Motifs source{};
  REQUIRE_THROWS_WITH(fit(step, CrossEntropy{}, source, NoEvaluation{}, options), Catch::Contains("no SVD-LoRA"));
}
