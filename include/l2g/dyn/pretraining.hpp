#pragma once
// Continued pre-training of a published language model, on text or on DNA.
#include <l2g/dyn/language_use.hpp>
#include <l2g/train/loop.hpp>

namespace l2g::model {

struct PretrainOptions {
  FitOptions fit{};
  index_t batch = 8;      // windows of an update
  index_t length = 0;     // tokens of a window; 0: as many as the model takes, at most 128
  double share = 0.15;    // of the tokens that are to be foretold, where the model reads both sides
  double masked = 0.8;    // of those: shown as the mask
  double random = 0.1;    // of those: shown as another token of the vocabulary; the rest as they are
  bool new_head = false;  // a model without a head that predicts words gets a new one
  cpu::Pool* pool = nullptr;
};

/// Windows of tokens with what is to be foretold of each position (-1: nothing). Masks follow from the seed and the
/// position in the training alone.
class TokenWindows {
 public:
  TokenWindows(const LanguageModel& model, std::span<const std::string> texts, index_t length,
               const PretrainOptions& options);
  index_t rows() const { return index_t(lengths_.size()); }
  index_t length() const { return length_; }
  std::uint64_t fingerprint() const;
  void fill(Batch<float, Seq>& batch, std::int64_t position, std::span<const index_t> rows) const;
  /// The last `share` of the windows, taken out; their masks are always the same.
  TokenWindows held_out(double share);

 private:
  void mask(std::span<std::int32_t> ids, std::int32_t* labels, std::size_t row, const Rng& rng, std::uint64_t at) const;

  index_t length_, vocabulary_;
  bool causal_, fixed_ = false;
  std::int32_t mask_;
  PretrainOptions options_;
  std::vector<std::int32_t> ids_, lengths_;  // (windows, length), (windows)
  std::vector<std::uint8_t> special_;        // (windows, length)
};

/// Trains all weights of the model on texts; `held_out` of the windows judge it (cross-entropy in nats, metric: its
/// negative). The model keeps the weights of its best validation. Throws error for a model without a head (unless a new
/// one is asked for) and what fit() throws.
FitResult pretrain(LanguageModel& model, std::span<const std::string> texts, double held_out,
                   const PretrainOptions& options, const FitCallbacks& callbacks = {});

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/pretraining-inl.hpp>
#endif
