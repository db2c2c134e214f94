// Clusters, components, alignment of features, discrepancy of two samples: what has to hold, and edges.
#include <catch2/catch.hpp>
#include <l2g/core/errors.hpp>
#include <l2g/core/philox.hpp>
#include <l2g/eval/clustering.hpp>
#include <l2g/eval/components.hpp>
#include <l2g/eval/two_sample.hpp>

#include <cmath>

using namespace l2g::eval;
using l2g::index_t;
using Labels = std::vector<std::int32_t>;
using Reals = std::vector<double>;

namespace {
Reals uniform(std::size_t n, std::uint32_t stream, double shift = 0) {
  Reals x;
  for (std::size_t i = 0; i < n; ++i) x.push_back(l2g::Rng{11, 0}.uniform(stream, i) + shift);
  return x;
}
/// x (rows, 2) turned by an angle, scaled and moved.
Reals turned(const Reals& x, double angle, double scale) {
  Reals y;
  for (std::size_t i = 0; i < x.size(); i += 2) {
    y.push_back(scale * (std::cos(angle) * x[i] - std::sin(angle) * x[i + 1]) + 3);
    y.push_back(scale * (std::sin(angle) * x[i] + std::cos(angle) * x[i + 1]) - 1);
  }
  return y;
}
}  // namespace

TEST_CASE("silhouettes by the definition, a class of one row counts 0", "[eval]") {
  const Reals points{0, 1, 10, 12, 30};
  const Labels labels{7, 7, 3, 3, 5};
  const Reals s = silhouette_samples(points, 1, labels);
  CHECK(s[0] == Approx((11.0 - 1) / 11));  // the nearest other class is at 10 and 12
  CHECK(s[3] == Approx((11.5 - 2) / 11.5));
  CHECK(s[4] == 0);
  CHECK(silhouette(points, 1, labels) == Approx((s[0] + s[1] + s[2] + s[3]) / 5));
  const Reals masked = silhouette_samples(points, 1, Labels{7, 7, 3, 3, -1});
  CHECK(std::isnan(masked[4]));
  CHECK(masked[0] == s[0]);
  CHECK_THROWS_WITH(silhouette(points, 1, Labels(5, 1)), Catch::Contains("at least two classes, got 1"));
  CHECK_THROWS_WITH(silhouette(points, 2, labels), Catch::Contains("5 numbers are not 5 rows of width 2"));
  CHECK(neighbour_purity(points, 1, labels, 1) == Approx(0.8));
  CHECK_THROWS_WITH(neighbour_purity(points, 1, labels, 5), Catch::Contains("other rows (4)"));
}

TEST_CASE("more rows than a block of distances give the same silhouettes", "[eval]") {
  const Reals x = uniform(2 * 700, 1);
  Labels labels;
  for (std::size_t i = 0; i < 700; ++i) labels.push_back(x[2 * i] > 0.6 ? 1 : 0);
  const Reals s = silhouette_samples(x, 2, labels);
  for (const std::size_t row : {std::size_t{0}, std::size_t{300}, std::size_t{699}}) {
    double sum[2] = {0, 0}, rows[2] = {0, 0};
    for (std::size_t j = 0; j < 700; ++j) {
      const auto l = static_cast<std::size_t>(labels[j]);
      sum[l] += std::hypot(x[2 * row] - x[2 * j], x[2 * row + 1] - x[2 * j + 1]), ++rows[l];
    }
    const auto own = static_cast<std::size_t>(labels[row]);
    const double a = sum[own] / (rows[own] - 1), b = sum[1 - own] / rows[1 - own];
    CHECK(s[row] == Approx((b - a) / std::max(a, b)).epsilon(1e-9));
  }
}

TEST_CASE("agreement: equal up to names is 1, chance is 0", "[eval]") {
  const Labels a{0, 0, 1, 1, 2, 2}, renamed{5, 5, 9, 9, 1, 1};
  CHECK(agreement(a, renamed).rand == Approx(1));
  CHECK(agreement(a, renamed).adjusted_mutual == Approx(1));
  Labels first, second;
  const l2g::Rng rng{3, 0};
  for (std::uint64_t i = 0; i < 2000; ++i)
    first.push_back(static_cast<std::int32_t>(rng.below(1, i, 4))),
        second.push_back(static_cast<std::int32_t>(rng.below(2, i, 6)));
  CHECK(agreement(first, second).rand == Approx(0).margin(0.005));
  CHECK(agreement(first, second).adjusted_mutual == Approx(0).margin(0.005));
  CHECK(agreement(Labels{1, 1, 1}, Labels{2, 2, 2}).mutual == 1);
  CHECK(agreement(Labels{0, 1, 2}, Labels{3, 4, 5}).rand == 1);
}

