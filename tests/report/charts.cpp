// From data to the numbers of charts, against numbers worked out by hand or another way.
#include <catch2/catch.hpp>
#include <l2g/core/errors.hpp>
#include <l2g/core/philox.hpp>
#include <l2g/report/data_charts.hpp>
#include <l2g/report/rank_curves.hpp>
#include <l2g/report/reliability.hpp>
#include <l2g/report/sequence_charts_of.hpp>

#include <cmath>

using namespace l2g;
using report::unknown_value;

namespace {

struct Scored {
  std::vector<double> score;
  std::vector<std::int32_t> positive;
};

Scored scored(std::uint64_t rows, double signal) {
  Scored s;
  const Rng rng{5, 0};
  for (std::uint64_t i = 0; i < rows; ++i) {
    s.positive.push_back(rng.uniform(1, i) < 0.4);
    s.score.push_back(signal * s.positive.back() + rng.uniform(2, i) + rng.uniform(3, i));
  }
  return s;
}

}  // namespace

TEST_CASE("the bands of ROC and precision-recall curves hold the curve and narrow with the rows", "[report]") {
  const auto width = [](const report::RankCurve& c) {
    double sum = 0;
    for (std::size_t i = 0; i < c.band_x.size(); ++i) {
      CHECK(c.band_lo[i] <= c.band_hi[i]);
      sum += c.band_hi[i] - c.band_lo[i];
    }
    return sum / double(c.band_x.size());
  };
  const Scored few = scored(150, 0.6), many = scored(2400, 0.6);
  const eval::BootstrapOptions options{.resamples = 200};
  const auto a = report::roc_of("few", few.score, few.positive, options);
  const auto b = report::roc_of("many", many.score, many.positive, options);
  REQUIRE(a.band_x.size() == 101);
  CHECK((a.band_x.front() == 0 && a.band_x.back() == 1 && a.band_hi.back() == 1 && a.band_lo.back() == 1));
  CHECK(width(a) / width(b) == Approx(4).epsilon(0.3));  // 16 times the rows: a quarter of the width
  CHECK(width(report::precision_recall_of("few", few.score, few.positive, options)) >
        2 * width(report::precision_recall_of("many", many.score, many.positive, options)));
  // The curve itself lies in its band at nearly all places.
  const eval::Curve own = eval::roc_curve(many.score, many.positive);
  int inside = 0;
  for (std::size_t i = 0; i < b.band_x.size(); ++i) {
    const double y = report::detail::roc_height(own, b.band_x[i]);
    inside += y >= b.band_lo[i] - 1e-12 && y <= b.band_hi[i] + 1e-12;
  }
  CHECK(inside >= 99);
  const auto again = report::roc_of("few", few.score, few.positive, options);
  CHECK(again.band_lo == a.band_lo);
  CHECK(report::roc_of("one class", few.score, std::vector<std::int32_t>(150, 1), options).band_x.empty());
}

TEST_CASE("precision at a recall is the step that average precision adds up", "[report]") {
  const Scored s = scored(60, 0.4);
  const eval::Curve c = eval::precision_recall_curve(s.score, s.positive);
  double sum = 0;  // the integral of the steps, in the middle of fine intervals
  constexpr int steps = 30000;
  for (int i = 0; i < steps; ++i) sum += report::detail::precision_at(c, (i + 0.5) / steps) / steps;
  CHECK(sum == Approx(eval::average_precision(s.score, s.positive)).margin(1e-3));
  CHECK(report::detail::precision_at(c, 0) == 1);
}

TEST_CASE("a reliability diagram counts rows of bins and weighs their gaps", "[report]") {
  const std::vector<double> p{0, 0.1, 0.2, 0.55, 0.6, 0.95, 1, 0.5, unknown_value};
  const std::vector<std::int32_t> y{0, 0, 1, 1, 0, 1, 1, -1, 1};
  const auto r = report::reliability_of("m", p, y, 5);
  REQUIRE(r.bins.size() == 5);
  CHECK(r.bins[0].rows == 3);  // 0 belongs to the first bin, 0.2 closes it
  CHECK(r.bins[1].rows == 0);
  CHECK(std::isnan(r.bins[1].observed));
  CHECK(r.bins[2].rows == 2);
  CHECK(r.bins[4].rows == 2);
  CHECK(r.bins[0].predicted == Approx(0.1));
  CHECK(r.bins[0].observed == Approx(1 / 3.0));
  const double gap = (3 * std::abs(0.1 - 1 / 3.0) + 2 * std::abs(0.575 - 0.5) + 2 * std::abs(0.975 - 1)) / 7;
  CHECK(r.error == Approx(gap));
  CHECK((r.bins[4].observed_lo < 0.5 && r.bins[4].observed_hi == 1));  // two of two say little
  CHECK_THROWS_WITH(report::reliability_of("m", std::vector<double>{1.5}, std::vector<std::int32_t>{1}),
                    Catch::Contains("row 1 has 1.5"));
  CHECK_THROWS_AS(report::reliability_of("m", p, std::vector<std::int32_t>{1}), error);
}

