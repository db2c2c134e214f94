#pragma once
#include <l2g/text/unicode.hpp>
#include <l2g/text/unicode_tables-inl.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

namespace l2g::text {

namespace detail {

template <std::size_t N>
bool in_ranges(const std::uint32_t (&ranges)[N][2], char32_t c) {
  const auto after = std::upper_bound(std::begin(ranges), std::end(ranges), c,
                                      [](char32_t value, const std::uint32_t(&r)[2]) { return value < r[0]; });
  return after != std::begin(ranges) && c <= (*std::prev(after))[1];
}

struct MapRun {
  char32_t first, last, image;
  std::uint32_t step, slope;
};

inline std::vector<MapRun> unpack(std::string_view text) {
  const auto value = [](char c) -> std::uint32_t {
    if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
    if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a' + 26);
    if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0' + 52);
    return c == '+' ? 62 : 63;
  };
  std::size_t at = 0;
  const auto number = [&] {
    std::uint32_t n = 0;
    for (unsigned shift = 0;; shift += 5) {
      const std::uint32_t digit = value(text[at++]);
      n |= (digit & 31) << shift;
      if (digit < 32) return n;
    }
  };
  std::vector<MapRun> runs;
  char32_t previous = 0;
  while (at < text.size()) {
    const char32_t first = previous + number();
    const std::uint32_t more = number(), difference = number(), steps = number();
    const std::uint32_t step = steps / 3;
    const char32_t image = difference & 1 ? first - (difference >> 1) : first + (difference >> 1);
    runs.push_back({first, first + more * step, image, step, steps % 3});
    previous = runs.back().last;
  }
  return runs;
}

inline char32_t mapped(const std::vector<MapRun>& runs, char32_t c) {
  const auto after =
      std::upper_bound(runs.begin(), runs.end(), c, [](char32_t value, const MapRun& r) { return value < r.first; });
  if (after == runs.begin()) return c;
  const MapRun& r = *std::prev(after);
  if (c > r.last || (c - r.first) % r.step) return c;
  return r.image + (c - r.first) / r.step * r.slope;
}

inline char32_t lowered(char32_t c) {
  static const std::vector<MapRun> runs = unpack(lower_case);
  return mapped(runs, c);
}

// Hangul syllables decompose by arithmetic (The Unicode Standard, 3.12).
inline void append_hangul(std::u32string& text, char32_t c) {
  const char32_t index = c - 0xAC00;
  text += char32_t(0x1100 + index / 588);
  text += char32_t(0x1161 + index % 588 / 28);
  if (index % 28) text += char32_t(0x11A7 + index % 28);
}

inline void append_without_accents(std::u32string& text, char32_t c) {
  static const std::vector<MapRun> runs = unpack(without_accents);
  if (in_ranges(accents, c)) return;
  if (c >= 0xAC00 && c <= 0xD7A3) return append_hangul(text, c);
  for (const auto& d : decompositions)
    if (d[0] == c) {
      for (std::size_t i = 1; i < 4 && d[i]; ++i) text += static_cast<char32_t>(d[i]);
      return;
    }
  text += mapped(runs, c);
}

}  // namespace detail

L2G_INLINE bool is_space(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= 9 && c <= 13);
  return detail::in_ranges(detail::space_ranges, c);
}
L2G_INLINE bool is_control(char32_t c) { return detail::in_ranges(detail::controls, c); }
L2G_INLINE bool is_punctuation(char32_t c) { return detail::in_ranges(detail::punctuation, c); }
L2G_INLINE bool is_ideograph(char32_t c) { return c >= 0x3400 && detail::in_ranges(detail::ideographs, c); }

L2G_INLINE void append_folded(std::u32string& text, char32_t c, bool strip_accents, bool lower_case) {
  if (c < 0x80) {
    text += lower_case && c >= 'A' && c <= 'Z' ? c + 32 : c;
    return;
  }
  const std::size_t begin = text.size();
  if (strip_accents)
    detail::append_without_accents(text, c);
  else
    text += c;
  if (!lower_case) return;
  if (text.size() == begin + 1 && text[begin] == 0x130) {  // the only one whose lower case is two code points
    text[begin] = 'i';
    text += char32_t(0x307);
    return;
  }
  for (std::size_t i = begin; i < text.size(); ++i) text[i] = detail::lowered(text[i]);
}

}  // namespace l2g::text
