#pragma once
// BERT's tokenizer: cleaned, folded and cut into words, then the longest pieces of each word from the left.
#include <l2g/text/tokenizer_impl.hpp>

namespace l2g::text {

struct WordPieceOptions {
  /// Controls vanish, every white space is a space.
  bool clean = true;
  /// Each CJK ideograph is a word.
  bool split_ideographs = true;
  bool lower_case = true;
  /// Canonical decomposition without nonspacing marks.
  bool strip_accents = true;
  /// What a piece begins with that continues a word.
  std::string continuation = "##";
  /// Longer words (in characters, after folding) are unknown.
  std::size_t longest_word = 100;
  std::int32_t unknown = -1;
};

/// Throws error when there is no unknown token.
std::unique_ptr<const TokenModel> make_wordpiece(std::shared_ptr<const Vocabulary> vocabulary,
                                                 const WordPieceOptions& options);

}  // namespace l2g::text

#ifndef L2G_COMPILED
#include <l2g/text/wordpiece-inl.hpp>
#endif
