#pragma once
// Motifs out of seqlets: those that look alike are aligned and averaged.
#include <l2g/core/progress.hpp>
#include <l2g/data/motif.hpp>
#include <l2g/interpret/seqlets.hpp>

namespace l2g::interpret {

struct SeqletMotifOptions {
  index_t width = 24;        ///< bases around a seqlet's peak that are compared, 4 to 100
  index_t shift = 8;         ///< bases by which an alignment may leave the peaks, at least 0, less than width
  double similarity = 0.6;   ///< cosine of contributions from which a seqlet belongs to a motif, above 0, below 1
  double merge = 0.8;        ///< cosine from which two motifs are one
  index_t least = 10;        ///< seqlets of a motif
  index_t most = 5000;       ///< seqlets that are looked at, the strongest ones
  double trim = 0.3;         ///< ends are cut whose contribution is less than this share of the largest position's
  double pseudocount = 0.5;  ///< of each base, so that few seqlets do not make a certain position
  index_t rounds = 3;        ///< in which each seqlet goes to the motif that it fits best
  Progress progress{};
};

/// Where a seqlet lies in its motif: the motif's first position is base `start` of the row; '-' reads the other strand,
/// on which it is the last one.
struct MotifMember {
  Seqlet seqlet;
  index_t start = 0;
  char strand = '+';
  double similarity = 0;  ///< with the average
};

struct SeqletMotif {
  data::Motif motif;                 ///< shares of bases, named "pattern_1", "pattern_2", ...
  std::vector<double> contribution;  ///< (length, 4): mean contribution of each base at each position
  std::vector<MotifMember> members;  ///< descending by the size of their attribution
  double attribution = 0;            ///< mean over the members; below 0: the motif lowers the output
};

/// Seqlets in descending order of their attribution's size open motifs or join the one whose average they resemble
/// most, aligned on their peaks and then where they agree best, on either strand; after that each goes where it fits
/// best, and motifs that resemble each other become one. Seqlets with high and with low sums never mix. A greedy
/// clustering for a look at what a model has learnt; TF-MoDISco's is more careful. Motifs come in descending order of
/// their seqlets. Throws error for options out of range and seqlets outside of their row.
std::vector<SeqletMotif> seqlet_motifs(const Contributions& contributions, const std::vector<Seqlet>& seqlets,
                                       const SeqletMotifOptions& options = {});

}  // namespace l2g::interpret

#ifndef L2G_COMPILED
#include <l2g/interpret/seqlet_motifs-inl.hpp>
#endif
