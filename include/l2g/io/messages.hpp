#pragma once
// Words for messages: what the operating system says, and text from files made safe to show on one line.
#include <l2g/core/errors.hpp>

namespace l2g::io {

/// "disk full", "permission denied", "folder 'x' does not exist", ... for the errno `code` of an operation on `path`.
std::string reason(int code, std::string_view path);

/// 'text' in quotes, at most 80 bytes of it, with every byte that is not printable ASCII as \xHH.
std::string in_quotes(std::string_view text);

}  // namespace l2g::io

#ifndef L2G_COMPILED
#include <l2g/io/messages-inl.hpp>
#endif
