// Any bytes as a table, the first one choosing options: refused with a one-line file_error, or rows of DNA letters.
#include <l2g/data/table.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  l2g::data::LoadOptions options;
  options.header = static_cast<l2g::data::TableHeader>(data[0] % 3);
  if (data[0] & 4) options.label_column = "2";
  if (data[0] & 8) options.separator = '\t';
  if (data[0] & 16) options.letters.accept_ambiguous = false;
  if (data[0] & 32) options.letters.mask_lower_case = true;
  options.max_classes = 20;
  try {
    auto lines = l2g::data::LineReader::from_text({reinterpret_cast<const char*>(data) + 1, size - 1}, "input");
    const auto rows = l2g::data::read_table(lines, options);
    if (rows.empty()) std::abort();
    if (!rows.ids.empty() && rows.ids.size() != rows.sequences.size()) std::abort();
    if (rows.labelled() && rows.labels.size() != rows.sequences.size()) std::abort();
    for (const auto label : rows.labels)
      if (label < 0 || label >= rows.class_count()) std::abort();
    for (const auto& s : rows.sequences)
      if (s.empty() || s.find_first_not_of("ACGTNRYSWKMBDHV") != std::string::npos) std::abort();
  } catch (const l2g::file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
