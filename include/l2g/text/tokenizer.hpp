#pragma once
// Tokenizers: a text or a DNA sequence as the ids of a model's vocabulary, and back.
#include <l2g/core/errors.hpp>

#include <memory>
#include <vector>

namespace l2g::text {

enum class TokenizerKind {
  byte_level_bpe,
  bpe,
  wordpiece,
  sentencepiece,
  kmers,
  nucleotide_transformer,
  characters,
  bytes,
  hyena
};
/// "byte-level BPE", "WordPiece", ...
std::string_view name_of(TokenizerKind kind);

enum class Side { left, right };

/// The ids that a model gives a meaning; -1: the vocabulary has none. `begin` is BERT's [CLS], RoBERTa's <s>, OPT's
/// </s>; `end` is [SEP] or </s>.
struct SpecialIds {
  std::int32_t pad = -1, begin = -1, end = -1, unknown = -1, mask = -1;
  bool operator==(const SpecialIds&) const = default;
};

/// What may stand around a sequence and what happens when there are too many tokens.
struct EncodeOptions {
  /// A prompt: the tokens are those of prefix + sequence + suffix as one text, so tokens may span the boundaries.
  std::string prefix = {}, suffix = {};
  /// At most this many tokens, special ones included; 0: no limit.
  index_t max_tokens = 0;
  /// The special tokens that the model wants around a text.
  bool special_tokens = true;
  /// Too many tokens are taken from the sequence (from its truncation side), and the suffix stays. Otherwise they are
  /// taken from the whole text, as the public packages do it.
  bool keep_suffix = true;
  /// Without keep_suffix: that tokens of the suffix are lost is no error.
  bool allow_lost_suffix = false;
};

/// Bytes [begin, end) of a text.
struct ByteRange {
  std::uint32_t begin = 0, end = 0;
  bool operator==(const ByteRange&) const = default;
};

/// A text as tokens; the vectors are of equal length.
struct Encoding {
  std::vector<std::int32_t> ids;
  /// The bytes of prefix + sequence + suffix that each token stands for; begin = end for special tokens.
  std::vector<ByteRange> offsets;
  /// 1: a special token that the text did not contain.
  std::vector<std::uint8_t> special;
  /// Where the sequence lies in prefix + sequence + suffix.
  ByteRange sequence;
  /// Letters of the sequence for which no token was left, and how many tokens were left out.
  index_t cut = 0, cut_tokens = 0;
  bool suffix_lost = false;

  index_t size() const { return static_cast<index_t>(ids.size()); }
  /// The bases [begin, end) of the sequence that token i touches; empty for prompt and special tokens.
  ByteRange bases(index_t i) const;
};

/// Sequences of one length: (batch, length) ids, padded on the tokenizer's padding side.
struct TokenBatch {
  index_t batch = 0, length = 0;
  std::vector<std::int32_t> ids;    // (batch, length)
  std::vector<std::uint8_t> mask;   // (batch, length), 1: no padding
  std::vector<index_t> lengths;     // (batch), tokens that are no padding
  std::vector<Encoding> encodings;  // (batch)
};

/// A tokenizer with its vocabulary. A value: copies share what was read, and threads may use one at the same time.
class Tokenizer {
 public:
  struct Impl;
  explicit Tokenizer(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

  /// The tokens of a text, or of a sequence between prefix and suffix. Any bytes are accepted: what is no UTF-8 is
  /// kept by byte-level vocabularies and unknown to the others. Throws error when max_tokens leaves no token for the
  /// sequence, or the suffix would be lost; and for texts of 4 GiB and more.
  Encoding encode(std::string_view text, const EncodeOptions& options = {}) const;
  /// Only the ids, with special tokens.
  std::vector<std::int32_t> ids(std::string_view text) const { return encode(text).ids; }
  /// All sequences, padded to the longest, or to `length` tokens when it is not 0. Throws error as encode() does, and
  /// when an encoding is longer than `length` or padding is needed and the vocabulary has no such token.
  TokenBatch encode_batch(std::span<const std::string> sequences, const EncodeOptions& options = {},
                          index_t length = 0) const;
  /// The text of the ids; special tokens vanish unless `with_special`. WordPiece sets spaces between words, other
  /// kinds give back the bytes they read. Throws error for an id outside of the vocabulary.
  std::string decode(std::span<const std::int32_t> ids, bool with_special = false) const;

  TokenizerKind kind() const;
  /// One more than the largest id: the rows that an embedding needs.
  index_t size() const;
  /// The id of a token as the vocabulary spells it, or -1.
  std::int32_t id(std::string_view token) const;
  /// Throws error for an id outside of the vocabulary.
  const std::string& token(std::int32_t id) const;
  /// Whether an id is that of a special token ([CLS], <pad>, ...).
  bool is_special(std::int32_t id) const;
  SpecialIds special() const;
  Side padding_side() const;
  Side truncation_side() const;
  /// How many tokens the model takes by its own files, special ones included; 0: they do not say.
  index_t max_length() const;

  /// Writes the files that load_tokenizer(folder) reads, unchanged where the tokenizer came from files. The folder must
  /// exist. Throws file_error.
  void save(const std::string& folder) const;

  const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

}  // namespace l2g::text

#ifndef L2G_COMPILED
#include <l2g/text/tokenizer_impl.hpp>
#endif
