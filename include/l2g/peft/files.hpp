#pragma once
// Adapters in files: folders of PEFT (adapter_config.json and adapter_model.safetensors or .bin), and state dicts of
// loralib. The names in them are those of the model's publisher; ours are made of them by a function of the model.
#include <l2g/io/tensor_set.hpp>
#include <l2g/peft/adapter.hpp>

#include <functional>

namespace l2g::peft {

/// The text of an adapter_config.json; `kept` gets its rank_pattern by the publisher's names of the linear maps, `name`
/// is for messages. Throws file_error.
AdapterConfig parse_adapter_config(std::string_view json, const std::string& name,
                                   std::map<std::string, std::vector<bool>>& kept);

/// Reads a folder of PEFT, or a file of loralib (torch zip or safetensors), which does not say its alpha: then `alpha`
/// is needed (the published GLUE adapters have 16). The tensors have the publisher's names:
/// "roberta.encoder.layer.0.attention.self.query.lora_A", "classifier.dense.weight". Sliced AdaLoRA matrices, also
/// those of rank 0, are put back to their places. Throws file_error: no adapter, a form that is not supported (DoRA,
/// trained biases, a rank of its own for some modules), tensors that do not belong together, a head that the
/// configuration names and that is not there.
Adapter read_adapter(const std::string& path, double alpha = 0);

/// Writes a folder that PEFT opens. Names are the publisher's. Throws l2g::error when there is no head in an adapter
/// that was trained for a task, file_error.
void write_adapter(const Adapter& adapter, const std::string& folder);
/// The tensors alone, as loralib's state dict in a torch zip archive.
void write_loralib(const Adapter& adapter, const std::string& path);

/// Where a module of ours lies in the publisher's model: its name, and which part of its rows it is where several maps
/// are stored as one (DNABERT-2's Wqkv).
struct Place {
  std::string module;
  int part = 0, parts = 1;
};
using Places = std::function<Place(std::string_view ours)>;

/// The adapter under our names. `maps`: our keys of the linear maps it may change; `heads`: keys of tensors outside of
/// them ("head.weight"). A map that is a part of a joined one gets its rows of lora_B. Throws l2g::error when the
/// adapter changes modules that are none of these: it is of another base.
Adapter with_our_names(const Adapter& adapter, const std::vector<std::string>& maps,
                       const std::vector<std::string>& heads, const Places& places);
/// The adapter under the publisher's names. Maps that are stored joined there (DNABERT-2's Wqkv) become one: where
/// their lora_A are equal (as those of an adapter that came from there) its lora_B are theirs one below the other; else
/// the joined map has the triplets of each, side by side, and zeros where they do not belong. An adapter has one rank
/// in a file: then that of every map grows with zeros to that of the widest, and alpha with it, so that what is added
/// to a weight stays the same. Throws l2g::error for a map that the publisher's model has no name for, and for two
/// parts of a joined map that were adapted in different forms.
Adapter with_published_names(const Adapter& adapter, const Places& places);

}  // namespace l2g::peft

#ifndef L2G_COMPILED
#include <l2g/peft/files-inl.hpp>
#endif