TEST_CASE("components: the same by columns and by rows, and they rebuild the points", "[eval]") {
  const index_t rows = 7, width = 12;  // wide: through the Gram matrix
  const Reals x = uniform(std::size_t(rows * width), 2);
  const Components p = principal_components(x, width, 100);
  CHECK(p.count == rows - 1);
  double sum = 0;
  for (const double v : p.variance) sum += v;
  CHECK(sum == Approx(p.total).epsilon(1e-12));
  for (index_t r = 0; r < rows; ++r)
    for (index_t c = 0; c < width; ++c) {
      double v = p.mean[std::size_t(c)];
      for (index_t i = 0; i < p.count; ++i)
        v += p.scores[std::size_t(r * p.count + i)] * p.axes[std::size_t(i * width + c)];
      CHECK(v == Approx(x[std::size_t(r * width + c)]).margin(1e-12));
    }
  Reals tall;  // transposed and doubled in rows: through the covariance
  for (int copy = 0; copy < 2; ++copy) tall.insert(tall.end(), x.begin(), x.end());
  const Components q = principal_components(tall, width, 3);
  CHECK(q.variance[0] == Approx(p.variance[0] * 12 / 13).epsilon(1e-12));
  for (std::size_t i = 0; i < std::size_t(width); ++i) CHECK(q.axes[i] == Approx(p.axes[i]).margin(1e-10));
  CHECK_THROWS_WITH(principal_components(Reals{1, 2}, 2, 1), Catch::Contains("at least two rows"));
  CHECK_THROWS_WITH(principal_components(Reals{1, NAN, 2, 3}, 2, 1), Catch::Contains("not finite"));
}

TEST_CASE("components by iteration are those by eigenvectors", "[eval]") {
  Reals x = uniform(90 * 40, 12);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= std::pow(0.8, static_cast<double>(i % 40));  // variances that fall
  const Components exact = principal_components(x, 40, 4), iterated = principal_components(x, 40, 4, {}, 1);
  for (std::size_t i = 0; i < 4; ++i) CHECK(iterated.variance[i] == Approx(exact.variance[i]).epsilon(1e-8));
  for (std::size_t i = 0; i < exact.axes.size(); ++i) CHECK(iterated.axes[i] == Approx(exact.axes[i]).margin(1e-4));
  CHECK(principal_components(x, 40, 100, {}, 1).count == 40);
}

TEST_CASE("alignment of features does not see rotation, scale and place", "[eval]") {
  const Reals x = uniform(2 * 60, 3);
  for (const bool debiased : {false, true}) {
    CHECK(linear_alignment(x, 2, turned(x, 0.7, 5), 2, debiased) == Approx(1).epsilon(1e-10));
    CHECK(linear_alignment(x, 2, x, 2, debiased) == Approx(1));
  }
  // Independent noise, many columns, few rows: near 1 with bias, near 0 without.
  const Reals a = uniform(20 * 200, 4), b = uniform(20 * 150, 5);
  CHECK(linear_alignment(a, 200, b, 150) > 0.8);
  CHECK(std::abs(linear_alignment(a, 200, b, 150, true)) < 0.1);
  // Both ways of computing it.
  const Reals c = uniform(40 * 10, 6), d = uniform(40 * 45, 7);
  Reals narrow;
  for (std::size_t r = 0; r < 40; ++r)
    narrow.insert(narrow.end(), d.begin() + long(r * 45), d.begin() + long(r * 45 + 10));
  Reals padded;  // columns of zeros change nothing but the way
  for (std::size_t r = 0; r < 40; ++r) {
    padded.insert(padded.end(), narrow.begin() + long(r * 10), narrow.begin() + long(r * 10 + 10));
    padded.insert(padded.end(), 35, 0.0);
  }
  CHECK(linear_alignment(c, 10, narrow, 10) == Approx(linear_alignment(c, 10, padded, 45)).epsilon(1e-12));
  CHECK(std::isnan(linear_alignment(Reals(8, 1.0), 2, uniform(8, 1), 2)));
  CHECK_THROWS_WITH(linear_alignment(x, 2, c, 10), Catch::Contains("60 rows against 40"));
}

TEST_CASE("a discrepancy is its definition, and chance is chance", "[eval]") {
  const Reals a = uniform(30 * 3, 8), b = uniform(20 * 3, 9, 0.5), same = uniform(20 * 3, 10);
  const Discrepancy d = discrepancy(a, b, 3, 0, 200);
  // By the definition, over all pairs.
  Reals z = a;
  z.insert(z.end(), b.begin(), b.end());
  double sigma = 0, value = 0;
  const auto distance = [&](std::size_t i, std::size_t j) {
    double sum = 0;
    for (std::size_t k = 0; k < 3; ++k) sum += std::pow(z[3 * i + k] - z[3 * j + k], 2);
    return sum;
  };
  for (std::size_t i = 0; i < 50; ++i)
    for (std::size_t j = 0; j < 50; ++j) sigma += distance(i, j) / (50 * 49);
  for (std::size_t i = 0; i < 50; ++i)
    for (std::size_t j = 0; j < 50; ++j) {
      double k = 0;
      for (int m = -2; m <= 2; ++m) k += std::exp(-distance(i, j) / (sigma * std::pow(2.0, m)));
      value += k * (i < 30 ? 1.0 / 30 : -1.0 / 20) * (j < 30 ? 1.0 / 30 : -1.0 / 20);
    }
  CHECK(d.sigma == Approx(sigma).epsilon(1e-12));
  CHECK(d.value == Approx(value).epsilon(1e-10));
  CHECK(d.p == Approx(1.0 / 201));
  CHECK(d.value > 5 * d.expected);
  const Discrepancy none = discrepancy(a, same, 3, 0, 200);
  CHECK(none.p > 0.05);
  CHECK(none.value < 2 * none.expected);
  CHECK(std::isnan(discrepancy(a, b, 3, 1.0, 0).p));
  CHECK(discrepancy(Reals(6, 1.0), Reals(3, 1.0), 3).value == 0);
  CHECK_THROWS_WITH(discrepancy(a, Reals{1, 2}, 3), Catch::Contains("two sets of points of width 3"));
}
