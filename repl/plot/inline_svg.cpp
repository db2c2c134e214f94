// Pictures inside HTML pages: an <svg> element whose words are text and whose inks follow the page.
#include <l2g/report/html_page.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <set>

#include "plot/canvas.hpp"
#include "plot/glyphs.hpp"
#include "plot/words.hpp"

namespace l2g::plot {
namespace {

/// Text for XML: valid UTF-8 without control characters, its marks escaped.
std::string escaped(std::string_view text) { return report::html_escaped(encode(decode(text))); }

/// At most two decimals, none that say nothing.
std::string points(double v) {
  if (!std::isfinite(v)) return "0";
  char text[40];
  std::snprintf(text, sizeof text, "%.2f", std::abs(v) < 0.005 ? 0.0 : v);
  std::string s = text;
  while (s.back() == '0') s.pop_back();
  if (s.back() == '.') s.pop_back();
  return s;
}

std::string colour_name(Colour c) {
  if (c == colour_of(ink)) return "var(--ink)";
  if (c == colour_of(grey)) return "var(--soft)";
  if (c == paper) return "var(--paper)";
  if (c == grid_colour) return "var(--rule)";
  if (c == letter_colour('T', false)) return "var(--letter-t)";
  const auto byte = [](double v) { return static_cast<unsigned>(std::lround(std::min(std::max(v, 0.0), 1.0) * 255)); };
  char text[8];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", byte(c.red), byte(c.green), byte(c.blue));
  return text;
}

class InlineCanvas final : public Canvas {
 public:
  InlineCanvas(double width, double height, std::string_view title, std::string_view id)
      : width_(width), height_(height), title_(title), id_(id) {}

  void text(std::string_view text, Place at, Font font, Colour colour, double align, double turn) override {
    const std::string s = escaped(text);
    if (s.empty()) return;
    // The reader's font is as wide as it likes: the length is that of our own, so that nothing runs into a neighbour.
    body_ += "<text x=\"" + points(at.x) + "\" y=\"" + points(at.y + 0.36 * font.size) + "\" font-size=\"" +
             points(font.size) + "\" textLength=\"" + points(text_width(text, font)) +
             "\" lengthAdjust=\"spacingAndGlyphs\"";
    if (font.bold) body_ += " font-weight=\"600\"";
    if (align != 0) body_ += align == 1 ? " text-anchor=\"end\"" : " text-anchor=\"middle\"";
    if (turn != 0)
      body_ += " transform=\"rotate(" + points(turn * 180 / std::numbers::pi) + " " + points(at.x) + " " +
               points(at.y) + ")\"";
    body_ += fill(colour, 1) + ">" + s + "</text>\n";
  }

  void path(const std::vector<Place>& places, Colour colour, double width, Dash dash, double opacity) override {
    const auto known = [&](std::size_t i) {
      return i < places.size() && std::isfinite(places[i].x) && std::isfinite(places[i].y);
    };
    std::string d;
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (!known(i)) continue;
      const bool begins = i == 0 || !known(i - 1);
      if (begins && !known(i + 1)) mark(places[i], Shape::circle, 1.5 * width, colour, opacity);
      if (begins && known(i + 1)) d += "M" + pair(places[i]);
      if (!begins) d += "L" + pair(places[i]);
    }
    if (!d.empty()) body_ += "<path d=\"" + d + "\"" + stroke(colour, width, dash, opacity) + "/>\n";
  }

  void polygon(const std::vector<Place>& places, Colour colour, double opacity) override {
    std::string d;
    for (const Place& p : places) d += (d.empty() ? "M" : "L") + pair(p);
    if (!d.empty()) body_ += "<path d=\"" + d + "Z\"" + fill(colour, opacity) + tip_ + "/>\n";
  }

  void rectangle(Place corner, double width, double height, Colour colour, double opacity) override {
    body_ += "<rect x=\"" + points(corner.x) + "\" y=\"" + points(corner.y) + "\" width=\"" + points(width) +
             "\" height=\"" + points(height) + "\"" + fill(colour, opacity) + tip_ + "/>\n";
  }

