#pragma once
// What both the picture and the text of a chart are drawn from: panels with axes, lines, points and bars in data units.
#include <l2g/core/config.hpp>

#include <string>
#include <vector>

namespace l2g::plot {

/// Colours by number: the Okabe-Ito order; the two below are for what is not data of a class.
inline constexpr int grey = -1, ink = -2;

enum class Dash { solid, dashed, dotted };
enum class Shape { circle, square, triangle, diamond, cross, plus };
inline constexpr int shapes = 6;

struct Axis {
  std::string name;  ///< with its unit
  double lo = 0, hi = 1;
  std::vector<std::string> names = {};  ///< when not empty: names at 0, 1, 2, ... instead of numbers
  bool whole = false;                   ///< only whole numbers are marked
  bool logarithmic = false;             ///< data are decimal logarithms of what the marks say
};

struct Line {
  std::string name, detail;  ///< a line without a name has no place in the legend
  std::vector<double> x, y;
  int colour = 0;
  double width = 1.8;
  Dash dash = Dash::solid;
  bool faint = false;   ///< background of a bolder line; left out of text charts
  bool filled = false;  ///< down to y = 0
};

struct Points {
  std::string name, detail;
  std::vector<double> x, y;
  int colour = 0;
  Shape shape = Shape::circle;
  double radius = 3;
  std::vector<std::string> tips = {};  ///< one a point, or none: what a page says of it
};

/// An interval: horizontal at height `at`, or upright at x `at`.
struct Whisker {
  double at, lo, hi;
  int colour;
  bool upright = false;
};

/// Between two heights at each x; text charts leave it out.
struct Band {
  std::vector<double> x, lo, hi;
  int colour = 0;
};

/// A filled box from y = 0.
struct Bar {
  double left, right, height;
  int colour;
  std::string tip = {};
};

/// Words at a place of the plot, to the right of it.
struct Label {
  double x, y;
  std::string words;
  int colour = ink;
};

struct Panel {
  Axis x, y;
  std::vector<Line> lines = {};
  std::vector<Whisker> whiskers = {};
  std::vector<Points> points = {};
  std::vector<Band> bands = {};
  std::vector<Bar> bars = {};
  std::vector<Label> labels = {};
  std::vector<std::string> right = {};  ///< a text beside each name of y
  bool square = false;
  bool legend_right = false;  ///< else above
  int text_rows = 12;         ///< height of the text chart's plot area
};

struct Figure {
  std::string title;
  std::vector<Panel> panels;  ///< side by side in a picture, stacked in text
  double width = 640, height = 400;
};

/// Finite values only; [0, 1] without any, widened when there is only one.
struct Range {
  double lo, hi;
};
Range range_of(std::initializer_list<const std::vector<double>*> values);
/// Widened by a share of its length on both sides.
Range widened(Range r, double share);

struct Tick {
  double at;
  std::string label;
};
/// About `wanted` (at most 1.5 times as many) round numbers of the axis (1, 2 or 5 times a power of ten), or its names.
std::vector<Tick> ticks(const Axis& axis, int wanted);

}  // namespace l2g::plot
