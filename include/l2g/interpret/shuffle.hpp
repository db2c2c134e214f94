#pragma once
// Sequences with the same counts of k-letter words in another order: what a sequence looks like when nothing in it
// means anything.
#include <l2g/core/config.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace l2g::interpret {

/// Which of the sequences with the same words are drawn.
enum class ShuffleMode {
  /// Each of them with the same probability (Kandel et al. 1996; the tree by Propp and Wilson 1998).
  uniform,
  /// What Altschul-Erickson shuffles in common use do: the last step out of every word is the original's, which reaches
  /// only a part of them (2 of the 42 of ACGATCAGTA).
  fixed_last_step,
};

/// The sequence in another order, every word of `k` letters as often as before: k = 1 keeps letters, 2 dinucleotides.
/// Also the first k - 1 and the last k - 1 letters stay. A C G T come back in upper case; every other letter (N) stays
/// where it is, and the runs between them are shuffled each on its own, so no word reaches over it. `seed`, `row` and
/// `index` (which of a row's shuffles) alone decide what is drawn. Time grows with the length.
/// Throws error for k outside 1..8.
std::string shuffle(std::string_view sequence, int k, std::uint64_t seed, std::uint64_t row, std::uint64_t index,
                    ShuffleMode mode = ShuffleMode::uniform);

/// shuffle() with k = 2.
std::string dinucleotide_shuffle(std::string_view sequence, std::uint64_t seed, std::uint64_t row, std::uint64_t index);

}  // namespace l2g::interpret

#ifndef L2G_COMPILED
#include <l2g/interpret/shuffle-inl.hpp>
#endif
