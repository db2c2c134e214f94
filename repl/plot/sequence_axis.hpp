#pragma once
// What pictures share: their edges and titles; and along a sequence, their axes, and how the terminal breaks a long
// one.
#include <l2g/core/config.hpp>

#include <functional>

#include "plot/canvas.hpp"

namespace l2g::plot {

inline constexpr double picture_edge = 12, picture_heading = 40;

/// From a value to a height or a place in points.
struct Scale {
  double lo, hi, from, to;
  double operator()(double v) const { return from + (v - lo) / (hi - lo) * (to - from); }
};

struct Box {
  double x, y, width, height;
};

/// The room that the marks and the name of an upright axis take, left of the plot.
double left_of(const Axis& up);
/// In smaller letters where it is wide, and shortened only where the smallest do not fit.
void draw_title(Canvas& canvas, std::string_view title, double width);
/// A bar of shades at height y from the left edge, with what its ends stand for; `colour` takes shares from 0 to 1.
/// Returns where words behind it may begin.
double draw_shades(Canvas& canvas, double y, const std::string& low, const std::string& high,
                   const std::function<Colour(double)>& colour);
/// Marks, lines and names around a plot along a sequence; `across` is in positions.
void draw_sequence_axes(Canvas& canvas, const Axis& across, const Axis& up, const Box& plot);

/// The marks of the positions alone, below the plot.
void draw_positions(Canvas& canvas, const Axis& across, const Box& plot);

/// The letter at a position in upper case.
inline char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

/// Positions [begin, end) of the lines that a sequence is broken into, each of at most `room` positions and as equal
/// as can be.
struct Strip {
  index_t begin, end;
};
std::vector<Strip> strips(index_t length, index_t room);

}  // namespace l2g::plot
