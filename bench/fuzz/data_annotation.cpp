// Any bytes as GFF3, GTF or, by the first byte, BED: refused with a one-line file_error, or features that are found
// where they lie.
#include <l2g/data/annotation.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  l2g::data::AnnotationOptions options;
  if (data[0] & 2) options.types = {"gene"};
  try {
    auto lines = l2g::data::LineReader::from_text({reinterpret_cast<const char*>(data) + 1, size - 1},
                                                  data[0] & 1 ? "input.bed" : "input.gff");
    const auto annotation = l2g::data::read_annotation(lines, options);
    for (const auto& f : annotation.features()) {
      if (f.start < 0 || f.start >= f.end || f.name.find('\n') != std::string::npos) std::abort();
      bool found = false;
      for (const auto& other : annotation.features_in(f.chromosome, f.end - 1, f.end)) found |= other.name == f.name;
      if (!found) std::abort();
    }
  } catch (const l2g::file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
