// Tests of paired results: known answers, exact small cases, and how often they are wrong where there is nothing.
#include <catch2/catch.hpp>
#include <l2g/core/errors.hpp>
#include <l2g/core/philox.hpp>
#include <l2g/eval/bootstrap.hpp>
#include <l2g/eval/correlation.hpp>
#include <l2g/eval/metrics.hpp>
#include <l2g/eval/multiple.hpp>
#include <l2g/eval/paired.hpp>
#include <l2g/eval/profiles.hpp>

#include <cmath>
#include <limits>

using namespace l2g::eval;
using l2g::index_t;
using Labels = std::vector<std::int32_t>;
using Reals = std::vector<double>;

TEST_CASE("one pair or equal differences have no t test", "[eval]") {
  for (const PairedT& t : {paired_t(Reals{1.0}, Reals{0.5}), paired_t(Reals{1, 2, 3}, Reals{0, 1, 2})}) {
    CHECK(std::isnan(t.p));
    CHECK(std::isnan(t.lo));
  }
  CHECK(paired_t(Reals{1, 2, 3}, Reals{0, 1, 2}).mean == 1);
  CHECK_THROWS_WITH(paired_t(Reals{1, 2}, Reals{1}), "paired t: 2 values against 1; they are compared in pairs");
  CHECK_THROWS_WITH(nadeau_bengio(Reals{1, 2}, Reals{1, 3}, -1), Catch::Contains("test rows / training rows"));
}

TEST_CASE("folds that overlap widen the interval", "[eval]") {
  const Reals a{0.71, 0.70, 0.74, 0.69, 0.72}, b{0.70, 0.70, 0.71, 0.69, 0.70};
  const PairedT plain = paired_t(a, b), corrected = nadeau_bengio(a, b, 0.25);
  CHECK(corrected.hi - corrected.lo == Approx((plain.hi - plain.lo) * std::sqrt((0.2 + 0.25) / 0.2)));
  CHECK(nadeau_bengio(a, b, 0).p == plain.p);
}

TEST_CASE("exact tests are the shares of all sign patterns, ties included", "[eval]") {
  const Reals d{0.5, -0.25, 0.75, 0.5, 1.0, -0.5, 0.25, 0.75}, none(8, 0.0);
  // By hand: every pattern, the sums themselves and the sums of midranks.
  const Reals rank{4, 1.5, 6.5, 4, 8, 4, 1.5, 6.5};
  double sums = 0, ranks = 0, observed = 0, observed_ranks = 0;
  for (std::size_t i = 0; i < 8; ++i) observed += d[i], observed_ranks += d[i] < 0 ? rank[i] : 0;
  for (int pattern = 0; pattern < 256; ++pattern) {
    double sum = 0, below = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      const bool minus = pattern >> i & 1;
      sum += minus ? -std::abs(d[i]) : std::abs(d[i]), below += minus ? rank[i] : 0;
    }
    sums += std::abs(sum) >= observed, ranks += below <= observed_ranks;
  }
  CHECK(sign_flip(d, none) == sums / 256);
  CHECK(wilcoxon(d, none).p == Approx(2 * ranks / 256));
  CHECK(wilcoxon(d, none).statistic == observed_ranks);
  CHECK(wilcoxon(none, none).p == 1);
  CHECK(wilcoxon(none, none).pairs == 0);
}

TEST_CASE("many pairs are tested by draws and by the normal approximation", "[eval]") {
  const l2g::Rng rng{5, 0};
  Reals a, b;
  for (std::uint64_t i = 0; i < 250; ++i) a.push_back(rng.uniform(1, i) + 0.03), b.push_back(rng.uniform(2, i));
  const SignedRank many = wilcoxon(a, b);
  CHECK(!many.exact);
  const SignedRank exact = wilcoxon(std::span(a).first(200), std::span(b).first(200));
  CHECK(exact.exact);
  CHECK(many.p == Approx(sign_flip(a, b, 20000)).margin(0.05));
  CHECK(sign_flip(a, b, 2000, 3) == sign_flip(a, b, 2000, 3));
}

