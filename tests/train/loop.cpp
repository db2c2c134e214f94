#include "train/toy.hpp"

#include <catch2/catch.hpp>

using namespace toy;
using Catch::Contains;

TEST_CASE("the sampler deals every row once an epoch, in an order of its own", "[train]") {
  Sampler sampler(10, 3), other(10, 4);
  std::vector<index_t> a(10), b(10), c(10), d(10);
  sampler.take(0, a);
  sampler.take(10, b);
  other.take(0, c);
  for (auto v : {a, b, c}) {
    std::sort(v.begin(), v.end());
    for (index_t i = 0; i < 10; ++i) REQUIRE(v[std::size_t(i)] == i);
  }
  REQUIRE(a != b);
  REQUIRE(a != c);
  sampler.take(5, d);  // over the border of two epochs, after a look at a later one
  REQUIRE(std::equal(d.begin(), d.begin() + 5, a.begin() + 5));
  REQUIRE(std::equal(d.begin() + 5, d.end(), b.begin()));
  REQUIRE_THROWS_WITH(Sampler(0, 1), Contains("no rows"));
}

TEST_CASE("a small CNN learns to find a motif", "[train]") {
  Step<Cnn, float, In<32>> step;
  initialize<float>(step.p, 1);
  Motifs train{512, 1};
  FitOptions options;
  options.epochs = 16;
  options.schedule = {Schedule::cosine, 1e-2, 10, 0};
  options.clip = 1;
  const FitResult r = fit(step, CrossEntropy{}, train, Judge{}, options);
  REQUIRE(r.steps == 16 * 16);
  REQUIRE(r.history.size() == 16);
  REQUIRE(r.history.front().train_loss > 0.5);
  REQUIRE(r.history.back().train_loss < 0.1);
  REQUIRE(r.best_metric > 0.9);
  REQUIRE(r.history.back().epoch == 16);
  REQUIRE(Judge{}(step).metric == r.best_metric);  // what was measured is what is kept
}

TEST_CASE("two batches of 32 accumulated are one of 64", "[train]") {
  Step<Plain, double, In<32>> half;
  Step<Plain, double, In<64>> whole;
  initialize<double>(half.p, 1);
  initialize<double>(whole.p, 1);
  Motifs train{256, 1};
  FitOptions options = quick(20);
  options.clip = 0.5;
  const FitResult b = fit(whole, CrossEntropy{}, train, NoEvaluation{}, options);
  options.accumulate = 2;
  const FitResult a = fit(half, CrossEntropy{}, train, NoEvaluation{}, options);
  REQUIRE(a.history.size() == b.history.size());
  REQUIRE(a.history.back().train_loss == Approx(b.history.back().train_loss).epsilon(1e-12));
  REQUIRE(a.history.back().norm == Approx(b.history.back().norm).epsilon(1e-9));
  for (index_t i = 0; i < whole.parameters(); ++i) REQUIRE(std::abs(half.weights[i] - whole.weights[i]) < 1e-9);
}

TEST_CASE("the weights of the best validation are kept, buffers too, and patience ends a training", "[train]") {
  Step<Cnn, float, In<32>> step;
  initialize<float>(step.p, 1);
  Motifs train{128, 1};  // 4 steps an epoch
  FitOptions options = quick(100);
  options.patience = 3;
  std::vector<std::vector<float>> seen;
  const double metrics[] = {0.1, 0.5, 0.4, 0.7, 0.7, not_a_number, 0.2, 0.9};
  const auto judge = [&](auto& s) {
    seen.push_back(weights_of(s));
    return Evaluation{1, metrics[seen.size() - 1]};
  };
  const FitResult r = fit(step, CrossEntropy{}, train, judge, options);
  REQUIRE(r.stopped_early);
  REQUIRE(seen.size() == 7);  // the best is the fourth; an equal one is not better
  REQUIRE(r.steps == 28);
  REQUIRE(r.best_step == 16);
  REQUIRE(r.best_metric == 0.7);
  REQUIRE(same_bits(weights_of(step), seen[3]));

  initialize<float>(step.p, 1);
  seen.clear();
  options.keep_best = false;
  fit(step, CrossEntropy{}, train, judge, options);
  REQUIRE(same_bits(weights_of(step), seen[6]));
}

TEST_CASE("validation every n steps and behind the last one", "[train]") {
  Step<Plain, float, In<32>> step;
  initialize<float>(step.p, 1);
  Motifs train{100, 1};
  FitOptions options = quick(23);
  options.validate_every = 10;
  std::vector<std::int64_t> steps;
  for (const HistoryEntry& e : fit(step, CrossEntropy{}, train, Judge{}, options).history) steps.push_back(e.step);
  REQUIRE(steps == std::vector<std::int64_t>{10, 20, 23});
  options.validate_every = 0;  // an epoch ends in steps 4 (128 rows), 7 (224), 10, 13, 16, 19, 22
  steps.clear();
  for (const HistoryEntry& e : fit(step, CrossEntropy{}, train, Judge{}, options).history) steps.push_back(e.step);
  REQUIRE(steps == std::vector<std::int64_t>{4, 7, 10, 13, 16, 19, 22, 23});
}

