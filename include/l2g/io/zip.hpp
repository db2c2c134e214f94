#pragma once
// The part of the zip format that NPZ and other array archives use: stored and deflated entries, zip64, checksums.
#include <l2g/io/mapped_file.hpp>

#include <vector>

namespace l2g::io {

struct ZipEntry {
  std::string name;
  bool deflated = false;
  std::uint32_t checksum = 0;          // CRC-32 of the unpacked bytes
  std::uint64_t packed = 0, size = 0;  // bytes in the file, bytes unpacked
  std::uint64_t header = 0;            // where its local header lies
};

/// The entries that the directory of an archive in memory lists, checked to lie inside it; `name` is for messages.
/// Throws file_error for anything malformed, encrypted, split over volumes or packed by another method.
std::vector<ZipEntry> parse_zip(std::span<const std::byte> file, std::string_view name);

/// The bytes of one entry, checked against its size and checksum. Throws file_error.
std::vector<std::byte> unpack(std::span<const std::byte> file, const ZipEntry& entry, std::string_view name);

/// The bytes of an entry that is stored as it is, in place, without a look at them (the checksum is not compared).
/// Throws file_error, also for a deflated entry.
std::span<const std::byte> stored_bytes(std::span<const std::byte> file, const ZipEntry& entry, std::string_view name);

/// An archive mapped into memory.
class ZipFile {
 public:
  explicit ZipFile(std::string_view path) : file_(path), entries_(parse_zip(file_.bytes(), path)) {}

  const std::string& path() const { return file_.path(); }
  const std::vector<ZipEntry>& entries() const { return entries_; }
  std::vector<std::byte> read(const ZipEntry& entry) const { return unpack(file_.bytes(), entry, path()); }

 private:
  MappedFile file_;
  std::vector<ZipEntry> entries_;
};

}  // namespace l2g::io

#ifndef L2G_COMPILED
#include <l2g/io/zip-inl.hpp>
#endif
