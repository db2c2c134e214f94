#pragma once
// Byte pair encoding learnt from texts (Gage 1994; Sennrich et al. 2016), merge by merge.
#include <l2g/text/tokenizer.hpp>

namespace l2g::text {

/// A merge that was learnt: the pair of neighbours that stood together most often.
struct LearntMerge {
  std::string left, right;  // as the vocabulary spells them
  index_t count = 0;        // how often they stood together
  std::int32_t id = -1;     // of the new token
};

/// Called after each merge; false ends the training with what was learnt so far.
struct MergeWatcher {
  virtual ~MergeWatcher() = default;
  virtual bool learnt(const LearntMerge& merge) = 0;
};

struct TrainBpeOptions {
  /// Special tokens, letters and merges together.
  index_t vocabulary = 4096;
  /// GPT-2's words and bytes (all 256 are in the vocabulary); otherwise words of letters, as DNABERT-2.
  bool byte_level = true;
  /// Pairs that are rarer are not merged.
  index_t least_count = 2;
  /// They take the first ids.
  std::vector<std::string> special = {"<s>", "<pad>", "</s>", "<unk>", "<mask>"};
  /// What stands around a text; empty: nothing. Each must be one of the special tokens.
  std::string begin = "</s>", end = {};
  MergeWatcher* watcher = nullptr;
};

struct TrainedBpe {
  Tokenizer tokenizer;
  std::vector<LearntMerge> merges;
};

/// Learns merges from texts; of equally frequent pairs that with the lower ids, as the public package `tokenizers`
/// does. The tokenizer saves itself as a tokenizer.json that the package opens. Throws error when there is no text, or
/// the vocabulary is smaller than special tokens and letters together.
TrainedBpe train_bpe(std::span<const std::string> texts, const TrainBpeOptions& options = {});

}  // namespace l2g::text

#ifndef L2G_COMPILED
#include <l2g/text/train_bpe-inl.hpp>
#endif
