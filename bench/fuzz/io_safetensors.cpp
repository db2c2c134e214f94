// Any bytes as a safetensors file: refused with file_error, or every tensor lies inside and converts.
#include <l2g/io/safetensors.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span file(reinterpret_cast<const std::byte*>(data), size);
  try {
    const auto header = l2g::io::parse_safetensors(file, "input");
    for (const auto& t : header.tensors) {
      if (t.begin > t.end || t.end > size) std::abort();
      std::vector<double> values(t.count());
      l2g::io::convert(t.dtype, data + t.begin, l2g::Dtype::f64, values.data(), values.size());
    }
  } catch (const l2g::file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
