// Hand-computed answers, masks, undefined values and refusals.
#include <catch2/catch.hpp>
#include <l2g/core/errors.hpp>
#include <l2g/eval/metrics.hpp>

#include <cmath>
#include <limits>

using namespace l2g::eval;
using Labels = std::vector<std::int32_t>;
using Reals = std::vector<double>;
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

TEST_CASE("masked rows change no metric", "[eval]") {
  const Labels truth{0, 1, 1, 0, 2, 2}, predicted{0, 1, 0, 0, 2, 1};
  const Labels masked_truth{0, -1, 1, 1, 0, -1, 2, 2}, masked_predicted{0, 2, 1, 0, 0, -7, 2, 1};
  const Confusion m = confusion(masked_truth, masked_predicted, 3);
  CHECK(m.masked == 2);
  CHECK(m.rows() == 6);
  CHECK(m.counts == confusion(truth, predicted, 3).counts);
  CHECK(matthews(masked_truth, masked_predicted, 3) == matthews(truth, predicted, 3));
  CHECK(roc_auc(Reals{0.1, 0.9, 0.8, 0.4}, Labels{0, -1, 1, 0}) == 1.0);
  CHECK(roc_auc(Reals{0.1, missing, 0.8, 0.4}, Labels{0, -1, 1, 0}) == 1.0);
  CHECK(brier(Reals{0.5, 0.1, 1.0}, Labels{1, -1, 1}) == 0.125);
  CHECK(mean_squared_error(Reals{1, missing, 3}, Reals{2, 5, 3}) == 0.5);
}

TEST_CASE("the four cells of a binary MCC", "[eval]") {
  // tp 6, fn 2, fp 1, tn 3: (6*3 - 1*2) / sqrt(7 * 8 * 4 * 5)
  Labels truth, predicted;
  const auto rows = [&](int n, int t, int p) {
    for (int i = 0; i < n; ++i) truth.push_back(t), predicted.push_back(p);
  };
  rows(6, 1, 1), rows(2, 1, 0), rows(1, 0, 1), rows(3, 0, 0);
  CHECK(matthews(truth, predicted, 2) == Approx(16 / std::sqrt(7.0 * 8 * 4 * 5)));
  CHECK(accuracy(truth, predicted, 2) == 0.75);
  CHECK(balanced_accuracy(truth, predicted, 2) == 0.75);
  // A class that occurs nowhere changes nothing.
  CHECK(matthews(truth, predicted, 5) == Approx(matthews(truth, predicted, 2)));
  CHECK(macro_f1(truth, predicted, 5) == macro_f1(truth, predicted, 2));
  CHECK(balanced_accuracy(truth, predicted, 5) == 0.75);
}

TEST_CASE("what is undefined says so", "[eval]") {
  CHECK(matthews(Labels{1, 1}, Labels{1, 0}, 2) == 0);
  CHECK(std::isnan(matthews(Labels{}, Labels{}, 2)));
  CHECK(std::isnan(accuracy(Labels{-1}, Labels{0}, 2)));
  CHECK(std::isnan(roc_auc(Reals{1, 2}, Labels{1, 1})));
  CHECK(std::isnan(roc_auc(Reals{1, missing}, Labels{1, 0})));
  CHECK(std::isnan(roc_auc(Reals{}, Labels{})));
  CHECK(std::isnan(average_precision(Reals{1, 2}, Labels{0, 0})));
  CHECK(roc_curve(Reals{1, 2}, Labels{1, 1}).x.empty());
  CHECK(precision_recall_curve(Reals{1, 2}, Labels{0, 0}).x.empty());
  CHECK(std::isnan(pearson(Reals{1, 1, 1}, Reals{1, 2, 3})));
  CHECK(std::isnan(spearman(Reals{1, 2, 3}, Reals{1, missing, 3})));
  CHECK(std::isnan(mean_squared_error(Reals{missing}, Reals{1})));
  CHECK(std::isnan(calibration_error(Reals{missing, missing}, Labels{0}, 2)));
}

TEST_CASE("a label without positives is skipped and counted", "[eval]") {
  const Reals scores{0.9, 0.1, 0.2, 0.8, 0.1, 0.9, 0.7, 0.1, 0.3};
  const Labels positive{1, 0, 0, 0, 0, 1, 1, 0, -1};
  const LabelAreas areas = roc_auc_labels(scores, positive, 3);
  CHECK(areas.undefined == 1);
  CHECK(std::isnan(areas.per_label[1]));
  CHECK(areas.per_label[0] == 0.5);
  CHECK(areas.per_label[2] == 1.0);
  CHECK(areas.macro == 0.75);
}

TEST_CASE("ties count half and all scores equal give a half", "[eval]") {
  CHECK(roc_auc(Reals{1, 1, 1, 1}, Labels{1, 0, 1, 0}) == 0.5);
  CHECK(roc_auc(Reals{2, 1, 1, 0}, Labels{1, 1, 0, 0}) == 0.875);
  CHECK(average_precision(Reals{1, 1, 1, 1}, Labels{1, 0, 0, 0}) == 0.25);
  CHECK(spearman(Reals{1, 2, 3, 4}, Reals{10, 100, 1000, 10000}) == Approx(1));
}

TEST_CASE("misfits are refused in words", "[eval]") {
  CHECK_THROWS_WITH(matthews(Labels{0, 1}, Labels{0}, 2), "confusion matrix: 2 labels but 1 predictions");
  CHECK_THROWS_WITH(matthews(Labels{0, 2}, Labels{0, 0}, 2), "confusion matrix: label 2 of row 2 is not in 0..1");
  CHECK_THROWS_WITH(matthews(Labels{0, 1}, Labels{0, -1}, 2),
                    "confusion matrix: prediction -1 of row 2 is not in 0..1");
  CHECK_THROWS_WITH(log_loss(Reals{1, 0, 1}, Labels{0, 1}, 2), "log loss: 2 rows of 2 scores are 4 numbers, got 3");
  CHECK_THROWS_AS(best_class(Reals{1, 2, 3}, 2), l2g::error);
  CHECK_THROWS_AS(roc_auc_labels(Reals{1, 2, 3}, Labels{1, 0, 1}, 2), l2g::error);
}
