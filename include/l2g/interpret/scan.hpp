#pragma once
// Finds motifs in sequences, as FIMO does (Grant, Bailey & Noble 2011).
#include <l2g/core/progress.hpp>
#include <l2g/cpu/pool.hpp>
#include <l2g/data/dataset.hpp>
#include <l2g/interpret/hits.hpp>
#include <l2g/interpret/motif_set.hpp>

#include <memory>

namespace l2g::interpret {

struct ScanOptions {
  double p = 1e-4;           ///< chance of a hit at one place of background, above 0, up to 1
  bool both_strands = true;  ///< also look for the motif on the other strand
  std::array<double, 4> background{.25, .25, .25, .25};  ///< A C G T, adds up to 1
  double pseudocount = 1e-4;                             ///< added to each probability, above 0
  double bin = 0.1;                                      ///< bits; scores are binned for p, as FIMO does
  cpu::Pool* pool = nullptr;
  Progress progress{};
};

/// A set of motifs made ready to scan. Scores are the exact sums of log2((p + pseudocount) / background) in double; a
/// base that is not A C G T adds 0. Every window is looked at, also the last one; a sequence that is shorter than a
/// motif simply has no place for it. A bound of one byte for each window, 64 windows at a time where the processor can,
/// leaves out nearly all windows that cannot be hits, and never one that is.
class Scanner {
 public:
  /// Throws error for a motif without positions and for options out of range.
  explicit Scanner(const std::vector<data::Motif>& motifs, const ScanOptions& options = {});
  Scanner(Scanner&&) noexcept;
  ~Scanner();

  /// Appends the hits of one sequence, ascending by start, end, motif and strand.
  void scan(std::string_view letters, std::int32_t sequence, std::vector<Hit>& out) const;
  /// Only hits that start before `end`.
  void scan(std::string_view letters, std::int32_t sequence, index_t end, std::vector<Hit>& out) const;
  /// Positions of the longest motif.
  index_t longest() const;
  /// Places for each motif in a sequence of so many letters, both strands counted.
  void count_places(index_t letters, std::vector<index_t>& places) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Scans all sequences and sets q. The bits of the result do not depend on the threads.
Hits scan(const std::vector<data::Motif>& motifs, const std::vector<std::string>& names,
          const std::vector<std::string>& sequences, const ScanOptions& options = {});
Hits scan(const std::vector<data::Motif>& motifs, const data::Dataset& dataset, const ScanOptions& options = {});

/// Scans a FASTA file of any length, plain or gzip, holding a few megabases at a time, and writes hits as they come: as
/// the columns of fimo.tsv without q when the name ends in .tsv, else as BED. Returns how many. Throws file_error.
index_t scan_fasta(const std::vector<data::Motif>& motifs, const std::string& fasta, const std::string& output,
                   const ScanOptions& options = {});

/// Shares of A C G T among the letters of the sequences (counts plus one); with `both_strands` those of A and T, and of
/// C and G, are their mean.
std::array<double, 4> background_of(const std::vector<std::string>& sequences, bool both_strands = true);

}  // namespace l2g::interpret

#ifndef L2G_COMPILED
#include <l2g/interpret/scan-inl.hpp>
#endif
