#pragma once
#include <l2g/text/merges.hpp>
#include <l2g/text/sentencepiece.hpp>
#include <l2g/text/spaces.hpp>
#include <l2g/text/utf8.hpp>

#include <map>

namespace l2g::text {

namespace detail {

class SentencePieceTokens final : public TokenModel {
 public:
  SentencePieceTokens(std::shared_ptr<const Vocabulary> vocabulary, const SentencePieceModel& model)
      : vocabulary_(std::move(vocabulary)), unknown_(model.special.unknown) {
    spaces_.prefix = model.dummy_prefix ? SpacePrefix::first : SpacePrefix::never;
    spaces_.remove_extra = model.remove_extra_spaces;
    spaces_.replace_invalid = true;
    if (!model.escape_spaces) spaces_.symbol = " ";
    // Equal scores have equal ranks: there the leftmost goes first.
    std::map<float, std::uint32_t, std::greater<>> order;
    for (const auto& p : model.pieces)
      if (p.type == PieceType::normal) order[p.score] = 0;
    std::uint32_t rank = 0;
    for (auto& [score, r] : order) r = rank++;
    for (const auto& p : model.pieces) ranks_.push_back(p.type == PieceType::normal ? order[p.score] : Merge::none);
    bytes_.fill(-1);
    if (model.byte_fallback) bytes_ = byte_pieces(*vocabulary_);
  }

  struct Memory : Scratch {
    SpacedText spaced;
    WordMerger merger;
  };
  std::unique_ptr<Scratch> scratch() const override { return std::make_unique<Memory>(); }

  void encode(std::string_view text, std::uint32_t base, Scratch& scratch,
              std::vector<TokenPiece>& pieces) const override {
    auto& memory = static_cast<Memory&>(scratch);
    memory.spaced.assign(text, base, spaces_);
    const std::string_view word = memory.spaced.text();
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
      const auto source = [&](std::uint32_t i) { return memory.spaced.source(i); };
      std::int32_t id = s.id >= 0 ? s.id : vocabulary_->find(word.substr(s.begin, s.end - s.begin));
      if (id >= 0 && ranks_[static_cast<std::size_t>(id)] == Merge::none) id = -1;
      if (id < 0 && bytes_[0] >= 0) {
        for (std::uint32_t i = s.begin; i < s.end; ++i)
          pieces.push_back({bytes_[static_cast<unsigned char>(word[i])], source(i), source(i + 1)});
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

  void decode(std::string_view token, std::int32_t, bool first, std::string& text) const override {
    if (bytes_[0] >= 0 && is_byte_piece(token)) {
      text += byte_of_piece(token);
      return;
    }
    const std::string_view symbol = spaces_.symbol;
    if (first && spaces_.prefix != SpacePrefix::never && token.starts_with(symbol)) token.remove_prefix(symbol.size());
    append_with_spaces(token, symbol, text);
  }

 private:
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::int32_t unknown_;
  Spaces spaces_;
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
      if (!is_byte_piece(p.text)) throw error("a byte piece has a strange name");
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
