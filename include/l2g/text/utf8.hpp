#pragma once
// UTF-8, one code point at a time.
#include <l2g/core/config.hpp>

#include <string>
#include <string_view>

namespace l2g::text {

/// One code point of a text; a byte that belongs to none counts as U+FFFD of size 1, with valid = false.
struct CodePoint {
  char32_t value = 0xFFFD;
  std::uint8_t size = 1;
  bool valid = false;
};

/// The code point that begins at byte `at` (< text.size()). Overlong forms, surrogates and values above U+10FFFF are
/// no code points.
inline CodePoint code_point(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1, true};
  const std::uint8_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || at + size > text.size()) return {};
  char32_t value = first & (0x7Fu >> size);
  for (std::uint8_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0u) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3Fu);
  }
  if ((size == 3 && value < 0x800) || (size == 4 && (value < 0x10000 || value > 0x10FFFF)) ||
      (value >= 0xD800 && value <= 0xDFFF))
    return {};
  return {value, size, true};
}

inline void append_utf8(std::string& text, char32_t c) {
  const auto put = [&](char32_t byte) { text += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  }
}

/// How many bytes from `at` on are whole code points.
inline std::size_t valid_utf8(std::string_view text, std::size_t at) {
  const std::size_t begin = at;
  while (at < text.size()) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const CodePoint c = code_point(text, at);
    if (!c.valid) break;
    at += c.size;
  }
  return at - begin;
}

}  // namespace l2g::text
