// A confusion matrix in the terminal: numbers in shaded cells, or beside bars of half blocks when colours are off.
#include <algorithm>
#include <cmath>

#include "plot/text_figure.hpp"
#include "plot/text_grid.hpp"
#include "plot/words.hpp"

namespace l2g::plot {
namespace {

std::string cut(std::string_view text, int room) {
  return shorten(text, [room](const std::string& s) { return columns(s) <= room; });
}

/// A bar of full and half blocks.
void bar(TextGrid& grid, int column, int row, double share, int room) {
  const int halves = static_cast<int>(std::lround(share * 2 * room));
  for (int i = 0; i < halves / 2; ++i) grid.letter(column + i, row, U'█');
  if (halves % 2) grid.letter(column + halves / 2, row, U'▌');
}

/// A cell of three rows: half a row of colour, the numbers on colour, half a row of colour.
void shaded(TextGrid& grid, int column, int row, int room, double share) {
  const int heat = terminal_heat(share), letters = share > 0.5 ? 255 : 16;
  for (int i = 0; i < room; ++i) {
    grid.letter(column + i, row, U'▄'), grid.shade(column + i, row, -1, heat);
    grid.shade(column + i, row + 1, heat, letters);
    grid.letter(column + i, row + 2, U'▀'), grid.shade(column + i, row + 2, -1, heat);
  }
}

void words(TextGrid& grid, int column, int row, int room, const std::string& text, int background, int letters) {
  const int begin = column + (room - columns(text)) / 2;
  grid.text(begin, row, text);
  if (background < 0) return;
  for (int i = 0; i < columns(text); ++i) grid.shade(begin + i, row, background, letters);
}

}  // namespace

std::string text_of(const report::ConfusionMatrix& chart, int width, bool colour) {
  const std::size_t n = chart.class_names.size();
  const int classes = static_cast<int>(n);
  int longest = columns("true class"), digits = 4;
  for (const std::string& name : chart.class_names) longest = std::max(longest, columns(name));
  for (const index_t c : chart.counts) digits = std::max(digits, columns(count(c)));
  const int labels = std::min(longest, std::max(width / 4, 8));
  const int room = classes ? std::min((width - labels - 1) / classes - 1, std::max(16, longest)) : 0;
  std::string out = lines_of(chart.title, width);
  if (room < digits) {
    if (classes == 0) return out + "no classes\n";
    // The numbers do not fit beside each other: one line a class, with its recall.
    TextGrid grid(width, classes + 1);
    grid.text(0, 0, cut(std::to_string(n) + " classes are too many for this width; share found (%):", width));
    for (std::size_t i = 0; i < n; ++i) {
      double row = 0;
      for (std::size_t j = 0; j < n; ++j) row += static_cast<double>(chart.counts[i * n + j]);
      const int line = static_cast<int>(i) + 1;
      grid.text(0, line, cut(chart.class_names[i], labels));
      const double share = row > 0 ? static_cast<double>(chart.counts[i * n + i]) / row : 0;
      grid.text(labels + 1, line, row > 0 ? number(100 * share, 1) : "-");
      bar(grid, labels + 7, line, share, std::max(width - labels - 8, 1));
    }
    return out + grid.lines(colour);
  }
  TextGrid grid(width, 2 + 3 * classes);
  const auto left = [&](std::size_t j) { return labels + 1 + static_cast<int>(j) * (room + 1); };
  grid.text(0, 1, cut("true class", labels));
  const std::string predicted = cut("predicted class (% of the true class)", width - labels - 1);
  grid.text(labels + 1, 0, predicted);
  for (std::size_t j = 0; j < n; ++j) words(grid, left(j), 1, room, cut(chart.class_names[j], room), -1, -1);
  for (std::size_t i = 0; i < n; ++i) {
    double row = 0;
    for (std::size_t j = 0; j < n; ++j) row += static_cast<double>(chart.counts[i * n + j]);
    const int top = 2 + 3 * static_cast<int>(i);
    grid.text(0, top + (colour ? 1 : 0), cut(chart.class_names[i], labels));
    for (std::size_t j = 0; j < n; ++j) {
      const double share = row > 0 ? static_cast<double>(chart.counts[i * n + j]) / row : 0;
      std::string cell = count(chart.counts[i * n + j]);
      const std::string percent = row > 0 ? number(100 * share, 1) + " %" : "";
      const bool together = columns(cell) + columns(percent) + 2 <= room;
      if (together) cell += "  " + percent;
      if (colour) {
        shaded(grid, left(j), top, room, share);
        words(grid, left(j), top + 1, room, cell, terminal_heat(share), share > 0.5 ? 255 : 16);
      } else {
        words(grid, left(j), top, room, cell, -1, -1);
        bar(grid, left(j), top + 1, share, room);
      }
    }
  }
  return out + grid.lines(colour);
}

}  // namespace l2g::plot
