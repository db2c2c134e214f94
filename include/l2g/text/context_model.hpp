#pragma once
// Yardsticks for a masked language model over bytes: what the frequencies of bytes say, and what two bytes on each side
// say by interpolated counts (Jelinek and Mercer 1980). A language model that does not beat the second has learned
// nothing that a table could not hold.
#include <l2g/text/masking.hpp>

#include <array>

namespace l2g::text {

/// The bytes around a masked one, 0..255; -1: not visible (masked too, or outside of the window).
struct Neighbours {
  int before2 = -1, before1 = -1, after1 = -1, after2 = -1;
};

/// P(byte | visible neighbours): a mixture of the uniform distribution and of the frequencies of the byte beside each
/// subset of the visible neighbours. The weights depend on which neighbours are visible and on how often all of them
/// together were seen; they are fitted by expectation maximisation on a tenth of the text that was not counted, then
/// that tenth is counted as well.
class ContextModel {
 public:
  /// Throws error when the texts hold fewer than 100 bytes.
  explicit ContextModel(std::span<const std::string> texts);

  /// Sums to one over the 256 bytes.
  double probability(const Neighbours& seen, unsigned char byte) const;
  /// Without neighbours: (count + 1) / (bytes + 256).
  double unigram(unsigned char byte) const;

 private:
  static constexpr std::size_t subsets = 16, components = 17, buckets = 10;  // components: the subsets, then uniform
  using Weights = std::array<double, components>;

  struct Table {  // sorted keys and how often each was seen
    std::vector<std::uint64_t> keys;
    std::vector<std::uint32_t> counts;
    std::uint32_t count(std::uint64_t key) const;
  };
  void count(std::span<const std::string> texts, bool all);
  void fit(std::span<const std::string> texts);
  double component(std::size_t subset, std::uint64_t context, unsigned char byte) const;
  std::size_t bucket(std::size_t subset, std::uint64_t context) const;

  std::array<std::uint64_t, 256> bytes_{};
  std::uint64_t total_ = 0;
  std::array<Table, subsets> with_byte_, alone_;
  std::array<std::array<Weights, buckets>, subsets> weights_{};
};

/// Bits per masked byte of both yardsticks on held-out windows.
struct Yardsticks {
  double unigram = 0, context = 0;
};
Yardsticks yardsticks(const ContextModel& model, const HeldOut& held);

}  // namespace l2g::text

#ifndef L2G_COMPILED
#include <l2g/text/context_model-inl.hpp>
#endif
