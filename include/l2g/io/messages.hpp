#pragma once
// Words for messages: what the operating system says, and text from files made safe to show on one line.
#include <l2g/core/errors.hpp>

namespace l2g::io {

/// "disk full", "permission denied", "folder 'x' does not exist", ... for the errno `code` of an operation on `path`.
std::string reason(int code, std::string_view path);

/// 'text' in quotes, at most 80 bytes of it, with every byte that is not printable ASCII as \xHH.
std::string in_quotes(std::string_view text);

/// Line and column of the byte at `offset` of a text, from 1; behind its end: of the end.
struct TextPlace {
  index_t line, column;
};
TextPlace place_in(std::string_view text, std::size_t offset);

}  // namespace l2g::io

#ifndef L2G_COMPILED
#include <l2g/io/messages-inl.hpp>
#endif
