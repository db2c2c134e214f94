#pragma once
// A thin layer over cairo: text that cannot fail, lines with gaps, one file format by extension. Units are points.
#include <cairo.h>

#include <string>
#include <string_view>
#include <vector>

#include "plot/figure.hpp"

namespace l2g::plot {

struct Colour {
  double red, green, blue;
};
/// A colour of the palette, `grey` or `ink`.
Colour colour_of(int index);
/// From white (0) to a dark blue (1).
Colour heat(double share);

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
  enum class Format { png, svg, pdf };
  /// By the extension of the path; throws l2g::error naming png, svg and pdf.
  static Format format_of(const std::string& path);

  Canvas(Format format, double width, double height, double scale, std::string_view title);
  ~Canvas();
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  /// The advance of a text in points, without a canvas.
  static double text_width(std::string_view text, Font font);
  /// `text` or its shortened form that is at most `room` points wide.
  static std::string fitted(std::string_view text, Font font, double room);

  /// align 0: starts at x, 0.5: centred, 1: ends at x; y is the middle of the letters. `turn` in radians, clockwise.
  void text(std::string_view text, Place at, Font font, Colour colour, double align = 0, double turn = 0);
  void line(Place from, Place to, Colour colour, double width, Dash dash = Dash::solid);
  /// NaN places are gaps; a place between two gaps is a dot.
  void path(const std::vector<Place>& places, Colour colour, double width, Dash dash, double opacity);
  /// The area between the places and the height `base`.
  void area(const std::vector<Place>& places, double base, Colour colour, double opacity);
  void rectangle(Place corner, double width, double height, Colour colour, double opacity = 1);
  void mark(Place at, Shape shape, double radius, Colour colour, double opacity = 1);
  /// Drawing is confined to a rectangle until unclip().
  void clip(Place corner, double width, double height);
  void unclip();

  /// The bytes of the finished file. Throws l2g::error when cairo has failed.
  std::string finish();

 private:
  void stroke(Colour colour, double width, Dash dash, double opacity);

  Format format_;
  std::string title_, bytes_;
  std::vector<std::string> said_;  // every text in order: what a reader of the SVG who sees no picture is told
  cairo_surface_t* surface_ = nullptr;
  cairo_t* cairo_ = nullptr;
};

}  // namespace l2g::plot
