#pragma once
// Where motifs are in sequences: what scanning finds and what fimo.tsv holds.
#include <l2g/core/config.hpp>

#include <string>
#include <vector>

namespace l2g::interpret {

/// A motif at bases [start, end) of a sequence, from 0. '-' reads the motif on the other strand.
struct Hit {
  std::int32_t motif = 0, sequence = 0;
  index_t start = 0, end = 0;
  double score = 0;  ///< sum over positions of log2(probability / background)
  double p = 1;      ///< chance of such a score at one place of background
  double q = -1;     ///< false discovery rate among the motif's places; -1: not known
  char strand = '+';
};

struct Hits {
  std::vector<std::string> motifs{}, sequences{};  ///< names that Hit::motif and Hit::sequence count
  std::vector<Hit> list{};                         ///< ascending by sequence, start, end, motif, strand ('+' first)
  std::vector<index_t> tested{};                   ///< places that were looked at, for each motif
  double threshold = 0;                            ///< of p; 0: not known
  index_t letters = 0;                             ///< of all sequences

  index_t size() const { return index_t(list.size()); }
  const std::string& motif(const Hit& h) const { return motifs[std::size_t(h.motif)]; }
  const std::string& sequence(const Hit& h) const { return sequences[std::size_t(h.sequence)]; }
  /// How many hits each motif has.
  std::vector<index_t> counts() const;
};

/// Sorts into the order that `list` promises.
void sort_hits(Hits& hits);

/// The q-value of each of the p-values of `tests` tests, of which those that are not given count as 1: the smallest
/// p_(j) tests / j over all j at or behind it in ascending order, at most 1 (Benjamini and Hochberg 1995).
std::vector<double> q_values(const std::vector<double>& p, index_t tests);

/// Sets q of each hit from the places of its motif. The places that are no hits count as p = 1, so q is never too
/// small.
void set_q_values(Hits& hits);

/// BED of six columns (sequence, start from 0, end, motif, score from -log10 p times 100 as 0..1000, strand).
std::string bed_line(const Hits& names, const Hit& hit);
void write_bed(const Hits& hits, const std::string& path);

/// The columns of FIMO's fimo.tsv (start from 1, end inclusive); matched_sequence is left empty.
std::string fimo_header();
std::string tsv_line(const Hits& names, const Hit& hit);
void write_tsv(const Hits& hits, const std::string& path);

}  // namespace l2g::interpret

#ifndef L2G_COMPILED
#include <l2g/interpret/hits-inl.hpp>
#endif
