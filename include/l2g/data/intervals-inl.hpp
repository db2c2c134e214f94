#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/columns-inl.hpp>
#include <l2g/data/fields-inl.hpp>
#include <l2g/data/intervals.hpp>

#include <algorithm>
#include <filesystem>
#include <unordered_map>
#include <unordered_set>

namespace l2g::data {

namespace detail {

// Columns as the UCSC genome browser names them.
inline std::vector<std::string> bed_columns(std::size_t count, bool peaks) {
  static const std::vector<std::string> bed{"chrom",   "start",      "end",        "name",
                                            "score",   "strand",     "thickStart", "thickEnd",
                                            "itemRgb", "blockCount", "blockSizes", "blockStarts"};
  static const std::vector<std::string> peak{"signal", "pValue", "qValue", "summit"};
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i)
    names.push_back(peaks && i >= 6 ? peak[i - 6] : i < bed.size() ? bed[i] : std::to_string(i + 1));
  return names;
}

inline bool is_narrow_peak(const std::vector<Field>& fields) {
  double number = 0;
  if (fields.size() != 10 || (fields[5].text != "." && fields[5].text != "+" && fields[5].text != "-")) return false;
  for (std::size_t i = 6; i < 9; ++i)
    if (!parse_number(fields[i].text, number)) return false;
  return whole_number(fields[9].text).value_or(-2) >= -1;
}

// Tells other formats by their first line, which would else be refused for a number that is none.
inline void refuse_other_formats(const LineReader& lines, std::string_view line) {
  if (line[0] == '>') lines.fail(1, "this is FASTA; a BED file was expected");
  if (line.starts_with("##fileformat=VCF")) lines.fail(1, "this is VCF, which holds variants; a BED file was expected");
  if (line.starts_with("##gff-version") || line.starts_with("#!gtf") || line.starts_with("#!genome-build"))
    lines.fail(1, "this is GFF or GTF, which is an annotation; a BED file was expected");
}

inline bool is_browser_line(std::string_view line) {
  const auto word = line.substr(0, line.find_first_of(" \t"));
  return word == "track" || word == "browser";
}

// Names of columns in a comment or in the first line; empty when it does not look like them.
inline std::vector<std::string> header_names(const std::vector<Field>& fields) {
  std::vector<std::string> names;
  for (const Field& f : fields) names.push_back(lower(f.text.substr(f.text.starts_with("#"))));
  if (names.size() < 3 || !names[0].starts_with("chr") || names[0].size() > 10) return {};
  if (!names[1].ends_with("start") || !names[2].ends_with("end")) return {};
  names[0] = "chrom", names[1] = "start", names[2] = "end";
  for (std::size_t i = 3; i < fields.size(); ++i) names[i] = shown(fields[i].text, 80);
  return names;
}

struct BedColumns {
  std::vector<std::string> names;
  bool peaks = false, named = false;
  std::size_t strand = 0, name = 0, label = 0;  // 0: there is none, as column 0 is the chromosome
};

inline std::size_t column_called(const std::vector<std::string>& names, std::string_view wanted) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (lower(names[i]) == lower(wanted)) return i;
  return names.size();
}

inline BedColumns bed_columns_of(const LineReader& lines, const std::vector<Field>& first,
                                 const std::vector<std::string>& header, const IntervalOptions& options) {
  BedColumns out;
  const std::size_t width = first.size();
  out.named = header.size() == width;
  out.peaks = !out.named && is_narrow_peak(first);
  out.names = out.named ? header : bed_columns(width, out.peaks);
  const auto place = [&](std::string_view name) {
    const std::size_t at = column_called(out.names, name);
    return at < width ? at : 0;
  };
  out.strand = place("strand");
  out.name = place("name");
  if (!options.label.empty() || options.without_labels) return out;
  if (options.label_column.empty()) {
    if (out.named)
      for (const auto& known : label_names())
        if (!out.label) out.label = place(known);
    return out;
  }
  const auto number = whole_number(options.label_column);
  std::size_t at = column_called(out.names, options.label_column);
  if (at == width && number && *number >= 1 && *number <= static_cast<index_t>(width))
    at = static_cast<std::size_t>(*number - 1);
  if (at == width) lines.fail(0, unknown("label column", options.label_column, out.names));
  if (at == 0)
    throw error("the chromosome cannot be the label: it would be learnt in place of the sequence; split by it instead");
  out.label = at;
  return out;
}

