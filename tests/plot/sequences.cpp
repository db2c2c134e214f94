// Letters of logos and tracks: what stands where, in text and in the numbers of a picture.
#include <catch2/catch.hpp>
#include <l2g/core/errors.hpp>

#include <set>

#include "plot/charts.hpp"
#include "plot/glyphs.hpp"
#include "plot/words.hpp"
#include "sample_sequences.hpp"

using namespace l2g;

namespace {

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all(1);
  for (const char c : text)
    if (c == '\n')
      all.emplace_back();
    else
      all.back() += c;
  all.pop_back();
  return all;
}

std::size_t times(const std::string& text, const std::string& word) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; ++at) ++n;
  return n;
}

template <class F>
void each_chart(F&& f) {
  samples::each(f), samples::each_comparison(f);
}

}  // namespace

TEST_CASE("letters of a logo stand on top of each other, the largest on top, the negative ones below", "[plot]") {
  report::Logo logo{"two", "position (base)", "contribution", "ACGT", {3, 1, 0, -2}, 7};
  CHECK(plot::text_chart(logo, 40, false) ==
        "two, contribution\n"
        "  4.00│ A\n"
        "      │ A\n"
        "      │ A\n"
        "      │ A\n"
        "      │ C\n"
        "  0.00│───\n"
        "      │ T\n"
        "      │ T\n"
        " -2.00│ T\n"
        "      └───\n"
        "       7\n"
        "       position (base)\n");
}

TEST_CASE("what stands in the boxes of glyphs reaches their edges", "[plot]") {
  for (const char c : std::string("ACGTUN")) {
    const std::string outline(plot::glyph_outline(c));
    INFO(outline);
    CHECK(outline.starts_with("M "));
    CHECK(outline.ends_with(" Z"));
    CHECK(times(outline, "100") >= 2);  // right and lower edge
    CHECK(plot::glyph_letter(c) == c);
  }
  CHECK(plot::glyph_letter('g') == 'G');
  CHECK(plot::glyph_letter('R') == 'N');
}

TEST_CASE("a page's logo uses one outline a letter, turned over where it is negative", "[plot]") {
  const std::string svg = plot::svg_of(plot::drawing_of(samples::contribution_logo()), "x");
  for (const char c : std::string("ACGTUN")) CHECK(times(svg, std::string("<path id=\"x") + c + "\"") == 1);
  CHECK(times(svg, "<use ") == 14 * 6);
  CHECK(times(svg, "scale(0.3196 -") > 10);
  CHECK(svg.find("data-tip=\"position -4: A ") != std::string::npos);
}

TEST_CASE("a track of few bases has letters, one of many has bars; hits say strand and place", "[plot]") {
  const auto svg = [](std::size_t n) { return plot::svg_of(plot::drawing_of(samples::track(n)), "x"); };
  CHECK(times(svg(70), "<use ") == 70);
  CHECK(times(svg(300), "<use ") == 0);
  CHECK(times(svg(300), "data-tip=\"position ") == 300);
  CHECK(times(svg(2000), "data-tip=\"position ") < 1200);
  CHECK(svg(2000).find("position 1000121: G") != std::string::npos);  // the largest of its neighbours
  CHECK(svg(70).find("data-tip=\"GATA1 →, 1000120 to 1000126, score 12.10\"") != std::string::npos);
  const auto text = lines(plot::text_chart(samples::track(70), 120, false));
  CHECK(text[1].find("HBB exon 1 →") != std::string::npos);
  CHECK(text[3].find("GATA1 →") != std::string::npos);
  CHECK(std::any_of(text.begin(), text.end(),
                    [](const std::string& s) { return s.find("0.00┼ACC") != std::string::npos; }));
}

TEST_CASE("mutations mark the base that stands there and say what falls and what rises", "[plot]") {
  report::MutationChart m;
  m.sequence = "AC", m.values = {0, -1, 1, 0.2, 0.05, 0, -0.3, 0.6};
  CHECK(plot::text_chart(m, 41, false) ==
        "Effect of every mutation, change of the\noutput\n"
        "   AC\n"
        "A  ·\n"
        "C  =·\n"
        "G  #-\n"
        "T  +#\n"
        "   1\n"
        "- = below 0, + # above; = # beyond 0.50\n"
        "·: the base that stands there\n"
        "   position (base)\n");
}

TEST_CASE("text of every chart stays in its width, with and without colours", "[plot]") {
  const auto check = [](const auto& chart) {
    for (const index_t width : {20, 37, 80, 200})
      for (const std::string& line : lines(plot::text_chart(chart, width, false))) {
        INFO(width << ": " << line);
        CHECK(plot::columns(line) <= int(width));
        CHECK(line.find('\033') == std::string::npos);
      }
    CHECK(!plot::text_chart(chart, 80, true).empty());
    CHECK_THROWS_WITH(plot::text_chart(chart, 19, false), Catch::Contains("at least 20 columns, got 19"));
  };
  each_chart([&](const auto& chart, const std::string& name, const auto&) {
    INFO(name);
    check(chart);
  });
  samples::each_comparison_edge(check);
}

TEST_CASE("points that no other beats for less are the front", "[plot]") {
  const double nan = report::unknown_value;
  using P = report::TradeOff::Point;
  const std::vector<P> points{{"a", 1, 0.5}, {"b", 2, 0.4},   {"c", 2, 0.7},
                              {"d", 3, 0.7}, {"e", nan, 0.9}, {"f", 9, nan}};
  CHECK(report::pareto_front(points) == std::vector<bool>{true, false, true, false, false, false});
}

TEST_CASE("the overlap of sets counts each name once, by the sets that it is in", "[plot]") {
  const auto o = report::overlap_of({{"first", {"a", "b", "b", "c"}}, {"second", {"b", "c", "d"}}});
  REQUIRE(o.parts.size() == 3);
  CHECK(o.sets == std::vector<std::string>{"first", "second"});
  CHECK((o.parts[0].in == std::vector<bool>{true, true} && o.parts[0].count == 2));
  CHECK((o.parts[1].count == 1 && o.parts[2].count == 1));
  CHECK(plot::text_chart(o, 40, false) ==
        "Overlap of motif sets\n"
        "┌─── first  3 motifs\n"
        "│ ┌─ second  3 motifs\n"
        "● ●  2 █████████████████████████████████\n"
        "· ●  1 ████████████████▌\n"
        "● ·  1 ████████████████▌\n");
}

TEST_CASE("extents that do not fit are refused in words", "[plot]") {
  report::ContributionTrack t{.sequence = "ACG", .values = {1, 2}};
  CHECK_THROWS_WITH(plot::drawing_of(t), "contribution track: 3 bases but 2 values");
  t.values = {1, 2, 3}, t.hits = {{1, 4, '+', "GATA1"}};
  CHECK_THROWS_WITH(plot::drawing_of(t), "contribution track: 'GATA1' covers positions 1 to 4 of a sequence of 3");
  CHECK_THROWS_WITH(plot::drawing_of(report::Logo{"", "", "", "ACGT", {1, 2, 3}}),
                    "logo: 3 heights are no multiple of 4 letters");
  report::MutationChart m;
  m.sequence = "AC", m.values = {1};
  CHECK_THROWS_WITH(plot::drawing_of(m), "mutations: 2 bases need 8 values, got 1");
  CHECK_THROWS_WITH(plot::drawing_of(report::LabelComparison{}), Catch::Contains("two models are needed, got 0"));
  CHECK_THROWS_AS(plot::drawing_of(report::SetOverlap{"", "", {"a"}, {{{true, false}, 1}}}), error);
}
