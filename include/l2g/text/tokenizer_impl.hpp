#pragma once
// What stands behind a Tokenizer: for those who write a new kind.
#include <l2g/text/added_tokens.hpp>
#include <l2g/text/tokenizer.hpp>
#include <l2g/text/vocabulary.hpp>

#include <mutex>

namespace l2g::text {

/// A token and the bytes of the text that it stands for.
struct TokenPiece {
  std::int32_t id = -1;
  std::uint32_t begin = 0, end = 0;
};

/// How a kind of tokenizer cuts text. Immutable; what a call needs of memory lies in its Scratch.
class TokenModel {
 public:
  struct Scratch {
    Scratch() = default;
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    virtual ~Scratch() = default;
  };
  TokenModel() = default;
  TokenModel(const TokenModel&) = delete;
  TokenModel& operator=(const TokenModel&) = delete;
  virtual ~TokenModel() = default;

  virtual std::unique_ptr<Scratch> scratch() const { return std::make_unique<Scratch>(); }
  /// Appends the tokens of `text`, whose first byte has the offset `base`; it stands at the beginning of the whole
  /// text, or else behind an added token.
  virtual void encode(std::string_view text, std::uint32_t base, Scratch& scratch,
                      std::vector<TokenPiece>& pieces) const = 0;
  /// Appends the text of a token that is not special. `first`: it is the first one.
  virtual void decode(std::string_view token, std::int32_t id, bool first, std::string& text) const = 0;
};

/// A file of a tokenizer, kept to be written back.
struct TokenizerFile {
  std::string name, bytes;
};

struct Tokenizer::Impl {
  TokenizerKind kind{};
  std::shared_ptr<const Vocabulary> vocabulary;
  AddedTokens added;
  std::unique_ptr<const TokenModel> model;
  SpecialIds special;
  std::vector<std::int32_t> before, after;  // what the model wants around a text
  Side padding_side = Side::right, truncation_side = Side::right;
  index_t max_length = 0;
  std::vector<TokenizerFile> files;

  /// The tokens of a text without special ones around it.
  void pieces(std::string_view text, std::vector<TokenPiece>& pieces) const;

 private:
  // Scratch memory goes from call to call, so that its caches of words stay warm; one for each thread that is inside.
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<TokenModel::Scratch>> scratch_;
};

}  // namespace l2g::text

#ifndef L2G_COMPILED
#include <l2g/text/tokenizer-inl.hpp>
#endif
