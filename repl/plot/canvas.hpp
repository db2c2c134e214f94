#pragma once
// What pictures are drawn on: text that cannot fail, lines with gaps, letters of sequences. Units are points; y grows
// downwards. One drawing serves files (cairo) and inline SVG of HTML pages.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plot/colours.hpp"
#include "plot/figure.hpp"

namespace l2g::plot {

struct Font {
  double size = 12;
  bool bold = false;
};
inline constexpr Font title_font{15, true}, name_font{12.5, false}, small_font{11.5, false};

struct Place {
  double x, y;
};

class Canvas {
 public:
  Canvas() = default;
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;
  virtual ~Canvas() = default;

  /// The advance of a text in points, without a canvas.
  static double text_width(std::string_view text, Font font);
  /// `text` or its shortened form that is at most `room` points wide.
  static std::string fitted(std::string_view text, Font font, double room);

  /// align 0: starts at x, 0.5: centred, 1: ends at x; y is the middle of the letters. `turn` in radians, clockwise.
  virtual void text(std::string_view text, Place at, Font font, Colour colour, double align = 0, double turn = 0) = 0;
  /// NaN places are gaps; a place between two gaps is a dot.
  virtual void path(const std::vector<Place>& places, Colour colour, double width, Dash dash, double opacity) = 0;
  /// A filled outline.
  virtual void polygon(const std::vector<Place>& places, Colour colour, double opacity = 1) = 0;
  virtual void rectangle(Place corner, double width, double height, Colour colour, double opacity = 1) = 0;
  virtual void mark(Place at, Shape shape, double radius, Colour colour, double opacity = 1) = 0;
  /// A letter A C G T U N that fills its box from edge to edge; `flipped`: upside down.
  virtual void glyph(char letter, Place corner, double width, double height, bool flipped, Colour colour) = 0;
  /// Drawing is confined to a rectangle until unclip().
  virtual void clip(Place corner, double width, double height) = 0;
  virtual void unclip() = 0;
  /// What a reader is told who points at what is drawn from here on; "" ends it. Files do not know it.
  virtual void tip(std::string_view) {}
  /// The bytes of the finished picture. Throws l2g::error when it failed.
  virtual std::string finish() = 0;

  void line(Place from, Place to, Colour colour, double width, Dash dash = Dash::solid) {
    path({from, to}, colour, width, dash, 1);
  }
  /// The area between the places and the height `base`; unknown heights count as `base`.
  void area(const std::vector<Place>& places, double base, Colour colour, double opacity);
};

enum class Format { png, svg, pdf };
/// By the extension of the path; throws l2g::error naming png, svg and pdf.
Format format_of(const std::string& path);

/// The pages of a file; `scale` is the number of pixels a point of a PNG. Throws l2g::error for a scale that is not
/// above 0.
std::unique_ptr<Canvas> file_canvas(Format format, double width, double height, double scale, std::string_view title);
/// An <svg> element for an HTML page: letters are text, colours of ink follow the page's style, tips are data-tip
/// attributes, and no name in it meets a name of another picture as long as `id` differs.
std::unique_ptr<Canvas> inline_canvas(double width, double height, std::string_view title, std::string_view id);

}  // namespace l2g::plot
