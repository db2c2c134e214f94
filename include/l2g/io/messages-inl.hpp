#pragma once
#include <l2g/io/messages.hpp>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace l2g::io {

L2G_INLINE std::string reason(int code, std::string_view path) {
  switch (code) {
    case ENOSPC:
      return "disk full";
    case EDQUOT:
      return "disk quota used up";
    case EFBIG:
      return "larger than files may be here (see 'ulimit -f')";
    case EACCES:
    case EPERM:
      return "permission denied";
    case EROFS:
      return "the disk is read-only";
    case EISDIR:
      return "it is a folder";
    case ENOENT:
    case ENOTDIR: {
      const std::filesystem::path folder = std::filesystem::path(path).parent_path();
      std::error_code ignored;
      if (!folder.empty() && !std::filesystem::is_directory(folder, ignored))
        return "folder '" + folder.string() + "' does not exist";
      return "no such file";
    }
    default:
      return std::generic_category().message(code);
  }
}

L2G_INLINE std::string in_quotes(std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string s = "'";
  for (const char c : text.substr(0, 80)) {
    if (c >= ' ' && c <= '~') {
      s += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      s += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return s + (text.size() > 80 ? "...'" : "'");
}

L2G_INLINE TextPlace place_in(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const std::size_t end_of_line = before.rfind('\n'), start = end_of_line == before.npos ? 0 : end_of_line + 1;
  return {1 + std::count(before.begin(), before.end(), '\n'), index_t(before.size() - start) + 1};
}

}  // namespace l2g::io
