#pragma once
// What a tokenizer makes of a set of sequences.
#include <l2g/text/tokenizer.hpp>

namespace l2g::text {

/// Counts over the tokens that touch a sequence: neither special tokens nor those of the prompt alone.
struct TokenSummary {
  index_t sequences = 0, bases = 0, tokens = 0, unknown = 0;
  /// Tokens of a whole input, special ones and prompt included, before anything is cut.
  index_t shortest = 0, longest = 0;
  /// Sequences that max_tokens cuts, bases that they lose, and inputs that lose their suffix.
  index_t cut_sequences = 0, cut_bases = 0, lost_suffixes = 0;
  bool dna = true;  // else `bases` are bytes of text

  double tokens_per_base() const { return bases ? static_cast<double>(tokens) / static_cast<double>(bases) : 0; }
  double unknown_share() const { return tokens ? static_cast<double>(unknown) / static_cast<double>(tokens) : 0; }
};

/// Nothing but A, C, G, T, U and N, in any case: DNA or RNA, not text.
bool is_dna(std::string_view sequence);

/// Encodes the sequences. A lost suffix is counted, not thrown, so that it can be told with the rest. Throws error as
/// require_readable() does, and when prefix and suffix alone are longer than max_tokens.
TokenSummary summarize(const Tokenizer& tokenizer, std::span<const std::string> sequences,
                       const EncodeOptions& options = {});

/// Throws error when the tokenizer makes a single unknown token of a DNA sequence (as a WordPiece vocabulary does of
/// more than 100 letters, and of most shorter sequences), with the remedy.
void require_readable(const Tokenizer& tokenizer, std::span<const std::string> sequences);
/// The same of a sequence that is encoded already.
void require_readable(const Tokenizer& tokenizer, std::string_view sequence, const Encoding& encoding);

}  // namespace l2g::text

#ifndef L2G_COMPILED
#include <l2g/text/token_summary-inl.hpp>
#endif
