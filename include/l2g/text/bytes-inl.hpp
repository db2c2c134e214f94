#pragma once
#include <zlib.h>
#include <l2g/io/messages.hpp>
#include <l2g/text/bytes.hpp>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>

namespace l2g::text {

namespace detail {

[[noreturn]] inline void throw_no_text(const std::string& path, int code) {
  namespace fs = std::filesystem;
  std::string message = io::reason(code, path);
  if (code == ENOENT) {
    std::error_code fault;
    const fs::path folder = fs::path(path).parent_path();
    std::vector<std::string> names;
    for (fs::directory_iterator it(folder.empty() ? "." : folder, fault), end;
         !fault && it != end && names.size() < 999; it.increment(fault))
      names.push_back(it->path().filename().string());
    std::sort(names.begin(), names.end());
    if (const auto near = closest(fs::path(path).filename().string(), names); !near.empty())
      message += " (did you mean '" + std::string(near) + "'?)";
  }
  throw file_error(path, message);
}

}  // namespace detail

L2G_INLINE std::vector<std::int32_t> encode(std::string_view text, bool framed) {
  std::vector<std::int32_t> ids;
  ids.reserve(text.size() + 2);
  if (framed) ids.push_back(start_id);
  for (const char c : text) ids.push_back(byte_id(c));
  if (framed) ids.push_back(end_id);
  return ids;
}

L2G_INLINE std::string decode(std::span<const std::int32_t> ids) {
  std::string text;
  for (const std::int32_t id : ids) {
    if (id < 0 || id >= byte_vocabulary)
      throw error("token id " + std::to_string(id) + " is outside of the byte vocabulary, 0 .. " +
                  std::to_string(byte_vocabulary - 1));
    if (is_byte(id)) text += static_cast<char>(id - first_byte);
    if (id == mask_id) text += "<mask>";
  }
  return text;
}

L2G_INLINE std::string read_text(const std::string& path) {
  std::error_code fault;
  if (std::filesystem::is_directory(path, fault)) throw file_error(path, "this is a folder; a text file was expected");
  struct Close {
    void operator()(gzFile_s* f) const { gzclose_r(f); }
  };
  errno = 0;
  const std::unique_ptr<gzFile_s, Close> file(gzopen(path.c_str(), "rb"));
  if (!file) detail::throw_no_text(path, errno ? errno : ENOMEM);
  std::string text;
  std::vector<char> chunk(1 << 16);
  for (;;) {
    errno = 0;
    const int got = gzread(file.get(), chunk.data(), static_cast<unsigned>(chunk.size()));
    if (got > 0) text.append(chunk.data(), static_cast<std::size_t>(got));
    if (got == static_cast<int>(chunk.size())) continue;
    int code = Z_OK;
    gzerror(file.get(), &code);
    if (code == Z_ERRNO) throw file_error(path, io::reason(errno, path));
    if (code == Z_BUF_ERROR) throw file_error(path, "the gzip file ends too early; was it copied whole?");
    if (code != Z_OK) throw file_error(path, "the gzip file is damaged");
    if (got <= 0) break;
  }
  const auto starts = [&](std::string_view magic) { return std::string_view(text).substr(0, magic.size()) == magic; };
  if (starts("\xff\xfe") || starts("\xfe\xff")) throw file_error(path, "this is UTF-16 text; save it as UTF-8");
  if (starts("\xef\xbb\xbf")) text.erase(0, 3);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') text[kept++] = text[i];
  text.resize(kept);
  return text;
}

L2G_INLINE index_t encode_window(std::string_view text, std::size_t start, std::span<std::int32_t> ids) {
  if (ids.size() < 3) throw error("a window takes at least 3 tokens: <s>, a byte and </s>");
  if (start > text.size())
    throw error("the window starts at byte " + std::to_string(start) + " of a text of " + std::to_string(text.size()));
  const std::string_view part = text.substr(start, ids.size() - 2);
  std::size_t n = 0;
  ids[n++] = start_id;
  for (const char c : part) ids[n++] = byte_id(c);
  ids[n++] = end_id;
  std::fill(ids.begin() + static_cast<std::ptrdiff_t>(n), ids.end(), pad_id);
  return static_cast<index_t>(n);
}

}  // namespace l2g::text
