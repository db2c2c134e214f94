#pragma once
// Several adapters on one body: taken out of a model as a value, put in again, switched without touching the body.
#include <l2g/dyn/model.hpp>
#include <l2g/peft/adapter.hpp>

namespace l2g::model {

using Weights = std::map<std::string, Tensor>;

/// An adapter as PEFT describes it, as the arguments of our layers, and the other way. The factors are equal up to a
/// rounding; a fixed factor becomes the alpha that gives it.
LoraOptions lora_options(const peft::AdapterConfig& config);
peft::AdapterConfig adapter_config(const LoraOptions& options);

/// A copy of the adapters of a model and of everything else that is trained beside them, its heads, with the statistics
/// of their norms. The linear maps must have equal options. Throws l2g::error for a model without adapters.
peft::Adapter take_adapter(const Spec& spec, const Weights& weights, std::string name);
inline peft::Adapter take_adapter(const Model& m, std::string name) {
  return take_adapter(m.spec, m.weights, std::move(name));
}

/// The Spec with plain linear maps in the place of adapted ones; what is frozen stays so.
Spec without_adapters_of(const Spec& spec);

/// What stands in the place of the adapters of `tuned` when none is used: the numbers that the heads have in `before`,
/// the same model without adapters, and its layout.
peft::Adapter without_adapter(const Model& before, const Model& tuned);

/// Throws l2g::error, as give_adapter does, for an adapter that does not fit; changes nothing.
void check_adapter(const Spec& spec, const Weights& weights, Seq in, const peft::Adapter& adapter);
inline void check_adapter(const Model& m, const peft::Adapter& adapter) {
  check_adapter(m.spec, m.weights, m.shape(1), adapter);
}

/// Puts an adapter and its heads in the place of those that are there; the body's tensors stay where they lie in
/// memory. Returns what was there: given again, the model is what it was, to the bit. Everything is checked before
/// anything changes. Throws l2g::error for an adapter of another model: which tensor does not fit, and how.
peft::Adapter give_adapter(Spec& spec, Weights& weights, Seq in, const peft::Adapter& adapter);
inline peft::Adapter give_adapter(Model& m, const peft::Adapter& adapter) {
  return give_adapter(m.spec, m.weights, m.shape(1), adapter);
}

/// Keys of the tensors that are neither of an adapter nor of a linear map that has one: what may be a head.
std::vector<std::string> head_keys(const Weights& weights);

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/adapters-inl.hpp>
#endif
