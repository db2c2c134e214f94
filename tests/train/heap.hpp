#pragma once
#include <cstddef>

/// Calls of malloc, calloc and realloc in this program so far; stays 0 in builds with a sanitizer, which has its own.
extern std::size_t heap_calls;