  void mark(Place at, Shape shape, double radius, Colour colour, double opacity) override {
    if (!std::isfinite(at.x) || !std::isfinite(at.y)) return;
    const auto corners = [&](std::initializer_list<Place> places) {
      std::string d;
      for (const Place& p : places) d += (d.empty() ? "M" : "L") + pair({at.x + radius * p.x, at.y + radius * p.y});
      body_ += "<path d=\"" + d + "Z\"" + fill(colour, opacity) + tip_ + "/>\n";
    };
    const auto strokes = [&](std::initializer_list<Place> ends) {
      std::string d;
      for (const Place& p : ends)
        d += "M" + pair({at.x - radius * p.x, at.y - radius * p.y}) + "L" +
             pair({at.x + radius * p.x, at.y + radius * p.y});
      body_ += "<path d=\"" + d + "\"" + stroke(colour, 0.55 * radius, Dash::solid, opacity) + tip_ + "/>\n";
    };
    switch (shape) {
      case Shape::circle:
        body_ += "<circle cx=\"" + points(at.x) + "\" cy=\"" + points(at.y) + "\" r=\"" + points(radius) + "\"" +
                 fill(colour, opacity) + tip_ + "/>\n";
        break;
      case Shape::square:
        return corners({{-0.87, -0.87}, {0.87, -0.87}, {0.87, 0.87}, {-0.87, 0.87}});
      case Shape::triangle:
        return corners({{0, -1.15}, {1.05, 0.75}, {-1.05, 0.75}});
      case Shape::diamond:
        return corners({{0, -1.2}, {1.2, 0}, {0, 1.2}, {-1.2, 0}});
      case Shape::cross:
        return strokes({{0.8, 0.8}, {0.8, -0.8}});
      case Shape::plus:
        return strokes({{1.1, 0}, {0, 1.1}});
    }
  }

  void glyph(char letter, Place corner, double width, double height, bool flipped, Colour colour) override {
    if (!(width > 0) || !(height > 0)) return;
    const char shown = glyph_letter(letter);
    letters_.insert(shown);
    char scale[64];
    std::snprintf(scale, sizeof scale, "%.4g %.4g", width / 100, (flipped ? -height : height) / 100);
    body_ += "<use href=\"#" + id_ + shown + "\" transform=\"translate(" + points(corner.x) + " " +
             points(corner.y + (flipped ? height : 0)) + ") scale(" + scale + ")\"" + fill(colour, 1) + tip_ + "/>\n";
  }

  void clip(Place corner, double width, double height) override {
    const std::string name = id_ + "clip" + std::to_string(++clips_);
    definitions_ += "<clipPath id=\"" + name + "\"><rect x=\"" + points(corner.x) + "\" y=\"" + points(corner.y) +
                    "\" width=\"" + points(width) + "\" height=\"" + points(height) + "\"/></clipPath>\n";
    body_ += "<g clip-path=\"url(#" + name + ")\">\n";
  }
  void unclip() override { body_ += "</g>\n"; }
  void tip(std::string_view words) override { tip_ = words.empty() ? "" : " data-tip=\"" + escaped(words) + "\""; }

  std::string finish() override {
    for (const char c : letters_)
      definitions_ +=
          "<path id=\"" + id_ + c + "\" fill-rule=\"evenodd\" d=\"" + std::string(glyph_outline(c)) + "\"/>\n";
    const std::string title = escaped(title_);
    return "<svg class=\"chart\" role=\"img\" aria-label=\"" + title + "\" width=\"" + points(width_) + "\" height=\"" +
           points(height_) + "\" viewBox=\"0 0 " + points(width_) + " " + points(height_) + "\">\n" +
           (definitions_.empty() ? "" : "<defs>\n" + definitions_ + "</defs>\n") + body_ + "</svg>\n";
  }

 private:
  static std::string pair(Place p) { return points(p.x) + " " + points(p.y); }
  static std::string fill(Colour colour, double opacity) {
    return " fill=\"" + colour_name(colour) + "\"" +
           (opacity < 1 ? " fill-opacity=\"" + points(opacity) + "\"" : std::string());
  }
  static std::string stroke(Colour colour, double width, Dash dash, double opacity) {
    constexpr std::array<const char*, 3> dashes{"", " stroke-dasharray=\"5 3.5\"", " stroke-dasharray=\"1 3.2\""};
    return " fill=\"none\" stroke=\"" + colour_name(colour) + "\" stroke-width=\"" + points(width) + "\"" +
           dashes[static_cast<std::size_t>(dash)] +
           (opacity < 1 ? " stroke-opacity=\"" + points(opacity) + "\"" : std::string());
  }

  double width_, height_;
  std::string title_, id_, definitions_, body_, tip_;
  std::set<char> letters_;
  int clips_ = 0;
};

}  // namespace

std::unique_ptr<Canvas> inline_canvas(double width, double height, std::string_view title, std::string_view id) {
  return std::make_unique<InlineCanvas>(width, height, title, id);
}

}  // namespace l2g::plot
