// Reliability, temperature, thresholds and tables of classes.
#include <catch2/catch.hpp>
#include <l2g/core/errors.hpp>
#include <l2g/core/philox.hpp>
#include <l2g/eval/calibration.hpp>
#include <l2g/eval/class_table.hpp>
#include <l2g/eval/metrics.hpp>
#include <l2g/eval/threshold.hpp>

#include <cmath>

using namespace l2g::eval;
using Labels = std::vector<std::int32_t>;
using Reals = std::vector<double>;

namespace {
const Labels truth{0, 1, 2, 1, 0, 2};
const Reals said{.7, .2, .1, .3, .6, .1, .2, .5, .3, .1, .8, .1, .4, .5, .1, .05, .05, .9};
}  // namespace

TEST_CASE("the gap of reliability bins is the calibration error", "[eval]") {
  const auto bins = reliability(said, truth, 3, 5);
  REQUIRE(bins.size() == 5);
  CHECK(bins[2].rows == 3);  // 0.6, 0.5, 0.5 in (0.4, 0.6]
  CHECK(bins[2].confidence == Approx(1.6 / 3));
  CHECK(bins[2].accuracy == Approx(1.0 / 3));
  CHECK(bins[0].rows == 0);
  CHECK(std::isnan(bins[0].accuracy));
  CHECK(expected_gap(bins) == Approx(calibration_error(said, truth, 3, 5)).epsilon(1e-14));
  CHECK(largest_gap(bins) == Approx(0.25));  // 0.7 and 0.8, both right
  const auto equal = equal_mass_reliability(said, truth, 3, 3);
  for (const auto& b : equal) CHECK(b.rows == 2);
  CHECK(equal[0].confidence == Approx(0.5));
  CHECK(equal[0].accuracy == 0);
  CHECK(equal[2].hi == 0.9);
  CHECK(equal_mass_reliability(said, truth, 3, 50).size() == 6);
  // Of one class by hand: bins of 0.5, class 0 said 0.7 (right) above, the rest below with one right of five.
  CHECK(classwise_calibration_error(Reals{.7, .3, .3, .7, .2, .8}, Labels{0, 1, 1}, 2, 2) ==
        Approx((0.3 + 0.3 + 0.2) / 3));
  CHECK_THROWS_WITH(reliability(said, truth, 3, 0), Catch::Contains("at least one bin"));
  CHECK(std::isnan(expected_gap(reliability(said, Labels(6, -1), 3))));
}

TEST_CASE("one temperature has the least loss", "[eval]") {
  CHECK(fitted_temperature(said, truth, 3) == Approx(0.503480804242319).epsilon(1e-6));  // scipy.optimize
  CHECK(log_loss(tempered(said, 3, 0.503480804242319), truth, 3) == Approx(0.4640985644145687).epsilon(1e-12));
  const Reals same = tempered(said, 3, 1);
  for (std::size_t i = 0; i < said.size(); ++i) CHECK(same[i] == Approx(said[i]));
  CHECK(best_class(tempered(said, 3, 7), 3) == best_class(said, 3));
  // A model that says 0.99 and is right in 80 %: a temperature takes it to 0.8.
  Reals sure;
  Labels labels;
  for (int i = 0; i < 100; ++i) sure.push_back(0.99), sure.push_back(0.01), labels.push_back(i % 5 == 0);
  const double t = fitted_temperature(sure, labels, 2);
  CHECK(tempered(sure, 2, t)[0] == Approx(0.8).epsilon(1e-5));
  CHECK_THROWS_WITH(fitted_temperature(said, Labels(6, -1), 3), Catch::Contains("no rows"));
  CHECK_THROWS_AS(tempered(said, 3, 0), l2g::error);
}

TEST_CASE("a threshold is the best cut", "[eval]") {
  const Reals score{0.05, 0.1, 0.2, 0.25, 0.3, 0.9};
  const Labels positive{0, 0, 1, 0, 1, 1};
  const Threshold m = best_threshold(score, positive);
  CHECK(m.value == Approx(0.275));  // 2 of 3 found, none wrong; the cut at 0.15 finds 3 with one wrong: equal
  CHECK(m.reached == Approx(matthews(positive, Labels{0, 0, 0, 0, 1, 1}, 2)));
  CHECK(best_threshold(score, positive, ThresholdBy::f1).value == Approx(0.15));
  CHECK(best_threshold(score, positive, ThresholdBy::f1).reached == Approx(6.0 / 7));
  CHECK(best_f1(score, positive) == Approx(6.0 / 7));
  CHECK(best_threshold(score, positive, ThresholdBy::youden).reached == Approx(2.0 / 3));
  CHECK(best_threshold(Reals{0.1, 0.3, 0.6, 0.9}, Labels{0, 0, 1, 1}).value == 0.5);  // nothing is moved without reason
  CHECK(best_threshold(score, Labels(6, 1)).value == 0.5);
  CHECK(std::isnan(best_threshold(score, Labels(6, 1)).reached));
  CHECK(std::isnan(best_f1(score, Labels(6, 0))));
}

TEST_CASE("no threshold on the same rows is better than the one that is found", "[eval]") {
  const l2g::Rng rng{2, 0};
  for (const ThresholdBy by : {ThresholdBy::matthews, ThresholdBy::f1, ThresholdBy::youden})
    for (std::uint64_t trial = 0; trial < 20; ++trial) {
      Reals score;
      Labels positive;
      for (std::uint64_t i = 0; i < 30; ++i) {
        positive.push_back(rng.uniform(1, 100 * trial + i) < 0.4);
        score.push_back(std::floor(10 * (rng.uniform(2, 100 * trial + i) + 0.3 * positive.back())) / 13);
      }
      const Threshold found = best_threshold(score, positive, by);
      const auto reached = [&](double cut) {
        Labels called;
        for (const double s : score) called.push_back(s >= cut);
        const Confusion m = confusion(positive, called, 2);
        const double recall = class_scores(m)[1].recall;
        if (by == ThresholdBy::matthews) return matthews(m);
        return by == ThresholdBy::f1 ? class_scores(m)[1].f1 : recall - 1 + class_scores(m)[0].recall;
      };
      CHECK(found.reached == Approx(reached(found.value)).margin(1e-12));
      for (double cut = -0.01; cut < 1.1; cut += 0.02) CHECK(reached(cut) <= found.reached + 1e-12);
    }
}

TEST_CASE("a table has a line a class", "[eval]") {
  const std::vector<std::string> names{"N", "IE", "EI"};
  const auto table = class_table(said, truth, best_class(said, 3), names);
  REQUIRE(table.size() == 3);
  CHECK(table[1].recall == 1);
  CHECK(table[1].precision == 0.5);
  CHECK(table[2].support == 2);
  CHECK(table[0].auc == roc_auc_classes(said, truth, 3).per_label[0]);
  const std::string text = to_text(table);
  CHECK(text.find("IE               0.500   1.000  0.667") != text.npos);
  CHECK(to_text(table, 1).find("and 2 classes with fewer rows") != text.npos);
}
