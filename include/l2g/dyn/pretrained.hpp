#pragma once
// Published checkpoints: a folder of Hugging Face, a llama2.c file, read into a Spec with weights, and written back.
#include <l2g/dyn/model.hpp>
#include <l2g/dyn/pretrained_spec.hpp>
#include <l2g/io/named_tensors.hpp>
#include <l2g/models/keys.hpp>

#include <algorithm>

namespace l2g::model {

struct PretrainedOptions {
  Task task = Task::features;
  std::vector<std::string> labels{};  // of a classifier; empty: those of config.json
  bool freeze_body = false;
  bool new_language_head = false;  // a language model whose head is not in the files may start anew
  std::uint64_t seed = 1;          // of what starts anew
};

/// What a load does with each tensor; known before a number is read.
struct LoadSummary {
  std::string path, format, title;       // "safetensors in 3 shards", "DNABERT-2"
  index_t loaded = 0;                    // tensors of the model that the files hold
  std::vector<std::string> fresh{};      // keys of ours that are not in the files and start anew
  std::vector<std::string> unused{};     // names in the files that this model has no place for
  std::vector<std::string> converted{};  // keys of ours that cannot be read in place
  std::vector<std::string> why{};  // the reasons, one for each of `converted`: "stored as F16", "stored transposed"
  std::size_t bytes_mapped = 0, bytes_copied = 0, bytes_fresh = 0;
};
/// A few lines for people.
std::string to_text(const LoadSummary& summary);

/// Where one tensor of the model comes from.
struct TensorSource {
  std::string key;
  std::vector<index_t> extents;
  Role role = Role::trained;
  Init init{};
  const io::NamedTensor* file = nullptr;  // null: starts anew
  models::Source place{};
  const float* mapped = nullptr;  // read in place
};

/// A load that has been checked: every size fits, nothing was read yet. The summary is the estimate of its memory.
struct PretrainedPlan {
  models::Config config;
  Task task = Task::features;
  Spec spec;
  std::uint64_t seed = 1;
  io::NamedTensors files;
  std::vector<TensorSource> tensors;
  LoadSummary summary;
};

struct Pretrained {
  models::Config config;
  Task task = Task::features;
  Spec spec;
  std::map<std::string, Tensor> weights;
  LoadSummary summary;
};

/// `path`: a folder with config.json and weights (safetensors or PyTorch, single or in shards), a llama2.c file of
/// version 0 or a folder with one, or a file of weights beside its config.json. Throws file_error: what load_config and
/// open_tensors throw, a tensor of the body that is missing, a shape that config.json does not say.
PretrainedPlan plan_pretrained(const std::string& path, const PretrainedOptions& options = {});
/// The weights: what lies in the files as the layers read it stays there, the rest is converted.
Pretrained load_pretrained(const PretrainedPlan& plan);
inline Pretrained load_pretrained(const std::string& path, const PretrainedOptions& options = {}) {
  return load_pretrained(plan_pretrained(path, options));
}

/// Weights into a step of the same layers (`spec`, or its static twin). What the step has outside of its block is bound
/// to these numbers, which have to stay where they are while the step is used; the rest is copied. Throws error when
/// the layers are others.
template <class Step>
void give_weights(const std::map<std::string, Tensor>& weights, Step& step) {
  each_tensor<float>(step.p, [&](const TensorRef<float>& t) -> float* {
    const auto at = weights.find(t.key);
    if (at == weights.end() || at->second.extents != t.extents)
      throw error("the tensor '" + t.key + "' of the step is none of these weights");
    const Numbers& numbers = at->second.values;
    if (step.is_outside(t.role)) return const_cast<float*>(numbers.data());  // nothing writes to it
    std::copy_n(numbers.data(), t.size(), t.data);
    return nullptr;
  });
}

/// Hidden states of a loaded model behind `layer` blocks; its weights come along by weights_for.
inline Spec features_spec(const Pretrained& model, index_t layer, Pooling pooling = Pooling::none) {
  return features_spec(model.config, layer, pooling);
}
/// Bytes of a step on such batches; `outside`: what stays in the mapped files.
inline Footprint footprint_of(const Spec& spec, index_t batch, index_t length, Outside outside = Outside::frozen) {
  const Seq in{batch, length, 1};
  return footprint<float>(build<float>(spec, in), in, 64, 2, 1, outside);
}

/// Weights of a model under another Spec of the same body (features_spec, another task): the tensors that both have.
/// What is new starts by `seed` and is listed in `fresh`.
std::map<std::string, Tensor> weights_for(const Spec& spec, const std::map<std::string, Tensor>& weights,
                                          std::uint64_t seed = 1, std::vector<std::string>* fresh = nullptr);

/// A tensor as the publisher stores it. Where that is ours it is pointed to, else made.
struct PublishedTensor {
  std::vector<index_t> extents;
  const float* data = nullptr;
  std::vector<float> made{};
};
/// The tensors of a model under the publisher's names; what they point to is the model's. Throws error for weights with
/// adapters (merge them first) or of layers that the publisher's format has no name for.
std::map<std::string, PublishedTensor> published_tensors(const Pretrained& model);

/// Writes a folder that transformers opens: config.json, model.safetensors (fp32) under the publisher's names, and the
/// tokenizer's files when the model came from a folder that has them. A new folder appears whole or not at all; in an
/// old one each file is replaced whole, config.json last. Throws file_error, and what published_tensors throws.
void save_pretrained(const Pretrained& model, const std::string& folder);

/// Throws l2g::error when a tensor of `fresh` would stay frozen, at random, under `spec`: the remedy is said. An
/// adapter on it counts as training.
void require_trained(const std::vector<std::string>& fresh, const Spec& spec);
/// Throws l2g::error when a tokenizer has ids for which the table of words has no row.
void require_vocabulary(const models::Config& config, index_t tokenizer_size, std::string_view tokenizer);
/// Throws l2g::error when a sequence of so many tokens is longer than the table of positions.
void require_length(const models::Config& config, index_t tokens);

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/pretrained-inl.hpp>
#endif
