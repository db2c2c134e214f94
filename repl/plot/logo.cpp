// Sequence logos, in a picture and in the terminal.
#include <l2g/core/errors.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "plot/charts.hpp"
#include "plot/sequence_axis.hpp"
#include "plot/text_grid.hpp"
#include "plot/words.hpp"

namespace l2g::plot {
namespace {

void check(const report::Logo& logo) {
  if (logo.letters.empty() || logo.heights.size() % logo.letters.size() != 0)
    throw error("logo: " + std::to_string(logo.heights.size()) + " heights are no multiple of " +
                std::to_string(logo.letters.size()) + " letters");
}

struct Piece {
  char letter;
  double from, to;  // heights; a negative letter has to <= 0
};

/// The letters of a position from the bottom up: ascending, so that the largest is on top.
std::vector<Piece> pieces(const report::Logo& logo, index_t position) {
  const std::size_t n = logo.letters.size();
  const double* heights = logo.heights.data() + static_cast<std::size_t>(position) * n;
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::erase_if(order, [&](std::size_t i) { return !std::isfinite(heights[i]) || heights[i] == 0; });
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return heights[a] < heights[b]; });
  double at = 0;
  for (const std::size_t i : order) at += std::min(heights[i], 0.0);
  std::vector<Piece> all;
  for (const std::size_t i : order) {
    all.push_back({upper(logo.letters[i]), at, at + std::abs(heights[i])});
    at += std::abs(heights[i]);
  }
  return all;
}

Range heights_of(const report::Logo& logo) {
  Range r{0, std::isfinite(logo.top) ? logo.top : 0};
  for (index_t i = 0; i < logo.length(); ++i)
    for (const Piece& p : pieces(logo, i)) r.lo = std::min(r.lo, p.from), r.hi = std::max(r.hi, p.to);
  if (!(r.hi > r.lo)) r.hi = 1;
  return r;
}

std::string tip_of(const report::Logo& logo, index_t position) {
  std::string s = "position " + std::to_string(logo.first + position) + ":";
  for (std::size_t k = 0; k < logo.letters.size(); ++k)
    s += std::string(" ") + logo.letters[k] + " " +
         number(logo.heights[static_cast<std::size_t>(position) * logo.letters.size() + k], 3);
  return s;
}

void draw_logo(Canvas& canvas, const report::Logo& logo, double width, const Box& plot, Range r) {
  draw_title(canvas, logo.title, width);
  const auto n = static_cast<double>(logo.length());
  const double first = static_cast<double>(logo.first);
  draw_sequence_axes(canvas, {logo.x_name, first - 0.5, first + std::max(n, 1.0) - 0.5, {}, true},
                     {logo.y_name, r.lo, r.hi}, plot);
  const Scale y{r.lo, r.hi, plot.y + plot.height, plot.y};
  const double cell = plot.width / std::max(n, 1.0);
  for (index_t i = 0; i < logo.length(); ++i) {
    canvas.tip(tip_of(logo, i));
    for (const Piece& p : pieces(logo, i))
      canvas.glyph(p.letter, {plot.x + cell * (static_cast<double>(i) + 0.03), y(p.to)}, 0.94 * cell,
                   y(p.from) - y(p.to), p.to <= 1e-12 * r.hi, letter_colour(p.letter, logo.classic));
  }
  canvas.tip("");
  if (r.lo < 0) canvas.line({plot.x, y(0)}, {plot.x + plot.width, y(0)}, colour_of(grey), 0.8);
  if (logo.heights.empty())
    canvas.text("no positions", {plot.x + plot.width / 2, plot.y + plot.height / 2}, name_font, colour_of(grey), 0.5);
}

