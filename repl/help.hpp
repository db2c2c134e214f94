#pragma once
// Texts made from the registry: help at the prompt and the page of the manual.
#include "registry.hpp"

namespace l2g::repl {

/// All verbs by group, one line each, and how to begin.
std::string help_overview(const Registry& registry, std::size_t width);
/// Help on a verb, a type, a value or the topic "lua". Throws error with near names when there is none.
std::string help_on(const Registry& registry, const Value& topic, std::size_t width);
/// The reference of all verbs and types in Markdown.
std::string manual(const Registry& registry);

}  // namespace l2g::repl
