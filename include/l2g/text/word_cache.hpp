#pragma once
// What short words became: texts repeat theirs.
#include <l2g/text/vocabulary.hpp>

#include <cstring>

namespace l2g::text {

/// Short words and their ids. A word that falls on the place of another takes it, so memory is bounded (1 MiB).
class WordCache {
 public:
  static constexpr std::size_t longest_word = 22, most_ids = 8;

  struct Entry {
    std::uint64_t hash = 0;
    std::uint8_t size = 0, count = 0;  // size 0: free
    char word[longest_word] = {};
    std::int32_t ids[most_ids] = {};

    std::span<const std::int32_t> tokens() const { return {ids, count}; }
  };

  /// The place of a word of at most longest_word bytes; holds(word) says whether it is that word's already.
  Entry& place(std::uint64_t hash) {
    if (entries_.empty()) entries_.resize(1 << 14);
    return entries_[hash & (entries_.size() - 1)];
  }
  static bool holds(const Entry& e, std::uint64_t hash, std::string_view word) {
    return e.hash == hash && e.size == word.size() && std::memcmp(e.word, word.data(), word.size()) == 0;
  }
  static void put(Entry& e, std::uint64_t hash, std::string_view word) {
    e.hash = hash;
    e.size = static_cast<std::uint8_t>(word.size());
    std::memcpy(e.word, word.data(), word.size());
  }

 private:
  std::vector<Entry> entries_;
};

}  // namespace l2g::text
