// Any bytes as a sequence file, plain or gzip: the entry point, and every line without its end.
#include <l2g/data/load.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  try {
    auto lines = l2g::data::LineReader::from_text(bytes, "input");
    std::string line;
    while (lines.next(line))
      if (line.find('\n') != std::string::npos) std::abort();
  } catch (const l2g::file_error&) {
  }
  try {
    auto lines = l2g::data::LineReader::from_text(bytes, "input");
    if (l2g::data::load_lines(lines).empty()) std::abort();
  } catch (const l2g::file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
