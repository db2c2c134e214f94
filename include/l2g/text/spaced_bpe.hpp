#pragma once
// Byte pair encoding with ranked rules over characters and visible spaces: SentencePiece's vocabularies in the
// tokenizer.json of Llama, Mistral, TinyLlama, ...
#include <l2g/text/bpe.hpp>
#include <l2g/text/spaces.hpp>

namespace l2g::text {

/// Which spaces of a decoded text vanish: none, the one that it begins with, or all of its first token.
enum class FirstSpaces { kept, one_dropped, dropped };

struct SpacedBpeOptions {
  Spaces spaces;
  /// A word begins at each space; otherwise what is between two added tokens is one word.
  bool split_words = false;
  /// A character without a token becomes the tokens of its bytes (<0xE2>), where the vocabulary has them.
  bool byte_fallback = false;
  /// Runs of unknown characters become one unknown token.
  bool fuse_unknown = false;
  /// For characters without a token; -1: they are left out.
  std::int32_t unknown = -1;
  /// Tokens that are found in the text with visible spaces, where they look as `spaces` makes them.
  std::vector<AddedToken> normalized;
  /// In a decoded text tokens of bytes are those bytes.
  bool decode_bytes = true;
  FirstSpaces first_spaces = FirstSpaces::one_dropped;
};

/// Throws error when a rule names a token that the vocabulary does not have ("rule 17: ..."), or the symbol of a space
/// is empty.
std::unique_ptr<const TokenModel> make_spaced_bpe(std::shared_ptr<const Vocabulary> vocabulary,
                                                  std::span<const MergeRule> rules, const SpacedBpeOptions& options);

}  // namespace l2g::text

#ifndef L2G_COMPILED
#include <l2g/text/spaced_bpe-inl.hpp>
#endif
