#pragma once
// Names and numbers as they stand in charts: always valid UTF-8, shortened in the middle when there is no room.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace l2g::plot {

/// Code points; invalid bytes become U+FFFD, control characters spaces.
std::u32string decode(std::string_view text);
std::string encode(std::u32string_view text);

/// Terminal columns of a character: 0 (combining), 1 or 2 (wide).
int columns(char32_t c);
int columns(std::string_view text);

/// `text` when fits(text), else its longest "beginning...end" that fits (both ends tell names apart), at least "...".
template <class Fits>
std::string shorten(std::string_view text, Fits&& fits) {
  const std::u32string all = decode(text);
  if (fits(encode(all))) return encode(all);
  std::string best = "…";
  for (std::size_t kept = 1; kept < all.size(); ++kept) {
    const std::size_t head = (kept + 1) / 2;
    const std::string s =
        encode(std::u32string_view(all).substr(0, head)) + "…" + encode(all.substr(all.size() - (kept - head)));
    if (!fits(s)) break;
    best = s;
  }
  return best;
}

/// Lines of at most `width` columns, broken at spaces; a word that is longer is shortened.
std::vector<std::string> wrapped(std::string_view text, int width);
/// The same, each ended by a newline; a text without words is an empty line.
std::string lines_of(std::string_view text, int width);
/// The name of a class in a legend: "class 1" for one that is a bare number, which would say nothing there.
std::string class_words(const std::string& name);

/// Fixed decimals, never "-0.00"; "undefined" for NaN.
std::string number(double x, int decimals);
/// At most three digits and k, M, G for thousands: 0.05, 25, 1.5k, 86M.
std::string short_number(double x);
/// "0.93 [0.91, 0.95]", without the interval when it is NaN.
std::string with_interval(double value, double lo, double hi, int decimals = 2);
/// A count with commas: 47,356.
std::string count(long long n);

}  // namespace l2g::plot
