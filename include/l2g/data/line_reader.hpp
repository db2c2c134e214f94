#pragma once
// Lines of a text file, plain or gzip, with their numbers.
#include <l2g/core/config.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace l2g::data {

/// Reads a file line by line without holding it in memory. gzip (also bgzip's many members) is recognised by content;
/// a UTF-8 byte order mark and the carriage returns of Windows are removed. Move-only.
class LineReader {
 public:
  /// Throws file_error when the file is missing (naming near matches in its folder), a folder, unreadable, UTF-16 text,
  /// or packed by something else than gzip.
  explicit LineReader(const std::string& path);
  /// Reads from memory; `name` stands in error messages.
  static LineReader from_text(std::string bytes, const std::string& name);
  LineReader(LineReader&&) noexcept;
  ~LineReader();

  /// The next line without its end; false at the end of the file. Throws file_error for damaged or truncated gzip.
  bool next(std::string& line);
  /// The line that next() will give.
  bool peek(std::string_view& line);
  /// Number of the line that next() gave last, from 1.
  index_t line_number() const;
  /// Share of the file's bytes that were read, 0..1.
  double fraction() const;
  const std::string& name() const;
  /// Throws file_error at this file, the current line and the given column (0: none).
  [[noreturn]] void fail(index_t column, std::string_view message) const;

 private:
  struct State;
  explicit LineReader(std::unique_ptr<State> s);
  std::unique_ptr<State> state_;
};

/// Throws file_error for a path that does not exist: says which folder is missing, or which files there have near
/// names.
[[noreturn]] void throw_missing(const std::string& path);

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/line_reader-inl.hpp>
#endif
