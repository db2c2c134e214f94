// Any bytes as an archive of PyTorch, and as the pickle of a sound one with 64 numbers: refused with a one-line
// file_error, or tensors whose bytes can be read and agree with their extents.
#include <zlib.h>
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
  std::string file, directory;
  const auto number = [](std::string& out, std::uint64_t n, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(n >> (8 * i));
  };
  const std::string data(256, '\x3f');
  for (const auto& [name, content] : {std::pair<std::string_view, std::string_view>{"a/data.pkl", pickle},
                                      std::pair<std::string_view, std::string_view>{"a/data/0", data}}) {
    std::string common;
    number(common, 20, 2);
    number(common, 0, 8);
    number(common, crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()), 4);
    number(common, content.size(), 4);
    number(common, content.size(), 4);
    number(common, name.size(), 2);
    number(common, 0, 2);
    directory += "PK\1\2";
    number(directory, 20, 2);
    directory += common;
    directory.append(10, '\0');
    number(directory, file.size(), 4);
    directory += name;
    file += "PK\3\4" + common;
    file += name;
    file += content;
  }
  const std::size_t begin = file.size();
  file += directory + "PK\5\6";
  number(file, 0, 4);
  number(file, 2, 2);
  number(file, 2, 2);
  number(file, directory.size(), 4);
  number(file, begin, 4);
  number(file, 0, 2);
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(std::as_bytes(std::span(text)));
  const std::string archive = archive_of(text);
  check(std::as_bytes(std::span(archive)));
  return 0;
}
