#pragma once
#include <l2g/text/merges.hpp>
#include <l2g/text/sentencepiece.hpp>
#include <l2g/text/utf8.hpp>

#include <array>
#include <map>

namespace l2g::text {

namespace detail {

inline constexpr std::string_view visible_space = "\xe2\x96\x81";  // U+2581

inline bool is_byte_piece(std::string_view s) {
  const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
  return s.size() == 6 && s.substr(0, 3) == "<0x" && hex(s[3]) && hex(s[4]) && s[5] == '>';
}

class SentencePieceTokens final : public TokenModel {
 public:
  SentencePieceTokens(std::shared_ptr<const Vocabulary> vocabulary, const SentencePieceModel& model)
      : vocabulary_(std::move(vocabulary)),
        unknown_(model.special.unknown),
        dummy_prefix_(model.dummy_prefix),
        remove_extra_spaces_(model.remove_extra_spaces),
        space_(model.escape_spaces ? visible_space : " ") {
    // Equal scores have equal ranks: there the leftmost goes first.
    std::map<float, std::uint32_t, std::greater<>> order;
    for (const auto& p : model.pieces)
      if (p.type == PieceType::normal) order[p.score] = 0;
    std::uint32_t rank = 0;
    for (auto& [score, r] : order) r = rank++;
    bytes_.fill(-1);
    for (std::size_t id = 0; id < model.pieces.size(); ++id) {
      const auto& p = model.pieces[id];
      ranks_.push_back(p.type == PieceType::normal ? order[p.score] : Merge::none);
      if (model.byte_fallback && p.type == PieceType::byte) {
        const auto digit = [&](std::size_t i) {
          return static_cast<std::size_t>(p.text[i] <= '9' ? p.text[i] - '0' : p.text[i] - 'A' + 10);
        };
        bytes_[16 * digit(3) + digit(4)] = static_cast<std::int32_t>(id);
      }
    }
  }

  struct Memory : Scratch {
    std::string text;                    // with visible spaces
    std::vector<std::uint32_t> sources;  // the byte of the source that each byte of `text` came from, and the end
    WordMerger merger;
  };
  std::unique_ptr<Scratch> scratch() const override { return std::make_unique<Memory>(); }

  void encode(std::string_view text, std::uint32_t base, Scratch& scratch,
              std::vector<TokenPiece>& pieces) const override {
    auto& memory = static_cast<Memory&>(scratch);
    normalize(text, base, memory);
    const std::string_view word = memory.text;
    memory.merger.clear();
    for (std::size_t at = 0; at < word.size();) {
      const std::size_t size = code_point(word, at).size;
      memory.merger.add(-1, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + size));
      at += size;
    }
    memory.merger.run([&](const auto& a, const auto& b) -> Merge {
      const std::size_t size = b.end - a.begin;
      if (size > vocabulary_->longest()) return {};
      const std::int32_t id = vocabulary_->find(word.substr(a.begin, size));
      return id < 0 ? Merge{} : Merge{ranks_[static_cast<std::size_t>(id)], id};
    });
    bool unknown = false;
    memory.merger.each([&](const auto& s) {
      const auto source = [&](std::uint32_t i) { return memory.sources[i]; };
      std::int32_t id = s.id >= 0 ? s.id : vocabulary_->find(word.substr(s.begin, s.end - s.begin));
      if (id >= 0 && ranks_[static_cast<std::size_t>(id)] == Merge::none) id = -1;
      if (id < 0 && bytes_[0] >= 0) {
        for (std::uint32_t i = s.begin; i < s.end; ++i)
          pieces.push_back({bytes_[static_cast<unsigned char>(word[i])], source(s.begin), source(s.end)});
        return;
      }
      const bool again = unknown;
      unknown = id < 0;
      if (unknown && again)
        pieces.back().end = source(s.end);
      else
        pieces.push_back({unknown ? unknown_ : id, source(s.begin), source(s.end)});
    });
  }

  void decode(std::string_view token, std::int32_t id, bool first, std::string& text) const override {
    if (bytes_[0] >= 0 && ranks_[static_cast<std::size_t>(id)] == Merge::none && token.size() == 6) {
      for (std::size_t b = 0; b < 256; ++b)
        if (bytes_[b] == id) text += static_cast<char>(b);
      return;
    }
    for (std::size_t at = 0; at < token.size();) {
      if (token.compare(at, space_.size(), space_) == 0) {
        if (!(first && at == 0 && dummy_prefix_)) text += ' ';
        at += space_.size();
      } else {
        text += token[at++];
      }
    }
  }

 private:
  void normalize(std::string_view text, std::uint32_t base, Memory& memory) const {
    memory.text.clear();
    memory.sources.clear();
    const auto put = [&](std::string_view bytes, std::size_t from) {
      memory.text += bytes;
      memory.sources.insert(memory.sources.end(), bytes.size(), base + static_cast<std::uint32_t>(from));
    };
    std::size_t at = 0;
    if (remove_extra_spaces_) at = std::min(text.find_first_not_of(' '), text.size());
    if (at < text.size() && dummy_prefix_ && base == 0) put(space_, at);
    bool after_space = remove_extra_spaces_;
    while (at < text.size()) {
      const CodePoint c = code_point(text, at);
      const bool space = text[at] == ' ';
      if (!space)
        put(c.valid ? text.substr(at, c.size) : std::string_view("\xef\xbf\xbd"), at);
      else if (!after_space)
        put(space_, at);
      after_space = remove_extra_spaces_ && space;
      at += c.size;
    }
    std::string& t = memory.text;
    while (remove_extra_spaces_ && t.size() >= space_.size() &&
           t.compare(t.size() - space_.size(), space_.size(), space_) == 0)
      t.resize(t.size() - space_.size());
    memory.sources.resize(t.size());
    memory.sources.push_back(base + static_cast<std::uint32_t>(text.size()));
  }

  std::shared_ptr<const Vocabulary> vocabulary_;
  std::int32_t unknown_;
  bool dummy_prefix_, remove_extra_spaces_;
  std::string_view space_;
  std::vector<std::uint32_t> ranks_;  // Merge::none: not made by merging
  std::array<std::int32_t, 256> bytes_{};
};

}  // namespace detail

L2G_INLINE std::shared_ptr<Tokenizer::Impl> make_sentencepiece(const SentencePieceModel& model) {
  auto vocabulary = std::make_shared<Vocabulary>();
  auto impl = std::make_shared<Tokenizer::Impl>();
  impl->kind = TokenizerKind::sentencepiece;
  std::size_t bytes = 0;
  for (const auto& p : model.pieces) {
    const auto id = static_cast<std::int32_t>(vocabulary->size());
    vocabulary->add(p.text, id);
    if (p.type == PieceType::byte) {
      if (!detail::is_byte_piece(p.text)) throw error("a byte piece has a strange name");
      ++bytes;
    }
    if (p.type == PieceType::user_defined && !p.text.empty()) impl->added.add({p.text, id});
  }
  if (model.byte_fallback && bytes != 256)
    throw error("there are " + std::to_string(bytes) + " of the 256 byte pieces");
  if (!model.byte_fallback && model.special.unknown < 0) throw error("there is no unknown piece");
  impl->vocabulary = vocabulary;
  impl->special = model.special;
  impl->model = std::make_unique<detail::SentencePieceTokens>(vocabulary, model);
  if (model.special.begin >= 0) impl->before = {model.special.begin};
  return impl;
}

}  // namespace l2g::text
