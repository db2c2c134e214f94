#include "display.hpp"

#include "binding.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace l2g::repl {
namespace {

constexpr std::size_t default_width = 100, most_items = 8, most_rows = 12;
constexpr int deepest = 3;

bool between(std::uint32_t c, std::uint32_t low, std::uint32_t high) { return c >= low && c <= high; }

int columns_of(std::uint32_t c) {
  if (between(c, 0x300, 0x36f) || between(c, 0x1ab0, 0x1aff) || between(c, 0x20d0, 0x20ff) ||
      between(c, 0xfe00, 0xfe0f) || between(c, 0x200b, 0x200f) || c == 0xfeff)
    return 0;
  const bool wide = between(c, 0x1100, 0x115f) || between(c, 0x2e80, 0xa4cf) || between(c, 0xac00, 0xd7a3) ||
                    between(c, 0xf900, 0xfaff) || between(c, 0xfe30, 0xfe6f) || between(c, 0xff00, 0xff60) ||
                    between(c, 0xffe0, 0xffe6) || between(c, 0x1f300, 0x1faff) || between(c, 0x20000, 0x3fffd);
  return wide ? 2 : 1;
}

std::string quoted(std::string_view text) {
  std::string s = "\"";
  for (const char c : text.substr(0, 4000)) {
    if (c == '\n')
      s += "\\n";
    else if (c == '\t')
      s += "\\t";
    else if (c == '"')
      s += "\\\"";
    else if (static_cast<unsigned char>(c) < 32 || c == 127)
      s += fmt::format("\\{}", int(c));
    else
      s += c;
  }
  return s + '"';
}

bool is_name(std::string_view s) {
  return !s.empty() && !std::isdigit(static_cast<unsigned char>(s[0])) &&
         std::all_of(s.begin(), s.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

std::string show(lua_State* L, int index, std::size_t width, int depth);

std::string key_form(lua_State* L, int index) {
  if (lua_type(L, index) == LUA_TSTRING && is_name(text_at(L, index))) return std::string(text_at(L, index));
  return "[" + show(L, index, 30, deepest) + "]";
}

// Tables are read raw: showing a value must run no code of the user.
std::string show_table(lua_State* L, int index, std::size_t width, int depth) {
  index = lua_absindex(L, index);
  if (!lua_checkstack(L, 6)) return "{...}";
  const auto count = std::size_t(lua_rawlen(L, index));
  std::vector<std::string> items;
  std::size_t total = 0;
  for (std::size_t i = 1; i <= std::min(count, most_items); ++i) {
    lua_rawgeti(L, index, lua_Integer(i));
    items.push_back(depth >= deepest && lua_istable(L, -1) ? "{...}" : show(L, -1, width, depth + 1));
    lua_pop(L, 1);
  }
  std::vector<std::string> named;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    ++total;
    if (lua_isinteger(L, -2) && lua_Unsigned(lua_tointeger(L, -2)) - 1 < count) continue;
    if (named.size() <= 4 * most_items)
      named.push_back(key_form(L, -2) + " = " +
                      (depth >= deepest && lua_istable(L, -1) ? "{...}" : show(L, -1, width, depth + 1)));
  }
  const std::size_t names = total - std::min(total, count);
  std::sort(named.begin(), named.end());
  const std::size_t rows_of_names = depth == 0 ? most_rows : most_items;
  if (named.size() > rows_of_names) named.resize(rows_of_names);
  const std::size_t left_out = (count - std::min(count, most_items)) + (names - named.size());
  items.insert(items.end(), named.begin(), named.end());
  if (left_out) items.push_back(fmt::format("... {} more", left_out));
  std::string line = "{";
  for (const auto& s : items) line += (line.size() > 1 ? ", " : "") + s;
  line += '}';
  if (columns(line) <= width || depth > 0) return depth > 0 ? fitted(line, width) : line;
  std::string rows = "{\n";
  for (const auto& s : items) rows += "  " + fitted(s, width - 3) + (&s == &items.back() ? "\n" : ",\n");
  return rows + "}";
}

std::string show(lua_State* L, int index, std::size_t width, int depth) {
  switch (lua_type(L, index)) {
    case LUA_TNIL:
      return "nil";
    case LUA_TBOOLEAN:
      return lua_toboolean(L, index) ? "true" : "false";
    case LUA_TNUMBER: {
      lua_pushvalue(L, index);  // lua_tolstring changes a number in place
      std::string s(text_at(L, -1));
      lua_pop(L, 1);
      return s;
    }
    case LUA_TSTRING:
      return fitted(quoted(text_at(L, index)), width);
    case LUA_TTABLE:
      return show_table(L, index, width, depth);
    case LUA_TFUNCTION: {
      lua_Debug about;
      lua_pushvalue(L, index);
      lua_getinfo(L, ">S", &about);
      if (*about.what == 'C') return "function (built in)";
      return fitted(fmt::format("function ({}, line {})", about.short_src, about.linedefined), width);
    }
    case LUA_TUSERDATA:
      if (const Object* o = to_object(L, index)) return summary_of(*o, width);
      [[fallthrough]];
    default:
      return lua_typename(L, lua_type(L, index));
  }
}

}  // namespace

std::size_t window_width() {
  winsize size{};
  if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return std::max<std::size_t>(size.ws_col, 20);
  const char* variable = std::getenv("COLUMNS");
  const long n = variable ? std::strtol(variable, nullptr, 10) : 0;
  return n >= 20 && n <= 10000 ? std::size_t(n) : default_width;
}

Glyph glyph_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  const std::size_t size = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (size == 1) return {lead, 1, lead < 32 || lead == 127 ? 0 : 1};
  if (size == 0 || lead > 0xf4 || at + size > text.size()) return {0xfffd, 1, 1};
  std::uint32_t code = lead & (0x7fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return {0xfffd, 1, 1};
    code = code << 6 | (byte(at + i) & 0x3fu);
  }
  return {code, size, columns_of(code)};
}

