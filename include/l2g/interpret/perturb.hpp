#pragma once
// Sequences changed on purpose: a motif put in, a stretch taken out.
#include <l2g/data/dataset.hpp>
#include <l2g/data/motif.hpp>
#include <l2g/eval/bootstrap.hpp>

#include <string>
#include <vector>

namespace l2g::interpret {

/// `letters` written over the bases of the sequence from `position` (from 0) on; the length stays. Throws error when
/// they do not fit in.
std::string put_in(std::string sequence, std::string_view letters, index_t position);

/// A site of a motif, each letter drawn by its probabilities: a pure function of (seed, row, index).
std::string drawn_site(const data::Motif& motif, std::uint64_t seed, std::uint64_t row, std::uint64_t index);

/// The first position at which `width` bases lie in the middle of `length`.
constexpr index_t middle_of(index_t length, index_t width) { return (length - width) / 2; }

/// Bases [start, end) of a row, from 0.
struct Span {
  index_t row = 0, start = 0, end = 0;
};

/// What stands in the place of what was taken out.
enum class Replacement {
  shuffle,     ///< its own bases in another order (words of k letters kept)
  background,  ///< bases drawn by the shares of A C G T in the rest of the row
};

/// The row without what its spans hold; `index` is which of the replacements. Throws error for a span outside of it.
std::string taken_out(const std::string& sequence, const std::vector<Span>& spans, Replacement with, int k,
                      std::uint64_t seed, std::uint64_t row, std::uint64_t index);

/// Copies of rows with their words of k letters shuffled, `copies` of each; copies = 0: the rows themselves.
data::Dataset backgrounds_of(const data::Dataset& rows, index_t copies, int k, std::uint64_t seed);

/// An output before and after a change, over backgrounds or rows.
struct Change {
  std::string what{};         ///< "TATA at base 97 of 100 backgrounds"
  std::string output_name{};  ///< what was explained
  std::vector<double> before{}, after{};
  eval::Interval difference{};  ///< mean of after - before, 95 % interval by the bootstrap over rows
};
/// Fills `difference`. `groups`: rows with the same number belong together (copies of one row); empty: each on its own.
void judge(Change& change, std::uint64_t seed, const std::vector<std::int32_t>& groups = {});

}  // namespace l2g::interpret

#ifndef L2G_COMPILED
#include <l2g/interpret/perturb-inl.hpp>
#endif
