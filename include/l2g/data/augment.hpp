#pragma once
// Random changes of training rows that keep their label.
#include <l2g/core/philox.hpp>

namespace l2g::data {

/// What may be done to a row while it is encoded.
struct Augment {
  bool reverse_complement = false;  ///< a fair coin decides on the strand
  int shift = 0;                    ///< move by up to so many bases to either side, uniformly
  bool full_shift = false;          ///< move by exactly `shift`, left or right by a fair coin (as L2G's code does)
};

/// What is done to one row at one step.
struct RowAugment {
  bool reverse_complement = false;
  int shift = 0;  ///< to the right
};

/// A pure function of (seed, step, row): the same in a resumed run, on any number of threads, in any order of rows.
constexpr RowAugment draw_augment(const Augment& augment, const Rng& rng, index_t row) {
  constexpr std::uint32_t stream = 0x61756721;  // "aug!": no other part draws from it
  const auto i = static_cast<std::uint64_t>(row) * 4;
  RowAugment out;
  out.reverse_complement = augment.reverse_complement && (rng.word(stream, i) & 1);
  if (augment.full_shift)
    out.shift = rng.word(stream, i + 1) & 1 ? augment.shift : -augment.shift;
  else if (augment.shift > 0)
    out.shift =
        static_cast<int>(rng.below(stream, i + 1, 2 * static_cast<std::uint64_t>(augment.shift) + 1)) - augment.shift;
  return out;
}

}  // namespace l2g::data
