#pragma once
#include <l2g/text/spaces.hpp>
#include <l2g/text/utf8.hpp>

#include <algorithm>

namespace l2g::text {

L2G_INLINE void SpacedText::assign(std::string_view text, std::uint32_t base, const Spaces& spaces) {
  text_.clear();
  sources_.clear();
  const auto put = [&](std::string_view bytes, std::size_t from) {
    text_ += bytes;
    sources_.insert(sources_.end(), bytes.size(), base + static_cast<std::uint32_t>(from));
  };
  std::size_t at = 0;
  if (spaces.remove_extra) at = std::min(text.find_first_not_of(' '), text.size());
  const bool here = spaces.prefix == SpacePrefix::always || (spaces.prefix == SpacePrefix::first && base == 0);
  const auto begins_with_space = [&] {
    const std::string_view rest = text.substr(at);
    return rest.front() == ' ' || rest.substr(0, spaces.symbol.size()) == spaces.symbol;
  };
  if (here && at < text.size() && (spaces.prefix_before_space || !begins_with_space())) put(spaces.symbol, at);
  bool after_space = spaces.remove_extra;
  while (at < text.size()) {
    const CodePoint c = code_point(text, at);
    const bool space = text[at] == ' ';
    if (space && !after_space) {
      put(spaces.symbol, at);
    } else if (!space && !c.valid && spaces.replace_invalid) {
      put("\xef\xbf\xbd", at);
    } else if (!space) {
      text_ += text.substr(at, c.size);
      for (std::size_t i = at; i < at + c.size; ++i) sources_.push_back(base + static_cast<std::uint32_t>(i));
    }
    after_space = spaces.remove_extra && space;
    at += c.size;
  }
  while (spaces.remove_extra && text_.ends_with(spaces.symbol)) text_.resize(text_.size() - spaces.symbol.size());
  sources_.resize(text_.size());
  sources_.push_back(base + static_cast<std::uint32_t>(text.size()));
}

L2G_INLINE void append_with_spaces(std::string_view token, std::string_view symbol, std::string& text) {
  std::size_t at = 0;
  for (std::size_t found; (found = token.find(symbol, at)) != token.npos; at = found + symbol.size())
    text.append(token.substr(at, found - at)) += ' ';
  text.append(token.substr(at));
}

L2G_INLINE bool is_byte_piece(std::string_view token) {
  const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
  return token.size() == 6 && token.substr(0, 3) == "<0x" && hex(token[3]) && hex(token[4]) && token[5] == '>';
}

L2G_INLINE char byte_of_piece(std::string_view token) {
  const auto digit = [&](std::size_t i) { return token[i] <= '9' ? token[i] - '0' : token[i] - 'A' + 10; };
  return static_cast<char>(16 * digit(3) + digit(4));
}

L2G_INLINE std::array<std::int32_t, 256> byte_pieces(const Vocabulary& vocabulary) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::array<std::int32_t, 256> ids{};
  for (std::size_t b = 0; b < 256; ++b)
    ids[b] = vocabulary.find(std::string("<0x") + digits[b / 16] + digits[b % 16] + ">");
  return ids;
}

}  // namespace l2g::text
