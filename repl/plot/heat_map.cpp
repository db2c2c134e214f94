// Numbers as shades, in a picture and in the terminal.
#include <l2g/core/errors.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "plot/charts.hpp"
#include "plot/picture.hpp"
#include "plot/sequence_axis.hpp"
#include "plot/text_grid.hpp"
#include "plot/words.hpp"

namespace l2g::plot {
namespace {

constexpr double edge = picture_edge, longest_name = 170, heading = 56, axis_name = 22;
constexpr std::size_t most_told = 1600;  // cells that a page says the value of

void check(const report::HeatMap& m) {
  if (m.values.size() != m.rows.size() * m.columns.size())
    throw error("heat map: " + std::to_string(m.rows.size()) + " rows and " + std::to_string(m.columns.size()) +
                " columns, but " + std::to_string(m.values.size()) + " values");
}

/// From nothing to the largest value, or, where there are values below 0, to both sides of 0.
struct Shades {
  double low = 0, high = 1;
  bool both_sides() const { return low < 0; }
  double share(double v) const { return std::isfinite(v) && high > low ? (v - low) / (high - low) : 0; }
  /// -1 to 1, 0 at 0.
  double side(double v) const { return std::isfinite(v) ? v / std::max(-low, high) : 0; }
  Colour colour(double v) const { return both_sides() ? diverging(side(v)) : heat(share(v)); }
  int terminal(double v) const { return both_sides() ? terminal_diverging(side(v)) : terminal_heat(share(v)); }
};
Shades range_of(const report::HeatMap& m) {
  Shades r{1e300, -1e300};
  for (const double v : m.values)
    if (std::isfinite(v)) r.low = std::min(r.low, v), r.high = std::max(r.high, v);
  if (r.low > r.high) return {};
  if (r.low > 0) r.low = 0;  // shares begin at nothing
  return r;
}
std::string range_in_words(const Shades& r) {
  return "from " + number(r.low, 3) + (r.both_sides() ? " (orange) over 0 (white) to " : " (light) to ") +
         number(r.high, 3) + (r.both_sides() ? " (blue)" : "");
}

/// The value that tells more of a cell that stands for several: the larger one, or the one farther from 0.
double farther(const Shades& r, double a, double b) {
  return r.both_sides() ? (std::abs(b) > std::abs(a) ? b : a) : std::max(a, b);
}

/// Line ends and tabs of a token would break the picture.
std::string on_one_line(std::string name) {
  for (char& c : name)
    if (static_cast<unsigned char>(c) < 32) c = ' ';
  return name;
}

/// What the names of rows or columns need, up to a limit.
double name_room(const std::vector<std::string>& names) {
  double room = 12;
  for (const std::string& name : names)
    room = std::max(room, std::min(Canvas::text_width(on_one_line(name), small_font), longest_name));
  return room + 12;
}

}  // namespace

Drawing drawing_of(const report::HeatMap& m) {
  check(m);
  const auto down = double(m.rows.size()), across = double(m.columns.size());
  const double cell = std::clamp(620 / std::max({down, across, 1.0}), 1.0, 26.0);
  const double row_room = name_room(m.rows), column_room = name_room(m.columns);
  const double left = edge + (m.row_name.empty() ? 0 : axis_name) + row_room, top = heading;
  const double title = Canvas::text_width(m.title, title_font) + 2 * edge;
  const double width = std::max({left + across * cell + 2 * edge, 330.0, std::min(title, 700.0)});
  const double height = top + down * cell + column_room + (m.column_name.empty() ? 0 : axis_name) + edge;
  return {m.title, width, height, [=](Canvas& canvas) {
            draw_title(canvas, m.title, width);
            const Shades shades = range_of(m);
            const auto at = [&](double share) { return shades.low + share * (shades.high - shades.low); };
            const double words = draw_shades(canvas, 42, number(shades.low, 3), number(shades.high, 3),
                                             [&](double share) { return shades.colour(at(share)); });
            canvas.text(Canvas::fitted(m.value_name, small_font, width - edge - words), {words, 42}, small_font,
                        colour_of(grey));
            const auto every = static_cast<std::size_t>(std::ceil(11 / cell));
            const bool told = m.values.size() <= most_told;
            for (std::size_t i = 0; i < m.rows.size(); ++i) {
              const double y = top + cell * double(i);
              for (std::size_t j = 0; j < m.columns.size(); ++j) {
                const double value = m.values[i * m.columns.size() + j];
                if (told)
                  canvas.tip(on_one_line(m.rows[i]) + ", " + on_one_line(m.columns[j]) + ": " + number(value, 3));
                canvas.rectangle({left + cell * double(j), y}, cell, cell, shades.colour(value));
              }
              canvas.tip("");
              if (i % every == 0)
                canvas.text(Canvas::fitted(on_one_line(m.rows[i]), small_font, row_room - 10), {left - 7, y + cell / 2},
                            small_font, colour_of(ink), 1);
            }
            const double bottom = top + cell * down;
            for (std::size_t j = 0; j < m.columns.size(); j += every)
              canvas.text(Canvas::fitted(on_one_line(m.columns[j]), small_font, column_room - 10),
                          {left + cell * (double(j) + 0.5), bottom + 8}, small_font, colour_of(ink), 1,
                          -std::numbers::pi / 2);
            canvas.text(Canvas::fitted(m.row_name, name_font, std::max(cell * down, 60.0)),
                        {edge + 8, top + cell * down / 2}, name_font, colour_of(ink), 0.5, -std::numbers::pi / 2);
            canvas.text(Canvas::fitted(m.column_name, name_font, width - left),
                        {left + std::max(cell * across / 2, 40.0), bottom + column_room + axis_name / 2}, name_font,
                        colour_of(ink), 0.5);
          }};
}

std::string text_chart(const report::HeatMap& m, index_t width, bool colour) {
  check(m);
  const int wide = checked_width(width);
  const auto cut = [](const std::string& text, int room) {
    return shorten(on_one_line(text), [room](const std::string& s) { return columns(s) <= room; });
  };
  int longest = 4;
  for (const std::string& name : m.rows) longest = std::max(longest, columns(on_one_line(name)));
  const int labels = std::min(longest, wide / 4), room = wide - labels - 1;
  const Shades shades = range_of(m);
  std::string title = lines_of(m.title + ", " + range_in_words(shades), wide);
  if (!m.row_name.empty() || !m.column_name.empty())
    title += cut("rows: " + m.row_name + "; columns: " + m.column_name, wide) + "\n";
  const int count = static_cast<int>(m.columns.size());
  if (count == 0 || m.rows.empty()) return title + "nothing to show\n";
  // Where there is no room each shown cell is the largest of several.
  const int group = (count + room - 1) / room, shown = (count + group - 1) / group,
            cell = std::max(1, std::min(4, room / shown));
  constexpr int most_rows = 60;
  const int rows = static_cast<int>(m.rows.size()), lines = std::min(rows, most_rows);
  TextGrid grid(wide, lines + 1);
  for (int j = 0; j < shown; ++j)
    if (cell > 1) grid.text(labels + 1 + j * cell, 0, cut(m.columns[std::size_t(j * group)], cell - 1));
  constexpr char32_t blocks[] = {U' ', U'░', U'▒', U'▓', U'█'};
  for (int i = 0; i < lines; ++i) {
    grid.text(0, i + 1, cut(m.rows[std::size_t(i)], labels));
    for (int j = 0; j < shown; ++j) {
      double most = shades.both_sides() ? 0 : shades.low;
      for (int k = j * group; k < std::min(count, (j + 1) * group); ++k)
        most = farther(shades, most, m.values[std::size_t(i * count + k)]);
      const double share = shades.share(most);
      for (int c = 0; c < cell; ++c) {
        const int at = labels + 1 + j * cell + c;
        if (colour)
          grid.letter(at, i + 1, U' '), grid.shade(at, i + 1, shades.terminal(most), 16);
        else
          grid.letter(at, i + 1, blocks[std::min(4, static_cast<int>(share * 5))]);
      }
    }
  }
  std::string out = title + grid.lines(colour);
  if (lines < rows) out += "... " + std::to_string(rows - lines) + " rows more\n";
  return out;
}

}  // namespace l2g::plot
