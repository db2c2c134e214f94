#pragma once
// Seqlets: short stretches of sequence that contribute much.
#include <l2g/interpret/contributions.hpp>

namespace l2g::interpret {

/// Bases [start, end) of a row, from 0.
struct Seqlet {
  index_t row = 0, start = 0, end = 0;
  double attribution = 0;  ///< sum of the contributions; of TF-MoDISco's seqlets that of the core, without flanks
  double p = -1;           ///< chance of such a sum in a stretch of this length; -1: the method has none
};

/// One number for each base of a sequence.
using Track = std::vector<double>;
/// What the bases that are there contribute.
std::vector<Track> tracks_of(const Contributions& contributions);

struct RecursiveOptions {
  double p = 0.01;           ///< of a seqlet and of every stretch inside of it, above 0, below 1
  index_t shortest = 4;      ///< bases, at least 1
  index_t longest = 25;      ///< bases, at most 200
  index_t flank = 0;         ///< bases that are added on both sides
  index_t bins = 1000;       ///< of the histogram of contributions, 10 to 10000
  bool negative = false;     ///< look for stretches with low sums instead
  bool as_published = true;  ///< keep the last base of a row, and stretches that start `shortest` before the end, out
};

/// The recursive caller of tangermeme (Schreiber 2025): a stretch is a seqlet when its sum, and that of every stretch
/// of at least `shortest` bases inside of it, is unlikely among sums of as many independent bases. Seqlets of a row do
/// not overlap before flanks are added. Ascending by p, then row and start. Throws error for options out of range,
/// tracks without bases and values that are not finite.
std::vector<Seqlet> recursive_seqlets(const std::vector<Track>& tracks, const RecursiveOptions& options = {});

struct ModiscoOptions {
  index_t window = 21;          ///< bases of the core, at least 1
  index_t flank = 10;           ///< bases on both sides of it
  double fdr = 0.2;             ///< share of false windows among those that are called, above 0, below 1
  double least_passing = 0.03;  ///< share of windows that pass at least, whatever the null says
  double most_passing = 0.2;    ///< and at most
};

/// The caller of TF-MoDISco (Shrikumar et al. 2018) as tangermeme has it: sums of windows against a two-sided Laplace
/// null that is fitted to them; cores may be positive or negative. In order of rows, in each the strongest first. The
/// null is drawn by NumPy's generator with the seed 1234, as there. Rows that are shorter than a window have none.
std::vector<Seqlet> modisco_seqlets(const std::vector<Track>& tracks, const ModiscoOptions& options = {});

/// BED of five columns and strand '.': id, start, end, "seqlet", attribution.
void write_bed(const std::vector<Seqlet>& seqlets, const Contributions& contributions, const std::string& path);

}  // namespace l2g::interpret

#ifndef L2G_COMPILED
#include <l2g/interpret/seqlets-inl.hpp>
#endif
