// Any bytes as JSON lines of runs: refused with a one-line file_error, or values with variant and seed, none twice.
#include <l2g/data/runs.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    auto lines = l2g::data::LineReader::from_text({reinterpret_cast<const char*>(data), size}, "input");
    const auto runs = l2g::data::read_runs(lines);
    if (runs.empty()) std::abort();
    const auto names = l2g::data::run_variants(runs);
    for (const auto& p : l2g::data::paired_runs(runs, names.front(), names.back()))
      if (p.seeds.empty() || p.seeds.size() != p.first_values.size() || p.seeds.size() != p.second_values.size())
        std::abort();
  } catch (const l2g::file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
