#pragma once
// How text and values look: never wider than the window, UTF-8 safe.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

struct lua_State;

namespace l2g::repl {

/// Columns of the terminal on standard output; else the variable COLUMNS, else 100.
std::size_t window_width();
/// One character of UTF-8 from `at` on; a broken byte counts as one character.
struct Glyph {
  std::uint32_t code;
  std::size_t bytes;
  int columns;  ///< 0 for combining marks, 2 for wide characters
};
Glyph glyph_at(std::string_view text, std::size_t at);
/// Columns that the text takes on a terminal.
std::size_t columns(std::string_view text);
/// The first line of the text cut to `width` columns, with an ellipsis where something was cut.
std::string fitted(std::string_view text, std::size_t width);
/// Lines broken at spaces so that none is wider than `width`; `indent` spaces stand before each.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);
/// "1.5 MB"
std::string bytes_in_words(std::size_t bytes);
/// "2.3 s", "4 min 10 s", "2 h 3 min"
std::string duration_in_words(double seconds);
/// A Lua value as the prompt shows it: texts in quotes, tables short, objects by their summary. Never raises an error.
std::string shown(lua_State* L, int index, std::size_t width);

}  // namespace l2g::repl
