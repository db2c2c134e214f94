// Pictures: each format is whole and parses, holds the words that it shows, and never harms an old file.
#include <zlib.h>
#include <catch2/catch.hpp>
#include <l2g/core/errors.hpp>
#include <l2g/report/html_page.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "plot/charts.hpp"
#include "sample_sequences.hpp"
#include "scratch_folder.hpp"

namespace {

namespace fs = std::filesystem;

std::uint32_t big_endian(const std::string& s, std::size_t at) {
  std::uint32_t v = 0;
  for (std::size_t i = 0; i < 4; ++i) v = v << 8 | static_cast<unsigned char>(s.at(at + i));
  return v;
}

struct Size {
  std::uint32_t width, height;
};

/// Walks the chunks, checks their sums and unpacks the pixels.
Size checked_png(const std::string& png) {
  REQUIRE(png.substr(0, 8) == "\x89PNG\r\n\x1a\n");
  std::string packed, last;
  for (std::size_t at = 8; at < png.size();) {
    const std::uint32_t length = big_endian(png, at);
    last = png.substr(at + 4, 4);
    const std::string body = png.substr(at + 4, 4 + length);
    REQUIRE(crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size())) ==
            big_endian(png, at + 8 + length));
    if (last == "IDAT") packed += body.substr(4);
    at += 12 + length;
  }
  REQUIRE(last == "IEND");
  const Size size{big_endian(png, 16), big_endian(png, 20)};
  std::string pixels(std::size_t(size.height) * (1 + 3 * std::size_t(size.width)), '\0');
  uLongf unpacked = pixels.size();
  REQUIRE(uncompress(reinterpret_cast<Bytef*>(pixels.data()), &unpacked, reinterpret_cast<const Bytef*>(packed.data()),
                     packed.size()) == Z_OK);
  REQUIRE(unpacked == pixels.size());
  return size;
}

/// Every tag that opens closes, in order; entities and quotes are whole.
void check_xml(const std::string& xml) {
  std::vector<std::string> open;
  for (std::size_t at = 0; (at = xml.find('<', at)) != std::string::npos;) {
    const std::size_t end = xml.find('>', at);
    REQUIRE(end != std::string::npos);
    const std::string tag = xml.substr(at + 1, end - at - 1);
    at = end;
    if (tag[0] == '?' || tag[0] == '!') continue;
    if (tag[0] == '/') {
      REQUIRE(!open.empty());
      REQUIRE(open.back() == tag.substr(1));
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(tag.substr(0, tag.find_first_of(" \n")));
    }
  }
  REQUIRE(open.empty());
  for (std::size_t at = 0; (at = xml.find('&', at)) != std::string::npos; ++at) REQUIRE(xml.find(';', at) < at + 8);
  REQUIRE(
      std::none_of(xml.begin(), xml.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; }));
}

template <class F>
void each_chart(F&& f) {
  samples::each(f), samples::each_comparison(f);
}
template <class F>
void each_edge(F&& f) {
  samples::each_edge(f), samples::each_comparison_edge(f);
}

}  // namespace

TEST_CASE("pictures of every chart are whole in every format", "[plot]") {
  const ScratchFolder folder;
  each_chart([&](const auto& chart, const std::string& name, const std::vector<std::string>& words) {
    INFO(name);
    l2g::plot::write_chart(chart, folder / (name + "1.png"), 1);
    l2g::plot::write_chart(chart, folder / (name + ".PNG"));
    const Size once = checked_png(read_bytes(folder / (name + "1.png"))),
               twice = checked_png(read_bytes(folder / (name + ".PNG")));
    CHECK(once.width >= 300);
    CHECK(once.width <= 1100);
    CHECK(std::abs(int(twice.width) - 2 * int(once.width)) <= 1);
    l2g::plot::write_chart(chart, folder / (name + ".svg"));
    const std::string svg = read_bytes(folder / (name + ".svg"));
    check_xml(svg);
    CHECK(svg.find("<svg ") != std::string::npos);
    for (const std::string& word : words) {
      INFO(word);
      CHECK(svg.find(word) != std::string::npos);
    }
    l2g::plot::write_chart(chart, folder / (name + ".pdf"));
    const std::string pdf = read_bytes(folder / (name + ".pdf"));
    CHECK(pdf.substr(0, 5) == "%PDF-");
    CHECK(pdf.substr(pdf.size() - 6) == "%%EOF\n");
  });
}

