#include "plot/charts.hpp"

#include <l2g/core/errors.hpp>
#include <l2g/io/atomic_file.hpp>

#include "plot/picture.hpp"

namespace l2g::plot {

int checked_width(index_t width) {
  if (width < 20) throw error("text chart: width must be at least 20 columns, got " + std::to_string(width));
  return static_cast<int>(width < 1000 ? width : 1000);
}

Drawing drawing_of(Figure figure) {
  figure.width = trimmed_width(figure);
  const double width = figure.width, height = figure.height;
  std::string title = figure.title;
  return {std::move(title), width, height, [f = std::move(figure)](Canvas& canvas) { draw(canvas, f); }};
}

Drawing drawing_of(const report::ConfusionMatrix& c) {
  check(c);
  const MatrixLayout layout = layout_of(c);
  return {c.title, layout.width, layout.height, [c, layout](Canvas& canvas) { draw(canvas, c, layout); }};
}

std::string text_chart(const report::ConfusionMatrix& c, index_t width, bool colour) {
  check(c);
  return text_of(c, checked_width(width), colour);
}

void write_drawing(const Drawing& drawing, const std::string& path, double scale) {
  const auto canvas = file_canvas(format_of(path), drawing.width, drawing.height, scale, drawing.title);
  drawing.draw(*canvas);
  io::write_file(path, canvas->finish());
}

std::string svg_of(const Drawing& drawing, std::string_view id) {
  const auto canvas = inline_canvas(drawing.width, drawing.height, drawing.title, id);
  drawing.draw(*canvas);
  return canvas->finish();
}

}  // namespace l2g::plot
