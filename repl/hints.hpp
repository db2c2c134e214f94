#pragma once
// Habits from Python, R and C that Lua does not share: one line that says what to write.
#include <string>
#include <string_view>

namespace l2g::repl {

/// What Lua writes in place of the habit found in one line or cell of code; empty when none is found. Quoted texts and
/// comments of Lua are not looked at.
std::string hint_for_code(std::string_view code);
/// The same for a name that is not defined, such as `len` or `True`; empty when it is no habit.
std::string hint_for_name(std::string_view name);
/// A hint for a message of Lua at run time, such as adding two texts; empty when there is none.
std::string hint_for_message(std::string_view message);

}  // namespace l2g::repl
