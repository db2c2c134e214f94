#pragma once
// Which known motif a motif resembles (TOMTOM: Gupta, Stamatoyannopoulos, Bailey & Noble 2007).
#include <l2g/data/motif.hpp>
#include <l2g/interpret/tomtom_options.hpp>

namespace l2g::interpret {

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
