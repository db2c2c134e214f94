#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/annotation.hpp>
#include <l2g/data/chromosome_names.hpp>
#include <l2g/data/columns-inl.hpp>
#include <l2g/data/fasta-inl.hpp>
#include <l2g/data/fields-inl.hpp>
#include <l2g/data/intervals.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <tuple>

namespace l2g::data {

namespace detail {

inline int hexadecimal(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// %-escapes of GFF3; what is none stays. Control characters become blanks: a name stands in one line.
inline std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && hexadecimal(text[i + 1]) >= 0 && hexadecimal(text[i + 2]) >= 0;
    char c = escape ? static_cast<char>(16 * hexadecimal(text[i + 1]) + hexadecimal(text[i + 2])) : text[i];
    if (escape) i += 2;
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
    out += c;
  }
  return out;
}

// The value of the first of these attributes that is there: `key=value;` in GFF3, `key "value";` in GTF.
inline std::string attribute(std::string_view attributes, bool gtf, std::initializer_list<std::string_view> keys) {
  std::string_view found;
  std::size_t rank = keys.size();
  while (!attributes.empty()) {
    // A ';' inside quotes does not end an attribute.
    std::size_t end = 0;
    for (bool quoted = false; end < attributes.size() && (quoted || attributes[end] != ';'); ++end)
      quoted ^= attributes[end] == '"';
    const auto piece = trimmed(attributes.substr(0, end));
    attributes.remove_prefix(std::min(end + 1, attributes.size()));
    const auto cut = piece.find_first_of(gtf ? " \t" : "=");
    if (cut == std::string_view::npos) continue;
    auto value = trimmed(piece.substr(cut + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    const auto at =
        static_cast<std::size_t>(std::find(keys.begin(), keys.end(), trimmed(piece.substr(0, cut))) - keys.begin());
    if (at < rank && !value.empty()) rank = at, found = value;
  }
  return gtf ? shown(found, 200) : unescaped(found);
}

inline bool has_gtf_attributes(std::string_view attributes) {
  const auto piece = attributes.substr(0, attributes.find(';'));
  return piece.find('=') == std::string_view::npos && piece.find('"') != std::string_view::npos;
}

inline Feature feature_of(const LineReader& lines, const std::vector<Field>& fields) {
  if (fields.size() != 9)
    lines.fail(0, counted(static_cast<index_t>(fields.size()), "column") +
                      " between tabs; GFF and GTF have nine (BED files end in .bed)");
  Feature f;
  f.chromosome = unescaped(fields[0].text);
  f.type = shown(fields[2].text, 80);
  f.start = position_of(lines, fields[3], "the start", 1) - 1;
  f.end = position_of(lines, fields[4], "the end", 1);
  if (f.start >= f.end)
    lines.fail(fields[3].column,
               "the start " + std::to_string(f.start + 1) + " lies behind the end " + std::to_string(f.end));
  const auto strand = fields[6].text;
  if (strand != "+" && strand != "-" && strand != "." && strand != "?")
    lines.fail(fields[6].column, "the strand '" + shown(strand) + "' is not + - . or ?");
  f.strand = strand == "?" ? '.' : strand[0];
  const bool gtf = has_gtf_attributes(fields[8].text);
  f.name =
      gtf ? attribute(fields[8].text, true, {"gene_name", "gene_id"})
          : attribute(fields[8].text, false, {"Name", "gene_name", "gene", "gene_id", "locus_tag", "product", "ID"});
  return f;
}

inline bool is_bed_name(const std::string& name) {
  std::string n = lower(name);
  if (n.ends_with(".gz")) n.resize(n.size() - 3);
  return n.ends_with(".bed") || n.ends_with("peak");
}

inline std::vector<Feature> features_of_bed(LineReader& lines, const AnnotationOptions& options) {
  std::vector<Feature> out;
  Intervals intervals = read_intervals(lines, {.without_labels = true, .progress = options.progress});
  for (Interval& row : intervals.rows)
    if (row.start < row.end)
      out.push_back({std::move(row.chromosome), row.start, row.end, row.strand, "interval", shown(row.name, 200)});
  return out;
}

}  // namespace detail

L2G_INLINE Annotation::Annotation(std::string name, std::string source, std::vector<Feature> features)
    : name_(std::move(name)), source_(std::move(source)), features_(std::move(features)) {
  std::stable_sort(features_.begin(), features_.end(), [](const Feature& a, const Feature& b) {
    return std::tie(a.chromosome, a.start) < std::tie(b.chromosome, b.start);
  });
  for (std::size_t i = 0; i < features_.size(); ++i) {
    const bool first = i == 0 || features_[i].chromosome != features_[i - 1].chromosome;
    reach_.push_back(first ? features_[i].end : std::max(reach_.back(), features_[i].end));
    Range& range = chromosomes_[features_[i].chromosome];
    if (first) range.first = i;
    range.last = i + 1;
  }
}

L2G_INLINE std::vector<std::pair<std::string, index_t>> Annotation::types() const {
  std::map<std::string, index_t> counts;
  for (const Feature& f : features_) ++counts[f.type];
  std::vector<std::pair<std::string, index_t>> out(counts.begin(), counts.end());
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  return out;
}

L2G_INLINE std::vector<Feature> Annotation::features_in(std::string_view chromosome, index_t start, index_t end) const {
  std::vector<Feature> out;
  auto at = chromosomes_.find(std::string(chromosome));
  if (at == chromosomes_.end()) {
    std::vector<std::string> names;
    for (const auto& [name, range] : chromosomes_) names.push_back(name);
    const index_t other = ChromosomeNames(names).find(chromosome);
    if (other < 0) return out;
    at = chromosomes_.find(names[static_cast<std::size_t>(other)]);
  }
  const auto place = [](std::size_t i) { return static_cast<std::ptrdiff_t>(i); };
  const Range range = at->second;
  // The furthest ends only grow: the first feature that can reach the stretch is found by halving.
  const auto reaching = std::partition_point(reach_.begin() + place(range.first), reach_.begin() + place(range.last),
                                             [&](index_t reach) { return reach <= start; });
  for (auto i = static_cast<std::size_t>(reaching - reach_.begin()); i < range.last && features_[i].start < end; ++i)
    if (features_[i].end > start) out.push_back(features_[i]);
  return out;
}

L2G_INLINE Annotation read_annotation(LineReader& lines, const AnnotationOptions& options) {
  using namespace detail;
  std::vector<Feature> features;
  std::vector<std::string> seen;
  const bool bed = is_bed_name(lines.name());
  if (bed) features = features_of_bed(lines, options);
  std::vector<Field> fields;
  std::string line;
  for (index_t read = 0; !bed && lines.next(line);) {
    if (is_blank(line)) continue;
    if (line.starts_with("##FASTA") || (line[0] == '>' && read > 0)) break;
    if (line[0] == '>') lines.fail(1, "this is FASTA; a GFF, GTF or BED file was expected");
    if (line.starts_with("##fileformat=VCF")) lines.fail(1, "this is VCF; a GFF, GTF or BED file was expected");
    if (line[0] == '#') continue;
    split_fields(line, false, fields);
    Feature f = feature_of(lines, fields);
    if (++read % 8192 == 0) options.progress(lines.fraction(), "reading");
    if (!options.types.empty()) {
      if (seen.size() < 30 && std::find(seen.begin(), seen.end(), f.type) == seen.end()) seen.push_back(f.type);
      if (std::find(options.types.begin(), options.types.end(), f.type) == options.types.end()) continue;
    }
    features.push_back(std::move(f));
  }
  if (features.empty() && !seen.empty())
    throw file_error(lines.name(), unknown("type of feature", options.types[0], seen));
  if (features.empty()) throw file_error(lines.name(), "the file holds no feature");
  return {std::filesystem::path(lines.name()).filename().string(), lines.name(), std::move(features)};
}

L2G_INLINE Annotation read_annotation(const std::string& path, const AnnotationOptions& options) {
  LineReader lines(path);
  return read_annotation(lines, options);
}

}  // namespace l2g::data
