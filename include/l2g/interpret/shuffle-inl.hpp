#pragma once
#include <l2g/core/draws.hpp>
#include <l2g/core/errors.hpp>
#include <l2g/interpret/contributions.hpp>
#include <l2g/interpret/shuffle.hpp>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace l2g::interpret {
namespace detail {

/// Shuffles runs of letters 0..3. A run is a walk over its (k-1)-letter words, each letter behind the first k - 1 a
/// step; the sequences with the same k-letter words are the walks that take the same steps in another order.
class RunShuffler {
 public:
  RunShuffler(int k, ShuffleMode mode)
      : k_(k), mode_(mode), words_(std::uint32_t(1) << 2 * (k - 1)), first_(words_ + 1), fill_(words_), tree_(words_) {}

  void operator()(std::span<std::uint8_t> run, Draws& draws) {
    const auto overlap = std::size_t(k_ - 1);
    if (run.size() <= overlap + 1) return;
    const std::uint32_t start = word(run.first(overlap)), root = word(run.last(overlap));
    list_steps(run.subspan(overlap), start);
    if (mode_ == ShuffleMode::uniform)
      draw_tree(root, draws);
    else
      for (std::uint32_t v = 0; v < words_; ++v) tree_[v] = first_[v + 1] - first_[v] - 1;
    for (std::uint32_t v = 0; v < words_; ++v) {
      const std::span<std::uint8_t> out(steps_.data() + first_[v], first_[v + 1] - first_[v]);
      if (out.size() < 2) continue;
      // The last step out of a word leads along the tree; at its root there is none to keep.
      const bool keeps = v != root || mode_ == ShuffleMode::fixed_last_step;
      if (keeps) std::swap(out[tree_[v]], out.back());
      const std::size_t loose = out.size() - keeps;
      for (std::size_t i = loose; i > 1; --i) std::swap(out[i - 1], out[draws.below(std::uint32_t(i))]);
    }
    std::copy(first_.begin(), first_.end() - 1, fill_.begin());
    std::uint32_t v = start;
    for (std::uint8_t& letter : run.subspan(overlap)) {
      letter = steps_[fill_[v]++];
      v = next(v, letter);
    }
  }

 private:
  std::uint32_t next(std::uint32_t v, std::uint32_t letter) const { return (v << 2 | letter) & (words_ - 1); }
  std::uint32_t word(std::span<const std::uint8_t> letters) const {
    std::uint32_t v = 0;
    for (const std::uint8_t letter : letters) v = v << 2 | letter;
    return v;
  }

  /// The steps out of word v in their order: steps_[first_[v] .. first_[v + 1]).
  void list_steps(std::span<const std::uint8_t> letters, std::uint32_t start) {
    std::fill(first_.begin(), first_.end(), 0u);
    std::uint32_t v = start;
    for (const std::uint8_t letter : letters) ++first_[v + 1], v = next(v, letter);
    for (std::uint32_t w = 0; w < words_; ++w) first_[w + 1] += first_[w];
    std::copy(first_.begin(), first_.end() - 1, fill_.begin());
    steps_.resize(letters.size());
    v = start;
    for (const std::uint8_t letter : letters) steps_[fill_[v]++] = letter, v = next(v, letter);
  }

  /// A uniformly random tree of steps to the root: walk from every word at random until the tree is met, and keep the
  /// last step out of each word (Wilson 1996). Steps count with their multiplicity.
  void draw_tree(std::uint32_t root, Draws& draws) {
    in_tree_.assign(words_, 0);
    in_tree_[root] = 1;
    const auto along = [&](std::uint32_t v) { return next(v, steps_[first_[v] + tree_[v]]); };
    for (std::uint32_t w = 0; w < words_; ++w) {
      if (first_[w + 1] == first_[w]) continue;
      for (std::uint32_t v = w; !in_tree_[v]; v = along(v)) tree_[v] = draws.below(first_[v + 1] - first_[v]);
      for (std::uint32_t v = w; !in_tree_[v]; v = along(v)) in_tree_[v] = 1;
    }
  }

  int k_;
  ShuffleMode mode_;
  std::uint32_t words_;
  std::vector<std::uint32_t> first_, fill_, tree_;
  std::vector<std::uint8_t> steps_, in_tree_;
};

}  // namespace detail

L2G_INLINE std::string shuffle(std::string_view sequence, int k, std::uint64_t seed, std::uint64_t row,
                               std::uint64_t index, ShuffleMode mode) {
  if (k < 1 || k > 8) throw error("shuffle: k is " + std::to_string(k) + ", wanted 1 to 8");
  std::string shuffled(sequence);
  Draws draws(seed, row, index);
  detail::RunShuffler shuffler(k, mode);
  std::vector<std::uint8_t> run;
  for (std::size_t begin = 0; begin < sequence.size(); begin += run.size() + 1) {
    run.clear();
    for (std::size_t i = begin; i < sequence.size() && base_index(sequence[i]) >= 0; ++i)
      run.push_back(std::uint8_t(base_index(sequence[i])));
    shuffler(run, draws);
    for (std::size_t i = 0; i < run.size(); ++i) shuffled[begin + i] = "ACGT"[run[i]];
  }
  return shuffled;
}

L2G_INLINE std::string dinucleotide_shuffle(std::string_view sequence, std::uint64_t seed, std::uint64_t row,
                                            std::uint64_t index) {
  return shuffle(sequence, 2, seed, row, index);
}

}  // namespace l2g::interpret
