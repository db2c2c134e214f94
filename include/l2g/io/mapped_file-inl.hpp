#pragma once
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <l2g/io/mapped_file.hpp>
#include <l2g/io/messages.hpp>

#include <cerrno>

namespace l2g::io {

L2G_INLINE MappedFile::MappedFile(std::string_view path) : path_(path) {
  if (path_.find('\0') != std::string::npos) throw file_error("file", "cannot read: the name has a zero byte");
  // O_NONBLOCK: a pipe without a writer is refused below instead of waited for.
  const int file = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) throw file_error(path_, "cannot read: " + reason(errno, path_));
  struct stat about;
  int code = ::fstat(file, &about) != 0 ? errno : 0;
  const bool regular = code == 0 && S_ISREG(about.st_mode);
  if (code == 0 && S_ISDIR(about.st_mode)) code = EISDIR;
  if (regular && about.st_size > 0) {
    size_ = static_cast<std::size_t>(about.st_size);
    void* const p = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
    if (p == MAP_FAILED) {
      code = errno;
    } else {
      data_ = static_cast<const std::byte*>(p);
    }
  }
  ::close(file);
  if (code != 0) throw file_error(path_, "cannot read: " + reason(code, path_));
  if (!regular) throw file_error(path_, "cannot read: it is not a regular file");
}

L2G_INLINE MappedFile::~MappedFile() {
  if (data_) ::munmap(const_cast<std::byte*>(data_), size_);
}

}  // namespace l2g::io
