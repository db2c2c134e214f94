#pragma once
#include <zlib.h>
#include <l2g/io/messages.hpp>
#include <l2g/io/zip.hpp>

#include <algorithm>

namespace l2g::io {
namespace detail {

// Little-endian numbers at checked places. Offsets and sizes are compared without sums that could overflow.
class ZipBytes {
 public:
  ZipBytes(std::span<const std::byte> file, std::string_view name) : file_(file), name_(name) {}

  [[noreturn]] void fail(const std::string& message) const { throw file_error(name_, message); }
  std::uint64_t size() const { return file_.size(); }
  std::span<const std::byte> part(std::uint64_t at, std::uint64_t length, const char* what) const {
    if (at > size() || length > size() - at)
      fail("damaged zip archive: " + std::string(what) + " would lie outside of the file");
    return file_.subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(length));
  }
  template <int Bytes>
  std::uint64_t number(std::uint64_t at) const {
    std::uint64_t n = 0;
    const auto bytes = part(at, Bytes, "a field");
    for (std::size_t i = Bytes; i-- > 0;) n = n << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    return n;
  }
  std::uint64_t u16(std::uint64_t at) const { return number<2>(at); }
  std::uint64_t u32(std::uint64_t at) const { return number<4>(at); }
  std::uint64_t u64(std::uint64_t at) const { return number<8>(at); }

 private:
  std::span<const std::byte> file_;
  std::string_view name_;
};

inline constexpr std::uint64_t zip_end_size = 22, zip_entry_size = 46, zip_local_size = 30, zip64_locator_size = 20;

// The record at the end of the archive, behind which only a comment of at most 65535 bytes may stand.
inline std::uint64_t find_zip_end(const ZipBytes& in) {
  if (in.size() < zip_end_size) in.fail("not a zip archive: it is too short");
  const std::uint64_t last = in.size() - zip_end_size, first = last > 65535 ? last - 65535 : 0;
  for (std::uint64_t at = last + 1; at-- > first;)
    if (in.u32(at) == 0x06054b50 && in.u16(at + 20) == last - at) return at;
  in.fail("not a zip archive, or cut short: it has no directory at its end");
}

// Fields that did not fit into 32 bits stand in an extra field, in this order, only those.
inline void read_zip64(const ZipBytes& in, std::uint64_t at, std::uint64_t length, ZipEntry& entry) {
  std::uint64_t* const wide[] = {&entry.size, &entry.packed, &entry.header};
  if (std::none_of(std::begin(wide), std::end(wide), [](const auto* p) { return *p == 0xffffffff; })) return;
  const std::uint64_t end = at + length;
  while (end - at >= 4) {
    const std::uint64_t id = in.u16(at), bytes = in.u16(at + 2);
    at += 4;
    if (bytes > end - at) break;
    if (id == 1) {
      std::uint64_t field = at;
      for (std::uint64_t* p : wide)
        if (*p == 0xffffffff) {
          if (at + bytes - field < 8) in.fail("damaged zip archive: a 64-bit size is missing");
          *p = in.u64(field);
          field += 8;
        }
      return;
    }
    at += bytes;
  }
}

// The bytes behind the local header of an entry, as they lie in the file.
inline std::span<const std::byte> packed_bytes(const ZipBytes& in, const ZipEntry& entry) {
  const std::string which = "entry " + in_quotes(entry.name);
  if (in.u32(entry.header) != 0x04034b50) in.fail("damaged zip archive: " + which + " is not where it should be");
  const std::uint64_t skip = zip_local_size + in.u16(entry.header + 26) + in.u16(entry.header + 28);
  in.part(entry.header, skip, "an entry");
  return in.part(entry.header + skip, entry.packed, "an entry");
}

}  // namespace detail

