// Any bytes as an .npy file: refused with file_error, or an array whose shape and bytes agree.
#include <l2g/io/npy.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto array = l2g::io::parse_npy({reinterpret_cast<const std::byte*>(data), size}, "input");
    std::size_t count = 1;
    for (const auto extent : array.shape) count *= static_cast<std::size_t>(extent);
    if (count != array.count() || array.values<double>().size() != count) std::abort();
  } catch (const l2g::file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
