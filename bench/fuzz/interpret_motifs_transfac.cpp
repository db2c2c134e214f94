// Any bytes as a TRANSFAC file: refused with a one-line file_error, or matrices of probabilities.
#include <l2g/core/errors.hpp>
#include <l2g/interpret/motif_files.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    auto lines = l2g::data::LineReader::from_text({reinterpret_cast<const char*>(data), size}, "input");
    const auto set = l2g::interpret::read_transfac(lines);
    if (set.motifs.empty() || set.notes.size() != set.motifs.size()) std::abort();
    for (const auto& m : set.motifs) l2g::data::check(m);
  } catch (const l2g::file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
