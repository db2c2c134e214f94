#pragma once
// Motifs as a file holds them: matrices with what the file says about each.
#include <l2g/data/motif.hpp>

namespace l2g::interpret {

/// What a file says about a motif besides its matrix.
struct MotifNotes {
  std::string alternative{};  ///< a second name, such as the factor's
  double sites = 0;           ///< sequences that the matrix was counted on; 0: not said
  double e_value = -1;        ///< of its discovery; -1: not said
  std::string url{};
};

struct MotifSet {
  std::string name{};    ///< the file's name, for summaries
  std::string format{};  ///< "MEME", "JASPAR", "positions by lines", "TRANSFAC", "STREME XML", ...
  std::vector<data::Motif> motifs{};
  std::vector<MotifNotes> notes{};                       ///< one for each motif
  std::array<double, 4> background{.25, .25, .25, .25};  ///< A C G T, adds up to 1
  std::vector<std::string> remarks{};                    ///< what was assumed or mended, in words

  index_t size() const { return index_t(motifs.size()); }
  void add(data::Motif motif, MotifNotes more = {}) {
    motifs.push_back(std::move(motif));
    notes.push_back(std::move(more));
  }
};

}  // namespace l2g::interpret
