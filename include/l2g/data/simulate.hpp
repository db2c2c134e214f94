#pragma once
// Made-up regulatory sequences whose motifs, and where they lie, are known.
#include <l2g/data/dataset.hpp>
#include <l2g/data/motif.hpp>

namespace l2g::data {

/// Letters between the motifs: independent with a GC share, or a first-order Markov chain.
struct Background {
  double gc = 0.5;                                   ///< 0..1; also of the first letter of a chain
  std::vector<std::array<double, 4>> transitions{};  ///< empty, or 4 rows: P(next | A), P(next | C), ...
};

/// The first-order chain that real sequences follow (counts plus one). Throws error for data without letters.
Background background_from(const Dataset& dataset);

enum class PlantedStrand { forward, reverse, either };

/// A motif, or two at a distance, to be planted. Planted motifs of a row never overlap.
struct Planting {
  std::string motif{};     ///< name of a motif of the simulation
  index_t count = 1;       ///< how many in a row
  double probability = 1;  ///< of each of them to be there, 0..1
  PlantedStrand strand = PlantedStrand::either;

  index_t position = -1;  ///< first base, from 0; -1: anywhere, uniformly
  index_t spread = 0;     ///< around `position`: uniformly up to so many bases to either side

  std::string partner{};  ///< not empty: a second motif, on the right of the first on the same strand ...
  index_t smallest_gap = 0, largest_gap = 0;  ///< ... with so many bases between them, uniformly
};

struct SimulatedClass {
  std::string name{};
  index_t rows = 500;
  std::vector<Planting> plantings{};
};

struct Simulation {
  index_t length = 200;
  Background background{};
  std::vector<Motif> motifs{};
  std::vector<SimulatedClass> classes{};
  std::uint64_t seed = 0;
};

/// Where a motif was planted: bases [start, end) of the row, from 0.
struct Site {
  index_t row = 0, start = 0, end = 0;
  char strand = '+';
  std::string motif{};
};

struct Simulated {
  Dataset dataset{};
  std::vector<Site> sites{};  ///< ascending by row, then start
  std::vector<Motif> motifs{};
};

/// Draws the sequences; rows of the classes come in turn. A pure function of `simulation`: row i of a class does not
/// depend on how many rows there are. Throws error for an unknown motif name, motifs that do not fit into the length,
/// and numbers out of range.
Simulated simulate(const Simulation& simulation);

/// A ready-made task to try things on: nine in ten rows of class "promoter" hold a TATA box near base 40 of
/// 100 and an initiator 20 to 24 bases behind it; half of the rows of both classes hold a GC box anywhere, on either
/// strand, which says nothing about the class.
Simulation example_simulation(index_t rows_per_class = 500, std::uint64_t seed = 0);

/// Writes the sites as BED (row's id, start, end, motif, 0, strand). Throws file_error.
void write_sites(const Simulated& simulated, const std::string& path);

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/simulate-inl.hpp>
#endif
