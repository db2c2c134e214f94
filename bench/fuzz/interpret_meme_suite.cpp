// Any bytes as what the MEME suite writes, the first one choosing the program: refused with a one-line file_error, or
// rows whose numbers are in range.
#include <l2g/core/errors.hpp>
#include <l2g/interpret/motif_files.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace interpret = l2g::interpret;
  if (size == 0) return 0;
  try {
    auto lines = l2g::data::LineReader::from_text({reinterpret_cast<const char*>(data) + 1, size - 1}, "input");
    switch (data[0] % 5) {
      case 0: {
        const auto hits = interpret::read_fimo_tsv(lines);
        for (const auto& h : hits.list)
          if (h.start < 0 || h.end <= h.start || hits.motif(h).size() > size || hits.sequence(h).size() > size)
            std::abort();
        break;
      }
      case 1:
        interpret::read_tomtom(lines);
        break;
      case 2:
        interpret::read_ame_tsv(lines);
        break;
      case 3:
        for (const auto& m : interpret::motifs_of_xml(lines).motifs)
          if (m.probabilities.empty()) std::abort();
        break;
      default:  // the format is guessed
        for (const auto& m : interpret::read_motifs(lines).motifs)
          if (m.probabilities.empty()) std::abort();
    }
  } catch (const l2g::file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
