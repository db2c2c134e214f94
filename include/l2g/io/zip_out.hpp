#pragma once
// Zip archives of entries that are stored as they are: those of PyTorch and NumPy.
#include <zlib.h>
#include <l2g/io/atomic_file.hpp>

#include <span>

namespace l2g::io::detail {

/// Writes stored entries one after the other and the directory behind them.
class ZipOut {
 public:
  ZipOut(AtomicFile& file, std::string_view path) : file_(file), path_(path) {}

  void entry(const std::string& name, std::span<const std::byte> data) {
    const std::uint64_t begin = file_.size();
    // The numbers begin at a multiple of 64 bytes behind an extra field "FB", as PyTorch's own do.
    const std::uint64_t padding = (64 - (begin + 30 + name.size() + 4) % 64) % 64;
    if (begin + data.size() + 1024 > 0xffffffff || count_ == 0xfffe)
      throw file_error(path_, "cannot write: more than 4 GB or 65534 tensors; use safetensors");
    const auto checksum = crc32_z(0, reinterpret_cast<const Bytef*>(data.data()), data.size());
    std::string common;  // of both headers, from the version to the length of the extra field
    number(common, 20, 2);
    number(common, 0, 2);            // flags
    number(common, 0, 2);            // stored
    number(common, 0x00210000u, 4);  // 1980-01-01, so that equal contents are equal files
    number(common, checksum, 4);
    number(common, data.size(), 4);
    number(common, data.size(), 4);
    number(common, name.size(), 2);
    std::string local("PK\3\4");
    local += common;
    number(local, 4 + padding, 2);
    local += name + "FB";
    number(local, padding, 2);
    local.append(static_cast<std::size_t>(padding), 'Z');
    file_.write(local);
    file_.write(data.data(), data.size());
    directory_ += "PK\1\2";
    number(directory_, 20, 2);
    directory_ += common;
    number(directory_, 0, 2);  // extra field
    number(directory_, 0, 2);  // comment
    number(directory_, 0, 2);  // volume
    number(directory_, 0, 2);  // inner attributes
    number(directory_, 0, 4);  // outer attributes
    number(directory_, begin, 4);
    directory_ += name;
    ++count_;
  }
  void entry(const std::string& name, std::string_view text) { entry(name, std::as_bytes(std::span(text))); }

  void finish() {
    const std::uint64_t begin = file_.size();
    std::string end("PK\5\6");
    number(end, 0, 4);
    number(end, count_, 2);
    number(end, count_, 2);
    number(end, directory_.size(), 4);
    number(end, begin, 4);
    number(end, 0, 2);
    file_.write(directory_);
    file_.write(end);
  }

  static void number(std::string& out, std::uint64_t n, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(n >> (8 * i));
  }

 private:
  AtomicFile& file_;
  std::string_view path_;
  std::string directory_;
  std::uint64_t count_ = 0;
};

}  // namespace l2g::io::detail