TEST_CASE("the moving average follows its formula and is what is validated and kept", "[train]") {
  Step<Plain, double, In<32>> step;
  initialize<double>(step.p, 1);
  Motifs train{128, 1};
  FitOptions options = quick(12);
  options.average = 0.4;  // (1 + t) / (10 + t) < 0.4 up to t = 4
  struct Watch {
    Step<Plain, double, In<32>>& step;
    std::vector<double> average;
    void follow(std::int64_t t) {
      const double decay = std::min(0.4, double(1 + t) / double(10 + t));
      for (std::size_t i = 0; i < average.size(); ++i)
        average[i] = decay * average[i] + (1 - decay) * step.weights[std::ptrdiff_t(i)];
    }
  } watch{step, {step.weights, step.weights + step.parameters()}};
  const FitCallbacks callbacks{&watch, nullptr, nullptr,
                               [](void* self, std::int64_t t) { static_cast<Watch*>(self)->follow(t); }};
  const auto judge = [&](auto& s) {
    for (std::size_t i = 0; i < watch.average.size(); ++i)
      REQUIRE(std::abs(s.weights[std::ptrdiff_t(i)] - watch.average[i]) < 1e-14);
    return Evaluation{0, 0};
  };
  options.keep_best = false;
  fit(step, CrossEntropy{}, train, judge, options, callbacks);
  judge(step);
}

TEST_CASE("an evaluation counts each row once, whatever the batch", "[train]") {
  Step<Plain, double, In<32>> tail;
  Step<Plain, double, In<50>> even;
  initialize<double>(tail.p, 1);
  initialize<double>(even.p, 1);
  Motifs data{100, 3};
  const Evaluation a = evaluate_classes(tail, data), b = evaluate_classes(even, data);
  REQUIRE(a.loss == Approx(b.loss).epsilon(1e-12));
  REQUIRE(a.metric == b.metric);
  std::vector<index_t> rows;
  each_prediction(tail, data, [&](index_t row, index_t place, const double*) {
    rows.push_back(row);
    REQUIRE(tail.batch.labels[place] == data.label(row));
  });
  REQUIRE(rows.size() == 100);
  for (index_t i = 0; i < 100; ++i) REQUIRE(rows[std::size_t(i)] == i);
}

TEST_CASE("progress tells where a training stands", "[train]") {
  Step<Plain, float, In<32>> step;
  initialize<float>(step.p, 1);
  Motifs train{128, 1};
  struct Seen {
    FitProgress last{};
    int calls = 0, validations = 0;
  } seen;
  FitCallbacks callbacks;
  callbacks.self = &seen;
  callbacks.progress = [](void* self, const FitProgress& p) {
    Seen& s = *static_cast<Seen*>(self);
    if (s.calls++ == 0) s.last = p;
  };
  callbacks.validated = [](void* self, const HistoryEntry&) { ++static_cast<Seen*>(self)->validations; };
  FitOptions options = quick(8);
  options.label = "fine-tune";
  const FitResult r = fit(step, CrossEntropy{}, train, NoEvaluation{}, options, callbacks);
  REQUIRE(seen.validations == 2);
  REQUIRE(seen.calls >= 1);
  REQUIRE(seen.last.step == 1);
  REQUIRE(seen.last.steps == 8);
  REQUIRE(seen.last.epoch == 0.25);
  REQUIRE(seen.last.loss > 0.3);
  REQUIRE(seen.last.rate == 5e-3);
  REQUIRE(std::isnan(seen.last.best));
  REQUIRE(seen.last.eta_seconds >= 0);
  REQUIRE(r.history.back().norm > 0);
}

namespace {
struct Wrong : Motifs {
  void fill(auto& b, std::int64_t position, std::span<const index_t> rows) {
    Motifs::fill(b, position, rows);
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (rows[i] == 6) b.labels[i] = 2;
  }
};
}  // namespace

TEST_CASE("a label that is no class stops the training before the loss reads it, and names the row", "[train]") {
  Wrong wrong;
  wrong.count = 64;
  Step<Cnn, float, In<32>> step;
  initialize<float>(step.p, 1);
  REQUIRE_THROWS_WITH(fit(step, CrossEntropy{}, wrong, NoEvaluation{}, quick(4)),
                      Contains("row 7 of the data has the label 2") && Contains("labels are 0 .. 1"));
  REQUIRE_THROWS_WITH(evaluate_classes(step, wrong), Contains("row 7 of the data"));
}
