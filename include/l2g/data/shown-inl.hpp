#pragma once
// Text from a file inside a one-line message.
#include <string>
#include <string_view>

namespace l2g::data::detail {

/// At most `limit` bytes, control characters as blanks, a UTF-8 letter never cut in two.
inline std::string shown(std::string_view text, std::size_t limit = 40) {
  std::size_t end = text.size();
  if (end > limit) {
    end = limit;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  }
  std::string out(text.substr(0, end));
  for (char& c : out)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  return end < text.size() ? out + "..." : out;
}

}  // namespace l2g::data::detail
