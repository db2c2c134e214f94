#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/fields-inl.hpp>
#include <l2g/data/letters-inl.hpp>
#include <l2g/data/variants.hpp>

#include <algorithm>
#include <filesystem>
#include <unordered_map>

namespace l2g::data {

namespace detail {

// Upper-case letters of an allele. VCF has A C G T N only; IUPAC codes occur and read as N.
inline std::string allele_of(const LineReader& lines, const Field& field, std::string_view letters, const char* name) {
  if (letters.empty()) lines.fail(field.column, std::string(name) + " is empty");
  std::string out(letters);
  for (char& c : out) {
    const char read_as = accepted[static_cast<unsigned char>(c)];
    if (!read_as || upper(c) == 'U')
      lines.fail(field.column, std::string(name) + " '" + shown(letters) + "' is not made of A C G T N");
    c = base_code(read_as) < 4 ? read_as : 'N';
  }
  return out;
}

// <DEL>, a breakend, or the * of an allele that a deletion covers.
inline bool is_symbolic(std::string_view allele) {
  return allele == "*" || allele.find_first_of("<>[]") != std::string_view::npos || allele.starts_with('.') ||
         allele.ends_with('.');
}

inline void refuse_no_variants(const LineReader& lines, std::string_view line) {
  if (line.starts_with("BCF")) lines.fail(0, "this is BCF; turn it into VCF first (bcftools view)");
  if (line.starts_with(">")) lines.fail(1, "this is FASTA; a VCF file was expected");
  if (line.starts_with("##gff")) lines.fail(1, "this is GFF; a VCF file was expected");
}

inline void read_variant_line(const LineReader& lines, const std::vector<Field>& fields, Variants& out) {
  constexpr const char* names[] = {"CHROM", "POS", "ID", "REF", "ALT"};
  if (fields.size() < 5)
    lines.fail(0, counted(static_cast<index_t>(fields.size()), "column") +
                      " between tabs; VCF has at least five, and " + names[fields.size()] + " is missing");
  Variant row;
  row.line = lines.line_number();
  row.chromosome = fields[0].text;
  if (row.chromosome.empty()) lines.fail(1, "the chromosome is empty");
  row.position = position_of(lines, fields[1], "the position", 1) - 1;
  row.id = fields[2].text;
  row.reference = allele_of(lines, fields[3], fields[3].text, "the reference allele");
  if (fields[4].text == ".") {
    ++out.without_alternative;
    return;
  }
  std::string_view rest = fields[4].text;
  for (bool more = true; more;) {
    const auto comma = rest.find(',');
    const auto allele = rest.substr(0, comma);
    more = comma != std::string_view::npos;
    if (more) rest.remove_prefix(comma + 1);
    if (!allele.empty() && is_symbolic(allele)) {
      ++out.symbolic;
      continue;
    }
    row.alternative = allele_of(lines, fields[4], allele, "the alternative allele");
    if (row.alternative == row.reference)
      lines.fail(fields[4].column, "the alternative allele '" + shown(allele) + "' is the reference allele");
    out.rows.push_back(row);
  }
}

// Equal letters; what is no base in the genome (N, IUPAC) is N in VCF.
inline bool same_bases(std::string_view genome, std::string_view allele) {
  return std::equal(genome.begin(), genome.end(), allele.begin(), allele.end(),
                    [](char a, char b) { return base_code(a) == base_code(b); });
}

inline bool fits_at(const Genome& genome, index_t chromosome, const Variant& v, index_t position) {
  const index_t end = position + static_cast<index_t>(v.reference.size());
  return position >= 0 && end <= genome.length(chromosome) &&
         same_bases(genome.fetch(chromosome, position, end), v.reference);
}

}  // namespace detail

L2G_INLINE std::vector<std::string> Variants::notes() const {
  std::vector<std::string> out;
  if (symbolic)
    out.push_back("left out: " + detail::counted(symbolic, "symbolic allele") +
                  " (<DEL>, *, breakends), which say no letters");
  if (without_alternative)
    out.push_back("left out: " + detail::counted(without_alternative, "line") + " without an alternative allele");
  if (filtered) out.push_back("left out: " + detail::counted(filtered, "line") + " whose FILTER is not PASS");
  return out;
}

L2G_INLINE std::string text(const Variant& v) {
  return detail::shown(v.chromosome) + ":" + std::to_string(v.position + 1) + " " + detail::shown(v.reference, 12) +
         ">" + detail::shown(v.alternative, 12);
}

L2G_INLINE Variants read_variants(LineReader& lines, const VariantOptions& options) {
  using namespace detail;
  Variants out;
  out.source = lines.name();
  out.name = std::filesystem::path(lines.name()).filename().string();
  std::vector<Field> fields;
  std::string line;
  while (lines.next(line)) {
    if (is_blank(line)) continue;
    if (out.records == 0) refuse_no_variants(lines, line);
    if (line[0] == '#') continue;
    split_fields(line, false, fields);
    ++out.records;
    if (options.pass_only && fields.size() > 6 && fields[6].text != "PASS" && fields[6].text != ".") {
      ++out.filtered;
      continue;
    }
    read_variant_line(lines, fields, out);
    if (out.records % 8192 == 0) options.progress(lines.fraction(), "reading");
  }
  return out;
}

L2G_INLINE Variants read_variants(const std::string& path, const VariantOptions& options) {
  LineReader lines(path);
  return read_variants(lines, options);
}

L2G_INLINE Variants fitting(const Variants& variants, const Genome& genome, const FittingOptions& options,
                            std::vector<std::string>& notes) {
  using namespace detail;
  if (variants.rows.empty()) {
    std::string message = "the file holds no variant";
    for (const auto& note : variants.notes()) message += "; " + note;
    throw file_error(variants.source, message);
  }
  const auto& chromosomes = genome.chromosomes();
  Variants out = variants;
  out.rows.clear();
  std::unordered_map<std::string_view, index_t> known;
  std::vector<std::string_view> other_names, unknown_names;
  Faults unknown, mismatch;
  index_t left = 0, right = 0;  // mismatches that would fit one base beside
  index_t seen = 0;
  for (const Variant& v : variants.rows) {
    if (++seen % 4096 == 0)
      options.progress(static_cast<double>(seen) / static_cast<double>(variants.size()), "checking");
    const auto [at, is_new] = known.try_emplace(v.chromosome, -1);
    if (is_new) {
      at->second = chromosomes.find(v.chromosome);
      if (at->second < 0)
        unknown_names.push_back(v.chromosome);
      else if (chromosomes.names()[static_cast<std::size_t>(at->second)] != v.chromosome)
        other_names.push_back(v.chromosome);
    }
    const index_t chromosome = at->second;
    if (chromosome < 0) {
      unknown.add("line " + std::to_string(v.line) + ", '" + shown(v.chromosome) + "'");
      continue;
    }
    if (!fits_at(genome, chromosome, v, v.position)) {
      const index_t bases = genome.length(chromosome);
      const index_t end = v.position + static_cast<index_t>(v.reference.size());
      mismatch.add("line " + std::to_string(v.line) + ", " + text(v) + ": " +
                   (end > bases ? "the chromosome has " + std::to_string(bases) + " bases"
                                : "the genome has " + shown(genome.fetch(chromosome, v.position, end), 12)));
      left += fits_at(genome, chromosome, v, v.position - 1);
      right += fits_at(genome, chromosome, v, v.position + 1);
      continue;
    }
    out.rows.push_back(v);
    out.rows.back().chromosome = chromosomes.names()[static_cast<std::size_t>(chromosome)];
  }
  const std::string all = std::to_string(variants.size()) + " variants";
  std::string message;
  if (mismatch.count && options.mismatch == Misfit::error) {
    message = "a reference allele that is not the genome's: " + std::to_string(mismatch.count) + " of " + all + " (" +
              mismatch.examples + ")";
    if (mismatch.count > 3 && 10 * std::max(left, right) >= 9 * mismatch.count)
      message += std::string("; they fit one base to the ") + (left > right ? "left" : "right") +
                 ": does the file count from another base than VCF does?";
    else
      message += "; is " + genome.path() + " the assembly that they were called on?";
    message += " mismatch = \"skip\" leaves them out";
  }
  if (unknown.count && options.unknown == Misfit::error)
    message += (message.empty() ? "" : "; ") + ("on chromosomes that " + genome.path()) +
               " does not have: " + std::to_string(unknown.count) + " of " + all + " (" + unknown.examples +
               "): " + chromosomes.unknown(unknown_names[0]) + "; unknown = \"skip\" leaves them out" +
               (unknown.count == variants.size() ? ", names give the genome's chromosomes other names" : "");
  if (!message.empty()) throw file_error(variants.source, message);
  if (out.rows.empty()) throw file_error(variants.source, "none of " + all + " fits " + genome.path());
  if (!other_names.empty()) {
    const auto at = static_cast<std::size_t>(known[other_names[0]]);
    notes.push_back("chromosomes: '" + shown(other_names[0]) + "' is '" + shown(chromosomes.names()[at]) +
                    "' in the genome" + (other_names.size() > 1 ? ", and so on" : ""));
  }
  if (mismatch.count)
    notes.push_back("left out: " + std::to_string(mismatch.count) + " of " + all +
                    " whose reference allele is not the genome's (" + mismatch.examples + ")");
  if (unknown.count)
    notes.push_back("left out: " + std::to_string(unknown.count) + " of " + all +
                    " on chromosomes that the genome does not have");
  return out;
}

}  // namespace l2g::data
