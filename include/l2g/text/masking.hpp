#pragma once
// Batches for masked language modelling (Devlin et al. 2019; RoBERTa's dynamic masking, Liu et al. 2019): everything is
// a pure function of the seed, the step and the row, so a resumed run sees the same batches.
#include <l2g/core/philox.hpp>
#include <l2g/text/bytes.hpp>

namespace l2g::text {

struct MaskOptions {
  double share = 0.15;  // of the bytes: to be predicted
  double masked = 0.8;  // of those: shown as <mask>
  double random = 0.1;  // of those: shown as a random byte; the rest is shown as it is
  std::uint64_t seed = 1;
};

/// Masks one row in place. ids: (length); labels: (length), the id to be predicted or -1. Special tokens stay.
/// Throws error when a share lies outside of 0..1, masked + random above 1, or the two spans differ in size.
void mask_row(const MaskOptions& options, std::uint64_t step, index_t row, std::span<std::int32_t> ids,
              std::span<std::int32_t> labels);

/// Masked windows drawn from texts: each start is as likely as any other, no window crosses the end of a text.
class MaskedBatches {
 public:
  /// `texts` must live as long as this does. Throws error when a text is shorter than a window of `length` tokens.
  MaskedBatches(std::span<const std::string> texts, index_t length, const MaskOptions& options);

  /// The batch of a step. ids, labels: (rows, length), rows = ids.size() / length.
  void fill(std::uint64_t step, std::span<std::int32_t> ids, std::span<std::int32_t> labels) const;

  index_t length() const { return length_; }

 private:
  std::span<const std::string> texts_;
  index_t length_;
  MaskOptions options_;
  std::vector<std::uint64_t> starts_;  // running sum of the numbers of starts
};

/// The windows of held-out texts, one after the other without overlap, masked once and for all: every chosen byte is
/// shown as <mask>. `share` and `seed` of the options count. A rest shorter than a window is left out.
struct HeldOut {
  index_t length = 0;
  std::vector<std::int32_t> ids, labels;  // (windows, length)
  index_t windows() const { return length ? static_cast<index_t>(ids.size()) / length : 0; }
  /// Bytes to be predicted.
  index_t masked() const;
};
/// Throws error when no text holds a whole window.
HeldOut hold_out(std::span<const std::string> texts, index_t length, MaskOptions options);

/// Cuts the last `share` off each text (at least one byte stays on each side) and returns the cut ends.
std::vector<std::string> cut_ends(std::vector<std::string>& texts, double share);

}  // namespace l2g::text

#ifndef L2G_COMPILED
#include <l2g/text/masking-inl.hpp>
#endif
