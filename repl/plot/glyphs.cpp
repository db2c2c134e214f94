#include "plot/glyphs.hpp"

namespace l2g::plot {

char glyph_letter(char letter) {
  const char upper = static_cast<char>(letter & ~0x20);
  return upper == 'A' || upper == 'C' || upper == 'G' || upper == 'T' || upper == 'U' ? upper : 'N';
}

std::string_view glyph_outline(char letter) {
  switch (glyph_letter(letter)) {
    case 'A':
      return "M 0 100 L 37 0 H 63 L 100 100 H 77 L 70 76 H 30 L 23 100 Z M 35.5 58 H 64.5 L 50 14 Z";
    case 'C':
      return "M 100 69 C 95 90 78 100 54 100 C 20 100 0 80 0 50 C 0 20 20 0 54 0 C 78 0 95 10 99 30 L 76 36 "
             "C 73 24 66 18 54 18 C 34 18 24 29 24 50 C 24 71 34 82 54 82 C 67 82 75 75 77 62 Z";
    case 'G':
      return "M 100 46 V 86 C 90 95 74 100 56 100 C 20 100 0 80 0 50 C 0 20 20 0 54 0 C 78 0 95 10 99 29 L 76 34 "
             "C 73 23 66 18 54 18 C 34 18 24 29 24 50 C 24 71 35 82 56 82 C 65 82 72 80 78 76 V 63 H 55 V 46 Z";
    case 'T':
      return "M 0 0 H 100 V 19 H 61.5 V 100 H 38.5 V 19 H 0 Z";
    case 'U':
      return "M 0 0 H 23 V 61 C 23 76 32 82 50 82 C 68 82 77 76 77 61 V 0 H 100 V 61 C 100 87 82 100 50 100 "
             "C 18 100 0 87 0 61 Z";
    default:
      return "M 0 100 V 0 H 25 L 77 65 V 0 H 100 V 100 H 75 L 23 35 V 100 Z";
  }
}

}  // namespace l2g::plot
