#pragma once
// A number as text.
#include <charconv>
#include <string>

namespace l2g {

/// The shortest text that reads back as the same number.
inline std::string number_text(double x) {
  char text[32];  // the longest is -2.2250738585072014e-308
  return {text, std::to_chars(text, text + sizeof text, x).ptr};
}

}  // namespace l2g
