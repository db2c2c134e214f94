#pragma once
// One word by ranked rules, whatever cut the text into words.
#include <l2g/io/messages.hpp>
#include <l2g/text/bpe.hpp>
#include <l2g/text/merges.hpp>
#include <l2g/text/spaces.hpp>
#include <l2g/text/utf8.hpp>
#include <l2g/text/word_cache.hpp>

#include <algorithm>

namespace l2g::text::detail {

class RankedBpe {
 public:
  struct Options {
    bool byte_level = false;     // words are bytes, written as GPT-2 does
    bool byte_fallback = false;  // a character without a token becomes the tokens of its bytes, <0x..>
    bool fuse_unknown = false;
    std::int32_t unknown = -1;
  };
  struct Memory {
    WordMerger merger;
    WordCache cache;
  };

  RankedBpe(std::shared_ptr<const Vocabulary> vocabulary, std::span<const MergeRule> rules, const Options& options)
      : vocabulary_(std::move(vocabulary)), options_(options) {
    const Vocabulary& v = *vocabulary_;
    for (std::size_t r = 0; r < rules.size(); ++r) {
      const std::string merged = std::string(rules[r].left).append(rules[r].right);
      const std::int32_t left = v.find(rules[r].left), right = v.find(rules[r].right), id = v.find(merged);
      const std::string_view missing = left < 0 ? rules[r].left : right < 0 ? rules[r].right : merged;
      if (left < 0 || right < 0 || id < 0)
        throw error("rule " + std::to_string(r + 1) + ": the vocabulary has no token " + io::in_quotes(missing));
      merges_.add(left, right, {static_cast<std::uint32_t>(r), id});
    }
    for (unsigned b = 0; b < 256; ++b) {
      std::string character;
      append_utf8(character, options_.byte_level ? byte_character(static_cast<unsigned char>(b)) : b);
      first_ids_[b] = options_.byte_level || b < 128 ? v.find(character) : -1;
    }
    bytes_.fill(-1);
    if (options_.byte_fallback) bytes_ = byte_pieces(v);
    lengths_.resize(static_cast<std::size_t>(v.size()));
    for (std::int32_t id = 0; id < v.size(); ++id)
      if (v.contains(id))
        lengths_[static_cast<std::size_t>(id)] = static_cast<std::uint32_t>(
            options_.byte_level ? from_byte_characters(v.token(id)).size() : v.token(id).size());
    for (const std::int32_t id : bytes_)
      if (id >= 0) lengths_[static_cast<std::size_t>(id)] = 1;
  }

  /// Appends the tokens of a word whose first byte has the offset `base`.
  void encode(std::string_view word, std::uint32_t base, Memory& memory, std::vector<TokenPiece>& pieces) const {
    if (word.size() > WordCache::longest_word) return merge(word, base, memory, pieces);
    const std::uint64_t hash = hash_bytes(word);
    WordCache::Entry& entry = memory.cache.place(hash);
    if (!WordCache::holds(entry, hash, word)) {
      const std::size_t first = pieces.size();
      merge(word, base, memory, pieces);
      const std::size_t count = pieces.size() - first;
      if (count > WordCache::most_ids) return;
      std::uint32_t end = base;
      for (std::size_t i = first; i < pieces.size(); ++i) {  // unknown and left out letters have no length of their own
        if (pieces[i].begin != end || pieces[i].end - end != length(pieces[i].id)) return;
        end = pieces[i].end;
      }
      if (end != base + word.size()) return;
      for (std::size_t i = 0; i < count; ++i) entry.ids[i] = pieces[first + i].id;
      entry.count = static_cast<std::uint8_t>(count);
      WordCache::put(entry, hash, word);
      return;
    }
    std::uint32_t begin = base;
    for (const std::int32_t id : entry.tokens()) {
      const std::uint32_t end = begin + length(id);
      pieces.push_back({id, begin, end});
      begin = end;
    }
  }

 private:
  std::uint32_t length(std::int32_t id) const { return lengths_[static_cast<std::size_t>(id)]; }

  // The bytes of a character that has no token; false: one of them has none either.
  bool fall_back(std::string_view character, std::uint32_t begin, WordMerger& merger) const {
    const auto id = [&](char c) { return bytes_[static_cast<unsigned char>(c)]; };
    if (!std::all_of(character.begin(), character.end(), [&](char c) { return id(c) >= 0; })) return false;
    for (const char c : character) merger.add(id(c), begin, begin + 1), ++begin;
    return true;
  }

  void merge(std::string_view word, std::uint32_t base, Memory& memory, std::vector<TokenPiece>& pieces) const {
    memory.merger.clear();
    bool unknown = false;
    for (std::size_t at = 0; at < word.size();) {
      const auto byte = static_cast<unsigned char>(word[at]);
      const std::size_t size = options_.byte_level || byte < 128 ? 1 : code_point(word, at).size;
      const std::string_view character = word.substr(at, size);
      std::int32_t id = options_.byte_level || byte < 128 ? first_ids_[byte] : vocabulary_->find(character);
      const auto begin = base + static_cast<std::uint32_t>(at), end = begin + static_cast<std::uint32_t>(size);
      at += size;
      const bool again = unknown && options_.fuse_unknown;
      unknown = id < 0 && !(options_.byte_fallback && fall_back(character, begin, memory.merger));
      if (unknown) id = options_.unknown;
      if (unknown && again)
        memory.merger.extend(end);
      else if (id >= 0)
        memory.merger.add(id, begin, end);
    }
    memory.merger.run([&](const auto& a, const auto& b) { return merges_.find(a.id, b.id); });
    memory.merger.each([&](const auto& s) { pieces.push_back({s.id, s.begin, s.end}); });
  }

  std::shared_ptr<const Vocabulary> vocabulary_;
  Options options_;
  MergeTable merges_;
  std::array<std::int32_t, 256> first_ids_{}, bytes_{};
  std::vector<std::uint32_t> lengths_;  // bytes of the text that a token stands for
};

}  // namespace l2g::text::detail
