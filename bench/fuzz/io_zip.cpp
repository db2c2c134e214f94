// Any bytes as a zip archive: refused with file_error, or every entry unpacks to the size that it announces.
#include <l2g/io/npy.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span file(reinterpret_cast<const std::byte*>(data), size);
  try {
    for (const auto& entry : l2g::io::parse_zip(file, "input")) {
      try {
        const auto bytes = l2g::io::unpack(file, entry, "input");
        if (bytes.size() != entry.size) std::abort();
        l2g::io::parse_npy(bytes, "input");
      } catch (const l2g::file_error&) {  // the next entry may be sound
      }
    }
  } catch (const l2g::file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