inline Interval interval_of(const LineReader& lines, const std::vector<Field>& fields, const BedColumns& columns) {
  Interval row;
  row.line = lines.line_number();
  row.chromosome = fields[0].text;
  if (row.chromosome.empty()) lines.fail(1, "the chromosome is empty");
  row.start = position_of(lines, fields[1], "the start", 0);
  row.end = position_of(lines, fields[2], "the end", 0);
  if (row.start > row.end)
    lines.fail(fields[1].column,
               "the start " + std::to_string(row.start) + " lies behind the end " + std::to_string(row.end));
  if (columns.strand) {
    const Field& strand = fields[columns.strand];
    if (strand.text != "+" && strand.text != "-" && strand.text != ".")
      lines.fail(strand.column, "the strand '" + shown(strand.text) + "' is not + - or .");
    row.strand = strand.text[0];
  }
  if (columns.name) row.name = fields[columns.name].text;
  if (columns.peaks) {
    const Field& summit = fields[9];
    const auto offset = whole_number(summit.text);
    if (!offset || *offset < -1 || *offset > row.end - row.start)
      lines.fail(summit.column, "the summit '" + shown(summit.text) + "' is not -1, nor a base of an interval of " +
                                    std::to_string(row.end - row.start));
    if (*offset >= 0) row.summit = row.start + *offset;
  }
  if (columns.label) {
    row.label = fields[columns.label].text;
    if (row.label.empty()) lines.fail(fields[columns.label].column, "the label is empty");
  }
  return row;
}

// A window, and which chromosome of the genome it lies on.
struct Window {
  const Interval* interval = nullptr;
  index_t chromosome = -1, start = 0, end = 0;
};

inline Window window_of(const Intervals& intervals, const Interval& row, const SequenceOptions& options) {
  Window w{&row, -1, row.start, row.end};
  if (options.width == 0) {
    if (row.start == row.end)
      throw file_error(intervals.source, row.line, 0, "the interval is empty; give a width to get a window around it");
    return w;
  }
  if (options.around == Around::summit && row.summit < 0)
    throw file_error(intervals.source, row.line, 0,
                     "this interval has no summit (column 10 of a narrowPeak); take the centre");
  const bool at_summit = options.around != Around::centre && row.summit >= 0;
  const index_t middle = at_summit ? row.summit : row.start + (row.end - row.start) / 2;
  w.start = middle - options.width / 2;
  w.end = w.start + options.width;
  return w;
}

}  // namespace detail

L2G_INLINE std::string text(const Interval& interval) {
  std::string s = detail::stretch(interval.chromosome, interval.start, interval.end);
  if (interval.strand != '.') s += std::string("(") + interval.strand + ")";
  return s;
}

