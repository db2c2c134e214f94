#pragma once
// Byte pair encoding with ranked rules, over bytes (GPT-2, RoBERTa, OPT) or over characters (DNABERT-2).
#include <l2g/text/tokenizer_impl.hpp>

namespace l2g::text {

/// One rule: two tokens that become one. The first rule of a file comes first.
struct MergeRule {
  std::string_view left, right;
};

/// How GPT-2 writes byte b as one character: printable Latin-1 as itself, the other 68 bytes as U+0100, U+0101, ... in
/// increasing order (space: U+0120, newline: U+010A).
char32_t byte_character(unsigned char byte);
/// The text of bytes in these characters, and back; characters that stand for no byte stay as they are.
std::string to_byte_characters(std::string_view bytes);
std::string from_byte_characters(std::string_view characters);

struct BpeOptions {
  /// GPT-2's pattern, over bytes; otherwise words and punctuation (`\w+|[^\w\s]+`), over characters.
  bool byte_level = true;
  /// Whether the text is cut into words at all.
  bool split_words = true;
  /// Byte level: a space before the first word of the text, when it has none.
  bool add_prefix_space = false;
  /// Runs of unknown characters become one unknown token.
  bool fuse_unknown = false;
  /// For characters without a token; -1: they are left out.
  std::int32_t unknown = -1;
};

/// Throws error when a rule names a token that the vocabulary does not have ("rule 17: ...").
std::unique_ptr<const TokenModel> make_bpe(std::shared_ptr<const Vocabulary> vocabulary,
                                           std::span<const MergeRule> rules, const BpeOptions& options);

}  // namespace l2g::text

#ifndef L2G_COMPILED
#include <l2g/text/bpe-inl.hpp>
#endif
