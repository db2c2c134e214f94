#pragma once
// Words and numbers of a line, with the columns that error messages name.
#include <l2g/data/line_reader.hpp>

#include <charconv>
#include <cmath>
#include <vector>

namespace l2g::interpret::detail {

struct Word {
  std::string_view text;
  index_t column = 0;  // from 1
};

/// The words of a line between blanks and any of `also`.
inline std::vector<Word> words_of(std::string_view line, std::string_view also = {}) {
  const auto divides = [&](char c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || also.find(c) != std::string_view::npos;
  };
  std::vector<Word> words;
  for (std::size_t i = 0; i < line.size();) {
    if (divides(line[i])) {
      ++i;
      continue;
    }
    const std::size_t from = i;
    while (i < line.size() && !divides(line[i])) ++i;
    words.push_back({line.substr(from, i - from), index_t(from) + 1});
  }
  return words;
}

/// The whole text as a finite number; NaN when it is none.
inline double number_in(std::string_view text) {
  double x = 0;
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), x);
  const bool whole = end == text.data() + text.size() && !text.empty();
  // Numbers below the smallest double are printed by some tools (1e-400).
  if (whole && fault == std::errc::result_out_of_range)
    return text.find("e-") == std::string_view::npos && text.find("E-") == std::string_view::npos ? NAN : 0;
  return whole && fault == std::errc() && std::isfinite(x) ? x : NAN;
}

}  // namespace l2g::interpret::detail
