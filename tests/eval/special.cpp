// Distributions against SciPy 1.17 (mpmath where it says so), and what has to hold between them.
#include <catch2/catch.hpp>
#include <l2g/core/errors.hpp>
#include <l2g/eval/proportions.hpp>
#include <l2g/eval/special.hpp>

#include <cmath>

using namespace l2g::eval;
using l2g::index_t;

namespace {
Approx near(double x) { return Approx(x).epsilon(1e-12).margin(0); }
}  // namespace

TEST_CASE("distributions equal SciPy's", "[eval]") {
  CHECK(incomplete_beta(83, 18, 0.8) == near(0.2711889648878882));
  CHECK(incomplete_beta(0.5, 0.5, 1e-8) == near(6.366197734286143e-05));
  CHECK(incomplete_beta(2000, 3000, 0.41) == near(0.9252621262083036));
  CHECK(incomplete_beta_inverse(83, 18, 0.025) == near(0.7418245893678412));
  CHECK(incomplete_beta_inverse(0.5, 9.5, 0.975) == near(0.23761009863290306));
  CHECK(incomplete_gamma_upper(0.5, 0.01) == near(0.887537083981715));
  CHECK(chi_squared_above(7.3, 4) == near(0.12085874882121235));
  CHECK(chi_squared_above(80, 5) == near(8.391825114831597e-16));
  CHECK(normal_quantile(0.025) == near(-1.9599639845400545));
  CHECK(normal_quantile(1e-10) == near(-6.361340902404056));
  CHECK(normal_quantile(0.3) == near(-0.5244005127080409));
  CHECK(student_two_sided(1e-3, 3) == near(0.9992648949694609));
  CHECK(student_two_sided(50, 3) == near(1.761715204127197e-05));
  CHECK(student_quantile(0.95, 9) == near(2.262157162798205));
  CHECK(student_quantile(0.99, 2.5) == near(7.163728138948783));
  CHECK(binomial_below(3, 20, 0.3) == near(0.10708680450373087));
  CHECK(binomial_below(480, 1000, 0.5) == near(0.10872414660207075));
  CHECK(range_above(3, 4) == near(0.14627148104765975));
  CHECK(range_quantile(0.05, 5) == near(3.857655510378623));
}

TEST_CASE("quantiles are the inverse of their distribution", "[eval]") {
  for (const double p : {1e-12, 1e-4, 0.2, 0.5, 0.77, 0.999}) {
    CHECK(normal_below(normal_quantile(p)) == near(p));
    CHECK(incomplete_beta(3.5, 0.7, incomplete_beta_inverse(3.5, 0.7, p)) == near(p));
    CHECK(1 - student_two_sided(student_quantile(p, 4), 4) == Approx(p).epsilon(1e-9).margin(1e-15));
  }
  CHECK(normal_quantile(0.9) == near(-normal_quantile(0.1)));
  CHECK(std::isinf(normal_quantile(0)));
  CHECK(incomplete_beta_inverse(2, 3, 1) == 1);
  CHECK(incomplete_beta(2, 3, 0) == 0);
  CHECK(student_two_sided(INFINITY, 3) == 0);
  CHECK(binomial_below(-1, 5, 0.5) == 0);
  CHECK(binomial_below(5, 5, 0.5) == 1);
  CHECK_THROWS_AS(incomplete_beta(0, 1, 0.5), l2g::error);
  CHECK_THROWS_AS(normal_quantile(1.5), l2g::error);
}

TEST_CASE("intervals of a share end where there is nothing beyond", "[eval]") {
  CHECK(clopper_pearson_interval(0, 20).lo == 0);
  CHECK(clopper_pearson_interval(0, 20).hi == near(1 - std::pow(0.025, 1.0 / 20)));
  CHECK(clopper_pearson_interval(20, 20).hi == 1);
  CHECK(wilson_interval(0, 20).lo == Approx(0).margin(1e-15));
  CHECK(normal_interval(20, 20).hi == 1);
  CHECK_THROWS_WITH(wilson_interval(3, 0), Catch::Contains("at least one row"));
  CHECK_THROWS_WITH(wilson_interval(3, 2), Catch::Contains("3 of 2 rows are right"));
  CHECK_THROWS_WITH(wilson_interval(1, 2, 95), Catch::Contains("'level'"));
}

TEST_CASE("Wilson's interval covers what it says, the normal one does not", "[eval]") {
  // Exactly: the binomial probabilities of the counts whose interval holds the share.
  const auto coverage = [](auto interval, index_t rows, double share) {
    double sum = 0;
    for (index_t k = 0; k <= rows; ++k) {
      const ShareInterval i = interval(k, rows, 0.95);
      if (i.lo <= share && share <= i.hi) sum += binomial_below(k, rows, share) - binomial_below(k - 1, rows, share);
    }
    return sum;
  };
  CHECK(coverage(normal_interval, 50, 0.95) < 0.93);
  CHECK(coverage(wilson_interval, 50, 0.95) > 0.94);
  for (const double share : {0.02, 0.3, 0.5, 0.93}) CHECK(coverage(clopper_pearson_interval, 40, share) >= 0.95);
}
