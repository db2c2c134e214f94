#pragma once
// A number as text.
#include <charconv>
#include <string>
#include <string_view>

namespace l2g {

/// The shortest text that reads back as the same number.
inline std::string number_text(double x) {
  char text[32];  // the longest is -2.2250738585072014e-308
  return {text, std::to_chars(text, text + sizeof text, x).ptr};
}

/// Nothing but digits, as in names that are the numbers of something; an empty text, too.
inline bool only_digits(std::string_view text) { return text.find_first_not_of("0123456789") == text.npos; }

}  // namespace l2g
