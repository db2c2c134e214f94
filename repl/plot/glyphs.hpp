#pragma once
// Letters of sequence logos as outlines of our own: they fill a box from edge to edge, which no font's letters do.
#include <string_view>

namespace l2g::plot {

/// The outline of A C G T U (either case), of N for any other letter: commands M L H V C Z of an SVG path in a box of
/// 100 x 100, y downwards, absolute, numbers and commands parted by single blanks. Holes count by the even-odd rule.
std::string_view glyph_outline(char letter);
/// The letter whose outline it is.
char glyph_letter(char letter);

}  // namespace l2g::plot
