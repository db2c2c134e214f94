#pragma once
// Which known motif a motif resembles (TOMTOM: Gupta, Stamatoyannopoulos, Bailey & Noble 2007).
#include <l2g/core/progress.hpp>
#include <l2g/cpu/pool.hpp>
#include <l2g/data/motif.hpp>

namespace l2g::interpret {

/// How alike two positions are: less their distance, or their correlation (0 for a position of equal shares).
enum class ColumnSimilarity { euclidean, pearson };

struct TomtomOptions {
  ColumnSimilarity similarity = ColumnSimilarity::euclidean;
  bool both_strands = true;    ///< targets are also read on the other strand
  index_t min_overlap = 1;     ///< positions that an alignment must share, as far as the motifs are long enough
  index_t score_bins = 100;    ///< a position's similarity in whole numbers, 10 to 250
  index_t median_bins = 1000;  ///< for the median of a position's similarities, 10 to 100000
  index_t target_bins = 100;   ///< equal positions of targets count as one after rounding to so many steps; 0: exactly
  index_t nearest = 0;         ///< matches that are kept for each query, the best ones; 0: one for each target in order
  cpu::Pool* pool = nullptr;
  Progress progress{};
};

struct MotifMatch {
  double p = 1;             ///< chance of such a score for the best alignment with a target of this length
  double q = 1;             ///< false discovery rate among the query's targets (Benjamini and Hochberg)
  double e = 0;             ///< targets that do so well by chance: p times their number
  std::int32_t target = 0;  ///< which one, from 0
  std::int32_t score = 0;   ///< of the best alignment, in bins above the least; unaligned positions count as the median
  std::int32_t offset = 0;  ///< of the query's first position in the target
  std::int32_t overlap = 0;  ///< positions of the alignment
  bool reverse = false;      ///< the target's other strand; it wins ties
};

/// Compares each query with all targets; one row of matches for each query, in the order of the targets or, with
/// `nearest`, ascending by p. The scores are TOMTOM's "complete" ones, in the way of memesuite-lite: similarities less
/// the median of each query position, rounded to bins; the p-value is that of the best of all alignments, taken as
/// independent, and is summed from the upper end, so that it is right down to 1e-300. A query without any difference
/// between targets has p = 1. Alignments of equal score are told apart as there. Throws error for a motif that is no
/// matrix of probabilities, no targets, and options out of range.
std::vector<std::vector<MotifMatch>> tomtom(const std::vector<data::Motif>& queries,
                                            const std::vector<data::Motif>& targets, const TomtomOptions& options = {});

}  // namespace l2g::interpret

#ifndef L2G_COMPILED
#include <l2g/interpret/tomtom-inl.hpp>
#endif
