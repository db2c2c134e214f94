#pragma once
// How large a motif's score is by chance.
#include <l2g/data/motif.hpp>

namespace l2g::interpret {

/// log2((p + pseudocount) / background) of each position and base.
using Weights = std::vector<std::array<double, 4>>;
Weights weights_of(const data::Motif& motif, const std::array<double, 4>& background, double pseudocount);

/// The exact distribution of the sum of weights that are rounded to whole bins, over letters drawn from a background
/// (Staden 1989), as FIMO has it. Probabilities are summed from the upper end, so that small ones keep their digits.
class ScoreDistribution {
 public:
  /// Throws error for no positions, or weights that are not finite.
  ScoreDistribution(const Weights& weights, const std::array<double, 4>& background, double bin);
  /// Chance of a score of at least this one's bin (whole bins towards 0, as FIMO has it).
  double p(double score) const;
  /// A score is a hit at `p` when it is larger than this; minus infinity for p = 1, infinity when no score is enough.
  double threshold(double p) const;

 private:
  double bin_;
  index_t smallest_;              // bin of survival_[0]
  std::vector<double> survival_;  // P(bin of the score >= smallest + i)
};

}  // namespace l2g::interpret

#ifndef L2G_COMPILED
#include <l2g/interpret/score_distribution-inl.hpp>
#endif
