#pragma once
#include <l2g/text/ranked_bpe-inl.hpp>
#include <l2g/text/spaced_bpe.hpp>

namespace l2g::text {

namespace detail {

class SpacedBpeModel final : public TokenModel {
 public:
  SpacedBpeModel(std::shared_ptr<const Vocabulary> vocabulary, std::span<const MergeRule> rules,
                 const SpacedBpeOptions& options)
      : options_(options),
        bpe_(std::move(vocabulary), rules, {false, options.byte_fallback, options.fuse_unknown, options.unknown}) {
    if (options_.spaces.symbol.empty()) throw error("the symbol of a space is empty");
    SpacedText content;
    for (AddedToken token : options_.normalized) {
      content.assign(token.content, 0, options_.spaces);
      token.content = content.text();
      normalized_.add(std::move(token));
    }
  }

  struct Memory : Scratch {
    SpacedText spaced;
    RankedBpe::Memory words;
  };
  std::unique_ptr<Scratch> scratch() const override { return std::make_unique<Memory>(); }

  void encode(std::string_view text, std::uint32_t base, Scratch& scratch,
              std::vector<TokenPiece>& pieces) const override {
    auto& memory = static_cast<Memory&>(scratch);
    memory.spaced.assign(text, base, options_.spaces);
    const std::string_view spaced = memory.spaced.text();
    const std::size_t first = pieces.size();
    normalized_.each_part(spaced, [&](std::size_t begin, std::size_t end, const AddedToken* token) {
      if (token)
        pieces.push_back({token->id, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
      else
        words(spaced.substr(begin, end - begin), begin, memory, pieces);
    });
    for (std::size_t i = first; i < pieces.size(); ++i) {
      pieces[i].begin = memory.spaced.source(pieces[i].begin);
      pieces[i].end = memory.spaced.source(pieces[i].end);
    }
  }

  void decode(std::string_view token, std::int32_t, bool first, std::string& text) const override {
    const std::size_t begin = text.size();
    const bool leads = first && begin == 0;
    if (options_.decode_bytes && is_byte_piece(token))
      text += byte_of_piece(token);
    else
      append_with_spaces(token, options_.spaces.symbol, text);
    if (leads && options_.first_spaces == FirstSpaces::one_dropped && text.starts_with(' ')) text.erase(0, 1);
    if (leads && options_.first_spaces == FirstSpaces::dropped) std::erase(text, ' ');
  }

 private:
  void words(std::string_view text, std::size_t base, Memory& memory, std::vector<TokenPiece>& pieces) const {
    const std::string_view symbol = options_.spaces.symbol;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t next = options_.split_words ? text.find(symbol, at + 1) : text.npos;
      const std::size_t end = std::min(next, text.size());
      bpe_.encode(text.substr(at, end - at), static_cast<std::uint32_t>(base + at), memory.words, pieces);
      at = end;
    }
  }

  SpacedBpeOptions options_;
  RankedBpe bpe_;
  AddedTokens normalized_;
};

}  // namespace detail

L2G_INLINE std::unique_ptr<const TokenModel> make_spaced_bpe(std::shared_ptr<const Vocabulary> vocabulary,
                                                             std::span<const MergeRule> rules,
                                                             const SpacedBpeOptions& options) {
  return std::make_unique<detail::SpacedBpeModel>(std::move(vocabulary), rules, options);
}

}  // namespace l2g::text
