#pragma once
// BED and narrowPeak files, and the sequences that lie in their intervals.
#include <l2g/data/dataset.hpp>
#include <l2g/data/genome.hpp>
#include <l2g/data/line_reader.hpp>

#include <optional>

namespace l2g::data {

/// Bases start to end - 1 of a chromosome, counted from 0.
struct Interval {
  std::string chromosome{};
  index_t start = 0, end = 0;
  char strand = '.';    ///< '+', '-', or '.' when there is none
  index_t summit = -1;  ///< the base where a peak is highest, counted as start is; -1 when the file has none
  std::string name{};   ///< column 4
  std::string label{};  ///< empty when no label was read
  index_t line = 0;     ///< of the file
};

struct Intervals {
  std::string name{}, source{};
  std::vector<Interval> rows{};
  std::vector<std::string> columns{};  ///< names of the file's columns
  bool labelled = false;
  bool summits = false;              ///< the file is a narrowPeak
  std::vector<std::string> notes{};  ///< what was guessed, one line each

  index_t size() const { return static_cast<index_t>(rows.size()); }
};

struct IntervalOptions {
  /// A column by its name in the file's header line, by the name that BED and narrowPeak give it (name, score, ...), or
  /// by its number from 1. Empty: a column called label or class, if the file names its columns.
  std::string label_column{};
  std::string label{};  ///< not empty: every interval gets this label
  bool without_labels = false;
  Progress progress{};
};

/// Reads BED (3 columns and more) and narrowPeak (10 columns), between tabs, or blanks where the first line has no tab.
/// Lines that begin with '#', track or browser are skipped; one such line, or a first line without numbers, may name
/// the columns. An empty file gives no interval. Throws file_error with line and column for a position that is no
/// whole number or negative, a start behind the end, a strand that is not + - or ., another number of columns than in
/// the first line, an empty label, a label column that does not exist, and for VCF, GFF and FASTA.
Intervals read_intervals(LineReader& lines, const IntervalOptions& options = {});
Intervals read_intervals(const std::string& path, const IntervalOptions& options = {});

/// Intervals that do not lie within their chromosome.
enum class Beyond {
  error,  ///< are an error
  skip,   ///< are left out
  shrink  ///< are cut at the chromosome's ends
};

/// What a window of a fixed width has in its middle.
enum class Around {
  best,    ///< the summit where the file gives one, else the centre
  centre,  ///< base (start + end) / 2
  summit   ///< throws error where there is none
};

struct SequenceOptions {
  index_t width = 0;  ///< bases of every window; 0: intervals as they are
  Around around = Around::best;
  Beyond beyond = Beyond::error;
  bool skip_unknown = false;  ///< leave out intervals of chromosomes that the genome does not have
  bool strands = true;        ///< an interval on strand '-' gives its reverse complement
  LetterRules letters{};
  index_t max_classes = 1000;
  Progress progress{};
};

/// The sequences of intervals; ids are "chrI:100-612(+)", counted as in BED, with the genome's name of the chromosome
/// and without the strand where there is none. A window of width w around base b begins at b - w / 2 (rounded down),
/// on both strands. All names and places are checked before the first base is read: one error says how many intervals
/// do not fit, with examples and what can be done. Notes say what was left out, cut, or called by another name.
Dataset sequences(const Intervals& intervals, const Genome& genome, const SequenceOptions& options = {});

/// "chrI:100-612(+)"
std::string text(const Interval& interval);
/// The interval that such a text names, or nothing.
std::optional<Interval> parse_interval(std::string_view text);

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/intervals-inl.hpp>
#endif
