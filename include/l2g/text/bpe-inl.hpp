#pragma once
#include <l2g/io/messages.hpp>
#include <l2g/text/bpe.hpp>
#include <l2g/text/merges.hpp>
#include <l2g/text/regex.hpp>
#include <l2g/text/utf8.hpp>
#include <l2g/text/word_cache.hpp>

namespace l2g::text {

namespace detail {

struct ByteCharacters {
  std::array<char32_t, 256> of_byte{};
  std::array<std::int16_t, 0x144> to_byte{};
  ByteCharacters() {
    to_byte.fill(-1);
    char32_t other = 0x100;
    for (unsigned b = 0; b < 256; ++b) {
      const bool itself = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
      of_byte[b] = itself ? b : other++;
      to_byte[of_byte[b]] = static_cast<std::int16_t>(b);
    }
  }
  static const ByteCharacters& table() {
    static const ByteCharacters made;
    return made;
  }
};

// White space of Unicode, as a class of PCRE2 (whose own \s counts U+180E as well).
#define L2G_SPACES R"(\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})"
inline constexpr char gpt2_words[] = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{L}\p{N})" L2G_SPACES
                                     "]+|[" L2G_SPACES "]+(?![^" L2G_SPACES "])|[" L2G_SPACES "]+";
// \w is what the public package takes for it: letters, marks, digits, connectors and other alphabetic characters.
#define L2G_WORD \
  R"(\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\x{200c}\x{200d}\x{24b6}-\x{24e9}\x{1f130}-\x{1f149}\x{1f150}-\x{1f169}\x{1f170}-\x{1f189})"
inline constexpr char plain_words[] = "[" L2G_WORD "]+|[^" L2G_WORD L2G_SPACES "]+";
#undef L2G_WORD
#undef L2G_SPACES

class BpeModel final : public TokenModel {
 public:
  BpeModel(std::shared_ptr<const Vocabulary> vocabulary, std::span<const MergeRule> rules, const BpeOptions& options)
      : vocabulary_(std::move(vocabulary)), options_(options), words_(options.byte_level ? gpt2_words : plain_words) {
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
    lengths_.resize(static_cast<std::size_t>(v.size()));
    for (std::int32_t id = 0; id < v.size(); ++id)
      if (v.contains(id))
        lengths_[static_cast<std::size_t>(id)] = static_cast<std::uint32_t>(
            options_.byte_level ? from_byte_characters(v.token(id)).size() : v.token(id).size());
  }

  struct Memory : Scratch {
    explicit Memory(const Pattern& words) : match(words) {}
    Pattern::Match match;
    WordMerger merger;
    WordCache cache;
    std::string spaced;
  };
  std::unique_ptr<Scratch> scratch() const override { return std::make_unique<Memory>(words_); }

  void encode(std::string_view text, std::uint32_t base, Scratch& scratch,
              std::vector<TokenPiece>& pieces) const override {
    auto& memory = static_cast<Memory&>(scratch);
    const std::size_t first = pieces.size();
    const bool spaced = options_.add_prefix_space && base == 0 && text[0] != ' ';
    if (spaced) text = memory.spaced.assign(1, ' ').append(text);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t valid = valid_utf8(text, at);
      if (valid > 0) {
        runs(text.substr(at, valid), base + static_cast<std::uint32_t>(at), memory, pieces);
      } else {  // a byte of no character is a word by itself
        word(text.substr(at, 1), base + static_cast<std::uint32_t>(at), memory, pieces);
      }
      at += std::max<std::size_t>(valid, 1);
    }
    for (std::size_t i = first; spaced && i < pieces.size(); ++i) {  // the space that was added has no byte
      if (pieces[i].begin > 0) --pieces[i].begin;
      --pieces[i].end;
    }
  }

  void decode(std::string_view token, std::int32_t, bool, std::string& text) const override {
    text += options_.byte_level ? from_byte_characters(token) : std::string(token);
  }

 private:
  // The words of valid UTF-8.
  void runs(std::string_view text, std::uint32_t base, Memory& memory, std::vector<TokenPiece>& pieces) const {
    if (!options_.split_words) return word(text, base, memory, pieces);
    std::size_t at = 0;
    while (at < text.size() && memory.match.find(text, at)) {
      const std::size_t begin = memory.match.begin(), end = memory.match.end();
      word(text.substr(begin, end - begin), base + static_cast<std::uint32_t>(begin), memory, pieces);
      at = end;
    }
  }

  void word(std::string_view word, std::uint32_t base, Memory& memory, std::vector<TokenPiece>& pieces) const {
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

  std::uint32_t length(std::int32_t id) const { return lengths_[static_cast<std::size_t>(id)]; }

  void merge(std::string_view word, std::uint32_t base, Memory& memory, std::vector<TokenPiece>& pieces) const {
    memory.merger.clear();
    bool unknown = false;
    for (std::size_t at = 0; at < word.size();) {
      const auto byte = static_cast<unsigned char>(word[at]);
      const std::size_t size = options_.byte_level || byte < 128 ? 1 : code_point(word, at).size;
      std::int32_t id = options_.byte_level || byte < 128 ? first_ids_[byte] : vocabulary_->find(word.substr(at, size));
      const auto begin = base + static_cast<std::uint32_t>(at), end = begin + static_cast<std::uint32_t>(size);
      at += size;
      const bool again = unknown && options_.fuse_unknown;
      unknown = id < 0;
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
  BpeOptions options_;
  Pattern words_;
  MergeTable merges_;
  std::array<std::int32_t, 256> first_ids_{};
  std::vector<std::uint32_t> lengths_;  // bytes of the text that a token stands for
};

}  // namespace detail

L2G_INLINE char32_t byte_character(unsigned char byte) { return detail::ByteCharacters::table().of_byte[byte]; }

L2G_INLINE std::string to_byte_characters(std::string_view bytes) {
  std::string characters;
  for (const char c : bytes) append_utf8(characters, byte_character(static_cast<unsigned char>(c)));
  return characters;
}

L2G_INLINE std::string from_byte_characters(std::string_view characters) {
  const auto& table = detail::ByteCharacters::table().to_byte;
  std::string bytes;
  for (std::size_t at = 0; at < characters.size();) {
    const CodePoint c = code_point(characters, at);
    if (c.valid && c.value < table.size() && table[c.value] >= 0)
      bytes += static_cast<char>(table[c.value]);
    else
      bytes.append(characters.substr(at, c.size));
    at += c.size;
  }
  return bytes;
}

L2G_INLINE std::unique_ptr<const TokenModel> make_bpe(std::shared_ptr<const Vocabulary> vocabulary,
                                                      std::span<const MergeRule> rules, const BpeOptions& options) {
  return std::make_unique<detail::BpeModel>(std::move(vocabulary), rules, options);
}

}  // namespace l2g::text
