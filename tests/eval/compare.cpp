// Two models on the same rows.
#include <catch2/catch.hpp>
#include <l2g/core/errors.hpp>
#include <l2g/core/philox.hpp>
#include <l2g/eval/compare.hpp>
#include <l2g/eval/metrics.hpp>

using namespace l2g::eval;
using l2g::index_t;
using Labels = std::vector<std::int32_t>;
using Reals = std::vector<double>;

namespace {
/// Probabilities of a model that leans to the truth by `strength`.
struct Made {
  Reals probabilities;
  Labels called;
  Made(const Labels& truth, index_t classes, double strength, std::uint64_t seed) {
    const l2g::Rng rng{seed, 0};
    for (std::size_t i = 0; i < truth.size(); ++i) {
      double sum = 0;
      const std::size_t from = probabilities.size();
      for (index_t k = 0; k < classes; ++k) {
        const double p = rng.uniform(1, i * 10 + std::uint64_t(k)) + strength * (truth[i] == k);
        probabilities.push_back(p), sum += p;
      }
      for (std::size_t k = from; k < probabilities.size(); ++k) probabilities[k] /= sum;
    }
    called = best_class(probabilities, classes);
  }
  Said said() const { return {probabilities, called}; }
};
Labels alternating(int rows, int classes) {
  Labels l;
  for (int i = 0; i < rows; ++i) l.push_back(i % classes);
  return l;
}
}  // namespace

TEST_CASE("a better model is better, by every measure", "[eval]") {
  const Labels truth = alternating(400, 2);
  const Made good(truth, 2, 0.8, 1), poor(truth, 2, 0.3, 2);
  const Comparison c = compare(truth, good.said(), poor.said(), 2);
  CHECK(c.rows == 400);
  CHECK(c.mcc.value == Approx(matthews(truth, good.called, 2) - matthews(truth, poor.called, 2)));
  CHECK(c.mcc.lo > 0);
  CHECK(c.accuracy.p < 1e-3);
  REQUIRE(c.auc);
  CHECK(c.auc->first == Approx(c.first_auc));
  CHECK(c.auc->p < 1e-3);
  const std::string text = to_text(c, "good", "poor");
  CHECK(text.find("the first is better on rows like these") != text.npos);
  const Comparison turned = compare(truth, poor.said(), good.said(), 2);
  CHECK(turned.mcc.value == -c.mcc.value);
  CHECK(to_text(turned, "poor", "good").find("the second is better") != std::string::npos);
}

TEST_CASE("a model does not differ from itself", "[eval]") {
  const Labels truth = alternating(99, 3);
  const Made one(truth, 3, 0.4, 1);
  const Comparison c = compare(truth, one.said(), one.said(), 3);
  CHECK((c.mcc.value == 0 && c.mcc.lo == 0 && c.mcc.hi == 0));
  CHECK(c.accuracy.p == 1);
  CHECK(!c.auc);  // DeLong is for two classes
  CHECK(c.first_auc == roc_auc_classes(one.probabilities, truth, 3).macro);
  CHECK(to_text(c, "a", "a").find("do not tell the two apart") != std::string::npos);
}

TEST_CASE("sides of other rows are refused", "[eval]") {
  const Labels truth = alternating(10, 2);
  const Made a(truth, 2, 0.4, 1), b(alternating(9, 2), 2, 0.4, 1);
  CHECK_THROWS_WITH(compare(truth, a.said(), b.said(), 2), Catch::Contains("10 labels but 9 predictions"));
  CHECK_THROWS_WITH(compare(Labels(10, -1), a.said(), a.said(), 2), Catch::Contains("no labelled rows"));
}
