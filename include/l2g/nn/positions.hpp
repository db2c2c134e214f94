#pragma once
// How attention learns of positions, where the embedding does not say them.
#include <l2g/core/layer.hpp>
#include <l2g/kernels/attention.hpp>
#include <l2g/kernels/rotary.hpp>

namespace l2g {

/// Attention sees no positions: they were added to the embedding.
struct NoPositions {
  static constexpr bool rotates() { return false; }
  static constexpr bool pairs_neighbours() { return false; }
  static constexpr bool alibi() { return false; }
  static constexpr index_t base() { return 1; }
};
/// Su et al. 2021: queries and keys are turned by angles t * Base^(-2 u / d), pairs of channels (u, u + d / 2) of a
/// head of width d ("rotate half": Nucleotide Transformer v2, Llama in the layout of transformers).
template <index_t Base = 10000>
struct Rotary : NoPositions {
  static constexpr bool rotates() { return true; }
  static constexpr index_t base() { return Base; }
};
/// The same with the pairs (2 u, 2 u + 1): Llama as published, llama2.c.
template <index_t Base = 10000>
struct RotaryPairs : Rotary<Base> {
  static constexpr bool pairs_neighbours() { return true; }
};
/// Press, Smith, Lewis 2022, symmetric as in DNABERT-2: the logit of query i and key j loses alibi_slope(head) |i - j|.
struct Alibi : NoPositions {
  static constexpr bool alibi() { return true; }
};

/// Any of them, chosen at run time.
struct AnyPositions {
  enum Kind : unsigned char { none, rotary, rotary_pairs, alibi_slopes } kind = none;
  index_t number = 10000;
  constexpr bool rotates() const { return kind == rotary || kind == rotary_pairs; }
  constexpr bool pairs_neighbours() const { return kind == rotary_pairs; }
  constexpr bool alibi() const { return kind == alibi_slopes; }
  constexpr index_t base() const { return number; }
};

namespace detail {
/// Scratch of rotate: cosines and sines of all positions, in bytes.
template <class T>
constexpr std::size_t rotary_scratch(index_t length, index_t head_width) {
  return 2 * bytes_of<T>(length * (head_width / 2));
}
/// Turns the rows of q (batch, length, heads, width) and k (batch, length, kv_heads, width) in place.
template <class D, class T>
void rotate(Context<D>& c, const AttentionSpec& s, const auto& place, T* q, T* k, T sign) {
  Frame frame(c.scratch);
  const index_t pairs = s.head_width / 2, n = s.batch * s.length;
  T* const cosine = c.scratch.template take<T>(s.length * pairs);
  T* const sine = c.scratch.template take<T>(s.length * pairs);
  rows(c, s.length, kernels::RotaryTable<T>{cosine, sine, pairs, double(place.base())});
  if (place.pairs_neighbours()) {
    rows(c, n, kernels::RotateNeighbours<T>{q, cosine, sine, s.length, s.heads, pairs, sign});
    rows(c, n, kernels::RotateNeighbours<T>{k, cosine, sine, s.length, s.kv_heads, pairs, sign});
  } else {
    rows(c, n, kernels::RotateHalves<T>{q, cosine, sine, s.length, s.heads, pairs, sign});
    rows(c, n, kernels::RotateHalves<T>{k, cosine, sine, s.length, s.kv_heads, pairs, sign});
  }
}
}  // namespace detail

}  // namespace l2g
