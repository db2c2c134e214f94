#pragma once
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <l2g/io/atomic_file.hpp>
#include <l2g/io/messages.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace l2g::io {
namespace detail {

// Holds SIGXFSZ back from this thread, so that write() returns EFBIG, and takes a pending one away at the end.
class WithoutSizeSignal {
 public:
  WithoutSizeSignal() {
    sigset_t pending;
    sigemptyset(&set_);
    sigaddset(&set_, SIGXFSZ);
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGXFSZ) == 1;
    pthread_sigmask(SIG_BLOCK, &set_, &old_);
  }
  ~WithoutSizeSignal() {
    const int saved = errno;
    const timespec now{};
    if (!was_pending_) sigtimedwait(&set_, nullptr, &now);
    pthread_sigmask(SIG_SETMASK, &old_, nullptr);
    errno = saved;
  }
  WithoutSizeSignal(const WithoutSizeSignal&) = delete;
  WithoutSizeSignal& operator=(const WithoutSizeSignal&) = delete;

 private:
  sigset_t set_, old_;
  bool was_pending_;
};

inline std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace detail

L2G_INLINE void ignore_size_signal() noexcept { signal(SIGXFSZ, SIG_IGN); }

L2G_INLINE void AtomicFile::fail(std::string_view doing, int code) const {
  throw file_error(path_, std::string(doing) + ": " + reason(code, target_));
}

L2G_INLINE AtomicFile::AtomicFile(std::string_view path) : path_(path), target_(path) {
  if (path_.empty()) throw file_error("''", "cannot write: the name is empty");
  if (path_.find('\0') != std::string::npos) throw file_error("file", "cannot write: the name has a zero byte");
  std::error_code ignored;
  if (std::filesystem::is_symlink(path_, ignored)) {
    const auto followed = std::filesystem::weakly_canonical(path_, ignored);
    if (!ignored) target_ = followed.string();
  }
  struct stat old;
  const bool exists = ::stat(target_.c_str(), &old) == 0;
  if (exists && S_ISDIR(old.st_mode)) fail("cannot write", EISDIR);
  if (exists && !S_ISREG(old.st_mode)) {
    file_ = ::open(target_.c_str(), O_WRONLY | O_CLOEXEC);
    if (file_ < 0) fail("cannot write", errno);
    return;
  }
  // A file that the user made read-only is meant to stay, though the folder would let us replace it.
  if (exists && ::access(target_.c_str(), W_OK) != 0) fail("cannot write", errno);
  open_partial();
  if (exists && ::fchmod(file_, old.st_mode & 07777) != 0 && errno != EPERM) {
    const int code = errno;
    ::close(file_);
    ::unlink(partial_.c_str());
    fail("cannot write", code);
  }
}

// The lock tells a file in use from what a killed process left.
L2G_INLINE void AtomicFile::open_partial() {
  int code = EEXIST;
  for (int n = 1; n < 100; ++n) {
    partial_ = target_ + ".partial" + (n > 1 ? std::to_string(n) : std::string());
    file_ = ::open(partial_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (file_ < 0) {
      code = errno;
      struct stat there;
      if (::lstat(partial_.c_str(), &there) == 0) continue;  // somebody else's
      break;
    }
    struct stat opened, named;
    if (::flock(file_, LOCK_EX | LOCK_NB) == 0 && ::fstat(file_, &opened) == 0 &&
        ::lstat(partial_.c_str(), &named) == 0 && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev &&
        ::ftruncate(file_, 0) == 0)
      return;
    code = errno;
    ::close(file_);
    file_ = -1;
  }
  fail("cannot write", code);
}

L2G_INLINE AtomicFile::~AtomicFile() {
  if (file_ < 0) return;
  if (!partial_.empty()) ::unlink(partial_.c_str());
  ::close(file_);
}

L2G_INLINE void AtomicFile::put(const char* data, std::size_t size) {
  const detail::WithoutSizeSignal guard;
  while (size > 0) {
    const ssize_t n = ::write(file_, data, std::min(size, std::size_t(1) << 30));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("cannot write", errno);
    data += n;
    size -= std::size_t(n);
  }
}

L2G_INLINE void AtomicFile::flush() {
  put(buffer_.data(), buffer_.size());
  buffer_.clear();
}

L2G_INLINE void AtomicFile::write(const void* data, std::size_t size) {
  constexpr std::size_t capacity = std::size_t(1) << 16;
  if (file_ < 0) throw file_error(path_, "cannot write: the file is already complete");
  if (size == 0) return;
  if (buffer_.size() + size > capacity) flush();
  if (size >= capacity) {
    put(static_cast<const char*>(data), size);
  } else {
    buffer_.append(static_cast<const char*>(data), size);
  }
  size_ += size;
}

L2G_INLINE void AtomicFile::commit() {
  if (file_ < 0) throw file_error(path_, "cannot write: the file is already complete");
  flush();
  if (!partial_.empty()) {
    if (::fsync(file_) != 0) fail("cannot write", errno);
    if (std::rename(partial_.c_str(), target_.c_str()) != 0) fail("cannot write", errno);
    // Not every file system can flush a folder; the data is safe by now.
    if (const int folder = ::open(detail::folder_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        folder >= 0) {
      ::fsync(folder);
      ::close(folder);
    }
  }
  ::close(file_);
  file_ = -1;
}

L2G_INLINE void write_file(std::string_view path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace l2g::io
