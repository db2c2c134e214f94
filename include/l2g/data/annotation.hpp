#pragma once
// Genes and other features of GFF3, GTF and BED files: names for places in plots.
#include <l2g/core/progress.hpp>
#include <l2g/data/line_reader.hpp>

#include <unordered_map>
#include <vector>

namespace l2g::data {

/// Bases start to end - 1 of a chromosome, counted from 0.
struct Feature {
  std::string chromosome{};
  index_t start = 0, end = 0;
  char strand = '.';   ///< '+', '-' or '.'
  std::string type{};  ///< gene, CDS, ...; "interval" in a BED file
  std::string name{};  ///< what a person calls it; may be empty
};

/// Features in order of place, to be asked for a stretch.
class Annotation {
 public:
  Annotation() = default;
  Annotation(std::string name, std::string source, std::vector<Feature> features);

  const std::string& name() const { return name_; }
  const std::string& source() const { return source_; }
  const std::vector<Feature>& features() const { return features_; }
  index_t size() const { return static_cast<index_t>(features_.size()); }
  /// Types with their counts, the most frequent first.
  std::vector<std::pair<std::string, index_t>> types() const;
  /// The features that share a base with [start, end), in order of their starts; chr1 and 1 are one chromosome. None
  /// for a chromosome without features.
  std::vector<Feature> features_in(std::string_view chromosome, index_t start, index_t end) const;

 private:
  struct Range {
    std::size_t first = 0, last = 0;  // features_[first, last) lie on the chromosome
  };
  std::string name_, source_;
  std::vector<Feature> features_;
  std::vector<index_t> reach_;  // the furthest end of the features of a chromosome up to and with this one
  std::unordered_map<std::string, Range> chromosomes_;
};

struct AnnotationOptions {
  std::vector<std::string> types{};  ///< read these only; empty: all
  Progress progress{};
};

/// Reads GFF3, GTF (told apart by their attributes) and BED, plain or gzip. The name of a feature is, in GFF3, the
/// first of Name, gene_name, gene, gene_id, locus_tag, product and ID that it has (with %-escapes undone); in GTF
/// gene_name, else gene_id; in BED column 4. A part ##FASTA ends the reading. Throws file_error with line and column
/// for a line without nine columns, a file without features, a place that is no whole number, a start behind the end, a
/// strand that is not + - . or ?, and for types of which the file has none, with those that it has.
Annotation read_annotation(LineReader& lines, const AnnotationOptions& options = {});
Annotation read_annotation(const std::string& path, const AnnotationOptions& options = {});

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/annotation-inl.hpp>
#endif
