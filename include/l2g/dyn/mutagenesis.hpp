#pragma once
// Saturation mutagenesis of a model of the session.
#include <l2g/dyn/logits.hpp>
#include <l2g/interpret/mutagenesis.hpp>

namespace l2g::model {

struct MutateOptions {
  std::string explained{};           ///< the class; see explained_output()
  index_t from = 0;                  ///< first base that is mutated, from 0
  index_t to = -1;                   ///< behind the last one; -1: the end of each sequence
  bool only_what_is_touched = true;  ///< windows (see Windowed) where the model reads bases; else every mutant in full
  index_t batch = 64;                ///< rows at once when mutants are computed in full
  std::uint64_t seed = 0;            ///< of the positions at which windows are checked
  cpu::Pool* pool = nullptr;
  Progress progress{};
};

/// Predictions (logits, the mean over both strands where the model predicts so) of every single mutant of each row.
/// What a mutation cannot reach is not computed again; at a few random positions of the first row that is compared with
/// the whole model, and where they differ by more than 1e-5 of the largest logit every mutant is computed in full, with
/// a note. Mutants of models that read tokens are made into tokens each. Bases that the model does not see, behind its
/// length, have no effect. Throws error for rows without the range, for a class that does not exist, and for letters
/// other than A C G T N.
interpret::MutationMaps mutate(const Model& model, const data::Dataset& rows, const MutateOptions& options = {});

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/mutagenesis-inl.hpp>
#endif
