#pragma once
// Files that are either the old one or the whole new one, never half of it: written aside, flushed to disk, renamed.
#include <l2g/core/errors.hpp>

namespace l2g::io {

/// From here on, going over the size limit of files (RLIMIT_FSIZE) is an error of write() instead of the death of the
/// program by SIGXFSZ. AtomicFile does not need it; a program calls it once for what else it writes.
void ignore_size_signal() noexcept;

/// A file under construction. Bytes go to "<path>.partial" beside the target; commit() puts it in the place of the
/// target. Without commit() the destructor removes it and the old file stays as it was, also when the disk is full or
/// the process is killed (what a killed process leaves is reused by the next writer; two writers never share one).
/// A symbolic link is followed, the permissions of the old file are kept; a device or pipe is written directly.
/// Every failure throws file_error with the cause.
class AtomicFile {
 public:
  explicit AtomicFile(std::string_view path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, std::size_t size);
  void write(std::string_view text) { write(text.data(), text.size()); }
  /// Flush, fsync, rename, fsync of the folder. Nothing can be written after it.
  void commit();
  /// Bytes given to write() so far.
  std::uint64_t size() const { return size_; }

 private:
  void open_partial();
  void flush();
  void put(const char* data, std::size_t size);
  [[noreturn]] void fail(std::string_view doing, int code) const;

  std::string path_;     // as the user gave it, for messages
  std::string target_;   // with links followed
  std::string partial_;  // empty: written directly
  std::string buffer_;
  std::uint64_t size_ = 0;
  int file_ = -1;
};

/// The whole file at once, as by AtomicFile.
void write_file(std::string_view path, std::string_view bytes);

}  // namespace l2g::io

#ifndef L2G_COMPILED
#include <l2g/io/atomic_file-inl.hpp>
#endif
