#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/core/progress.hpp>
#include <l2g/dyn/hidden_states.hpp>
#include <l2g/nn/attention_map.hpp>

#include <algorithm>

namespace l2g::model {
namespace detail {

/// Binds the parameters of a step to tensors; `key` gives the name in the table of names of a key of the step.
template <class Weights, class Key>
void bind_weights(AnyStep& step, const Weights& weights, Key&& key) {
  each_tensor<float>(step.p, [&](const TensorRef<float>& t) -> float* {
    const auto found = weights.find(key(t.key));
    if (found == weights.end() || found->second->values.size() != std::size_t(t.size()))
      throw error("l2g: the weights of this model lack '" + key(t.key) + "'");
    return const_cast<float*>(std::as_const(found->second->values).data());  // nothing writes to it
  });
}
/// The parts of a body: embeddings, blocks, and what stands behind them.
struct BodyParts {
  Spec embeddings, block;
  std::vector<Spec> tail;
};
inline BodyParts parts_of_body(const models::Config& config) {
  BodyParts found;
  for (const Spec& part : features_spec(config, config.layers).parts) {
    if (part.key == "embeddings")
      found.embeddings = part;
    else if (part.key == "encoder")
      found.block = part;
    else
      found.tail.push_back(part);
  }
  found.block.numbers["times"] = 1;
  return found;
}
inline std::map<std::string, const Tensor*> by_table_key(const Pretrained& model) {
  std::map<std::string, const Tensor*> found;
  for (const auto& [key, t] : model.weights) found[models::table_key(key)] = &t;
  return found;
}

}  // namespace detail

L2G_INLINE HiddenStates::HiddenStates(const Pretrained& model, index_t batch, index_t length, cpu::Pool* pool)
    : config_(model.config), batch_(batch), length_(length), pool_(pool), weights_(detail::by_table_key(model)) {
  require_length(config_, length);
  const auto step = [&](const Spec& spec, Seq in) {
    return std::make_unique<AnyStep>(build<float>(spec, in), in, CrossEntropy{}, 0, pool_, Outside::weights);
  };
  const detail::BodyParts parts = detail::parts_of_body(config_);
  const Seq in{batch_, length_, config_.width};
  embeddings_ = step(features_spec(config_, 0), {batch_, length_, 1});
  block_ = step(sequential({parts.block}), in);
  if (!parts.tail.empty()) tail_ = step(sequential(parts.tail), in);
  detail::bind_weights(*embeddings_, weights_, [](const std::string& key) { return models::table_key(key); });
  if (tail_) detail::bind_weights(*tail_, weights_, [](const std::string& key) { return key; });
}

L2G_INLINE index_t HiddenStates::width() const { return layer_ == config_.layers ? config_.word_width : config_.width; }

L2G_INLINE void HiddenStates::start(std::span<const std::int32_t> ids, std::span<const std::int32_t> lengths) {
  if (index_t(ids.size()) != batch_ * length_ || index_t(lengths.size()) != batch_)
    throw error("hidden states: a batch of other sizes than was planned");
  for (const auto& s : {embeddings_.get(), block_.get(), tail_.get()})
    if (s) {
      std::copy(lengths.begin(), lengths.end(), s->batch.lengths);
      s->use_lengths(true);
    }
  std::copy(ids.begin(), ids.end(), embeddings_->batch.ids.data);
  embeddings_->forward(false);
  layer_ = 0;
}

L2G_INLINE bool HiddenStates::next() {
  if (layer_ >= config_.layers) return false;
  throw_if_interrupted();
  constexpr std::string_view mine = "encoder.0.";
  const std::string number = std::to_string(layer_);
  detail::bind_weights(*block_, weights_,
                       [&](const std::string& key) { return "encoder." + number + "." + key.substr(mine.size()); });
  const std::span<const float> before = values();
  std::copy(before.begin(), before.end(), block_->batch.values.data);
  block_->forward(false);
  if (++layer_ == config_.layers && tail_) {
    std::copy_n(block_->y.data, block_->y.size(), tail_->batch.values.data);
    tail_->forward(false);
  }
  return true;
}

L2G_INLINE std::span<const float> HiddenStates::values() const {
  const AnyStep& s = layer_ == 0 ? *embeddings_ : layer_ == config_.layers && tail_ ? *tail_ : *block_;
  return {s.y.data, std::size_t(s.y.size())};
}

L2G_INLINE std::vector<float> HiddenStates::attention() {
  if (layer_ < 1) throw error("layer 0 are the embeddings: attention begins with layer 1");
  const float *query = nullptr, *key = nullptr;
  each_tensor<float>(block_->saved(), [&](const TensorRef<float>& t) {
    if (t.key.ends_with("self.query")) query = t.data;
    if (t.key.ends_with("self.key")) key = t.data;
  });
  if (!query || !key) throw error("l2g: this block keeps no queries and keys");
  const AttentionSpec spec{batch_,
                           length_,
                           config_.heads,
                           config_.key_value_heads,
                           config_.head_width(),
                           config_.causal,
                           config_.positions == models::Positions::alibi,
                           false,
                           0,
                           0,
                           1};
  return attention_probabilities(
      spec, Projections<const float>{query, key, nullptr, config_.width, config_.key_value_width()},
      Lengths{block_->batch.lengths});
}

L2G_INLINE WordHead::WordHead(const Pretrained& model, index_t rows, cpu::Pool* pool)
    : rows_(rows), width_(model.config.word_width), vocabulary_(model.config.vocabulary) {
  if (model.task != Task::language_model)
    throw error("this " + models::title_of(model.config) + " came without the head that predicts words");
  const models::Config& c = model.config;
  std::vector<Spec> parts;
  if (c.tied_head) {
    if (!c.causal) parts.push_back(model.spec.parts.at(2).named("transform"));
    parts.push_back(
        layer("linear", {{"out", double(vocabulary_)}}, {{"bias", c.causal ? "no" : "yes"}}).named("decoder"));
  } else {
    parts.assign(model.spec.parts.begin() + 1, model.spec.parts.end());  // behind the body
  }
  const Seq in{1, rows, width_};
  step_ = std::make_unique<AnyStep>(build<float>(sequential(parts), in), in, CrossEntropy{}, 0, pool, Outside::weights);
  const auto weights = detail::by_table_key(model);
  detail::bind_weights(*step_, weights, [&](const std::string& key) -> std::string {
    if (!c.tied_head) return key;
    return key == "decoder.weight" ? "words.weight" : key == "decoder.bias" ? "bias" : key;
  });
}

L2G_INLINE std::span<const float> WordHead::operator()(std::span<const float> states) {
  if (index_t(states.size()) > rows_ * width_) throw error("l2g: more hidden states than the head was planned for");
  std::copy(states.begin(), states.end(), step_->batch.values.data);
  step_->forward(false);
  return {step_->y.data, std::size_t(rows_ * vocabulary_)};
}

}  // namespace l2g::model
