#pragma once
// Checkpoints: all that a training needs to go on as if it had not stopped, in one safetensors file.
#include <l2g/core/context.hpp>
#include <l2g/train/options.hpp>
#include <l2g/train/weights.hpp>

namespace l2g {

/// What has to be equal for a checkpoint to be used: (name, value as text), shown when it differs.
using Settings = std::vector<std::pair<std::string, std::string>>;
Settings settings_of(const FitOptions& options);

/// Everything of a running training, as blocks of memory.
struct CheckpointParts {
  std::vector<TensorSlot> model;   // trained tensors and buffers; frozen ones are not in the file
  std::vector<TensorSlot> blocks;  // moments, average, best weights
  Settings settings;
  StepState* state;
  RunState* run;
};

/// Written aside and renamed; the checkpoint that was there becomes "<path>.previous". Throws file_error, and then the
/// old one is still there under its own name.
void write_checkpoint(const std::string& path, const CheckpointParts& parts);

/// Fills the parts. Throws error, and nothing has changed, when the file is damaged (the message names the previous
/// checkpoint if there is one), or of another model, other data or other options (the message says which).
void read_checkpoint(const std::string& path, const CheckpointParts& parts);

bool checkpoint_exists(const std::string& path);

/// A hash of the numbers of the tensors with this role, for what is compared but not in the file.
std::uint64_t hash_tensors(std::span<const TensorSlot> slots, Role role);

}  // namespace l2g

#ifndef L2G_COMPILED
#include <l2g/train/checkpoint-inl.hpp>
#endif
