#pragma once
// An adapter as a value: what it is, its tensors, and the heads that were trained with it.
#include <l2g/core/config.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace l2g::peft {

struct AdapterTensor {
  std::vector<index_t> extents;
  std::vector<float> values;
};

enum class AdapterKind { lora, adalora };

/// The fields of PEFT's adapter_config.json that matter, and of one kind only those that belong to it.
struct AdapterConfig {
  AdapterKind kind = AdapterKind::lora;
  index_t rank = 8;  // AdaLoRA: the initial one, which the factor of the change keeps
  double alpha = 8, dropout = 0;
  bool rank_stabilised = false;      // alpha / sqrt(rank)
  std::string task;                  // "SEQ_CLS", or empty
  std::string base;                  // name or path of the model below
  std::vector<std::string> targets;  // last names of the linear maps
  std::vector<std::string> heads;    // modules that were trained as a whole
  bool fan_in_fan_out = false;       // the maps are GPT-2's Conv1D
  index_t target_rank = 8;           // AdaLoRA, from here on
  std::int64_t tinit = 0, tfinal = 0, interval = 1, total = 1;
  double beta1 = 0.85, beta2 = 0.85, gamma = 0.5;
};

/// `tensors`: "<linear map>.lora_A" (r, in), ".lora_B" (out, r), AdaLoRA also ".lora_E" (r), and "<head>.weight" and
/// the like. Every map has all r of its triplets: those that were pruned are zero. `kept` says which they are.
struct Adapter {
  std::string name;
  AdapterConfig config;
  std::map<std::string, AdapterTensor> tensors;
  std::map<std::string, std::vector<bool>> kept;  // AdaLoRA: for each linear map; a map that is not named keeps all
  std::string layout;  // of the model it was taken from (JSON of its Spec); empty for one from a file

  std::size_t bytes() const {
    std::size_t n = 0;
    for (const auto& [key, t] : tensors) n += t.values.size() * sizeof(float);
    return n;
  }
  /// The linear maps it changes.
  std::vector<std::string> maps() const {
    std::vector<std::string> found;
    for (const auto& [key, t] : tensors)
      if (key.ends_with("lora_A")) found.push_back(key.size() > 7 ? key.substr(0, key.size() - 7) : std::string{});
    return found;
  }
};

}  // namespace l2g::peft
