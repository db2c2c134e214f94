#pragma once
// A sheet of terminal cells: letters, braille dots (2 x 4 a cell) and 256-colour attributes. Nothing leaves its width.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plot/colours.hpp"
#include "plot/figure.hpp"

namespace l2g::plot {

class TextGrid {
 public:
  TextGrid(int width, int height);
  int width() const { return width_; }
  int height() const { return height_; }

  /// Writes from a column on; what is outside the sheet is cut. Returns the column after the text.
  int text(int column, int row, std::string_view words, int colour = ink);
  void letter(int column, int row, char32_t c, int colour = ink);
  /// A braille dot; x counts half columns, y quarter rows.
  void dot(int x, int y, int colour);
  /// The background of a cell: a number of the terminal's 256 colours, -1 for none; `letters` is that of its text.
  void shade(int column, int row, int background, int letters);
  /// The letters' colour of a cell as a number of the 256, -1 for the terminal's own.
  void tint(int column, int row, int letters);

  /// Lines without trailing blanks; escape sequences only with `colour`.
  std::string lines(bool colour) const;

 private:
  struct Cell {
    char32_t letter = U' ';  // 0: the second half of a wide character
    std::uint8_t dots = 0;
    std::int16_t colour = -1, background = -1;  // of 256, -1: the terminal's own
  };
  Cell* at(int column, int row);

  int width_, height_;
  std::vector<Cell> cells_;
};

}  // namespace l2g::plot