L2G_INLINE std::vector<ZipEntry> parse_zip(std::span<const std::byte> file, std::string_view name) {
  const detail::ZipBytes in(file, name);
  const std::uint64_t end = detail::find_zip_end(in);
  std::uint64_t count = in.u16(end + 10), bytes = in.u32(end + 12), at = in.u32(end + 16);
  if (in.u16(end + 4) != 0 || in.u16(end + 6) != 0) in.fail("zip archives of several volumes are not read");
  if (count == 0xffff || bytes == 0xffffffff || at == 0xffffffff) {
    if (end < detail::zip64_locator_size || in.u32(end - detail::zip64_locator_size) != 0x07064b50)
      in.fail("damaged zip archive: its 64-bit directory is missing");
    const std::uint64_t end64 = in.u64(end - detail::zip64_locator_size + 8);
    if (in.part(end64, 56, "the directory").empty() || in.u32(end64) != 0x06064b50)
      in.fail("damaged zip archive: its 64-bit directory is missing");
    count = in.u64(end64 + 32);
    bytes = in.u64(end64 + 40);
    at = in.u64(end64 + 48);
  }
  in.part(at, bytes, "the directory");
  if (count > bytes / detail::zip_entry_size) in.fail("damaged zip archive: its directory is too short");
  const std::uint64_t directory_end = at + bytes;
  std::vector<ZipEntry> entries;
  for (; count > 0; --count) {
    if (directory_end - at < detail::zip_entry_size || in.u32(at) != 0x02014b50)
      in.fail("damaged zip archive: its directory is malformed");
    const std::uint64_t flags = in.u16(at + 8), method = in.u16(at + 10), name_length = in.u16(at + 28),
                        extra_length = in.u16(at + 30), comment_length = in.u16(at + 32);
    ZipEntry entry;
    entry.checksum = static_cast<std::uint32_t>(in.u32(at + 16));
    entry.packed = in.u32(at + 20);
    entry.size = in.u32(at + 24);
    entry.header = in.u32(at + 42);
    at += detail::zip_entry_size;
    if (directory_end - at < name_length + extra_length + comment_length)
      in.fail("damaged zip archive: its directory is malformed");
    const auto text = in.part(at, name_length, "a name");
    entry.name.assign(reinterpret_cast<const char*>(text.data()), text.size());
    detail::read_zip64(in, at + name_length, extra_length, entry);
    at += name_length + extra_length + comment_length;
    const std::string which = "entry " + in_quotes(entry.name);
    if (flags & 1) in.fail(which + " is encrypted");
    if (method != 0 && method != 8)
      in.fail(which + " is packed by method " + std::to_string(method) + "; only stored and deflated entries are read");
    entry.deflated = method == 8;
    in.part(entry.header, detail::zip_local_size, "an entry");
    in.part(entry.header, entry.packed, "an entry");
    // Deflate cannot shrink by more than a factor of 1032: what claims more is a lie, not to be allocated.
    if (entry.deflated ? entry.size / 1032 > entry.packed : entry.size != entry.packed)
      in.fail(which + " cannot have " + std::to_string(entry.size) + " bytes from " + std::to_string(entry.packed));
    entries.push_back(std::move(entry));
  }
  return entries;
}

L2G_INLINE std::span<const std::byte> stored_bytes(std::span<const std::byte> file, const ZipEntry& entry,
                                                   std::string_view name) {
  const detail::ZipBytes in(file, name);
  if (entry.deflated) in.fail("entry " + in_quotes(entry.name) + " is packed, so that it cannot be used in place");
  return detail::packed_bytes(in, entry);
}

L2G_INLINE std::vector<std::byte> unpack(std::span<const std::byte> file, const ZipEntry& entry,
                                         std::string_view name) {
  const detail::ZipBytes in(file, name);
  const std::string which = "entry " + in_quotes(entry.name);
  const auto packed = detail::packed_bytes(in, entry);
  std::vector<std::byte> out(static_cast<std::size_t>(entry.size));
  if (!entry.deflated) {
    std::copy(packed.begin(), packed.end(), out.begin());
  } else {
    z_stream z{};
    if (inflateInit2(&z, -MAX_WBITS) != Z_OK) in.fail("no memory to unpack " + which);
    // zlib counts in 32 bits, so both sides are handed over in pieces.
    std::size_t given = 0, taken = 0;
    std::byte surplus{};  // a place to notice that there is more than was announced
    int state = Z_OK;
    while (state == Z_OK) {
      const std::size_t input = std::min<std::size_t>(packed.size() - given, 1u << 30);
      const std::size_t room = std::min<std::size_t>(out.size() - taken, 1u << 30);
      z.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data() + given));
      z.avail_in = static_cast<uInt>(input);
      z.next_out = reinterpret_cast<Bytef*>(room > 0 ? out.data() + taken : &surplus);
      z.avail_out = static_cast<uInt>(room > 0 ? room : 1);
      state = inflate(&z, Z_NO_FLUSH);
      given += input - z.avail_in;
      const std::size_t produced = (room > 0 ? room : 1) - z.avail_out;
      if (room == 0 && produced > 0) state = Z_DATA_ERROR;
      taken += room > 0 ? produced : 0;
    }
    inflateEnd(&z);
    if (state != Z_STREAM_END || taken != out.size() || given != packed.size())
      in.fail("damaged zip archive: " + which + " does not unpack");
  }
  if (crc32_z(0, reinterpret_cast<const Bytef*>(out.data()), out.size()) != entry.checksum)
    in.fail("damaged zip archive: the checksum of " + which + " is wrong");
  return out;
}

}  // namespace l2g::io