TEST_CASE("charts without values, with one, with gaps and with hostile names are drawn", "[plot]") {
  const ScratchFolder folder;
  each_edge([&](const auto& chart) {
    l2g::plot::write_chart(chart, folder / "edge.png", 1);
    checked_png(read_bytes(folder / "edge.png"));
    l2g::plot::write_chart(chart, folder / "edge.svg");
    check_xml(read_bytes(folder / "edge.svg"));
    check_xml(l2g::plot::svg_of(l2g::plot::drawing_of(chart), "p1"));
  });
}

TEST_CASE("pictures of a page are text, reach nowhere, and have names of their own", "[plot]") {
  each_chart([&](const auto& chart, const std::string& name, const std::vector<std::string>& words) {
    INFO(name);
    const std::string svg = l2g::plot::svg_of(l2g::plot::drawing_of(chart), "p7");
    check_xml(svg);
    for (const std::string& word : words) {
      INFO(word);
      CHECK(svg.find(l2g::report::html_escaped(word)) != std::string::npos);
    }
    for (const char* banned : {"http", "src=", "url(", "<image", "style="})
      for (std::size_t at = 0; (at = svg.find(banned, at)) != std::string::npos; ++at)
        CHECK(svg.substr(at, 7) == "url(#p7");
    for (std::size_t at = 0; (at = svg.find(" id=\"", at)) != std::string::npos; ++at)
      CHECK(svg.substr(at, 7) == " id=\"p7");
    CHECK(svg == l2g::plot::svg_of(l2g::plot::drawing_of(chart), "p7"));
  });
  auto hostile = samples::roc();
  hostile.curves[0].name = "</svg><script>alert(1)</script>\"'&";
  const std::string svg = l2g::plot::svg_of(l2g::plot::drawing_of(hostile), "p");
  check_xml(svg);
  CHECK(svg.find("<script") == std::string::npos);
}

TEST_CASE("long class names are shortened in the middle, and the SVG says their ends", "[plot]") {
  const ScratchFolder folder;
  l2g::plot::write_chart(samples::matrix(3), folder / "m.svg");
  const std::string svg = read_bytes(folder / "m.svg");
  CHECK(svg.find("transcription factor binding site number 2") == std::string::npos);
  CHECK(svg.find("…") != std::string::npos);
  CHECK(svg.find("number 2") != std::string::npos);
}

TEST_CASE("the same chart gives the same PNG and SVG", "[plot]") {
  const ScratchFolder folder;
  for (const std::string format : {"png", "svg"}) {
    l2g::plot::write_chart(samples::roc(), folder / ("a." + format));
    l2g::plot::write_chart(samples::roc(), folder / ("b." + format));
    CHECK((read_bytes(folder / ("a." + format)) == read_bytes(folder / ("b." + format))));
  }
}

TEST_CASE("what cannot be written is refused in words and harms nothing", "[plot]") {
  const ScratchFolder folder;
  const auto write = [&](const std::string& name) { l2g::plot::write_chart(samples::roc(), folder / name); };
  CHECK_THROWS_WITH(write("a.pmg"),
                    Catch::EndsWith("unknown picture format 'pmg' (did you mean 'png'?); there are png, svg, pdf"));
  CHECK_THROWS_WITH(write("plain"), Catch::Contains("there are png, svg, pdf"));
  CHECK_THROWS_WITH(write("folder.png/plain"), Catch::Contains("there are png, svg, pdf"));
  CHECK_THROWS_AS(write("absent/a.png"), l2g::file_error);
  CHECK(folder.count() == 0);
  std::ofstream(folder / "old.svg") << "old";
  auto bad = samples::roc();
  bad.curves[0].x.pop_back();
  CHECK_THROWS_WITH(l2g::plot::write_chart(bad, folder / "old.svg"), "ROC: 'aligned' has 3 x values but 4 y values");
  auto matrix = samples::matrix(2);
  matrix.counts.pop_back();
  CHECK_THROWS_WITH(l2g::plot::write_chart(matrix, folder / "old.svg"),
                    "confusion matrix: 2 class names need 4 counts, got 3");
  auto histogram = samples::histogram();
  histogram.bins = 0;
  CHECK_THROWS_WITH(l2g::plot::write_chart(histogram, folder / "old.svg"),
                    Catch::Contains("'bins' must be at least 1, got 0"));
  CHECK_THROWS_WITH(l2g::plot::write_chart(samples::roc(), folder / "old.svg", 0),
                    Catch::Contains("scale must be above 0"));
  CHECK(read_bytes(folder / "old.svg") == "old");
}