L2G_INLINE std::optional<Interval> parse_interval(std::string_view text) {
  Interval out;
  if (text.ends_with("(+)") || text.ends_with("(-)")) {
    out.strand = text[text.size() - 2];
    text.remove_suffix(3);
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  const auto places = text.substr(colon + 1);
  const auto dash = places.find('-', 1);
  if (dash == std::string_view::npos) return {};
  const auto start = detail::whole_number(places.substr(0, dash)), end = detail::whole_number(places.substr(dash + 1));
  if (!start || !end || *start < 0 || *end < *start) return {};
  out.chromosome = text.substr(0, colon);
  out.start = *start;
  out.end = *end;
  return out;
}

L2G_INLINE Intervals read_intervals(LineReader& lines, const IntervalOptions& options) {
  using namespace detail;
  Intervals out;
  out.source = lines.name();
  out.name = std::filesystem::path(lines.name()).filename().string();
  std::vector<Field> fields;
  std::vector<std::string> header;
  BedColumns columns;
  bool blanks = false;
  std::string line;
  while (lines.next(line)) {
    if (is_blank(line)) continue;
    if (out.rows.empty()) refuse_other_formats(lines, line);
    if (is_browser_line(line)) continue;
    if (line[0] == '#') {
      split_fields(line, line.find('\t') == std::string::npos, fields);
      if (auto names = header_names(fields); out.rows.empty() && !names.empty()) header = std::move(names);
      continue;
    }
    if (out.rows.empty()) blanks = line.find('\t') == std::string::npos;
    split_fields(line, blanks, fields);
    if (out.rows.empty()) {
      if (fields.size() < 3)
        lines.fail(0, counted(static_cast<index_t>(fields.size()), "column") +
                          "; BED has at least three: chromosome, start, end");
      if (header.empty() && !whole_number(fields[1].text) && !whole_number(fields[2].text))
        if (header = header_names(fields); !header.empty()) continue;
      columns = bed_columns_of(lines, fields, header, options);
    }
    if (fields.size() != columns.names.size())
      lines.fail(0, counted(static_cast<index_t>(fields.size()), "column") + ", expected " +
                        std::to_string(columns.names.size()) + " as in the first interval");
    out.rows.push_back(interval_of(lines, fields, columns));
    if (out.rows.size() % 8192 == 0) options.progress(lines.fraction(), "reading");
  }
  out.columns = columns.names;
  out.summits = columns.peaks;
  out.labelled = columns.label != 0 || !options.label.empty();
  if (!options.label.empty())
    for (Interval& row : out.rows) row.label = options.label;
  if (columns.label && options.label_column.empty())
    out.notes.push_back("label: column '" + columns.names[columns.label] + "'");
  return out;
}

L2G_INLINE Intervals read_intervals(const std::string& path, const IntervalOptions& options) {
  LineReader lines(path);
  return read_intervals(lines, options);
}

L2G_INLINE Dataset sequences(const Intervals& intervals, const Genome& genome, const SequenceOptions& options) {
  using namespace detail;
  if (options.width < 0 || options.width > index_t(1) << 40)
    throw error("a width of " + std::to_string(options.width) + " bases cannot be");
  if (intervals.rows.empty()) throw file_error(intervals.source, "the file holds no interval");
  const auto& chromosomes = genome.chromosomes();
  std::vector<Window> windows;
  std::unordered_map<std::string_view, index_t> known;
  std::vector<std::string_view> other_names, unknown_names;
  Faults beyond, unknown;
  index_t cut = 0;
  for (const Interval& row : intervals.rows) {
    Window w = window_of(intervals, row, options);
    const auto [at, is_new] = known.try_emplace(row.chromosome, -1);
    if (is_new) {
      at->second = chromosomes.find(row.chromosome);
      if (at->second < 0)
        unknown_names.push_back(row.chromosome);
      else if (chromosomes.names()[static_cast<std::size_t>(at->second)] != row.chromosome)
        other_names.push_back(row.chromosome);
    }
    w.chromosome = at->second;
    if (w.chromosome < 0) {
      unknown.add("line " + std::to_string(row.line) + ", '" + shown(row.chromosome) + "'");
      continue;
    }
    const index_t bases = genome.length(w.chromosome);
    if (w.start < 0 || w.end > bases) {
      const bool outside = w.end <= 0 || w.start >= bases;
      beyond.add("line " + std::to_string(row.line) + ", " + stretch(row.chromosome, w.start, w.end) + " of " +
                 std::to_string(bases) + " bases");
      if (options.beyond == Beyond::skip || (options.beyond == Beyond::shrink && outside)) continue;
      w.start = std::max<index_t>(0, w.start);
      w.end = std::min(bases, w.end);
      ++cut;
    }
    windows.push_back(w);
  }
  const std::string all = std::to_string(intervals.size()) + " intervals";
  const bool refuse_beyond = beyond.count && options.beyond == Beyond::error;
  const bool refuse_unknown = unknown.count && !options.skip_unknown;
  std::string message;
  if (refuse_beyond)
    message = "beyond the chromosome: " + std::to_string(beyond.count) + " of " + all + " (" + beyond.examples +
              "); beyond = \"skip\" leaves them out, \"shrink\" cuts them";
  if (refuse_unknown)
    message += (message.empty() ? "" : "; ") + ("on chromosomes that " + genome.path()) +
               " does not have: " + std::to_string(unknown.count) + " of " + all + " (" + unknown.examples +
               "): " + chromosomes.unknown(unknown_names[0]) + "; unknown = \"skip\" leaves them out" +
               (unknown.count == intervals.size() ? ", names give the genome's chromosomes other names" : "");
  if (!message.empty()) throw file_error(intervals.source, message);
  if (windows.empty()) throw file_error(intervals.source, "none of " + all + " is within " + genome.path());

  Dataset out;
  std::filesystem::path file = intervals.name;
  if (file.extension() == ".gz" || file.extension() == ".bgz") file = file.stem();
  out.name = file.stem().string();
  out.source = intervals.source + " in " + genome.path();
  std::vector<std::string> labels;
  out.sequences.reserve(windows.size());
  for (const Window& w : windows) {
    std::string bases = genome.fetch(w.chromosome, w.start, w.end, options.letters);
    const bool reverse = options.strands && w.interval->strand == '-';
    out.sequences.push_back(reverse ? reverse_complement(bases) : std::move(bases));
    Interval place;
    place.chromosome = chromosomes.names()[static_cast<std::size_t>(w.chromosome)];
    place.start = w.start, place.end = w.end;
    place.strand = options.strands ? w.interval->strand : '.';
    out.ids.push_back(text(place));
    if (intervals.labelled) labels.push_back(w.interval->label);
    if (out.sequences.size() % 1024 == 0)
      options.progress(static_cast<double>(out.sequences.size()) / static_cast<double>(windows.size()), "reading");
  }
  try {
    if (!labels.empty()) assign_labels(out, labels, options.max_classes);
  } catch (const error& e) {
    throw file_error(intervals.source, e.what());
  }
  out.notes = intervals.notes;
  if (!other_names.empty()) {
    const auto at = static_cast<std::size_t>(known[other_names[0]]);
    out.notes.push_back(
        "chromosomes: '" + shown(other_names[0]) + "' is '" + shown(chromosomes.names()[at]) + "' in the genome" +
        (other_names.size() > 1 ? ", and so on (" + counted(static_cast<index_t>(other_names.size()), "name") + ")"
                                : ""));
  }
  if (unknown.count)
    out.notes.push_back("left out: " + std::to_string(unknown.count) + " of " + all +
                        " on chromosomes that the genome does not have");
  if (const index_t skipped = beyond.count - cut)
    out.notes.push_back("left out: " + std::to_string(skipped) + " of " + all + " beyond the chromosome");
  if (cut) out.notes.push_back("cut at the end of the chromosome: " + std::to_string(cut) + " of " + all);
  if (options.width && intervals.summits && options.around == Around::best)
    out.notes.push_back("windows: around the summit");
  for (const auto& note : genome.notes()) out.notes.push_back(note);
  return out;
}

}  // namespace l2g::data
