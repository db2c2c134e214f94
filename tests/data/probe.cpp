// Logistic probes of dense features.
#include <catch2/catch.hpp>
#include <l2g/core/philox.hpp>
#include <l2g/data/probe.hpp>

using namespace l2g;

namespace {

const std::vector<std::string> bases{"ACGTAC", "GGGTAC", "TTTACG", "CGCGCG", "ATATAT", "GGCCTA",
                                     "TACGTA", "CCCCGG", "ATTTAA", "GCGCAT", "TAATAC", "CGGCGC"};
const std::vector<std::int32_t> labels{0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1};

std::vector<float> as_dense(const data::FeatureBlock& sparse) {
  std::vector<float> values(sparse.scale.size() * std::size_t(sparse.features));
  for (std::size_t r = 0; r < sparse.scale.size(); ++r)
    for (std::size_t i = sparse.start[r]; i < sparse.start[r + 1]; ++i)
      values[r * std::size_t(sparse.features) + sparse.ids[i]] += float(sparse.scale[r]);
  return values;
}

}  // namespace

TEST_CASE("logistic regression finds the same on dense features as on the sparse ones they stand for", "[data]") {
  for (const index_t classes : {2, 3}) {
    auto truth = labels;
    if (classes == 3) truth[4] = truth[5] = 2;
    const auto sparse = data::kmer_counts(bases, 2);
    data::Standardisation same{std::vector<double>(16, 0.0), std::vector<double>(16, 1.0)};
    const data::Features a{{sparse}}, b{{data::dense_features(as_dense(*sparse), same)}};
    data::LogisticModel x, y;
    data::fit_logistic(x, a, truth, classes, {.C = 0.5, .tolerance = 1e-9});
    data::fit_logistic(y, b, truth, classes, {.C = 0.5, .tolerance = 1e-9});
    REQUIRE(x.weights.size() == y.weights.size());
    for (std::size_t i = 0; i < x.weights.size(); ++i) CHECK(x.weights[i] == Approx(y.weights[i]).margin(1e-5));
    const auto p = data::decision(x, a), q = data::decision(y, b);
    for (std::size_t i = 0; i < p.size(); ++i) CHECK(p[i] == Approx(q[i]).margin(1e-5));
  }
}

TEST_CASE("columns are standardised, and one that never changes is left at zero", "[data]") {
  const std::vector<float> values{1, 5, 3, 5, 5, 5};
  const data::Standardisation s = data::standardisation_of(values, 2);
  CHECK(s.mean == std::vector<double>{3, 5});
  CHECK(s.deviation[0] == Approx(std::sqrt(8.0 / 3)));
  const auto block = data::dense_features(values, s);
  CHECK(block->values[0] == Approx(-2 / std::sqrt(8.0 / 3)));
  CHECK(block->values[1] == 0);
  CHECK_THROWS_WITH(data::standardisation_of(values, 4), Catch::Contains("no rows of 4"));
}

TEST_CASE("a probe reads what is there and nothing from shuffled labels", "[data]") {
  const Rng rng{3, 0};
  const index_t width = 6;
  const auto rows = [&](std::uint32_t stream, std::size_t n, std::vector<std::int32_t>& truth) {
    std::vector<float> values;
    for (std::size_t r = 0; r < n; ++r) {
      truth.push_back(std::int32_t(r % 2));
      for (index_t c = 0; c < width; ++c)
        values.push_back(
            float(rng.uniform(stream, r * std::size_t(width) + std::size_t(c)) + (c == 2 ? double(r % 2) : 0.0)));
    }
    return values;
  };
  std::vector<std::int32_t> train_labels, dev_labels;
  const auto train = rows(1, 400, train_labels), dev = rows(2, 400, dev_labels);
  const data::ProbeScore p = data::probe({train, train_labels}, {dev, dev_labels}, width, 2);
  CHECK(p.dev_mcc > 0.95);
  CHECK(std::abs(p.control_mcc) < 0.35);
  CHECK(data::probe_mcc(p, {dev, dev_labels}) == p.dev_mcc);
  CHECK(std::isnan(data::probe({train, train_labels}, {dev, dev_labels}, width, 2, {.controls = 0}).control_mcc));
}
