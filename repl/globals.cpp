#include "globals.hpp"

#include "binding.hpp"
#include "display.hpp"
#include "hints.hpp"

#include <algorithm>

namespace l2g::repl {
namespace {

int undefined_name(lua_State* L) {
  const std::string name(lua_type(L, 2) == LUA_TSTRING ? text_at(L, 2) : "?");
  // A verb whose name was given to something else comes back when that is forgotten: cost = nil.
  if (const Registry& registry = shell_of(L).registry; registry.find(name) || !registry.members(name).empty()) {
    push(L, make_object<Callable>(name, registry.find(name)));
    lua_pushvalue(L, 2);
    lua_pushvalue(L, -2);
    lua_rawset(L, 1);
    return 1;
  }
  const auto keys = keys_of_table(L, 1);
  if (const std::string hint = hint_for_name(name); !hint.empty())
    throw error("'" + name + "' is not defined\nhint: " + hint);
  const auto near = closest(name, keys);
  throw error("'" + name + "' is not defined" + (near.empty() ? "" : " (did you mean '" + std::string(near) + "'?)"));
}

int unknown_member(lua_State* L) {
  if (lua_type(L, 2) != LUA_TSTRING) return lua_pushnil(L), 1;
  const std::string library(text_at(L, lua_upvalueindex(1))), name(text_at(L, 2));
  const auto keys = keys_of_table(L, 1);
  const auto near = closest(name, keys);
  throw error(library + " has no member '" + name + "'" +
              (near.empty() ? "" : " (did you mean '" + std::string(near) + "'?)"));
}

int print(lua_State* L) {
  std::string line;
  for (int i = 1; i <= lua_gettop(L); ++i) {
    if (i > 1) line += '\t';
    const bool has_text = lua_istable(L, i) && luaL_getmetafield(L, i, "__tostring") != LUA_TNIL;
    if (has_text) lua_pop(L, 1);
    if (const Object* o = to_object(L, i); o && lua_gettop(L) == 1)
      line += details_of(*o, window_width());
    else if (lua_type(L, i) == LUA_TSTRING || has_text)
      line += luaL_tolstring(L, i, nullptr), lua_pop(L, 1);
    else
      line += shown(L, i, window_width());
  }
  shell_of(L).say(line);
  return 0;
}

}  // namespace

std::vector<std::string> keys_of_table(lua_State* L, int index) {
  index = lua_absindex(L, index);
  std::vector<std::string> keys;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
    if (lua_type(L, -2) == LUA_TSTRING) keys.emplace_back(text_at(L, -2));
  std::sort(keys.begin(), keys.end());
  return keys;
}

void open_globals(lua_State* L) {
  lua_pushcfunction(L, guarded<print>);
  lua_setglobal(L, "print");
  for (const char* library : {"math", "string", "table", "io", "os", "coroutine", "utf8", "debug", "package"}) {
    lua_getglobal(L, library);
    lua_createtable(L, 0, 1);
    lua_pushstring(L, library);
    lua_pushcclosure(L, guarded<unknown_member>, 1);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
  }
  lua_pushglobaltable(L);
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, guarded<undefined_name>);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
  lua_pop(L, 1);
}

}  // namespace l2g::repl
