#pragma once
// What the operating system says, in the words of a person.
#include <l2g/core/errors.hpp>

namespace l2g::io {

/// "disk full", "permission denied", "folder 'x' does not exist", ... for the errno `code` of an operation on `path`.
std::string reason(int code, std::string_view path);

}  // namespace l2g::io

#ifndef L2G_COMPILED
#include <l2g/io/system_error-inl.hpp>
#endif
