#pragma once
// A file as memory.
#include <l2g/core/errors.hpp>

#include <span>
#include <utility>

namespace l2g::io {

/// A whole file, mapped read-only. Replacing the file by AtomicFile leaves the mapping on the old contents; truncating
/// it in place (not what this library does) would make reading beyond its new end a SIGBUS.
/// Throws file_error when the file is missing, unreadable or not a regular file.
class MappedFile {
 public:
  explicit MappedFile(std::string_view path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept : path_(std::move(other.path_)), data_(other.data_), size_(other.size_) {
    other.data_ = nullptr;
    other.size_ = 0;
  }
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }

  const std::string& path() const { return path_; }
  std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  std::string path_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace l2g::io

#ifndef L2G_COMPILED
#include <l2g/io/mapped_file-inl.hpp>
#endif
