// Any bytes as a table of published values: refused with a one-line file_error, or values with everything they need.
#include <l2g/data/published.hpp>

#include <cmath>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    auto lines = l2g::data::LineReader::from_text({reinterpret_cast<const char*>(data), size}, "input");
    const auto table = l2g::data::read_published(lines);
    for (const auto& v : table) {
      if (v.task.empty() || v.model.empty() || v.source.empty() || v.protocol.empty() || !std::isfinite(v.value))
        std::abort();
      for (const auto& found : l2g::data::published_for(table, v.task))
        if (found.metric.empty()) std::abort();
    }
  } catch (const l2g::file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
