#include "plot/text_grid.hpp"

#include <algorithm>
#include <array>

#include "plot/words.hpp"

namespace l2g::plot {

TextGrid::TextGrid(int width, int height)
    : width_(width), height_(height), cells_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {}

TextGrid::Cell* TextGrid::at(int column, int row) {
  if (column < 0 || row < 0 || column >= width_ || row >= height_) return nullptr;
  return &cells_[static_cast<std::size_t>(row) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(column)];
}

void TextGrid::letter(int column, int row, char32_t c, int colour) {
  Cell* cell = at(column, row);
  const int wide = columns(c);
  if (!cell || wide == 0 || (wide == 2 && column + 1 >= width_)) return;
  cell->letter = c, cell->dots = 0, cell->colour = static_cast<std::int16_t>(terminal_colour(colour));
  if (wide == 2) at(column + 1, row)->letter = 0;
}

int TextGrid::text(int column, int row, std::string_view words, int colour) {
  for (const char32_t c : decode(words)) letter(column, row, c, colour), column += columns(c);
  return column;
}

void TextGrid::dot(int x, int y, int colour) {
  if (x < 0 || y < 0) return;
  Cell* cell = at(x / 2, y / 4);
  if (!cell || cell->letter != U' ') return;
  constexpr std::uint8_t bit[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
  cell->dots = static_cast<std::uint8_t>(cell->dots | bit[y % 4][x % 2]);
  cell->colour = static_cast<std::int16_t>(terminal_colour(colour));
}

void TextGrid::shade(int column, int row, int background, int letters) {
  if (Cell* cell = at(column, row))
    cell->background = static_cast<std::int16_t>(background), cell->colour = static_cast<std::int16_t>(letters);
}

void TextGrid::tint(int column, int row, int letters) {
  if (Cell* cell = at(column, row)) cell->colour = static_cast<std::int16_t>(letters);
}

std::string TextGrid::lines(bool colour) const {
  std::string out;
  for (int row = 0; row < height_; ++row) {
    const Cell* line = cells_.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(width_);
    int used = width_;
    while (used > 0 && line[used - 1].letter == U' ' && !line[used - 1].dots &&
           (!colour || line[used - 1].background < 0))
      --used;
    std::u32string letters;
    int foreground = -1, background = -1;
    const auto escape = [&](const std::string& code) { letters += U"\033[" + decode(code) + U"m"; };
    for (int i = 0; i < used; ++i) {
      const Cell& cell = line[i];
      if (cell.letter == 0) continue;
      if (colour && (cell.colour != foreground || cell.background != background)) {
        escape("0");
        if (cell.colour >= 0) escape("38;5;" + std::to_string(cell.colour));
        if (cell.background >= 0) escape("48;5;" + std::to_string(cell.background));
        foreground = cell.colour, background = cell.background;
      }
      letters += cell.dots ? static_cast<char32_t>(0x2800 + cell.dots) : cell.letter;
    }
    if (foreground >= 0 || background >= 0) escape("0");
    out += encode(letters) + "\n";
  }
  return out;
}

}  // namespace l2g::plot
