// Any bytes as BED or narrowPeak, the first one choosing options: refused with a one-line error, or places in order.
#include <l2g/data/intervals.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  l2g::data::IntervalOptions options;
  constexpr const char* columns[] = {"", "name", "score", "4", "label", "10", "0", "chrom"};
  options.label_column = columns[data[0] % 8];
  if (data[0] & 8) options.label = "all";
  if (data[0] & 16) options.without_labels = true;
  try {
    auto lines = l2g::data::LineReader::from_text({reinterpret_cast<const char*>(data) + 1, size - 1}, "input");
    const auto intervals = l2g::data::read_intervals(lines, options);
    for (const auto& row : intervals.rows) {
      if (row.chromosome.empty() || row.start < 0 || row.start > row.end) std::abort();
      if (row.summit >= 0 && (row.summit < row.start || row.summit > row.end)) std::abort();
      if (row.strand != '+' && row.strand != '-' && row.strand != '.') std::abort();
      if (intervals.labelled == row.label.empty()) std::abort();
      const auto again = l2g::data::parse_interval(l2g::data::text(row));
      if (again && (again->start != row.start || again->end != row.end)) std::abort();
    }
  } catch (const l2g::error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
