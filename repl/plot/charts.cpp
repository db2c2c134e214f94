#include "plot/charts.hpp"

#include <l2g/core/errors.hpp>
#include <l2g/io/atomic_file.hpp>

#include "plot/figures.hpp"
#include "plot/picture.hpp"
#include "plot/text_figure.hpp"

namespace l2g::plot {
namespace {

void write(const Figure& figure, const std::string& path, double scale) {
  Canvas canvas(Canvas::format_of(path), figure.width, figure.height, scale, figure.title);
  draw(canvas, figure);
  io::write_file(path, canvas.finish());
}

int checked_width(index_t width) {
  if (width < 20) throw error("text chart: width must be at least 20 columns, got " + std::to_string(width));
  return static_cast<int>(width < 1000 ? width : 1000);
}

}  // namespace

void write_chart(const report::LearningCurves& c, const std::string& path, double scale) {
  write(figure_of(c), path, scale);
}
void write_chart(const report::RocCurves& c, const std::string& path, double scale) {
  write(figure_of(c), path, scale);
}
void write_chart(const report::PrecisionRecallCurves& c, const std::string& path, double scale) {
  write(figure_of(c), path, scale);
}
void write_chart(const report::ScoreChart& c, const std::string& path, double scale) {
  write(figure_of(c), path, scale);
}
void write_chart(const report::Scatter& c, const std::string& path, double scale) { write(figure_of(c), path, scale); }
void write_chart(const report::ScoreHistogram& c, const std::string& path, double scale) {
  write(figure_of(c), path, scale);
}

void write_chart(const report::ConfusionMatrix& c, const std::string& path, double scale) {
  check(c);
  const MatrixLayout layout = layout_of(c);
  Canvas canvas(Canvas::format_of(path), layout.width, layout.height, scale, c.title);
  draw(canvas, c, layout);
  io::write_file(path, canvas.finish());
}

std::string text_chart(const report::LearningCurves& c, index_t width, bool colour) {
  return text_of(figure_of(c), checked_width(width), colour);
}
std::string text_chart(const report::RocCurves& c, index_t width, bool colour) {
  return text_of(figure_of(c), checked_width(width), colour);
}
std::string text_chart(const report::PrecisionRecallCurves& c, index_t width, bool colour) {
  return text_of(figure_of(c), checked_width(width), colour);
}
std::string text_chart(const report::ScoreChart& c, index_t width, bool colour) {
  return text_of(figure_of(c), checked_width(width), colour);
}
std::string text_chart(const report::Scatter& c, index_t width, bool colour) {
  return text_of(figure_of(c), checked_width(width), colour);
}
std::string text_chart(const report::ScoreHistogram& c, index_t width, bool colour) {
  return text_of(figure_of(c), checked_width(width), colour);
}
std::string text_chart(const report::ConfusionMatrix& c, index_t width, bool colour) {
  check(c);
  return text_of(c, checked_width(width), colour);
}

}  // namespace l2g::plot
