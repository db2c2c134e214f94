#pragma once
// A score never goes alone: it names its split, protocol, seed and rows, its interval, and the floors beside it.
#include <l2g/core/config.hpp>

#include <limits>
#include <string>

namespace l2g::eval {

/// What simple models reach on the same split in the same metric; NaN when not computed.
struct Floors {
  static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  double gc = unknown;          ///< a threshold on the GC content
  double kmer = unknown;        ///< logistic regression on k-mer counts
  double positional = unknown;  ///< logistic regression on the k-mer at each position
  double joint = unknown;       ///< both together
  index_t k = 5;                ///< k of `kmer`
};

struct Score {
  double value = Floors::unknown, lo = Floors::unknown, hi = Floors::unknown;
  std::string metric = "MCC", split = "test", protocol = "honest";
  std::uint64_t seed = 0;
  index_t rows = 0;
  Floors floors = {};
};

/// "test MCC 0.78 [0.73, 0.83] (honest, seed 1, 613 rows; floors: gc 0.30, 5-mer 0.48, positional 0.78, joint 0.80)".
/// An undefined value says so; an interval or a floor that is NaN is left out.
std::string to_text(const Score& score);

}  // namespace l2g::eval

#ifndef L2G_COMPILED
#include <l2g/eval/score-inl.hpp>
#endif
