// Numbers as shades, in the terminal and in a picture.
#include "plot/charts.hpp"
#include "scratch_folder.hpp"

#include <catch2/catch.hpp>
#include <l2g/core/errors.hpp>

using namespace l2g;

TEST_CASE("a heat map shows the largest values darkest and stays in its width") {
  report::HeatMap m{"Attention", {"first\nrow", "second"}, {"a", "b", "c"}, {0, 0.5, 1, 1, 0, 0}};
  const std::string text = plot::text_chart(m, 40, false);
  CHECK(text.find("Attention") == 0);
  CHECK(text.find("first row") != text.npos);  // a line end in a name would break the picture
  CHECK(text.find("████") != text.npos);
  CHECK(text.find("▒▒▒▒") != text.npos);
  CHECK(plot::text_chart(m, 40, true).find("\x1b[") != std::string::npos);

  report::HeatMap wide{"Wide", {"row"}, std::vector<std::string>(300, "c"), std::vector<double>(300, 1)};
  wide.values[7] = 5;
  const std::string narrow = plot::text_chart(wide, 30, false);
  CHECK(narrow.find("█") != narrow.npos);  // several cells in one: the largest of them

  report::HeatMap sides{"Sides", {"row"}, {"a", "b", "c"}, {-2, 0, 1}};
  CHECK(plot::text_chart(sides, 70, true).find("from -2.000 (orange) over 0 (white) to 1.000 (blue)") != text.npos);
  CHECK(plot::text_chart(sides, 70, true).find("48;5;130") != text.npos);  // the lowest
  CHECK(plot::text_chart(sides, 70, true).find("48;5;255") != text.npos);  // nothing

  const ScratchFolder folder;
  plot::write_chart(m, folder / "map.svg");
  CHECK(read_bytes(folder / "map.svg").find("<svg") != std::string::npos);
  m.values.pop_back();
  CHECK_THROWS_WITH(plot::text_chart(m, 40, false), Catch::Contains("2 rows and 3 columns, but 5 values"));
  CHECK_THROWS_AS(plot::text_chart(wide, 10, false), error);
}
