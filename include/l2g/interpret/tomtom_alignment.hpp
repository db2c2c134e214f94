#pragma once
// TOMTOM's scores of whole alignments.
#include <l2g/core/config.hpp>

#include <algorithm>
#include <cstdint>

namespace l2g::interpret::detail {

template <index_t Width>
struct Row {
  typedef std::int16_t Lanes __attribute__((vector_size(2 * Width)));
  typedef std::uint8_t Bytes __attribute__((vector_size(Width)));
};

/// Scores of all alignments with each of two strands: out[k] for k = 0 .. target + query - 2 is the sum of the bins of
/// target position c and query position query - 1 - l over c + l = k, plus penalty[k]. `rows` holds Width >= query
/// bytes for each column, the query's positions from the last to the first. Everything has room for a register behind
/// its end; `most` becomes the largest score of each strand. Two at once, because each position of one waits for the
/// one before.
template <index_t Width>
inline void alignment_scores(const std::int32_t* const (&columns)[2], index_t target, const std::uint8_t* rows,
                             index_t query, const std::int16_t* penalty, std::int16_t* const (&out)[2],
                             std::int32_t (&most)[2]) {
  using Lanes = typename Row<Width>::Lanes;
  using Bytes = typename Row<Width>::Bytes;
  const Lanes zero = {};
  const auto down = [&](Lanes v) {
    if constexpr (Width == 16)
      return __builtin_shufflevector(v, zero, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
    else
      return __builtin_shufflevector(v, zero, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                     22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32);
  };
  const auto add = [&](const std::int32_t* column, Lanes sum) {
    Bytes row;
    __builtin_prefetch(rows + index_t(column[12]) * Width);  // rows lie anywhere
    __builtin_memcpy(&row, rows + index_t(*column) * Width, sizeof row);
    return sum + __builtin_convertvector(row, Lanes);
  };
  Lanes sum = zero, other = zero;
  for (index_t c = 0; c < target; ++c) {
    sum = add(columns[0] + c, sum), other = add(columns[1] + c, other);
    out[0][c] = sum[0], out[1][c] = other[0];
    sum = down(sum), other = down(other);
  }
  __builtin_memcpy(out[0] + target, &sum, sizeof sum);
  __builtin_memcpy(out[1] + target, &other, sizeof other);
  const index_t all = target + query - 1;
  for (int strand = 0; strand < 2; ++strand) {
    std::int16_t* const scores = out[strand];
    __builtin_memcpy(scores + target + Width, &zero, sizeof zero);
    Lanes best = zero - std::int16_t(32767);
    for (index_t k = 0; k < all; k += Width) {
      Lanes v, p;
      __builtin_memcpy(&v, scores + k, sizeof v);
      __builtin_memcpy(&p, penalty + k, sizeof p);
      v += p;
      best = v > best ? v : best;
      __builtin_memcpy(scores + k, &v, sizeof v);
    }
    std::int16_t lanes[Width];
    __builtin_memcpy(lanes, &best, sizeof best);
    most[strand] = *std::max_element(lanes, lanes + Width);
  }
}

}  // namespace l2g::interpret::detail
