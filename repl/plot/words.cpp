#include "plot/words.hpp"

#include <l2g/core/number_text.hpp>
#include <l2g/text/utf8.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <iterator>

namespace l2g::plot {

std::u32string decode(std::string_view text) {
  std::u32string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
    const unsigned char first = byte(i);
    const std::size_t extra = first < 0x80 ? 0 : first >> 5 == 6 ? 1 : first >> 4 == 14 ? 2 : first >> 3 == 30 ? 3 : 4;
    char32_t c = extra == 0 ? first : first & (0x3Fu >> extra);
    bool valid = extra < 4 && i + extra < text.size();
    for (std::size_t k = 1; valid && k <= extra; ++k) {
      valid = (byte(i + k) & 0xC0) == 0x80;
      c = c << 6 | (byte(i + k) & 0x3F);
    }
    constexpr char32_t least[] = {0, 0x80, 0x800, 0x10000};
    valid = valid && c >= least[extra] && c <= 0x10FFFF && !(c >= 0xD800 && c < 0xE000);
    if (!valid)
      out += U'\uFFFD';
    else
      out += c < 0x20 || (c >= 0x7F && c < 0xA0) ? U' ' : c;
    i += valid ? extra + 1 : 1;
  }
  return out;
}

std::string encode(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) l2g::text::append_utf8(out, c);
  return out;
}

int columns(char32_t c) {
  struct Range {
    char32_t lo, hi;
  };
  constexpr Range none[] = {{0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x610, 0x61A},
                            {0x64B, 0x65F},   {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2064},
                            {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}};
  constexpr Range wide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xAC00, 0xD7A3},
                            {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
                            {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
  const auto in = [c](const Range& r) { return c >= r.lo && c <= r.hi; };
  if (std::any_of(std::begin(none), std::end(none), in)) return 0;
  return std::any_of(std::begin(wide), std::end(wide), in) ? 2 : 1;
}

int columns(std::string_view text) {
  int n = 0;
  for (const char32_t c : decode(text)) n += columns(c);
  return n;
}

std::vector<std::string> wrapped(std::string_view text, int width) {
  std::vector<std::string> lines;
  int used = 0;
  const std::string all = encode(decode(text));  // no line ends are left
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find(' ', at), all.size());
    const std::string word =
        shorten(all.substr(at, end - at), [width](const std::string& s) { return columns(s) <= width; });
    at = end + 1;
    if (word.empty()) continue;
    const int length = columns(word);
    if (lines.empty() || used + 1 + length > width) {
      lines.push_back(word), used = length;
    } else {
      lines.back() += " " + word, used += 1 + length;
    }
  }
  return lines;
}

std::string lines_of(std::string_view text, int width) {
  std::string all;
  for (const std::string& line : wrapped(text, width)) all += line + "\n";
  return all.empty() ? "\n" : all;
}

std::string class_words(const std::string& name) { return !name.empty() && only_digits(name) ? "class " + name : name; }

std::string number(double x, int decimals) {
  if (std::isnan(x)) return "undefined";
  if (std::abs(x) < 0.5 * std::pow(10, -decimals)) x = 0;
  char text[64];
  std::snprintf(text, sizeof text, std::abs(x) < 1e15 ? "%.*f" : "%.*g", decimals, x);
  return text;
}

std::string short_number(double x) {
  if (!std::isfinite(x)) return number(x, 0);
  constexpr struct {
    double of;
    const char* name;
  } units[] = {{1e9, "G"}, {1e6, "M"}, {1e3, "k"}};
  char text[40];
  for (const auto& unit : units)
    if (std::abs(x) >= 0.9995 * unit.of) {
      std::snprintf(text, sizeof text, "%.3g", x / unit.of);
      return text + std::string(unit.name);
    }
  std::snprintf(text, sizeof text, "%.3g", x);
  return text;
}

std::string with_interval(double value, double lo, double hi, int decimals) {
  if (std::isnan(value) || std::isnan(lo) || std::isnan(hi)) {
    if (value == 0 || !(std::abs(value) < std::pow(10, -decimals))) return number(value, decimals);
    char text[32];  // the decimals would leave nothing of it
    std::snprintf(text, sizeof text, "%.2g", value);
    return text;
  }
  return number(value, decimals) + " [" + number(lo, decimals) + ", " + number(hi, decimals) + "]";
}

std::string count(long long n) {
  std::string s = std::to_string(n);
  for (std::ptrdiff_t i = static_cast<std::ptrdiff_t>(s.size()) - 3; i > (n < 0 ? 1 : 0); i -= 3)
    s.insert(static_cast<std::size_t>(i), ",");
  return s;
}

}  // namespace l2g::plot
