#include "hints.hpp"

#include <lua.hpp>

namespace l2g::repl {
namespace {

struct Habit {
  const char *pattern, *hint;
};

// Patterns of Lua, tried in order. Texts in quotes reach them as "" and each line begins after a line end.
constexpr Habit in_code[] = {
    {"!=", "Lua writes ~= for \"not equal\""},
    {"[%w_%]%)]%s*[%+%-%*/]=[^=]", "Lua has no += and the like: write x = x + 1"},
    {"[%w_]%s*%+%+%s*[\n;]", "Lua has no ++: write x = x + 1"},
    {"\n%s*def%s+[%a_]", "Lua writes: function name(x) ... end"},
    {"\n%s*class%s+[%a_]", "Lua has no classes; a table {name = value} often does"},
    {"\n%s*import%s+[%a_]", "nothing needs importing here: type help to see what there is"},
    {"\n%s*from%s+[%a_][%w_%.]*%s+import", "nothing needs importing here: type help to see what there is"},
    {"\n%s*library%s*%(", "nothing needs loading here: type help to see what there is"},
    {"\n%s*[%a_][%w_%.]*%s*<%-", "Lua assigns with =: x = 1"},
    {"\n%s*for%s+[^\n]-%sin%s+range%s*%(", "Lua counts with: for i = 1, 10 do ... end"},
    {"\n%s*for%s*%(", "Lua writes: for i = 1, 10 do ... end, or: for i, x in ipairs(list) do ... end"},
    {"\n%s*for%s[^\n]-:%s", "Lua writes: for i, x in ipairs(list) do ... end"},
    {"\n%s*while%s[^\n]-:%s", "Lua writes: while condition do ... end"},
    {"\n%s*while%s*%([^\n]*{", "Lua writes: while condition do ... end"},
    {"\n%s*elif%s", "Lua writes: elseif condition then"},
    {"\n%s*if%s[^\n]-:%s", "Lua writes: if condition then ... end"},
    {"\n%s*if%s*%([^\n]*{", "Lua writes: if condition then ... end"},
    {"\n%s*else%s*:", "Lua writes: else ... end"},
    {"\n%s*try%s*[:{]", "Lua writes: ok, message = pcall(f, x)"},
    {"\n%s*with%s[^\n]-:%s", "Lua has no with: write the lines one after the other"},
    {"\n%s*print%s+[%w_]", "Lua writes print(x) with parentheses"},
    {"%f[%w_]lambda%f[^%w_]", "Lua writes: function(x) return ... end"},
    {"%f[%w_]function%s*%([^%)]*%)%s*{", "Lua writes: function(x) ... end"},
    {"%f[%w_]not%s+in%f[^%w_]", "Lua has no in: look a key up with t[key] ~= nil"},
    {"[%w_%)%]]%s*%*%*%s*[%w_%(]", "Lua writes ^ for a power: x^2"},
    {"&&", "Lua writes: and"},
    {"||", "Lua writes: or"},
    {"\n%s*#", "Lua begins a comment with --"},
    {"[%w_%)%]]%s+#%s*%a", "Lua begins a comment with --"},
    {"\n%s*//", "Lua begins a comment with --"},
    {"/%*", "Lua writes a long comment as --[[ ... ]]"},
    {"[%w_%)\"]%[[^%]\n]*:[^%]\n]*%]",
     "Lua has no slices: write a loop, table.unpack(x, 1, 3), or s:sub(1, 3) for a text"},
    {"[=%(,{%s]%[%s*%]", "Lua writes a list as {1, 2}"},
    {"[=%(,{\n]%s*%[[^%[%]=\n][^%]\n]*%]%s*[,%)}\n%[]", "Lua writes a list as {1, 2}"},
    {"{%s*\"\"%s*:", "Lua writes a table as {name = value}"},
    {"{%s*[%a_][%w_]*%s*:%s*[^:%s]", "Lua writes a table as {name = value}"},
    {"%f[%w_]f\"\"", "Lua joins texts with .. or string.format(\"%d\", x)"},
    {"%f[%w_]let%s+[%a_]", "Lua assigns with =: x = 1"},
    {"%f[%w_]const%s+[%a_]", "Lua assigns with =: x = 1"},
    {"%f[%w_]var%s+[%a_]", "Lua assigns with =: x = 1"},
    {"%f[%w_]del%s+[%a_]", "Lua forgets a value with: x = nil"},
    {"%?[^\n]*:", "Lua writes: condition and a or b"},
    {"![%a_%(]", "Lua writes: not x"},
};

constexpr Habit names[] = {
    {"len", "Lua writes #x for the length"},
    {"length", "Lua writes #x for the length"},
    {"True", "Lua writes true"},
    {"TRUE", "Lua writes true"},
    {"False", "Lua writes false"},
    {"FALSE", "Lua writes false"},
    {"None", "Lua writes nil"},
    {"NULL", "Lua writes nil"},
    {"null", "Lua writes nil"},
    {"undefined", "Lua writes nil"},
    {"c", "Lua writes a list as {1, 2}"},
    {"list", "Lua writes a list as {1, 2}"},
    {"dict", "Lua writes a table as {name = value}"},
    {"range", "Lua counts with: for i = 1, 10 do ... end"},
    {"enumerate", "Lua writes: for i, x in ipairs(list) do ... end"},
    {"str", "Lua writes tostring(x)"},
    {"int", "Lua writes math.tointeger(x) or x // 1"},
    {"float", "Lua writes tonumber(x)"},
    {"abs", "Lua writes math.abs(x)"},
    {"min", "Lua writes math.min(a, b)"},
    {"max", "Lua writes math.max(a, b)"},
    {"round", "Lua writes math.floor(x + 0.5)"},
    {"sqrt", "Lua writes math.sqrt(x)"},
    {"exp", "Lua writes math.exp(x)"},
    {"log", "Lua writes math.log(x)"},
    {"format", "Lua writes string.format(\"%d\", x)"},
    {"cat", "Lua writes print(x)"},
    {"echo", "Lua writes print(x)"},
    {"console", "Lua writes print(x)"},
    {"open", "to read data type load \"file\"; Lua opens files with io.open"},
    {"np", "nothing needs importing here: type help to see what there is"},
    {"pd", "nothing needs importing here: type help to see what there is"},
    {"torch", "nothing needs importing here: type help to see what there is"},
    {"ls", "who lists the variables"},
    {"whos", "who lists the variables"},
    {"dir", "who lists the variables; name? shows the members of one"},
};

constexpr Habit in_messages[] = {
    {"perform arithmetic on a string", "Lua joins texts with .."},
    {"attempt to perform arithmetic on .*string", "Lua joins texts with .."},
    {"attempt to concatenate a table", "Lua adds to a list with: list[#list + 1] = x"},
    {"field 'append'", "Lua adds to a list with: list[#list + 1] = x"},
    {"method 'append'", "Lua adds to a list with: list[#list + 1] = x"},
    {"perform arithmetic on a table", "Lua has no arithmetic on lists: write a loop"},
};

// A Lua state of its own: hints are rare, and the session's state may be in the middle of an error.
bool matches(const std::string& text, const char* pattern) {
  static lua_State* const L = [] {
    lua_State* state = luaL_newstate();
    if (state) luaL_requiref(state, "string", luaopen_string, 1);
    return state;
  }();
  if (!L) return false;
  lua_settop(L, 0);
  lua_getglobal(L, "string");
  lua_getfield(L, -1, "find");
  lua_pushlstring(L, text.data(), text.size());
  lua_pushstring(L, pattern);
  return lua_pcall(L, 2, 1, 0) == LUA_OK && lua_isinteger(L, -1);
}

// The code with quoted texts emptied and comments removed, a line end before and after.
std::string bare(std::string_view code) {
  std::string out = "\n";
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '"' || c == '\'') {
      std::size_t end = i + 1;
      while (end < code.size() && code[end] != c && code[end] != '\n') end += code[end] == '\\' ? 2 : 1;
      out += "\"\"";
      i = end;
    } else if (c == '-' && code.substr(i, 2) == "--") {
      while (i + 1 < code.size() && code[i + 1] != '\n') ++i;
    } else {
      out += c;
    }
  }
  return out + '\n';
}

}  // namespace

std::string hint_for_code(std::string_view code) {
  const std::string text = bare(code.substr(0, 20000));
  for (const auto& [pattern, hint] : in_code)
    if (matches(text, pattern)) return hint;
  return {};
}

std::string hint_for_name(std::string_view name) {
  for (const auto& [habit, hint] : names)
    if (name == habit) return hint;
  return {};
}

std::string hint_for_message(std::string_view message) {
  for (const auto& [pattern, hint] : in_messages)
    if (matches(std::string(message), pattern)) return hint;
  return {};
}

}  // namespace l2g::repl
