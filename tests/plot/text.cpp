// Charts as text: never wider than asked, plain unless colour is asked for, with the words of the picture.
#include <catch2/catch.hpp>
#include <l2g/core/errors.hpp>

#include <sstream>

#include "plot/charts.hpp"
#include "plot/figure.hpp"
#include "plot/text_grid.hpp"
#include "plot/words.hpp"
#include "sample_charts.hpp"

using l2g::plot::columns;
using l2g::plot::text_chart;

namespace {

std::string without_colours(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\033') {
      out += text[i];
      continue;
    }
    REQUIRE(text.at(i + 1) == '[');
    i = text.find('m', i);
    REQUIRE(i != std::string::npos);
  }
  return out;
}

int widest(const std::string& text) {
  std::istringstream lines(text);
  int most = 0;
  for (std::string line; std::getline(lines, line);) most = std::max(most, columns(line));
  return most;
}

template <class Chart>
void check_widths(const Chart& chart) {
  for (const int width : {20, 33, 80, 132}) {
    const std::string plain = text_chart(chart, width, false), coloured = text_chart(chart, width, true);
    CHECK(widest(plain) <= width);
    CHECK(plain.find('\033') == std::string::npos);
    CHECK(widest(without_colours(coloured)) <= width);
    CHECK(!plain.empty());
    CHECK(plain.back() == '\n');
    CHECK(plain.find(" \n") == std::string::npos);
  }
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("text charts keep their width and say what they show", "[plot]") {
  samples::each([](const auto& chart, const std::string& name, const std::vector<std::string>& words) {
    INFO(name);
    check_widths(chart);
    const std::string text = text_chart(chart, 100, false);
    for (const std::string& word : words) {
      INFO(word);
      CHECK(has(text, word));
    }
  });
}

TEST_CASE("text charts without values, with one, with gaps and with hostile names", "[plot]") {
  samples::each_edge([](const auto& chart) { check_widths(chart); });
  CHECK(has(text_chart(l2g::report::RocCurves{}, 80, false), "no values"));
}

TEST_CASE("a spike of the loss does not flatten the picture, and is told", "[plot]") {
  auto chart = samples::learning();
  CHECK_FALSE(has(text_chart(chart, 80, false), "above"));
  chart.train_loss.y[200] = 40;
  const std::string text = text_chart(chart, 80, false);
  CHECK(has(text, "(1 of its values above)"));
  CHECK_FALSE(has(text, "40 ┤"));
}

TEST_CASE("a width without room for a chart is refused", "[plot]") {
  CHECK_THROWS_WITH(text_chart(samples::roc(), 19, false), "text chart: width must be at least 20 columns, got 19");
  CHECK_THROWS_AS(text_chart(samples::roc(), -1, false), l2g::error);
}

TEST_CASE("a perfect diagonal runs from corner to corner in braille", "[plot]") {
  const l2g::report::RocCurves chart{"t", {{"m", {0, 1}, {0, 1}}}};
  std::istringstream lines(text_chart(chart, 80, false));
  std::vector<std::string> plot;
  for (std::string line; std::getline(lines, line);)
    if (has(line, "│") || has(line, "┤")) plot.push_back(line);
  REQUIRE(plot.size() == 16);
  CHECK(columns(plot.front()) == 5 + 36);  // 36 columns for 16 rows: a square in most terminals
  CHECK(has(plot.back(), "┤⡠"));           // the lowest row starts at the axis
  CHECK(has(plot.front(), "1.0 ┤"));
  CHECK(has(plot.back(), "0.0 ┤"));
}

TEST_CASE("a confusion matrix in text: counts, shares and bars", "[plot]") {
  l2g::report::ConfusionMatrix chart;
  chart.class_names = {"no", "yes"}, chart.counts = {75, 25, 0, 8};
  const std::string text = text_chart(chart, 80, false);
  CHECK(has(text, "75  75.0 %"));
  CHECK(has(text, "25  25.0 %"));
  CHECK(has(text, "8  100.0 %"));
  CHECK(has(text, "████████████ "));     // three quarters of 16 columns
  CHECK(has(text, "████████████████"));  // all of them
  chart.counts = {0, 0, 3, 0};           // a class without rows has no shares
  CHECK_FALSE(has(text_chart(chart, 80, false), "nan"));
}

TEST_CASE("round ticks", "[plot]") {
  using l2g::plot::ticks;
  const auto labels = [](double lo, double hi, int wanted) {
    std::string all;
    for (const auto& t : ticks({"", lo, hi}, wanted)) all += t.label + " ";
    return all;
  };
  CHECK(labels(0, 1, 5) == "0.0 0.2 0.4 0.6 0.8 1.0 ");
  CHECK(labels(-0.31, 0.42, 4) == "-0.2 0.0 0.2 0.4 ");
  CHECK(labels(0, 50000, 5) == "0 10k 20k 30k 40k 50k ");
  CHECK(labels(0.2, 0.2, 5).empty());
  CHECK(labels(0, 1e-9, 4) == "0 2e-10 4e-10 6e-10 8e-10 1e-09 ");
  CHECK(ticks({"", 0, 2, {}, true}, 8).size() == 3);
}

TEST_CASE("long titles go on in another line, and bare numbers say that they are classes", "[plot]") {
  using l2g::plot::wrapped;
  CHECK(wrapped("a title of five words", 10) == std::vector<std::string>{"a title of", "five words"});
  CHECK(wrapped("two\nlines", 20) == std::vector<std::string>{"two lines"});
  CHECK(wrapped("an incomprehensible word", 7) == std::vector<std::string>{"an", "inc…ble", "word"});
  CHECK(wrapped("", 7).empty());
  CHECK(l2g::plot::lines_of("", 7) == "\n");
  CHECK(l2g::plot::class_words("1") == "class 1");
  CHECK(l2g::plot::class_words("promoter") == "promoter");
  CHECK(l2g::plot::class_words("") == "");
}

TEST_CASE("names are shortened in the middle, whole characters only", "[plot]") {
  const auto to = [](int room) { return [room](const std::string& s) { return columns(s) <= room; }; };
  CHECK(l2g::plot::shorten("promoter", to(8)) == "promoter");
  CHECK(l2g::plot::shorten("promoter", to(5)) == "pr…er");
  CHECK(l2g::plot::shorten("日本日本", to(5)) == "日…本");
  CHECK(l2g::plot::shorten("promoter", to(0)) == "…");
  CHECK(columns("日本 e\u0301") == 6);
  CHECK(l2g::plot::encode(l2g::plot::decode("a\xff\tb")) == "a\uFFFD b");
  CHECK(l2g::plot::count(1234567) == "1,234,567");
  CHECK(l2g::plot::number(-0.0001, 2) == "0.00");
}

TEST_CASE("colours come only from the 256 of every terminal and end with the line", "[plot]") {
  const std::string text = text_chart(samples::roc(), 80, true);
  CHECK(has(text, "\033[38;5;32m"));
  CHECK_FALSE(has(text, "38;2;"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (const auto last = line.rfind('\033'); last != std::string::npos) CHECK((line.compare(last, 4, "\033[0m") == 0));
}
