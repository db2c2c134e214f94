#pragma once
// The options of train that say what is trained, and what became of the ranks.
#include "model_values.hpp"

#include <l2g/dyn/tuning.hpp>

namespace l2g::repl {

/// tune and everything that belongs to one of its values.
std::vector<Parameter> tuning_parameters();
model::Tuning tuning_of(const Arguments& arguments, const model::Model& model);

/// The model with what `arguments` say is trained. A model that gets adapters remembers what stood there before.
void retune(model::Model& model, const Arguments& arguments);

/// Settings of the rank allocation of a training of `steps` steps. Throws l2g::error for options of another way to
/// tune.
peft::RankOptions ranks_of(const Arguments& arguments, const model::Tuning& tuning, std::int64_t steps,
                           std::uint64_t seed);

/// The rate of the body: what the user says, else what the preset says for that of a language model; 0: as the others.
double body_rate_of(const Arguments& arguments, const model::Model& model, bool slow_body, double rate);

/// What was chosen step by step, and the triplets of each linear map that are left in the model.
Value::Table ranks_table(const peft::RankAllocator<float>& ranks, const model::Model& model);
std::string ranks_in_words(const peft::RankAllocator<float>& ranks, const model::Model& model);

}  // namespace l2g::repl
