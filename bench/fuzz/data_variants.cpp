// Any bytes as VCF: refused with a one-line file_error, or alleles of A C G T N that differ.
#include <l2g/data/variants.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    auto lines = l2g::data::LineReader::from_text({reinterpret_cast<const char*>(data) + 1, size - 1}, "input");
    const auto variants = l2g::data::read_variants(lines, {.pass_only = (data[0] & 1) != 0});
    for (const auto& v : variants.rows) {
      if (v.chromosome.empty() || v.position < 0 || v.reference == v.alternative) std::abort();
      for (const auto& allele : {v.reference, v.alternative})
        if (allele.empty() || allele.find_first_not_of("ACGTN") != std::string::npos) std::abort();
      if (l2g::data::text(v).find('\n') != std::string::npos) std::abort();
    }
  } catch (const l2g::file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