/// One line of positions; rows above zero and below it.
std::string strip_text(const report::Logo& logo, Strip strip, Range r, int above, int below, int left, int cell,
                       bool colour) {
  const auto n = static_cast<int>(strip.end - strip.begin);
  const int line = below > 0 ? 1 : 0;  // zero has a row of its own
  TextGrid grid(left + cell * n, above + line + below + 2);
  const double row_height = std::max(above > 0 ? r.hi / above : 0, below > 0 ? -r.lo / below : 0);
  const auto row_of = [&](double v) { return above - static_cast<int>(std::lround(v / row_height)); };
  for (int row = 0; row < above + line + below; ++row) grid.letter(left - 1, row, U'│', grey);
  for (int i = 0; line && i < cell * n; ++i) grid.letter(left + i, above, U'─', grey);
  const auto name_row = [&](double v, int row) {
    const std::string s = number(v, 2);
    grid.text(std::max(left - 1 - columns(s), 0), row, s);
  };
  if (above > 0) name_row(r.hi, 0);
  if (below > 0) name_row(0, above), name_row(r.lo, above + below);
  for (int i = 0; i < n; ++i) {
    for (const Piece& p : pieces(logo, strip.begin + i)) {
      const int down = p.to <= 1e-12 * r.hi ? line : 0;
      const int top = row_of(p.to) + down, bottom = row_of(p.from) + down;
      const int tint = terminal_letter(p.letter, logo.classic);
      for (int row = top; row < bottom; ++row)
        for (int c = 0; c < cell; ++c) {
          const int column = left + i * cell + c;
          const bool named = cell < 3 ? c == 0 : c == 1;
          if (cell > 1 && c == cell - 1 && cell == 2) continue;
          if (colour) {
            grid.letter(column, row, named ? static_cast<char32_t>(p.letter) : U' ');
            grid.shade(column, row, tint < 0 ? 240 : tint, tint < 0 ? 255 : 16);
          } else if (named) {
            grid.letter(column, row, static_cast<char32_t>(p.letter));
          }
        }
    }
  }
  const int axis = above + line + below;
  for (int i = 0; i < cell * n; ++i) grid.letter(left + i, axis, U'─', grey);
  grid.letter(left - 1, axis, U'└', grey);
  int free = 0;
  for (int i = 0; i < n; ++i) {
    const index_t position = logo.first + strip.begin + i;
    const std::string s = std::to_string(position);
    const int column = left + i * cell;
    if (column < free || (i > 0 && position % 5 != 0) || column + columns(s) > left + cell * n) continue;
    free = grid.text(column, axis + 1, s) + 1;
  }
  return grid.lines(colour);
}

}  // namespace

Drawing drawing_of(const report::Logo& logo) {
  check(logo);
  Range r = heights_of(logo);
  const double room = 0.03 * (r.hi - r.lo);
  if (!std::isfinite(logo.top)) r.hi += room;
  if (r.lo < 0) r.lo -= room;
  const double left = left_of({logo.y_name, r.lo, r.hi}), n = static_cast<double>(std::max<index_t>(logo.length(), 1));
  const double cell = std::clamp(760 / n, 1.0, 34.0), height = r.lo < 0 ? 170 : 130;
  const double plot_width = std::max(cell * n, 190.0);
  const double title = Canvas::text_width(logo.title, title_font) + 2 * picture_edge;
  const double width = std::max(left + plot_width + picture_edge, std::min(title, 700.0));
  const Box plot{left, picture_heading, cell * n, height};
  return {logo.title, width, picture_heading + height + 46,
          [=](Canvas& canvas) { draw_logo(canvas, logo, width, plot, r); }};
}

std::string text_chart(const report::Logo& logo, index_t width, bool colour) {
  check(logo);
  const int wide = checked_width(width);
  const auto cut = [wide](const std::string& s) {
    return shorten(s, [wide](const std::string& t) { return columns(t) <= wide; });
  };
  std::string out = lines_of(logo.title + ", " + logo.y_name, wide);
  if (logo.heights.empty()) return out + "no positions\n";
  const Range r = heights_of(logo);
  constexpr int rows = 8;
  const int below = r.lo < 0 ? std::max(1, static_cast<int>(std::lround(rows * -r.lo / (r.hi - r.lo)))) : 0;
  const int above = std::max(rows - below, r.hi > 0 ? 1 : 0);
  const int left = std::max(columns(number(r.hi, 2)), columns(number(r.lo, 2))) + 2;
  const int cell = std::clamp((wide - left) / static_cast<int>(logo.length()), 1, 3);
  for (const Strip& strip : strips(logo.length(), (wide - left) / cell))
    out += strip_text(logo, strip, r, above, below, left, cell, colour);
  return out + cut(std::string(static_cast<std::size_t>(left), ' ') + logo.x_name) + "\n";
}

}  // namespace l2g::plot