std::size_t columns(std::string_view text) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < text.size();) {
    const Glyph g = glyph_at(text, i);
    n += std::size_t(g.columns);
    i += g.bytes;
  }
  return n;
}

std::string fitted(std::string_view text, std::size_t width) {
  const std::string_view line = text.substr(0, text.find('\n'));
  if (line.size() == text.size() && columns(line) <= width) return std::string(line);
  std::size_t n = 0, end = 0;
  while (end < line.size()) {
    const Glyph g = glyph_at(line, end);
    if (n + std::size_t(g.columns) + 1 > width) break;
    n += std::size_t(g.columns);
    end += g.bytes;
  }
  return std::string(line.substr(0, end)) + "…";
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::size_t own = line.find_first_not_of(' ') == line.npos ? 0 : line.find_first_not_of(' ');
    std::string row(indent + own, ' ');
    bool fresh = true;
    for (line.remove_prefix(own); !line.empty();) {
      const std::string_view word = line.substr(0, line.find(' '));
      line.remove_prefix(std::min(line.size(), word.size() + 1));
      if (!fresh && columns(row) + 1 + columns(word) > width) {
        out += row + '\n';
        row.assign(indent + own, ' ');
        fresh = true;
      }
      if (!fresh) row += ' ';
      row += word;
      fresh = false;
    }
    out += (fresh ? std::string() : row) + '\n';
  }
  return out;
}

std::string bytes_in_words(std::size_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  const double n = double(bytes);
  if (n < 1e6) return fmt::format("{:.1f} kB", n / 1e3);
  return n < 1e9 ? fmt::format("{:.1f} MB", n / 1e6) : fmt::format("{:.1f} GB", n / 1e9);
}

std::string duration_in_words(double seconds) {
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = std::llround(seconds);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string shown(lua_State* L, int index, std::size_t width) { return show(L, index, width, 0); }

}  // namespace l2g::repl
