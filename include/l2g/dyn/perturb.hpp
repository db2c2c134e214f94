#pragma once
// What a model makes of sequences that were changed on purpose: a motif put into backgrounds, stretches taken out.
#include <l2g/dyn/logits.hpp>
#include <l2g/interpret/perturb.hpp>

namespace l2g::model {

struct MarginalizeOptions {
  std::string explained{};  ///< the class; needed where there are more than two, see explained_output()
  index_t position = -1;    ///< of the motif's first base, from 0; -1: in the middle of each row
  bool drawn = false;       ///< sites drawn from the motif, one for each row; else its consensus
  bool reverse = false;     ///< the motif as it reads on the other strand
  std::uint64_t seed = 0;   ///< of drawn sites and of the interval
  /// Rows with the same number are copies of one row: the interval takes them together. Empty: each stands on its own.
  std::vector<std::int32_t> groups{};
  index_t batch = 64;
  cpu::Pool* pool = nullptr;
  Progress progress{};
};

/// The explained output with the motif written over the backgrounds less that without it. Throws error for a motif that
/// does not fit in, with the row, and for a class that does not exist.
interpret::Change marginalize(const Model& model, const data::Motif& motif, const data::Dataset& backgrounds,
                              const MarginalizeOptions& options = {});

struct DeleteOptions {
  std::string explained{};
  interpret::Replacement with = interpret::Replacement::shuffle;
  int k = 1;            ///< words of so many letters keep their counts in what is shuffled
  index_t copies = 10;  ///< replacements of each row; the mean of their outputs counts
  std::uint64_t seed = 0;
  index_t batch = 64;
  cpu::Pool* pool = nullptr;
  Progress progress{};
};

/// The explained output of rows whose spans are replaced less that of the rows as they are; rows without a span are
/// left out. Throws error when no row has one, and for spans outside of their row.
interpret::Change take_out(const Model& model, const data::Dataset& rows, const std::vector<interpret::Span>& spans,
                           const DeleteOptions& options = {});

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/perturb-inl.hpp>
#endif
