#pragma once
// Each group of verbs is one file that registers itself through one call.
#include "registry.hpp"

#include <l2g/dyn/spec.hpp>

#include <string>

namespace l2g::repl {

void register_session_verbs(Registry& registry);
void register_data_verbs(Registry& registry);
void register_simulation_verbs(Registry& registry);
void register_genome_verbs(Registry& registry);
void register_plot_verbs(Registry& registry);
void register_sequence_plot_verbs(Registry& registry);
void register_comparison_plot_verbs(Registry& registry);
void register_report_verbs(Registry& registry);
/// Gives the values of other verbs the charts that `plot(value)` and reports draw, when all types are known.
void add_charts();
void register_lingo_verbs(Registry& registry);
void register_prompt_verbs(Registry& registry);
void register_layer_verbs(Registry& registry);
void register_model_verbs(Registry& registry);
void register_ensemble_verb(Registry& registry);
void register_training_verbs(Registry& registry);
void register_adapter_verbs(Registry& registry);
void register_evaluation_verbs(Registry& registry);
void register_comparison_verbs(Registry& registry);
void register_embedding_verbs(Registry& registry);
void register_attribution_verbs(Registry& registry);
void register_mutagenesis_verbs(Registry& registry);
void register_token_verbs(Registry& registry);
void register_motif_verbs(Registry& registry);
void register_language_verbs(Registry& registry);
void register_skip_gram_verbs(Registry& registry);

/// Every verb of the program, in the order of help and manual.
inline void register_all_verbs(Registry& registry) {
  register_data_verbs(registry);
  register_simulation_verbs(registry);
  register_genome_verbs(registry);
  register_model_verbs(registry);
  register_ensemble_verb(registry);
  register_training_verbs(registry);
  register_adapter_verbs(registry);
  register_evaluation_verbs(registry);
  register_comparison_verbs(registry);
  register_attribution_verbs(registry);
  register_mutagenesis_verbs(registry);
  register_motif_verbs(registry);
  register_token_verbs(registry);
  register_language_verbs(registry);
  register_embedding_verbs(registry);
  register_skip_gram_verbs(registry);
  register_lingo_verbs(registry);
  register_prompt_verbs(registry);
  register_layer_verbs(registry);
  register_plot_verbs(registry);
  register_sequence_plot_verbs(registry);
  register_comparison_plot_verbs(registry);
  register_report_verbs(registry);
  register_session_verbs(registry);
  add_charts();
}

/// The layers of a list of Layer values, nested lists flattened. Throws error for anything else.
std::vector<model::Spec> layers_of(const Value& value);

/// A path as the user means it: a leading ~/ is the home folder.
std::string path_of(const std::string& typed);

}  // namespace l2g::repl
