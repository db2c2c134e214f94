// How much sets have in common: bars above a table of dots (Lex et al. 2014), in a picture and in the terminal.
#include <l2g/core/errors.hpp>

#include <algorithm>
#include <cmath>

#include "plot/charts.hpp"
#include "plot/sequence_axis.hpp"
#include "plot/text_grid.hpp"
#include "plot/words.hpp"

namespace l2g::plot {
namespace {

using report::SetOverlap;

constexpr std::size_t most_parts = 24;

void check(const SetOverlap& o) {
  for (const auto& part : o.parts)
    if (part.in.size() != o.sets.size())
      throw error("overlap of sets: a part names " + std::to_string(part.in.size()) + " sets, but there are " +
                  std::to_string(o.sets.size()));
}

index_t size_of(const SetOverlap& o, std::size_t set) {
  index_t n = 0;
  for (const auto& part : o.parts) n += part.in[set] ? part.count : 0;
  return n;
}

index_t largest(const SetOverlap& o) {
  index_t n = 1;
  for (const auto& part : o.parts) n = std::max(n, part.count);
  return n;
}

std::string rest_of(const SetOverlap& o) {
  index_t n = 0;
  for (std::size_t i = most_parts; i < o.parts.size(); ++i) n += o.parts[i].count;
  return count(n) + " " + o.unit + " in " + count(index_t(o.parts.size() - most_parts)) +
         " smaller parts are not shown";
}

std::string in_words(const SetOverlap& o, const SetOverlap::Part& part) {
  std::string s;
  for (std::size_t k = 0; k < o.sets.size(); ++k)
    if (part.in[k]) s += (s.empty() ? "" : ", ") + o.sets[k];
  const bool all = std::all_of(part.in.begin(), part.in.end(), [](bool b) { return b; });
  return (all ? "in all: " : "only in " + s + ": ") + count(part.count) + " " + o.unit;
}

}  // namespace

Drawing drawing_of(const SetOverlap& o) {
  check(o);
  constexpr double column = 34, row = 26, bars = 150, size_bar = 90;
  const std::size_t parts = std::min(o.parts.size(), most_parts);
  double names = 40;
  for (const std::string& s : o.sets) names = std::max(names, std::min(Canvas::text_width(s, name_font), 190.0));
  double counts = 0;
  for (std::size_t k = 0; k < o.sets.size(); ++k)
    counts = std::max(counts, Canvas::text_width(count(size_of(o, k)), small_font));
  const double left = picture_edge + size_bar + counts + 10 + names + 14, top = picture_heading + 12;
  const double plot = column * std::max(static_cast<double>(parts), 1.0);
  const double width = std::max(left + plot + picture_edge, 460.0);
  const double dots = top + bars + 14, height = dots + row * static_cast<double>(o.sets.size()) + 34;
  return {o.title, width, height, [=](Canvas& canvas) {
            draw_title(canvas, o.title, width);
            const double most = static_cast<double>(largest(o));
            double biggest = 1;
            for (std::size_t k = 0; k < o.sets.size(); ++k)
              biggest = std::max(biggest, static_cast<double>(size_of(o, k)));
            for (std::size_t k = 0; k < o.sets.size(); ++k) {
              const double y = dots + row * (static_cast<double>(k) + 0.5);
              if (k % 2 == 0)
                canvas.rectangle({left - names - 14, y - row / 2}, plot + names + 14, row, grid_colour, 0.5);
              const double length = size_bar * static_cast<double>(size_of(o, k)) / biggest;
              canvas.rectangle({picture_edge + size_bar - length, y - 6}, length, 12, colour_of(grey), 0.7);
              canvas.text(count(size_of(o, k)), {picture_edge + size_bar + 5, y}, small_font, colour_of(ink));
              canvas.text(Canvas::fitted(o.sets[k], name_font, names), {left - 8, y}, name_font, colour_of(ink), 1);
            }
            const double base = top + bars;
            canvas.line({left, base}, {left + plot, base}, colour_of(grey), 1);
            for (std::size_t i = 0; i < parts; ++i) {
              const auto& part = o.parts[i];
              const double x = left + column * (static_cast<double>(i) + 0.5);
              const double high = (bars - 16) * static_cast<double>(part.count) / most;
              const bool single = std::count(part.in.begin(), part.in.end(), true) == 1;
              canvas.tip(in_words(o, part));
              canvas.rectangle({x - 10, base - high}, 20, high, colour_of(single ? 0 : 1), 0.9);
              canvas.tip("");
              canvas.text(count(part.count), {x, base - high - 9}, small_font, colour_of(ink), 0.5);
              double first = -1, last = -1;
              for (std::size_t k = 0; k < o.sets.size(); ++k) {
                const double y = dots + row * (static_cast<double>(k) + 0.5);
                if (part.in[k]) first = first < 0 ? y : first, last = y;
                canvas.mark({x, y}, Shape::circle, 5.5, part.in[k] ? colour_of(single ? 0 : 1) : grid_colour);
              }
              if (last > first) canvas.line({x, first}, {x, last}, colour_of(1), 2.4);
            }
            canvas.text(Canvas::fitted(o.unit + " in exactly these sets", name_font, width - left),
                        {left, picture_heading}, name_font, colour_of(ink));
            canvas.text(o.unit + " in all", {picture_edge, dots - 10}, name_font, colour_of(ink));
            if (parts == 0) canvas.text("no members", {left, base - 30}, name_font, colour_of(grey));
            if (o.parts.size() > most_parts)
              canvas.text(Canvas::fitted(rest_of(o), small_font, width - 2 * picture_edge), {picture_edge, height - 14},
                          small_font, colour_of(grey));
          }};
}

std::string text_chart(const SetOverlap& o, index_t width, bool colour) {
  check(o);
  const int wide = checked_width(width), sets = static_cast<int>(o.sets.size());
  const auto cut = [](const std::string& s, int room) {
    return shorten(s, [room](const std::string& u) { return columns(u) <= room; });
  };
  std::string out = lines_of(o.title, wide);
  if (o.parts.empty()) return out + "no members\n";
  // Each set has a column of its own; its name stands above it, joined by a line.
  const int parts = static_cast<int>(std::min(o.parts.size(), most_parts));
  TextGrid grid(wide, sets + parts);
  for (int k = 0; k < sets; ++k) {
    for (int row = k + 1; row < sets; ++row) grid.letter(2 * k, row, U'│', grey);
    grid.letter(2 * k, k, U'┌', grey);
    for (int c = 2 * k + 1; c < 2 * sets; ++c) grid.letter(c, k, U'─', grey);
    const auto at = static_cast<std::size_t>(k);
    const std::string size = "  " + count(size_of(o, at)) + " " + o.unit;
    grid.text(2 * sets + 1, k, cut(o.sets[at], std::max(wide - 2 * sets - 1 - columns(size), 6)) + size);
  }
  const index_t most = largest(o);
  const int digits = columns(count(most)), left = 2 * sets + 1 + digits + 1, room = std::max(wide - left, 1);
  for (int i = 0; i < parts; ++i) {
    const auto& part = o.parts[static_cast<std::size_t>(i)];
    const int row = sets + i;
    const bool single = std::count(part.in.begin(), part.in.end(), true) == 1;
    for (int k = 0; k < sets; ++k) {
      const bool in = part.in[static_cast<std::size_t>(k)];
      grid.letter(2 * k, row, in ? U'●' : U'·', in ? (single ? 0 : 1) : grey);
    }
    const std::string n = count(part.count);
    grid.text(2 * sets + 1 + digits - columns(n), row, n);
    const int halves = static_cast<int>(std::lround(2.0 * room * double(part.count) / double(most)));
    for (int c = 0; c < halves / 2; ++c) grid.letter(left + c, row, U'█', single ? 0 : 1);
    if (halves % 2) grid.letter(left + halves / 2, row, U'▌', single ? 0 : 1);
  }
  out += grid.lines(colour);
  if (o.parts.size() > most_parts) out += cut(rest_of(o), wide) + "\n";
  return out;
}

}  // namespace l2g::plot
