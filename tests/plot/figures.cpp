// What figures draw of numbers: bars, steps, lanes of names.
#include <catch2/catch.hpp>

#include <cmath>

#include "plot/charts.hpp"
#include "plot/figures.hpp"
#include "plot/lanes.hpp"

namespace plot = l2g::plot;
namespace report = l2g::report;

TEST_CASE("bars of a histogram hold equally many of the values that can occur", "[plot]") {
  report::ScoreHistogram c{.values = {}, .labels = {}, .class_names = {"all"}, .bins = 30, .step = 1};
  for (int length = 100; length < 170; ++length) c.values.push_back(length), c.labels.push_back(0);
  const auto flat = plot::figure_of(c).panels.at(0);
  CHECK(flat.x.lo == 99.5);
  CHECK(flat.x.hi == 171.5);  // 24 bars of 3 lengths
  const auto& line = flat.lines.at(0);
  for (std::size_t i = 0; i + 2 < line.y.size(); ++i) CHECK(line.y[i] == Approx(100 * 3.0 / 70));
  // One length alone stands in the middle, in a bar of its own.
  c.values = {70, 70}, c.labels = {0, 0};
  const auto one = plot::figure_of(c).panels.at(0);
  CHECK(one.x.lo == 64.5);
  CHECK(one.x.hi == 75.5);
  CHECK(one.lines.at(0).y.at(10) == 100);
  CHECK(one.lines.at(0).x.at(10) == 69.5);
}

TEST_CASE("precision keeps its height up to the recall that it was reached at", "[plot]") {
  report::PrecisionRecallCurves c{.curves = {{.name = "m", .x = {1, 1, 0.5, 0}, .y = {0.4, 0.7, 0.5, 1}}}};
  const auto line = plot::figure_of(c).panels.at(0).lines.at(0);
  CHECK(line.x == std::vector<double>{1, 1, 0.5, 0.5, 0, 0});
  CHECK(line.y == std::vector<double>{0.4, 0.7, 0.7, 0.5, 0.5, 1});
}

TEST_CASE("where names are too many the highest scores get lanes", "[plot]") {
  const std::vector<plot::Extent> extents{{0, 10}, {5, 15}, {8, 20}, {30, 40}};
  const double unknown = std::nan("");
  CHECK(plot::lanes_by_score(extents, {1, 2, 3, unknown}, 3) == std::vector<int>{0, 1, 2, 0});
  CHECK(plot::lanes_by_score(extents, {1, 2, 3, unknown}, 2) == std::vector<int>{-1, 1, 0, 0});
  CHECK(plot::lanes_by_score(extents, {unknown, unknown, 3, 1}, 1) == std::vector<int>{-1, -1, 0, 0});
}
