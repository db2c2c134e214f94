#pragma once
#include <l2g/text/unicode.hpp>
#include <l2g/text/wordpiece.hpp>

#include <algorithm>

namespace l2g::text {

namespace detail {

class WordPieceModel final : public TokenModel {
 public:
  WordPieceModel(std::shared_ptr<const Vocabulary> vocabulary, const WordPieceOptions& options)
      : vocabulary_(std::move(vocabulary)), options_(options) {
    if (options_.unknown < 0) throw error("a WordPiece vocabulary needs an unknown token");
    const Vocabulary& v = *vocabulary_;
    std::int32_t number = 0;
    for (std::int32_t id = 0; id < v.size(); ++id) {
      const std::string_view prefix = options_.continuation;
      if (!v.contains(id) || v.token(id).size() <= prefix.size() || v.token(id).compare(0, prefix.size(), prefix) != 0)
        continue;
      continuing_.add(std::string_view(v.token(id)).substr(prefix.size()), number++);
      continuing_ids_.push_back(id);
    }
  }

  // A word after folding: its bytes, where each character begins, and the bytes of the source it came from.
  struct Memory : Scratch {
    std::string word;
    std::vector<std::uint32_t> starts;
    std::vector<ByteRange> sources;
    std::u32string folded;
  };
  std::unique_ptr<Scratch> scratch() const override { return std::make_unique<Memory>(); }

  void encode(std::string_view text, std::uint32_t base, Scratch& scratch,
              std::vector<TokenPiece>& pieces) const override {
    auto& memory = static_cast<Memory&>(scratch);
    for (std::size_t at = 0; at < text.size();) {
      const CodePoint c = code_point(text, at);
      const auto begin = base + static_cast<std::uint32_t>(at);
      const ByteRange source{begin, begin + c.size};
      at += c.size;
      if (c.value < 0x80) {
        ascii(static_cast<char>(c.value), source, memory, pieces);
        continue;
      }
      if (options_.clean && is_control(c.value)) continue;
      memory.folded.clear();
      append_folded(memory.folded, c.value, options_.strip_accents, options_.lower_case);
      const bool alone = options_.split_ideographs && is_ideograph(c.value);
      if (alone) finish(memory, pieces);
      for (const char32_t f : memory.folded) letter(f, source, memory, pieces);
      if (alone) finish(memory, pieces);
    }
    finish(memory, pieces);
  }

  void decode(std::string_view token, std::int32_t, bool first, std::string& text) const override {
    const std::string& prefix = options_.continuation;
    if (!first && token.size() >= prefix.size() && token.compare(0, prefix.size(), prefix) == 0) {
      text += token.substr(prefix.size());
      return;
    }
    constexpr std::string_view close[] = {".", "?", "!", ",", "n't", "'m", "'s", "'ve", "'re"};
    if (!first && std::find(std::begin(close), std::end(close), token) == std::end(close)) text += ' ';
    text += token;
  }

 private:
  void ascii(char c, ByteRange source, Memory& memory, std::vector<TokenPiece>& pieces) const {
    const bool space = c == ' ' || (c >= 9 && c <= 13);
    if (options_.clean && (c < 32 || c == 127) && c != '\t' && c != '\n' && c != '\r') return;
    if (space) return finish(memory, pieces);
    const bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z', digit = c >= '0' && c <= '9';
    const bool alone = !upper && !lower && !digit && c > 32 && c < 127;
    if (alone) finish(memory, pieces);
    memory.starts.push_back(static_cast<std::uint32_t>(memory.word.size()));
    memory.sources.push_back(source);
    memory.word += static_cast<char>(upper && options_.lower_case ? c + 32 : c);
    if (alone) finish(memory, pieces);
  }

  void letter(char32_t c, ByteRange source, Memory& memory, std::vector<TokenPiece>& pieces) const {
    if (is_space(c)) return finish(memory, pieces);
    const bool alone = is_punctuation(c);
    if (alone) finish(memory, pieces);
    memory.starts.push_back(static_cast<std::uint32_t>(memory.word.size()));
    memory.sources.push_back(source);
    append_utf8(memory.word, c);
    if (alone) finish(memory, pieces);
  }

  // Cuts the word that was gathered.
  void finish(Memory& memory, std::vector<TokenPiece>& pieces) const {
    const std::size_t n = memory.starts.size(), first = pieces.size();
    if (n == 0) return;
    const std::string_view word = memory.word;
    memory.starts.push_back(static_cast<std::uint32_t>(word.size()));
    bool known = n <= options_.longest_word;
    for (std::size_t at = 0; known && at < n;) {
      std::size_t end = n;
      std::int32_t id = -1;
      for (; end > at && id < 0; --end) {
        const std::size_t size = memory.starts[end] - memory.starts[at];
        if (size > (at ? continuing_ : *vocabulary_).longest()) continue;
        id = find(word.substr(memory.starts[at], size), at > 0);
      }
      known = id >= 0;
      if (!known) break;
      ++end;  // the loop went one further
      pieces.push_back({id, memory.sources[at].begin, memory.sources[end - 1].end});
      at = end;
    }
    if (!known) {
      pieces.resize(first);
      pieces.push_back({options_.unknown, memory.sources.front().begin, memory.sources.back().end});
    }
    memory.word.clear(), memory.starts.clear(), memory.sources.clear();
  }

  std::int32_t find(std::string_view piece, bool continues) const {
    if (!continues) return vocabulary_->find(piece);
    const std::int32_t number = continuing_.find(piece);
    return number < 0 ? -1 : continuing_ids_[static_cast<std::size_t>(number)];
  }

  std::shared_ptr<const Vocabulary> vocabulary_;
  WordPieceOptions options_;
  Vocabulary continuing_;  // without what they begin with
  std::vector<std::int32_t> continuing_ids_;
};

}  // namespace detail

L2G_INLINE std::unique_ptr<const TokenModel> make_wordpiece(std::shared_ptr<const Vocabulary> vocabulary,
                                                            const WordPieceOptions& options) {
  return std::make_unique<detail::WordPieceModel>(std::move(vocabulary), options);
}

}  // namespace l2g::text
