#include <catch2/catch.hpp>
#include <l2g/eval/bootstrap.hpp>
#include <l2g/eval/metrics.hpp>
#include <l2g/eval/score.hpp>

#include <cmath>

using namespace l2g::eval;
using l2g::index_t;
using Labels = std::vector<std::int32_t>;

namespace {

/// Labels with every `period`-th row positive and predictions that are wrong with the given probability.
struct Task {
  Labels truth, predicted;
  std::vector<double> score;
  Task(index_t rows, double wrong, std::uint64_t seed, index_t period = 2) {
    const l2g::Rng rng{seed, 0};
    for (index_t i = 0; i < rows; ++i) {
      const auto at = static_cast<std::uint64_t>(i);
      truth.push_back(i % period == 0);
      predicted.push_back(rng.uniform(1, at) < wrong ? 1 - truth.back() : truth.back());
      score.push_back(truth.back() + 2 * rng.uniform(2, at));
    }
  }
};

}  // namespace

TEST_CASE("an interval of accuracy has the width of the normal approximation", "[eval]") {
  const Task t(1000, 0.2, 3);
  const Interval i = bootstrap(accuracy, t.truth, t.predicted, 2);
  const double half = 1.96 * std::sqrt(i.value * (1 - i.value) / 1000);
  CHECK(i.value == accuracy(t.truth, t.predicted, 2));
  CHECK(i.lo == Approx(i.value - half).margin(0.004));
  CHECK(i.hi == Approx(i.value + half).margin(0.004));
  CHECK(i.undefined == 0);
}

TEST_CASE("the same seed gives the same interval, another seed another", "[eval]") {
  const Task t(200, 0.2, 3);
  BootstrapOptions options;
  options.resamples = 300;
  const Interval a = bootstrap(matthews, t.truth, t.predicted, 2, options);
  const Interval b = bootstrap(matthews, t.truth, t.predicted, 2, options);
  options.seed = 2;
  const Interval c = bootstrap(matthews, t.truth, t.predicted, 2, options);
  CHECK((a.lo == b.lo && a.hi == b.hi));
  CHECK((a.lo != c.lo || a.hi != c.hi));
}

TEST_CASE("strata keep class counts, so that a rare class never vanishes", "[eval]") {
  const Task t(40, 0.1, 5, 20);  // two positive rows
  BootstrapOptions options;
  options.resamples = 500;
  CHECK(bootstrap(roc_auc, t.score, t.truth, options).undefined > 30);  // (38/40)^40 = 13 % of the resamples
  options.strata = t.truth;
  CHECK(bootstrap(roc_auc, t.score, t.truth, options).undefined == 0);
  Resampler resampler(40, options);
  for (index_t r = 0; r < 20; ++r) {
    index_t positives = 0;
    for (const index_t row : resampler.draw(r)) positives += t.truth[static_cast<std::size_t>(row)];
    CHECK(positives == 2);
  }
}

TEST_CASE("a paired difference sees what two intervals hide", "[eval]") {
  Task t(400, 0.25, 7);
  Labels better = t.predicted;  // right where the first is, and on an eighth of the rest
  index_t wrong = 0;
  for (std::size_t i = 0; i < better.size(); ++i)
    if (better[i] != t.truth[i] && wrong++ % 8 == 0) better[i] = t.truth[i];
  const Difference d = bootstrap_difference(matthews, t.truth, better, t.predicted, 2);
  const Interval a = bootstrap(matthews, t.truth, better, 2), b = bootstrap(matthews, t.truth, t.predicted, 2);
  CHECK(a.lo < b.hi);  // the two intervals overlap
  CHECK(d.lo > 0);
  CHECK(d.value == Approx(a.value - b.value));
  CHECK(d.share_above > 0.99);
  const Difference none = bootstrap_difference(roc_auc, t.score, t.score, t.truth);
  CHECK((none.lo == 0 && none.hi == 0 && none.share_above == 0.5));
}

TEST_CASE("quantiles are linear between neighbours", "[eval]") {
  std::vector<double> v{4, 1, std::nan(""), 3, 2};
  CHECK(quantile(v, 0.5) == 2.5);
  CHECK(quantile(v, 0) == 1);
  CHECK(quantile(v, 1) == 4);
  CHECK(quantile(v, 0.25) == 1.75);
}

TEST_CASE("bootstrap refuses bad options in words", "[eval]") {
  const Task t(10, 0.2, 3);
  BootstrapOptions options;
  options.level = 95;
  CHECK_THROWS_WITH(bootstrap(matthews, t.truth, t.predicted, 2, options),
                    Catch::Contains("'level' must lie between 0 and 1, got 95"));
  options.level = 0.95, options.resamples = 0;
  CHECK_THROWS_WITH(bootstrap(matthews, t.truth, t.predicted, 2, options), Catch::Contains("'resamples'"));
  CHECK_THROWS_WITH(bootstrap(matthews, Labels{}, Labels{}, 2), Catch::Contains("at least one row"));
  const Labels strata{1, 2};
  options = {}, options.strata = strata;
  CHECK_THROWS_WITH(bootstrap(matthews, t.truth, t.predicted, 2, options), "bootstrap: 2 strata for 10 rows");
  CHECK_THROWS_WITH(bootstrap(roc_auc, t.score, strata), "bootstrap: columns of 2 and 10 rows");
}

TEST_CASE("a score is printed with everything that it needs", "[eval]") {
  Score s{0.78, 0.734, 0.826};
  s.seed = 1, s.rows = 613;
  s.floors = {0.30, 0.48, 0.78, 0.80};
  CHECK(to_text(s) ==
        "test MCC 0.78 [0.73, 0.83] (honest, seed 1, 613 rows; floors: gc 0.30, 5-mer 0.48, positional 0.78, joint "
        "0.80)");
  Score bare;
  bare.rows = 1, bare.metric = "ROC-AUC", bare.split = "dev", bare.protocol = "paper";
  CHECK(to_text(bare) == "dev ROC-AUC undefined (paper, seed 0, 1 row)");
  bare.value = -0.001, bare.floors.kmer = 0.5, bare.floors.k = 6;
  CHECK(to_text(bare) == "dev ROC-AUC 0.00 (paper, seed 0, 1 row; floors: 6-mer 0.50)");
}
