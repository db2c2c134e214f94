#pragma once
// What can be chosen when motifs are compared.
#include <l2g/core/progress.hpp>
#include <l2g/cpu/pool.hpp>

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

}  // namespace l2g::interpret
