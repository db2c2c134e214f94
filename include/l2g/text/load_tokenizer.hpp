#pragma once
// Tokenizers from the files that models are published with.
#include <l2g/text/tokenizer.hpp>

namespace l2g::text {

struct TokenizerFile;

/// Whose ids and special tokens a vocab.json has, when no other file says it.
enum class TokenizerFamily { automatic, gpt2, roberta, opt };

struct LoadTokenizerOptions {
  TokenizerFamily family = TokenizerFamily::automatic;
};

/// A tokenizer from a folder or one of its files. In a folder the first of these counts:
///  - tokenizer.json (Hugging Face): BPE over bytes, over characters, or with visible spaces and tokens of bytes
///    (Llama), WordPiece;
///  - vocab.json + merges.txt, or encoder.json + vocab.bpe: byte-level BPE of GPT-2, RoBERTa or OPT. The family is told
///  by
///    tokenizer_config.json, config.json or special_tokens_map.json; without them a vocabulary that begins with <s>,
///    <pad> is RoBERTa's, any other GPT-2's;
///  - tokenizer.model or another *.model, or *.vocab: SentencePiece BPE;
///  - tokenizer.bin: the same as llama2.c exports it (any name when the file itself is given);
///  - vocab.txt or vocab_*.txt: Nucleotide Transformer when it holds <cls> and 6-mers, DNABERT when it holds the
///  k-mers,
///    WordPiece otherwise;
///  - tokenizer_config.json alone: the kinds that need no vocabulary (HyenaDNA, bytes, characters).
/// tokenizer_config.json, special_tokens_map.json and added_tokens.json are honoured when they are there: special
/// tokens, lower case, sides, the longest input. Throws file_error: what is missing or malformed, with the place, or
/// that a kind is unknown and which ones are supported.
Tokenizer load_tokenizer(const std::string& path, const LoadTokenizerOptions& options = {});

/// Whether load_tokenizer() finds a tokenizer in a folder.
bool holds_tokenizer(const std::string& folder);
/// Whether a file of this name belongs to a tokenizer: its vocabulary, merges, or what is said beside them.
bool is_tokenizer_file(std::string_view name);
/// What a folder with a tokenizer holds, for messages.
inline constexpr char tokenizer_file_names[] =
    "tokenizer.json, vocab.json and merges.txt, encoder.json and vocab.bpe, tokenizer.model, tokenizer.bin, or "
    "vocab.txt";

/// The same from the files that a tokenizer was saved as (Tokenizer::Impl::files), without a folder; `name` stands in
/// messages.
Tokenizer read_tokenizer(std::span<const TokenizerFile> files, const std::string& name);

/// A tokenizer from the text of a tokenizer.json; `name` stands in messages.
Tokenizer parse_tokenizer_json(std::string_view text, const std::string& name);
/// Byte-level BPE from the texts of vocab.json and merges.txt.
Tokenizer parse_byte_level_bpe(std::string_view vocabulary, std::string_view merges, const std::string& name,
                               const LoadTokenizerOptions& options = {});
/// A tokenizer from the text of a vocab.txt, of the kind that its tokens tell.
Tokenizer parse_vocabulary_text(std::string_view text, const std::string& name);

}  // namespace l2g::text

#ifndef L2G_COMPILED
#include <l2g/text/load_tokenizer-inl.hpp>
#endif