TEST_CASE("lengths and GC content are told for each class", "[report]") {
  data::Dataset d;
  d.name = "set", d.sequences = {"GGCC", "ATNN", "NN", "GCAT"}, d.labels = {1, 0, 0, 1}, d.classes = {"no", "yes"};
  const auto gc = report::gc_histogram(d);
  CHECK(gc.values[0] == 100);
  CHECK(gc.values[1] == 0);
  CHECK(std::isnan(gc.values[2]));
  CHECK(gc.values[3] == 50);
  CHECK(gc.labels == d.labels);
  CHECK(gc.step == 0);  // shares of four bases and of two
  CHECK(report::length_histogram(d).values == std::vector<double>{4, 4, 2, 4});
  CHECK(report::length_histogram(d).step == 1);
  d.sequences = {"GGCC", "ATTT", "NNAT"};
  CHECK(report::gc_histogram(d).step == 0);
  d.sequences = {"GGCC", "ATTT", "NNNN"}, d.labels = {1, 0, 0};
  CHECK(report::gc_histogram(d).step == 25);
  d.labels.clear();
  CHECK(report::gc_histogram(d).class_names == std::vector<std::string>{"all rows"});
}

TEST_CASE("the letters of a motif add up to its information", "[report]") {
  const data::Motif m{"m", {{0.7, 0.1, 0.1, 0.1}, {0.25, 0.25, 0.25, 0.25}, {0, 1, 0, 0}}};
  const auto logo = report::logo_of(m);
  CHECK(logo.top == 2);
  double sum = 0;
  for (const double h : logo.heights) sum += h;
  CHECK(sum == Approx(m.information()));
  CHECK(logo.heights[9] == Approx(2));
  CHECK(logo.heights[4] == Approx(0).margin(1e-12));
  // Against a skewed background: relative entropy, and no fixed end of the axis.
  const auto skewed = report::logo_of(m, {0.4, 0.1, 0.1, 0.4});
  CHECK(std::isnan(skewed.top));
  CHECK(skewed.heights[9] == Approx(std::log2(10)));
  CHECK(report::probability_logo(m).heights[0] == 0.7);
}

TEST_CASE("a track shows a part of a sequence with the hits that lie in it", "[report]") {
  interpret::Contributions all{.method = "DeepLIFT/SHAP", .output_name = "logit of 1"};
  interpret::Contribution c{.id = "row 7", .sequence = "ACGTACGT", .observed = {0, 1, 2, 3, 4, 5, 6, 7}};
  all.rows.push_back(c);
  const auto t = report::track_of(all, 0, 2, 6, {{0, 3, '+', "a"}, {4, 8, '-', "b"}, {6, 8, '+', "c"}});
  CHECK(t.sequence == "GTAC");
  CHECK(t.values == std::vector<double>{2, 3, 4, 5});
  CHECK(t.first == 3);
  REQUIRE(t.hits.size() == 2);
  CHECK((t.hits[0].start == 0 && t.hits[0].end == 1));
  CHECK((t.hits[1].start == 2 && t.hits[1].end == 4 && t.hits[1].strand == '-'));
  CHECK(t.y_name == "contribution (logit)");
  CHECK(t.title == "DeepLIFT/SHAP of row 7: logit of 1");
  const auto logo = report::logo_of(all, 0, 2, 6);
  CHECK(logo.heights[2] == 2);  // G at position 2
  CHECK(logo.length() == 4);
  CHECK(logo.title == "Contributions of row 7, logit of 1");
  CHECK(logo.y_name == "contribution (logit)");
  all.rows[0].id = "7";
  CHECK(report::track_of(all, 0, 2, 6).title == "DeepLIFT/SHAP of row 7: logit of 1");
  all.rows[0].id = "chr1:5-13";
  CHECK(report::track_of(all, 0, 2, 6).title == "DeepLIFT/SHAP of chr1:5-13: logit of 1");
  all.rows[0].id.clear();
  CHECK(report::track_of(all, 0, 2, 6).title == "DeepLIFT/SHAP of row 1: logit of 1");
}
