#pragma once
// Fields of tab-separated lines such as BED, VCF and GFF, with the column where each begins.
#include <l2g/data/line_reader.hpp>
#include <l2g/data/shown-inl.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

namespace l2g::data::detail {

struct Field {
  std::string_view text;
  index_t column = 0;
};

/// Fields between tabs, or, with `blanks`, between runs of tabs and blanks; `fields` keeps its memory between calls.
inline void split_fields(std::string_view line, bool blanks, std::vector<Field>& fields) {
  fields.clear();
  std::size_t at = 0;
  for (;;) {
    if (blanks) at = std::min(line.find_first_not_of(" \t", at), line.size());
    if (blanks && at == line.size()) return;
    const std::size_t end = std::min(blanks ? line.find_first_of(" \t", at) : line.find('\t', at), line.size());
    fields.push_back({line.substr(at, end - at), static_cast<index_t>(at) + 1});
    if (end == line.size()) return;
    at = end + 1;
  }
}

inline bool parse_number(std::string_view text, double& value) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc{} && end == text.data() + text.size() && std::isfinite(value);
}
inline std::optional<index_t> whole_number(std::string_view text) {
  index_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

/// A place in a chromosome. Throws file_error, which says what `name` is, for anything but a whole number within
/// least..2^62.
inline index_t position_of(const LineReader& lines, const Field& field, const char* name, index_t least) {
  const auto value = whole_number(field.text);
  if (!value) lines.fail(field.column, std::string(name) + " '" + shown(field.text) + "' is not a whole number");
  if (*value < least || *value > index_t(1) << 62)
    lines.fail(field.column, std::string(name) + " " + std::to_string(*value) + " is " +
                                 (*value < 0       ? "negative"
                                  : *value < least ? "less than 1"
                                                   : "too large"));
  return *value;
}

inline bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

/// "1 interval", "2 intervals"
inline std::string counted(index_t n, const std::string& what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

/// "chrI:100-612"
inline std::string stretch(std::string_view chromosome, index_t start, index_t end) {
  return shown(chromosome) + ":" + std::to_string(start) + "-" + std::to_string(end);
}

/// Rows of one kind of fault: how many, and the first ones.
struct Faults {
  index_t count = 0;
  std::string examples{};
  void add(const std::string& example) {
    if (count++ < 3) examples += (examples.empty() ? "" : "; ") + example;
  }
};

}  // namespace l2g::data::detail
