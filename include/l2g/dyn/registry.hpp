#pragma once
// The registry of layers: names, arguments, defaults and help in one table. Building, `help`, completion and the manual
// read it.
#include <l2g/dyn/sequential.hpp>
#include <l2g/dyn/spec.hpp>

namespace l2g::model {

struct Argument {
  std::string_view name, doc;
  double value = 0;  // default
  bool required = false;
  std::string_view choices{};  // a word: "same|causal|valid", the first is the default
};

struct LayerKind {
  std::string_view name, doc;
  std::vector<Argument> arguments;
  int least = 0, most = 0;  // layers inside
};

/// All kinds, in the order of the manual.
const std::vector<LayerKind>& layer_kinds();
/// The kind of this name; throws l2g::error with the nearest names.
const LayerKind& layer_kind(std::string_view name);

/// The value of an argument of a layer: what its Spec says, or the default. Throws l2g::error when its kind has no such
/// argument.
double number_of(const Spec& layer, std::string_view argument);
std::string word_of(const Spec& layer, std::string_view argument);

/// The factor of an adapter's change, also from the arguments of a layer (lora_alpha, lora_rule, lora_scale).
AnyLoraScale lora_scale_of(const Spec& layer);
AnyLoraScale lora_scale_of(const LoraOptions& adapter);

/// Makes the layer that a Spec describes for inputs of shape `in` (channels are taken from it). Throws l2g::error or
/// shape_error that names the layer, the argument and what would be right. T: float and double are compiled.
template <class T>
AnyLayer<T> build(const Spec& spec, Seq in);

/// The shape behind a model.
inline Seq out_of(const Spec& spec, Seq in) { return build<float>(spec, in).out(in); }

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/registry-inl.hpp>
#endif
