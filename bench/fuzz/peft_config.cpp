// Any bytes as adapter_config.json: refused with a one-line file_error, or numbers that make sense.
#include <l2g/peft/files.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace l2g;
  std::map<std::string, std::vector<bool>> kept;
  try {
    const peft::AdapterConfig c =
        peft::parse_adapter_config({reinterpret_cast<const char*>(data), size}, "adapter_config.json", kept);
    if (c.rank < 1 || !(c.dropout >= 0 && c.dropout < 1)) std::abort();
    for (const auto& [key, which] : kept)
      if (index_t(which.size()) != c.rank) std::abort();
  } catch (const file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
