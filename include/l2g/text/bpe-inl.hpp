#pragma once
#include <l2g/text/bpe.hpp>
#include <l2g/text/ranked_bpe-inl.hpp>
#include <l2g/text/regex.hpp>
#include <l2g/text/utf8.hpp>

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
      : options_(options),
        words_(options.byte_level ? gpt2_words : plain_words),
        bpe_(std::move(vocabulary), rules, {options.byte_level, false, options.fuse_unknown, options.unknown}) {}

  struct Memory : Scratch {
    explicit Memory(const Pattern& pattern) : match(pattern) {}
    Pattern::Match match;
    RankedBpe::Memory words;
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
        bpe_.encode(text.substr(at, 1), base + static_cast<std::uint32_t>(at), memory.words, pieces);
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
    if (!options_.split_words) return bpe_.encode(text, base, memory.words, pieces);
    std::size_t at = 0;
    while (at < text.size() && memory.match.find(text, at)) {
      const std::size_t begin = memory.match.begin(), end = memory.match.end();
      bpe_.encode(text.substr(begin, end - begin), base + static_cast<std::uint32_t>(begin), memory.words, pieces);
      at = end;
    }
  }

  BpeOptions options_;
  Pattern words_;
  RankedBpe bpe_;
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
