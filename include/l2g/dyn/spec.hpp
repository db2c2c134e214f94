#pragma once
// Spec: a model as data: what the shell builds, what a file stores, what the registry makes a layer of.
#include <l2g/core/config.hpp>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace l2g::model {

struct Spec {
  std::string type;                            // a name of the registry: "conv1d"
  std::map<std::string, double> numbers{};     // arguments: {"out", 64}
  std::map<std::string, std::string> words{};  // {"padding", "same"}
  std::vector<Spec> parts{};                   // the layers inside of a container
  std::string key{};                           // name of the parameters; empty: the place in the container
  bool frozen = false;                         // not trained

  Spec named(std::string k) const {
    Spec s = *this;
    s.key = std::move(k);
    return s;
  }
  Spec freeze(bool f = true) const {
    Spec s = *this;
    s.frozen = f;
    return s;
  }
  bool operator==(const Spec&) const = default;
};

/// Containers.
inline Spec sequential(std::vector<Spec> parts) { return {.type = "sequential", .parts = std::move(parts)}; }
inline Spec residual(Spec f) { return {.type = "residual", .parts = {std::move(f)}}; }
inline Spec residual(Spec f, Spec skip) { return {.type = "residual", .parts = {std::move(f), std::move(skip)}}; }
inline Spec layer(std::string type, std::map<std::string, double> numbers = {},
                  std::map<std::string, std::string> words = {}) {
  return {.type = std::move(type), .numbers = std::move(numbers), .words = std::move(words)};
}

/// The part of a model under a dotted key ("body.0"); throws l2g::error with the keys that there are.
const Spec& part_of(const Spec& model, std::string_view key);

/// The chain of layers that ends in the head: the model itself, or the deep branch beside a wide path, or what a mean
/// over both strands is taken of.
inline Spec& deep_part(Spec& model) {
  const bool around = (model.type == "residual" || model.type == "strand_mean") && !model.parts.empty();
  return around ? deep_part(model.parts.front()) : model;
}
inline const Spec& deep_part(const Spec& model) { return deep_part(const_cast<Spec&>(model)); }
/// Does the model take the mean over both strands itself?
inline bool averages_strands(const Spec& model) {
  if (model.type == "strand_mean") return true;
  return model.type == "residual" && !model.parts.empty() && averages_strands(model.parts.front());
}

/// What an adapter is: an SVD-LoRA P diag(lambda) Q or a plain LoRA B A, its rank and the factor of its change.
struct LoraOptions {
  index_t rank = 8;
  bool plain = false;
  double alpha = 0;           // of the factor; 0: `scale` is the factor
  std::string rule = "rank";  // "rank": alpha / rank, "root": alpha / sqrt(rank), "adalora": alpha / (rank + 1e-5)
  double scale = 1;
  double dropout = 0;  // share of the adapter's input that is dropped in training
  double keep = 1;     // SVD-LoRA: probability that a rank takes part in a training step
};

/// The keys of all linear maps of a model that can have an adapter, in order: "body.0.attention.self.qkv".
std::vector<std::string> linear_maps(const Spec& model);

/// The adapters of a model: keys out of linear_maps() and what each of them is.
std::vector<std::pair<std::string, LoraOptions>> adapters_of(const Spec& model);

/// The linear maps with these keys get an adapter, everything else is frozen. Throws l2g::error for a key that is none
/// of linear_maps().
Spec with_lora(const Spec& s, const LoraOptions& options, const std::vector<std::string>& chosen);
/// The linear maps whose own name ("qkv", "proj", "up", "down") is one of `only` get an SVD-LoRA of this rank; empty:
/// all. keep: probability that a rank takes part in a training step; scale: factor of the change. Throws l2g::error for
/// a name that no linear map has.
Spec with_lora(const Spec& s, index_t rank, double keep = 1, double scale = 1,
               const std::vector<std::string>& only = {});
/// The model without adapters, nothing frozen.
Spec without_lora(const Spec& s);
/// `part`, a layer inside of `layer`, with the adapter that `layer` asks for on those of its linear maps that are
/// called `names`; frozen when it has none of them.
Spec adapted_like(const Spec& layer, Spec part, const std::vector<std::string>& names);

/// The key of a weight without the scope that an adapter puts around a linear map.
inline std::string key_without_adapter(std::string key) {
  constexpr std::string_view word = "base_layer.";
  if (const std::size_t at = key.find(word); at != key.npos) key.erase(at, word.size());
  return key;
}

namespace detail {
/// A key below a scope; either may be empty.
std::string joined(std::string_view scope, std::string_view key);
/// The key of part i of a container below the container's own, in repetition n.
std::string key_of_part(const Spec& container, std::size_t i, index_t n = 0);
/// How often the parts of a container come one after the other: 1, but for "repeated".
index_t times_of(const Spec& container);
}  // namespace detail

/// JSON, for files; from_json throws l2g::error that names what is wrong.
std::string to_json(const Spec& s);
Spec from_json(std::string_view text);

/// A few lines for people: one layer a line, indented.
std::string to_text(const Spec& s);

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/spec-inl.hpp>
#endif
