// Any bytes as a llama2.c file, and as the header of one whose size agrees: refused with a one-line file_error, or a
// header that fits its file.
#include <l2g/io/llama2c.hpp>

#include <cstdlib>
#include <cstring>

namespace {

bool check(std::span<const std::byte> file) {
  try {
    const auto c = l2g::io::parse_llama2c(file, "input");
    if (c.bytes() != file.size() || c.heads * c.head_width() != c.width || !l2g::io::is_llama2c(file)) std::abort();
    return true;
  } catch (const l2g::file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check(std::as_bytes(std::span(data, size)));
  if (size < 28) return 0;
  std::int32_t n[7];
  std::memcpy(n, data, sizeof n);
  for (auto& x : n) x = x % 64;  // small enough for a file in memory

  for (const int x : {n[0], n[1], n[2], n[3], n[4], n[6]})
    if (x < 1) return 0;
  l2g::io::Llama2cConfig c{n[0], n[1], n[2], n[3], n[4], std::abs(n[5]), n[6], n[5] > 0, 0};
  if (n[5] == 0 || n[0] < n[3]) return 0;
  std::vector<std::byte> file(static_cast<std::size_t>(c.bytes()), std::byte(data[size - 1]));
  std::memcpy(file.data(), n, sizeof n);
  check(file);
  return 0;
}
