#pragma once
// What can be said of typed code from its text alone, before Lua sees it.
#include <string>
#include <string_view>

namespace l2g::repl {

std::string_view trimmed(std::string_view text);
/// Letters, digits and underscores at the start.
std::size_t word_length(std::string_view text);
/// `local x = 1` would be lost at the end of the cell, so the word is dropped; `local x` becomes `x = nil`.
std::string without_local(std::string_view code);
/// What `train?`, `?train` and `help train` ask about; empty when the line is none of these.
std::string_view question(std::string_view line);
/// True for a line such as `:method()` or `+ 1`, which may go on with the statement of the line before.
bool continues_previous(std::string_view line);
/// The name that `name = ...` or `a.b = ...` sets; empty when the code is no assignment.
std::string_view assigned_name(std::string_view code);

}  // namespace l2g::repl
