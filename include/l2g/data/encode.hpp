#pragma once
// Sequences to one-hot numbers (batch, length, channels).
#include <l2g/data/augment.hpp>
#include <l2g/data/dataset.hpp>

namespace l2g::data {

/// Channels are A, C, G, T and N; every letter other than A C G T is N.
struct EncodeOptions {
  index_t length = 0;      ///< of the model; shorter sequences are padded, longer ones lose their right end
  index_t channels = 5;    ///< 5; or 4: N is four zeros
  bool pad_right = false;  ///< default: padding on the left
  bool pad_zeros = false;  ///< default: padding is N
};

/// What was done to the rows of one call.
struct EncodeCounts {
  index_t padded = 0;     ///< rows shorter than the model's length
  index_t truncated = 0;  ///< rows longer than it: their right end is not seen
  index_t ambiguous = 0;  ///< letters of the rows that became N, padding not counted
  EncodeCounts& operator+=(const EncodeCounts& other);
};

/// Encodes rows of a data set into `out` of rows.size() x length x channels numbers, float or double.
/// A row's augmentation is drawn by draw_augment(augment, rng, row number). `reverse` encodes the other strand of every
/// row; a drawn reverse complement is then one of that strand. The strand is chosen first, then the row is placed and
/// cut as if the file had held it so: a row that is too long shows another end on its other strand. A shift moves the
/// row within the model's length; what is vacated is padding, or the row's own letters where it was cut.
/// `lengths`, when not empty, gets for each row the number of places from the first of its letters to the last, at most
/// `length` (padding is on the side that the options say, unless a shift moved it).
/// Throws shape_error when `out` or `lengths` has the wrong size, channels is not 4 or 5, or a row does not exist.
template <class Real>
EncodeCounts encode(const Dataset& dataset, std::span<const index_t> rows, const EncodeOptions& options,
                    std::span<Real> out, const Augment& augment = {}, const Rng& rng = {}, bool reverse = false,
                    std::span<index_t> lengths = {});

/// One sequence into length x channels numbers. `shift` moves it to the right (negative: left).
template <class Real>
EncodeCounts encode_sequence(std::string_view sequence, const EncodeOptions& options, std::span<Real> out,
                             bool reverse = false, int shift = 0);

/// "12 of 100 rows are longer than 300 and lose their right end; ...", or an empty string when there is nothing to
/// tell.
std::string text(const EncodeCounts& counts, index_t rows, const EncodeOptions& options);

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/encode-inl.hpp>
#endif