TEST_CASE("McNemar counts the rows that only one has right", "[eval]") {
  Labels truth, first, second;
  const auto rows = [&](int n, int t, int a, int b) {
    for (int i = 0; i < n; ++i) truth.push_back(t), first.push_back(a), second.push_back(b);
  };
  rows(20, 1, 1, 1), rows(10, 0, 0, 1), rows(3, 1, 0, 1), rows(5, 0, 1, 1), rows(4, -1, 0, 1);
  const McNemar m = mcnemar(truth, first, second);
  CHECK(m.only_first == 10);
  CHECK(m.only_second == 3);
  CHECK(m.both == 20);
  CHECK(m.neither == 5);
  CHECK(m.p == Approx(0.09228515625).epsilon(1e-12));  // scipy.stats.binomtest(3, 13)
  CHECK(mcnemar(truth, first, first).p == 1);
}

TEST_CASE("DeLong: areas are those of the curve, and chance is called a difference one time in twenty", "[eval]") {
  int called = 0;
  for (std::uint64_t trial = 0; trial < 400; ++trial) {
    const l2g::Rng rng{trial, 0};
    Reals a, b;
    Labels positive;
    for (std::uint64_t i = 0; i < 120; ++i) {
      positive.push_back(i % 3 == 0);
      const double common = rng.uniform(1, i) + 0.4 * (i % 3 == 0);
      a.push_back(common + rng.uniform(2, i)), b.push_back(common + rng.uniform(3, i));
    }
    const DeLong d = delong(a, b, positive);
    if (trial == 0) CHECK(d.first == Approx(roc_auc(a, positive)).epsilon(1e-14));
    called += d.p < 0.05;
  }
  CHECK(called >= 8);
  CHECK(called <= 34);  // 20 expected, deviation 4.4
  const Labels positive{0, 0, 1, 1};
  const DeLong same = delong(Reals{1, 2, 3, 4}, Reals{1, 2, 3, 4}, positive);
  CHECK(same.z == 0);
  CHECK(same.p == 1);
  CHECK_THROWS_WITH(delong(Reals{1, 2, 3}, Reals{1, 2, 3}, Labels{0, 1, 1}), Catch::Contains("two rows of each class"));
}

TEST_CASE("adjusted p-values stay in order and below 1", "[eval]") {
  const Reals p{0.2, 0.01, 0.9, 0.01};
  CHECK(holm(p)[0] == Approx(0.4));
  CHECK(holm(p)[1] == holm(p)[3]);
  CHECK(benjamini_hochberg(p)[2] == Approx(0.9));
  for (const double q : benjamini_yekutieli(p)) CHECK(q <= 1);
  CHECK(holm(Reals{}).empty());
  CHECK_THROWS_WITH(holm(Reals{0.5, 1.5}), Catch::Contains("value 2 is 1.5"));
}

TEST_CASE("Friedman and Nemenyi equal SciPy, ties included", "[eval]") {
  // Three methods on four tasks.
  const Reals values{0.9, 0.9, 0.5, 0.8, 0.75, 0.6, 0.7, 0.65, 0.7, 0.85, 0.8, 0.55};
  const Friedman f = friedman(values, 3);
  CHECK(f.chi_squared == Approx(4.428571428571429).epsilon(1e-12));
  CHECK(f.p == Approx(0.10923150889627105).epsilon(1e-12));
  CHECK(f.average_rank[0] == Approx(1.25));
  CHECK(nemenyi(1.4, 2.6, 4, 10) == Approx(0.16012587652498422).epsilon(1e-10));
  CHECK(critical_difference(4, 10) == Approx(1.4832311854364129).epsilon(1e-10));
  CHECK_THROWS_WITH(friedman(Reals{1, 2, 3}, 2), Catch::Contains("3 values of 2 methods"));
  const Record r = win_tie_loss(Reals{0.8, 0.7, 0.6}, Reals{0.7, 0.7, 0.9}, 0.05);
  CHECK((r.wins == 1 && r.ties == 1 && r.losses == 1));
}

