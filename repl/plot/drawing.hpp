#pragma once
// A picture that is ready to be drawn on any canvas.
#include <functional>
#include <string>

#include "plot/canvas.hpp"

namespace l2g::plot {

/// Extents in points. `draw` may be called any number of times.
struct Drawing {
  std::string title;
  double width, height;
  std::function<void(Canvas&)> draw;
};

Drawing drawing_of(Figure figure);

/// Writes a picture; the extension of `path` chooses PNG, SVG or PDF. `scale` is the number of pixels a point (1/72
/// inch) of a PNG. The old file stays when anything fails. Throws l2g::error for an unknown extension, l2g::file_error
/// when the file cannot be written.
void write_drawing(const Drawing& drawing, const std::string& path, double scale = 2);
/// The picture as an element of an HTML page; `id` is a name that no other picture of the page has.
std::string svg_of(const Drawing& drawing, std::string_view id);

}  // namespace l2g::plot
