// Any bytes as FASTA: refused with a one-line file_error, or records of DNA letters, none of them empty.
#include <l2g/data/fasta.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    l2g::data::LoadOptions options;
    if (size) options.fasta_label = static_cast<l2g::data::FastaLabel>(data[0] % 3);
    auto lines = l2g::data::LineReader::from_text({reinterpret_cast<const char*>(data), size}, "input");
    const auto records = l2g::data::read_fasta(lines, options);
    if (records.empty() || records.ids.size() != records.sequences.size()) std::abort();
    if (records.labelled() && records.labels.size() != records.sequences.size()) std::abort();
    for (const auto& s : records.sequences)
      if (s.empty() || s.find_first_not_of("ACGTNRYSWKMBDHV") != std::string::npos) std::abort();
  } catch (const l2g::file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
