// Any bytes as an archive of PyTorch, and as the pickle of a sound one with 64 numbers: refused with a one-line
// file_error, or tensors whose bytes can be read and agree with their extents.
#include "../../tests/io/small_zip.hpp"

#include <l2g/io/torch_zip.hpp>

#include <cstdlib>

namespace {

void check(std::span<const std::byte> file) {
  try {
    const auto archive = l2g::io::parse_torch_zip(file, "input");
    for (const auto& t : archive.tensors) {
      std::size_t count = 1;
      for (const auto extent : t.extents) count *= static_cast<std::size_t>(extent);
      if (count != t.count()) std::abort();
      std::vector<double> values(count);
      l2g::io::convert(t.dtype, t.bytes.data(), l2g::Dtype::f64, values.data(), count);
    }
  } catch (const l2g::file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
}

// Two stored entries, a/data.pkl and a/data/0.
std::string archive_of(std::string_view pickle) {
  return small_zip({{"a/data.pkl", std::string(pickle)}, {"a/data/0", std::string(256, '\x3f')}});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(std::as_bytes(std::span(text)));
  const std::string archive = archive_of(text);
  check(std::as_bytes(std::span(archive)));
  return 0;
}
