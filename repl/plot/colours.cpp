#include "plot/colours.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "plot/figure.hpp"

namespace l2g::plot {
namespace {

constexpr double share_in_range(double share, double lo) { return share > lo ? std::min(share, 1.0) : lo; }

/// 0 1 2 3 for A C G T or U, else 4.
std::size_t base_of(char letter) {
  switch (letter | 0x20) {
    case 'a':
      return 0;
    case 'c':
      return 1;
    case 'g':
      return 2;
    case 't':
    case 'u':
      return 3;
    default:
      return 4;
  }
}

}  // namespace

Colour colour_of(int index) {
  // Without yellow and black: yellow is too pale on white, black is the ink.
  constexpr std::array<Colour, 7> palette{{{0.000, 0.447, 0.698},  // blue
                                           {0.835, 0.369, 0.000},  // vermillion
                                           {0.000, 0.620, 0.451},  // bluish green
                                           {0.800, 0.475, 0.655},  // reddish purple
                                           {0.902, 0.624, 0.000},  // orange
                                           {0.337, 0.706, 0.914},  // sky blue
                                           {0.45, 0.35, 0.25}}};   // brown
  if (index == grey) return {0.45, 0.45, 0.45};
  if (index < 0) return {0.13, 0.13, 0.13};
  return palette[static_cast<std::size_t>(index) % palette.size()];
}

Colour heat(double share) {
  const double s = share_in_range(share, 0);
  return {1 - s, 1 - s * (1 - 0.33), 1 - s * (1 - 0.56)};
}

Colour diverging(double share) {
  const double s = std::abs(share_in_range(share, -1));
  const Colour end = share < 0 ? Colour{0.72, 0.27, 0.00} : Colour{0.00, 0.33, 0.60};
  return {1 - s * (1 - end.red), 1 - s * (1 - end.green), 1 - s * (1 - end.blue)};
}

Colour letter_colour(char letter, bool classic) {
  constexpr Colour other{0.6, 0.6, 0.6};
  constexpr std::array<Colour, 5> known{{{0, 0.5, 0}, {0, 0, 1}, {1, 0.65, 0}, {1, 0, 0}, other}};
  constexpr std::array<Colour, 5> blind{
      {{0.0, 0.6, 0.502}, {0.349, 0.702, 0.902}, {0.902, 0.608, 0.016}, {0.102, 0.102, 0.102}, other}};
  return (classic ? known : blind)[base_of(letter)];
}

int terminal_colour(int index) {
  constexpr std::array<int, 7> palette{32, 166, 36, 175, 214, 81, 137};  // nearest to the picture's
  if (index == grey) return 245;
  return index < 0 ? -1 : palette[static_cast<std::size_t>(index) % palette.size()];
}

int terminal_heat(double share) {
  constexpr std::array<int, 6> ramp{255, 189, 153, 110, 68, 25};
  return ramp[static_cast<std::size_t>(share_in_range(share, 0) * 5 + 0.5)];
}

int terminal_diverging(double share) {
  constexpr std::array<int, 11> ramp{130, 166, 173, 216, 223, 255, 189, 153, 110, 68, 25};
  return ramp[static_cast<std::size_t>(share_in_range(share, -1) * 5 + 5.5)];
}

int terminal_letter(char letter, bool classic) {
  constexpr std::array<int, 5> known{34, 33, 172, 160, 245}, blind{36, 74, 172, -1, 245};
  return (classic ? known : blind)[base_of(letter)];
}

}  // namespace l2g::plot
