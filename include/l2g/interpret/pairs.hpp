#pragma once
// Which rows of a batch belong together when an input is explained by its references.
#include <l2g/core/context.hpp>

namespace l2g::interpret {

/// A batch of `inputs` rows and, behind them, `references` rows for each of them: those of the first input first. A
/// pair is a reference with its input; pairs are numbered as the references are. references = 0: no pairs but the
/// inputs alone, whose gradients are asked for.
struct Pairs {
  index_t inputs = 0, references = 0;
  L2G_HD constexpr index_t rows() const { return inputs * (1 + references); }
  L2G_HD constexpr index_t count() const { return references > 0 ? inputs * references : inputs; }
  L2G_HD constexpr index_t input_of(index_t pair) const { return references > 0 ? pair / references : pair; }
  L2G_HD constexpr index_t reference_of(index_t pair) const { return references > 0 ? inputs + pair : pair; }
  /// Both strands of everything: inputs, their other strands, references, theirs.
  constexpr Pairs doubled() const { return {2 * inputs, references}; }
};

/// The lengths of the pairs, from those of the rows: a reference is as long as its input.
constexpr Lengths of_pairs(Lengths rows, const Pairs& pairs) {
  if (rows.data && pairs.references > 0) rows.data += pairs.inputs;
  return rows;
}

/// A shape with another batch.
template <index_t B, index_t L, index_t C>
constexpr Shape<B, L, C> with_batch(const Shape<B, L, C>& s, index_t n) {
  static_assert(B < 0, "l2g::interpret: the batch of what is explained is a run-time extent");
  return {n, s[1], s[2]};
}

}  // namespace l2g::interpret
