#pragma once
// Lua and the registry: objects are userdata with one metatable, verbs are objects that can be called. Only
// std::exception is caught here: Lua's own errors are C++ exceptions of another kind and must pass.
#include "shell.hpp"

#include <lua.hpp>

namespace l2g::repl {

/// A verb in the hands of the user: alone (`train`), as a method (`m.train`) or as a group of verbs (`plot`).
struct Callable {
  std::string name;
  const Verb* verb = nullptr;  ///< null for a group that is no verb itself
  Object self{};               ///< the object of a method
};

inline constexpr const char* object_metatable = "l2g object";

inline Shell& shell_of(lua_State* L) { return **static_cast<Shell**>(lua_getextraspace(L)); }

/// Runs a C++ function as a Lua function: an exception becomes a Lua error with the position of the caller.
using Function = int (*)(lua_State*);
template <Function F>
int guarded(lua_State* L) {
  try {
    return F(L);
  } catch (const Interrupted& e) {
    shell_of(L).interrupted = true;
    luaL_where(L, 1);
    lua_pushstring(L, e.what());
  } catch (const std::bad_alloc&) {
    luaL_where(L, 1);
    lua_pushstring(L, "out of memory");
  } catch (const std::exception& e) {
    luaL_where(L, 1);
    lua_pushstring(L, e.what());
  }
  lua_concat(L, 2);
  return lua_error(L);
}

/// The object at `index`, or null when there is none.
inline Object* to_object(lua_State* L, int index) {
  return static_cast<Object*>(luaL_testudata(L, index, object_metatable));
}
inline std::string_view text_at(lua_State* L, int index) {
  std::size_t size = 0;
  const char* s = lua_tolstring(L, index, &size);
  return {s ? s : "", size};
}

void push(lua_State* L, const Value& value);
/// Reads nested tables too; throws error when they hold themselves.
Value read(lua_State* L, int index);
/// The summary of the object, never wider than `width` columns.
std::string summary_of(const Object& object, std::size_t width);
/// The lines that describe the object, each cut to `width` columns; its summary where the type has none.
std::string details_of(const Object& object, std::size_t width);
/// Makes the metatable of objects and one global for each verb and each group of verbs.
void open_binding(lua_State* L, Shell& shell);

}  // namespace l2g::repl
