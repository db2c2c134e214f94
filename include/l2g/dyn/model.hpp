#pragma once
// Model: an architecture, its weights, and all that is needed to read sequences and to name what comes out.
#include <l2g/data/dataset.hpp>
#include <l2g/data/encode.hpp>
#include <l2g/dyn/numbers.hpp>
#include <l2g/dyn/registry.hpp>
#include <l2g/dyn/token_input.hpp>
#include <l2g/peft/adapter.hpp>
#include <l2g/train/options.hpp>
#include <l2g/train/step.hpp>
#include <l2g/train/tensors.hpp>

#include <memory>
#include <optional>

namespace l2g::model {

using AnyStep = Step<AnyLayer<float>, float, Seq>;

/// One named tensor.
struct Tensor {
  std::vector<index_t> extents;
  Numbers values;
  Role role = Role::trained;
};

struct LanguageModel;

struct Model {
  std::string name;
  Spec spec;
  data::EncodeOptions input;                 // length, channels, padding
  std::optional<TokenInput> tokens{};        // it reads tokens instead; nothing of `input` counts then
  std::vector<std::string> classes;          // names of the outputs
  double threshold = 0.5;                    // of the second class, where there are two
  bool both_strands = false;                 // predictions are the mean over both strands
  std::uint64_t seed = 0;                    // of the first weights and of training
  std::map<std::string, std::string> notes;  // task, preset, versions, how it was trained
  std::map<std::string, Tensor> weights;     // by key
  std::vector<HistoryEntry> history;         // of the last training
  /// What takes the place of its adapters when none is used. It is not in the model's file.
  std::shared_ptr<const peft::Adapter> bare{};
  /// What the language model it was built on has besides its blocks: words, head, tokenizer. It is not in the file.
  std::shared_ptr<const LanguageModel> base{};

  Seq shape(index_t batch) const {
    return tokens ? Seq{batch, tokens->length, index_t(1)} : Seq{batch, input.length, input.channels};
  }
  index_t outputs() const { return index_t(classes.size()); }
  index_t parameters() const;  // trained numbers
  std::size_t bytes() const;   // of weights in memory of its own; those in a mapped file do not count
};

namespace detail {
/// The tensors that a Spec has, with first numbers, or those that are given.
std::map<std::string, Tensor> first_weights(const Spec& spec, const Seq& in, std::uint64_t seed,
                                            const std::map<std::string, Numbers>& given);
}  // namespace detail

/// A model with first weights. Throws l2g::error or shape_error when the Spec does not fit the input or does not end in
/// (batch, 1, classes). Tensors whose key is `given` get those numbers, which have to be as many as the tensor has.
Model make_model(std::string name, Spec spec, const data::EncodeOptions& input, std::vector<std::string> classes,
                 std::uint64_t seed, const std::map<std::string, Numbers>& given = {});
/// The same of a model that reads tokens. Throws error when the tokenizer has ids for which its table has no row.
Model make_model(std::string name, Spec spec, const TokenInput& tokens, std::vector<std::string> classes,
                 std::uint64_t seed, const std::map<std::string, Numbers>& given = {});

/// The model under another Spec: tensors with the same key and shape keep their numbers (a linear map that gets or
/// loses an adapter keeps its weight under the new key); adapters that vanish are merged into it. What is new starts as
/// its layer says and is listed in `fresh`.
Model respecified(const Model& model, Spec spec, std::vector<std::string>* fresh = nullptr);

/// Starts the head (key "head") anew: normal weights with this deviation, biases 0. Throws error when there is none.
void start_head(Model& model, double deviation);

/// Weights into a step, and what training changes back out of it. What the step has outside of its block (Outside) is
/// bound to the model's own numbers, which have to stay where they are while the step is used.
void give_weights(const Model& model, AnyStep& step);
void take_weights(Model& model, AnyStep& step);
/// Takes tensors from a safetensors file: key `from` + rest goes to `to` + rest. Returns how many; throws file_error
/// when a tensor of the model below `to` is missing in the file or has another shape. What the file holds as the model
/// reads it is mapped, not copied.
index_t load_part(Model& model, const std::string& path, const std::string& from, const std::string& to);

/// One file: safetensors with everything else in its metadata; a tokenizer's files are in it as tensors of bytes.
/// Throws file_error; the old file stays then.
void save(const Model& model, const std::string& path);
/// The weights stay in the mapped file until something changes them. Throws file_error, before anything is allocated
/// for a description that does not fit the tensors of the file.
Model load_model(const std::string& path);

/// Header and weights for a program with static types: `folder/name.hpp` and `folder/name.safetensors`; of a model that
/// reads tokens also the tokenizer, `folder/name_tokenizer/`.
void export_cpp(const Model& model, const std::string& folder, const std::string& name, index_t batch);

/// Bytes that a training step takes: the estimate that stands before a training.
Footprint step_footprint(const Model& model, index_t batch);

/// A few lines: layers with shapes and parameters.
std::string to_text(const Model& model);

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/model-inl.hpp>
#endif
