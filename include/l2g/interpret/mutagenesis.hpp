#pragma once
// Saturation mutagenesis: what a model says when each base of a sequence is exchanged for each other.
#include <l2g/interpret/contributions.hpp>

#include <string_view>

namespace l2g::interpret {

/// One sequence and what a model makes of all its single mutants.
struct MutationMap {
  std::string id, sequence;
  index_t first = 0;                     ///< the first base that was mutated, from 0
  index_t length = 0;                    ///< how many from there on
  index_t outputs = 0;                   ///< of the model
  std::vector<double> reference{};       ///< (outputs): of the sequence itself
  std::vector<double> predictions{};     ///< (length, 4, outputs), A C G T; where the base stands already: reference
  std::vector<double> weights{};         ///< (outputs): of the outputs in the one number that is explained
  bool recomputed_only_touched = false;  ///< how: only what a mutation touches, or every mutant in full

  double prediction(index_t position, int base, index_t output) const {
    return predictions[std::size_t(((position - first) * 4 + base) * outputs + output)];
  }
  /// What the explained number becomes less what it was; `position` from 0 in the sequence, inside of the range.
  double effect(index_t position, int base) const;
  /// The explained number of the sequence itself.
  double output() const;
};

struct MutationMaps {
  std::string output_name;                  ///< what is explained: "logit of 'C'", "logit of '1' - logit of '0'"
  std::vector<std::string> output_names{};  ///< of all outputs
  std::vector<std::string> notes{};         ///< what the user should know, one line each
  std::vector<MutationMap> rows{};

  index_t size() const { return index_t(rows.size()); }
};

/// One exchange of a base and its effect.
struct Mutation {
  index_t position = 0;  ///< from 0
  char from = 'N', to = 'N';
  double effect = 0;
};
/// "T57G": position from 1.
std::string name_of(const Mutation& mutation);

/// The `count` mutations with the largest effect up or down, strongest first; equal ones in the order of the sequence.
std::vector<Mutation> strongest(const MutationMap& map, index_t count);

/// Effects as contributions. With d the effect of each base (0 for the one that stands there) and m its mean over the
/// four: hypothetical = d - m, observed = -m for the base that stands there, 0 for N and outside of the range.
Contributions contributions(const MutationMaps& maps);

/// The mutants of bases [first, first + length) of a sequence, in order of position and base: f(position, base) for
/// each exchange that changes the sequence (four where it has no base).
template <class F>
void each_mutation(std::string_view sequence, index_t first, index_t length, F&& f) {
  for (index_t i = first; i < first + length; ++i)
    for (int b = 0; b < 4; ++b)
      if (base_index(sequence[std::size_t(i)]) != b) f(i, b);
}

}  // namespace l2g::interpret

#ifndef L2G_COMPILED
#include <l2g/interpret/mutagenesis-inl.hpp>
#endif
