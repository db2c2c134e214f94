#pragma once
// Motifs as probability matrices.
#include <l2g/core/config.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace l2g::data {

/// A position probability matrix: probabilities[i] holds those of A, C, G, T at position i and adds up to 1.
struct Motif {
  std::string name{};
  std::vector<std::array<double, 4>> probabilities{};
  index_t length() const { return static_cast<index_t>(probabilities.size()); }
  /// Information against a uniform background, summed over positions, in bits.
  double information() const;
  /// The likeliest letter of each position.
  std::string consensus() const;
  /// A code a position (Cavener 1987): the base above one half that is more than twice as likely as the next, else two
  /// bases that have three quarters together, else N.
  std::string iupac() const;
};

/// A motif from a consensus of A C G T and IUPAC codes. Each position gets `information` of the most bits that its
/// letter allows (2 for A C G T, 1 for two-base codes, 0.415 for three-base codes, 0 for N): 1 is the consensus itself,
/// 0 is noise. Throws error for other letters, an empty consensus, and an information outside 0..1.
Motif motif_from_consensus(const std::string& name, std::string_view consensus, double information = 1);

/// The motif as it reads on the other strand.
Motif reverse_complement(const Motif& motif);

/// Throws error when the motif is empty or a position's probabilities are negative or do not add up to 1.
void check(const Motif& motif);

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/motif-inl.hpp>
#endif