TEST_CASE("Kendall without ties is exact", "[eval]") {
  const Correlation k = kendall_test(Reals{1, 2, 3, 4, 5, 6, 7}, Reals{2, 1, 4, 3, 7, 5, 6});
  CHECK(k.value == Approx(0.6190476190476191).epsilon(1e-12));
  CHECK(k.p == Approx(0.06904761904761905).epsilon(1e-12));  // scipy.stats.kendalltau
  CHECK(std::isnan(kendall_test(Reals{1, 1, 1}, Reals{1, 2, 3}).value));
  CHECK(pearson_test(Reals{1, 2, 3}, Reals{2, 4, 6}).p < 1e-7);
  CHECK(std::isnan(fisher_interval(0.5, 3).lo));
}

TEST_CASE("profiles, the middle half and the chance of being better", "[eval]") {
  CHECK(interquartile_mean(Reals{5, 1, 2, 3, 4, 100, 6, 7}) == Approx(4.5));
  CHECK(interquartile_mean(Reals{1, 2, 3, 4, 5}) == Approx(3));
  CHECK(score_profile(Reals{0.2, 0.5, 0.9, 0.9}, Reals{0.1, 0.5, 0.9}) == Reals{1, 0.5, 0});
  CHECK(probability_of_improvement(Reals{1, 2}, Reals{1, 0}) == Approx(0.875));
  CHECK_THROWS_WITH(performance_ratios(Reals{1, 0}, 2), Catch::Contains("is not above 0"));
  const double failed = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH(performance_ratios(Reals{1, 2, failed, failed}, 2),
                    Catch::Contains("problem 2 was solved by none"));
}

TEST_CASE("rows of a group are drawn together, and the interval is as wide as that", "[eval]") {
  Labels truth, said, group;
  const l2g::Rng rng{9, 0};
  for (index_t g = 0; g < 40; ++g)
    for (index_t i = 0; i < 10; ++i) {  // a group is right or wrong as a whole
      truth.push_back(1), group.push_back(static_cast<std::int32_t>(g));
      said.push_back(rng.uniform(1, static_cast<std::uint64_t>(g)) < 0.7);
    }
  BootstrapOptions options;
  const Interval rows = bootstrap(accuracy, truth, said, 2, options);
  options.groups = group;
  const Interval groups = bootstrap(accuracy, truth, said, 2, options);
  CHECK(groups.value == rows.value);
  CHECK((groups.hi - groups.lo) / (rows.hi - rows.lo) == Approx(std::sqrt(10.0)).epsilon(0.15));
  Resampler resampler(400, options);
  const auto drawn = resampler.draw(0);
  REQUIRE(drawn.size() == 400);
  for (std::size_t i = 0; i < 400; i += 10) CHECK(drawn[i] % 10 == 0);
  options.strata = group;
  CHECK_THROWS_WITH(bootstrap(accuracy, truth, said, 2, options), Catch::Contains("not both"));
}

TEST_CASE("BCa leans towards the long tail", "[eval]") {
  Reals x;
  const l2g::Rng rng{4, 0};
  for (std::uint64_t i = 0; i < 40; ++i) x.push_back(-std::log(rng.uniform(1, i) + 1e-9));
  const auto mean = [&](std::span<const index_t> rows) {
    double sum = 0;
    for (const index_t i : rows) sum += x[static_cast<std::size_t>(i)];
    return sum / static_cast<double>(rows.size());
  };
  const Interval plain = bootstrap(40, mean), corrected = bootstrap_bca(40, mean);
  CHECK(corrected.value == plain.value);
  CHECK(corrected.lo > plain.lo);
  CHECK(corrected.hi > plain.hi);
  const Interval constant = bootstrap_bca(40, [](std::span<const index_t>) { return 1.0; });
  CHECK((constant.lo == 1 && constant.hi == 1));
}
