#pragma once
// A published body run layer by layer: hidden states and attention of each, in the memory of one layer.
#include <l2g/dyn/pretrained.hpp>

namespace l2g::model {

/// One batch of tokens at a time, in evaluation. The weights are read where the model keeps them: it has to live, and
/// to stay as it is, as long as this does.
class HiddenStates {
 public:
  HiddenStates(const Pretrained& model, index_t batch, index_t length, cpu::Pool* pool = nullptr);

  index_t batch() const { return batch_; }
  index_t length() const { return length_; }
  /// Layers as transformers counts them: 0 the embeddings, layers() the end of the body with its final norm.
  index_t layers() const { return config_.layers; }
  index_t layer() const { return layer_; }
  /// Columns of values().
  index_t width() const;

  /// Layer 0. ids (batch, length), lengths (batch): positions from lengths[b] on are padding.
  void start(std::span<const std::int32_t> ids, std::span<const std::int32_t> lengths);
  /// The next layer; false when there is none.
  bool next();
  /// The states of the layer: (batch, length, width).
  std::span<const float> values() const;
  /// The attention of the layer that was run last, as it saw it: (batch, heads, length, length), rows are queries.
  /// Throws error in layer 0.
  std::vector<float> attention();

 private:
  using Weights = std::map<std::string, const Tensor*>;

  const models::Config config_;
  index_t batch_, length_, layer_ = -1;
  cpu::Pool* pool_;
  Weights weights_;  // by their keys in the table of names
  std::unique_ptr<AnyStep> embeddings_, block_, tail_;
  std::vector<std::int32_t> lengths_;
};

/// The head of a language model on chosen positions.
class WordHead {
 public:
  /// For `rows` hidden states at a time. Throws error when the model has no such head.
  WordHead(const Pretrained& model, index_t rows, cpu::Pool* pool = nullptr);
  index_t rows() const { return rows_; }
  index_t vocabulary() const { return vocabulary_; }
  /// Logits (rows, vocabulary) of hidden states (n, width) behind the last layer, n <= rows. What it returns lives
  /// until the next call.
  std::span<const float> operator()(std::span<const float> states);

 private:
  index_t rows_, width_, vocabulary_;
  std::unique_ptr<AnyStep> step_;
};

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/hidden_states-inl.hpp>
#endif
