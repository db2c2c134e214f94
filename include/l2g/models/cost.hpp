#pragma once
// What a language model costs, from its configuration.
#include <l2g/models/config.hpp>

namespace l2g::models {

/// Which head stands on the body.
enum class Task { features, language_model, classifier };

/// For one sequence. Multiply-adds forward = length x (all weights of linear maps) + 2 x layers x length^2 x width for
/// scores and sums (the half that a causal mask hides is counted too); embeddings, norms and activations are not.
/// Frozen training goes backward through activations only: twice forward; full training: three times.
struct Cost {
  index_t parameters = 0;                    // with the head
  index_t tables = 0;                        // of them, rows that are looked up: words, positions, token types
  double forward = 0;                        // multiply-adds
  double attention_share = 0;                // of them, scores and sums
  double training_frozen = 0, training = 0;  // multiply-adds of a step
  std::size_t weights = 0;                   // bytes in fp32
  std::size_t training_state = 0;            // bytes of weights, gradients and two moments when all is trained
};
Cost cost(const Config& config, index_t length, Task task = Task::features, index_t classes = 2);

/// Numbers of the body, without poolers and heads.
index_t body_parameters(const Config& config);

}  // namespace l2g::models

#ifndef L2G_COMPILED
#include <l2g/models/cost-inl.hpp>
#endif
