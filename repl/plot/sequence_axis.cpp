#include "plot/sequence_axis.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace l2g::plot {
namespace {

std::vector<Tick> up_ticks(const Axis& up) { return ticks(up, 4); }

double widest(const std::vector<Tick>& all) {
  double width = 0;
  for (const Tick& t : all) width = std::max(width, Canvas::text_width(t.label, small_font));
  return width;
}

}  // namespace

double left_of(const Axis& up) { return picture_edge + 22 + widest(up_ticks(up)) + 8; }

void draw_positions(Canvas& canvas, const Axis& across, const Box& plot) {
  const Scale x{across.lo, across.hi, plot.x, plot.x + plot.width};
  const double bottom = plot.y + plot.height;
  const double label = Canvas::text_width(std::to_string(static_cast<long long>(across.hi)), small_font);
  for (const Tick& t : ticks(across, std::max(static_cast<int>(plot.width / std::max(2.2 * label, 40.0)), 1))) {
    canvas.line({x(t.at), bottom}, {x(t.at), bottom + 4}, colour_of(grey), 1);
    canvas.text(t.label, {x(t.at), bottom + 13}, small_font, colour_of(ink), 0.5);
  }
}

void draw_title(Canvas& canvas, std::string_view title, double width) {
  canvas.text(Canvas::fitted(title, title_font, width - 2 * picture_edge), {picture_edge, 20}, title_font,
              colour_of(ink));
}

void draw_sequence_axes(Canvas& canvas, const Axis& across, const Axis& up, const Box& plot) {
  const Scale y{up.lo, up.hi, plot.y + plot.height, plot.y};
  const double bottom = plot.y + plot.height, right = plot.x + plot.width;
  const auto heights = up_ticks(up);
  for (const Tick& t : heights) {
    canvas.line({plot.x, y(t.at)}, {right, y(t.at)}, grid_colour, 0.8);
    canvas.text(t.label, {plot.x - 7, y(t.at)}, small_font, colour_of(ink), 1);
  }
  draw_positions(canvas, across, plot);
  canvas.line({plot.x, plot.y}, {plot.x, bottom}, colour_of(grey), 1);
  canvas.line({plot.x, bottom}, {right, bottom}, colour_of(grey), 1);
  canvas.text(Canvas::fitted(across.name, name_font, plot.width + 40), {plot.x + plot.width / 2, bottom + 31},
              name_font, colour_of(ink), 0.5);
  canvas.text(Canvas::fitted(up.name, name_font, plot.height + 30), {picture_edge + 8, plot.y + plot.height / 2},
              name_font, colour_of(ink), 0.5, -std::numbers::pi / 2);
}

std::vector<Strip> strips(index_t length, index_t room) {
  std::vector<Strip> all;
  if (length <= 0 || room <= 0) return all;
  const index_t lines = (length + room - 1) / room;
  for (index_t i = 0; i < lines; ++i) all.push_back({i * length / lines, (i + 1) * length / lines});
  return all;
}

}  // namespace l2g::plot
