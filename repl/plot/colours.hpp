#pragma once
// Colours that colour-blind readers tell apart (Okabe & Ito 2008).

namespace l2g::plot {

struct Colour {
  double red, green, blue;
  bool operator==(const Colour&) const = default;
};

/// Lines behind the data.
inline constexpr Colour grid_colour{0.90, 0.90, 0.90};
/// What pictures are drawn on.
inline constexpr Colour paper{0.999, 0.999, 0.999};  // not quite white: white cells of a map stay white on a dark page
/// Letters on a light and on a dark cell, whatever the page's colours are.
inline constexpr Colour on_light{0.12, 0.12, 0.12}, on_dark{0.99, 0.99, 0.99};

/// A colour of the palette, `grey` or `ink` (see figure.hpp).
Colour colour_of(int index);
/// From white (0) to a dark blue (1).
Colour heat(double share);
/// From dark orange (-1) over white to dark blue (1).
Colour diverging(double share);
/// Of a base A C G T U (either case), else grey: the colour-blind set, or with `classic` green, blue, orange, red.
Colour letter_colour(char letter, bool classic);

/// The same on a terminal of 256 colours, to be read on black and on white; -1: the terminal's own ink.
int terminal_colour(int index);
/// From the terminal's background (0) to a full blue (1).
int terminal_heat(double share);
int terminal_diverging(double share);
int terminal_letter(char letter, bool classic);

}  // namespace l2g::plot
