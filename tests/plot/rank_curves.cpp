#include <catch2/catch.hpp>
#include <l2g/report/rank_curves.hpp>

#include <cmath>

TEST_CASE("curves from scores carry the area and its interval", "[plot]") {
  std::vector<double> score;
  std::vector<std::int32_t> positive;
  const l2g::Rng rng{5, 0};
  for (std::uint64_t i = 0; i < 300; ++i) {
    positive.push_back(i % 10 == 9 ? -1 : i % 3 == 0);
    score.push_back(positive.back() + 2 * rng.uniform(1, i));
  }
  l2g::eval::BootstrapOptions options;
  options.resamples = 300;
  const auto roc = l2g::report::roc_of("model", score, positive, options);
  CHECK(roc.name == "model");
  CHECK(roc.area == l2g::eval::roc_auc(score, positive));
  CHECK(roc.lo < roc.area);
  CHECK(roc.area < roc.hi);
  CHECK((roc.x.front() == 0 && roc.y.front() == 0 && roc.x.back() == 1 && roc.y.back() == 1));
  double area = 0;  // trapezoids under the drawn points are the area that is told
  for (std::size_t i = 1; i < roc.x.size(); ++i) area += (roc.x[i] - roc.x[i - 1]) * (roc.y[i] + roc.y[i - 1]) / 2;
  CHECK(area == Approx(roc.area));
  const auto recall = l2g::report::precision_recall_of("model", score, positive, options);
  CHECK(recall.area == l2g::eval::average_precision(score, positive));
  const std::vector<std::int32_t> one_class(score.size(), 1);
  const auto undefined = l2g::report::roc_of("model", score, one_class, options);
  CHECK(undefined.x.empty());
  CHECK(std::isnan(undefined.area));
}
