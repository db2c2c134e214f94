#pragma once
// The global names of the session: strict, with near names in messages, and our print.
#include <lua.hpp>

#include <string>
#include <vector>

namespace l2g::repl {

/// The text keys of the table at `index`, sorted.
std::vector<std::string> keys_of_table(lua_State* L, int index);
/// Sets print, and makes undefined globals and unknown members of Lua's libraries errors.
void open_globals(lua_State* L);

}  // namespace l2g::repl
