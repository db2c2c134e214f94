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
  const double closest = plot.width < 160 ? 26 : 40;  // each position of a short motif has its number
  const double label = Canvas::text_width(std::to_string(static_cast<long long>(across.hi)), small_font);
  for (const Tick& t : ticks(across, std::max(static_cast<int>(plot.width / std::max(2.2 * label, closest)), 1))) {
    canvas.line({x(t.at), bottom}, {x(t.at), bottom + 4}, colour_of(grey), 1);
    const double half = Canvas::text_width(t.label, small_font) / 2;  // the last one stays in the picture
    canvas.text(t.label, {std::min(x(t.at), plot.x + plot.width + picture_edge - half), bottom + 13}, small_font,
                colour_of(ink), 0.5);
  }
}

void draw_title(Canvas& canvas, std::string_view title, double width) {
  const double room = width - 2 * picture_edge;
  Font font = title_font;
  if (const double needed = Canvas::text_width(title, font); needed > room)
    font.size = std::max(small_font.size, std::floor(2 * font.size * room / needed) / 2);
  canvas.text(Canvas::fitted(title, font, room), {picture_edge, 20}, font, colour_of(ink));
}

double draw_shades(Canvas& canvas, double y, const std::string& low, const std::string& high,
                   const std::function<Colour(double)>& colour) {
  constexpr double length = 120, height = 9;
  constexpr int pieces = 40;
  double x = picture_edge;
  canvas.text(low, {x, y}, small_font, colour_of(ink));
  x += Canvas::text_width(low, small_font) + 6;
  for (int i = 0; i < pieces; ++i)
    canvas.rectangle({x + length / pieces * i, y - height / 2}, length / pieces + 0.2, height,
                     colour(i / (pieces - 1.0)));
  canvas.path({{x, y - height / 2},
               {x + length, y - height / 2},
               {x + length, y + height / 2},
               {x, y + height / 2},
               {x, y - height / 2}},
              grid_colour, 0.6, Dash::solid, 1);
  x += length + 6;
  canvas.text(high, {x, y}, small_font, colour_of(ink));
  return x + Canvas::text_width(high, small_font) + 10;
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
