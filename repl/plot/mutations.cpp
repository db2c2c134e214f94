// The effect of every single-base mutation as shades, in a picture and in the terminal.
#include <l2g/core/errors.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include "plot/charts.hpp"
#include "plot/sequence_axis.hpp"
#include "plot/text_grid.hpp"
#include "plot/words.hpp"

namespace l2g::plot {
namespace {

using report::MutationChart;

constexpr std::string_view bases = "ACGT";

void check(const MutationChart& m) {
  if (m.values.size() != 4 * m.sequence.size())
    throw error("mutations: " + std::to_string(m.sequence.size()) + " bases need " +
                std::to_string(4 * m.sequence.size()) + " values, got " + std::to_string(m.values.size()));
}

/// White is no effect; both ends are equally far from it.
double largest(const MutationChart& m) {
  double most = 0;
  for (const double v : m.values)
    if (std::isfinite(v)) most = std::max(most, std::abs(v));
  return most > 0 ? most : 1;
}

bool is_reference(const MutationChart& m, std::size_t position, std::size_t base) {
  const char c = upper(m.sequence[position]);
  return (c == 'U' ? 'T' : c) == bases[base];
}

void draw_scale(Canvas& canvas, const MutationChart& m, double most, double y) {
  const double x = draw_shades(canvas, y, number(-most, 3), "+" + number(most, 3),
                               [](double share) { return diverging(2 * share - 1); });
  canvas.text(m.value_name + ";  ● the base that stands there", {x, y}, small_font, colour_of(grey));
}

}  // namespace

Drawing drawing_of(const MutationChart& m) {
  check(m);
  const std::size_t n = m.sequence.size();
  const double columns = static_cast<double>(std::max<std::size_t>(n, 1));
  const double cell = std::clamp(830 / columns, 0.8, 24.0), side = std::clamp(cell, 16.0, 24.0);
  const double left = picture_edge + 44, top = 72, letters = cell >= 6 ? 16 : 0;
  const double named = Canvas::text_width(m.value_name, small_font) + 480;
  const double width = std::max(left + cell * columns + picture_edge, std::min(named, 760.0));
  const double height = top + letters + 4 * side + 46;
  return {m.title, width, height, [=](Canvas& canvas) {
            draw_title(canvas, m.title, width);
            const double most = largest(m);
            draw_scale(canvas, m, most, 46);
            const Box plot{left, top + letters, cell * columns, 4 * side};
            for (std::size_t b = 0; b < 4; ++b) {
              const double y = plot.y + side * static_cast<double>(b);
              canvas.glyph(bases[b], {left - 20, y + side / 2 - 5}, 9, 10, false, letter_colour(bases[b], false));
              for (std::size_t i = 0; i < n; ++i) {
                const double v = m.values[4 * i + b], x = left + cell * static_cast<double>(i);
                const bool here = is_reference(m, i, b);
                if (n <= 500)
                  canvas.tip("position " + std::to_string(m.first + index_t(i)) + ": " + upper(m.sequence[i]) +
                             (here ? " stands here" : std::string(" to ") + bases[b] + " " + number(v, 4)));
                canvas.rectangle({x, y}, cell + (cell < 4 ? 0.1 : -0.4), side - 0.4,
                                 std::isfinite(v) ? diverging(v / most) : Colour{0.85, 0.85, 0.85});
                if (here && cell >= 3)
                  canvas.mark({x + cell / 2, y + side / 2}, Shape::circle, std::min(cell * 0.18, 2.6), on_light, 0.8);
              }
              canvas.tip("");
            }
            if (letters > 0)
              for (std::size_t i = 0; i < n; ++i) {
                const double wide = std::min(0.7 * cell, 9.0);
                canvas.glyph(upper(m.sequence[i]), {left + cell * (static_cast<double>(i) + 0.5) - wide / 2, top + 2},
                             wide, 10, false, letter_colour(m.sequence[i], false));
              }
            const double first = static_cast<double>(m.first), bottom = plot.y + plot.height;
            const Axis across{m.x_name, first - 0.5, first + columns - 0.5, {}, true};
            draw_positions(canvas, across, plot);
            canvas.text(m.x_name, {std::max(plot.x + plot.width / 2, left + 40), bottom + 31}, name_font,
                        colour_of(ink), 0.5);
            if (n == 0) canvas.text("no bases", {left, plot.y + side}, name_font, colour_of(grey));
          }};
}

std::string text_chart(const MutationChart& m, index_t width, bool colour) {
  check(m);
  const int wide = checked_width(width);
  const auto cut = [wide](const std::string& s) {
    return shorten(s, [wide](const std::string& u) { return columns(u) <= wide; });
  };
  const double most = largest(m);
  std::string out = lines_of(m.title + ", " + m.value_name, wide);
  if (m.sequence.empty()) return out + "no bases\n";
  constexpr int left = 3, most_strips = 8;
  const auto all = strips(index_t(m.sequence.size()), wide - left);
  for (std::size_t k = 0; k < all.size() && k < most_strips; ++k) {
    const Strip strip = all[k];
    const int n = static_cast<int>(strip.end - strip.begin);
    TextGrid grid(left + n, 6);
    for (int i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(strip.begin + i);
      const char base = upper(m.sequence[at]);
      grid.letter(left + i, 0, static_cast<char32_t>(base)), grid.tint(left + i, 0, terminal_letter(base, false));
      for (std::size_t b = 0; b < 4; ++b) {
        const double share = m.values[4 * at + b] / most;
        const int row = 1 + static_cast<int>(b);
        const bool here = is_reference(m, at, b);
        if (colour) {
          grid.letter(left + i, row, here ? U'·' : U' ');
          grid.shade(left + i, row, std::isfinite(share) ? terminal_diverging(share) : 250, 16);
        } else {
          const char32_t sign = !std::isfinite(share)   ? U'?'
                                : here                  ? U'·'
                                : std::abs(share) < 0.1 ? U' '
                                : share < 0             ? (share < -0.5 ? U'=' : U'-')
                                                        : (share > 0.5 ? U'#' : U'+');
          grid.letter(left + i, row, sign);
        }
      }
    }
    for (std::size_t b = 0; b < 4; ++b) {
      grid.letter(0, 1 + static_cast<int>(b), static_cast<char32_t>(bases[b]));
      grid.tint(0, 1 + static_cast<int>(b), terminal_letter(bases[b], false));
    }
    int free = 0;
    const double first = double(m.first + strip.begin), last = double(m.first + strip.end - 1);
    for (const Tick& t : ticks({"", first, std::max(last, first + 1), {}, true}, std::max(n / 12, 1))) {
      const int x = left + static_cast<int>(t.at - first);
      if (x >= free && x + columns(t.label) <= left + n) free = grid.text(x, 5, t.label) + 1;
    }
    out += grid.lines(colour);
  }
  if (all.size() > most_strips)
    out += cut("... " + count(index_t(m.sequence.size()) - all[most_strips].begin) + " positions more") + "\n";
  const std::string range = number(most, 3);
  if (colour) {
    out += cut("orange: down to -" + range + ", blue: up to +" + range) + "\n";
  } else {
    out += cut("- = below 0, + # above; = # beyond " + number(most / 2, 2)) + "\n";
  }
  out += cut("·: the base that stands there") + "\n";
  return out + cut("   " + m.x_name) + "\n";
}

}  // namespace l2g::plot
