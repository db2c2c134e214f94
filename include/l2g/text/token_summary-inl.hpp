#pragma once
#include <l2g/text/token_summary.hpp>

#include <algorithm>

namespace l2g::text {

namespace detail {

inline void refuse_unknown(const Tokenizer& tokenizer, std::string_view sequence, const Encoding& e,
                           const std::string& where) {
  if (sequence.size() < 2 || !is_dna(sequence)) return;
  index_t tokens = 0, unknown = 0;
  for (index_t i = 0; i < e.size(); ++i) {
    const ByteRange o = e.bases(i);
    if (o.begin == o.end) continue;
    ++tokens;
    unknown += e.ids[static_cast<std::size_t>(i)] == tokenizer.special().unknown && o.end - o.begin == sequence.size();
  }
  if (tokens != 1 || unknown != 1) return;
  const bool lower = std::any_of(sequence.begin(), sequence.end(), [](char c) { return c >= 'a'; });
  throw error(where + "the " + std::string(name_of(tokenizer.kind())) +
              " vocabulary makes a single unknown token of its " + std::to_string(sequence.size()) + " letters; " +
              (lower ? "write the letters in upper case, or take" : "take") +
              " a tokenizer of k-mers, of letters or of bytes, or a model with byte-level BPE");
}

}  // namespace detail

L2G_INLINE bool is_dna(std::string_view sequence) {
  return sequence.find_first_not_of("ACGTUNacgtun") == std::string_view::npos;
}

L2G_INLINE TokenSummary summarize(const Tokenizer& tokenizer, std::span<const std::string> sequences,
                                  const EncodeOptions& options) {
  TokenSummary s;
  EncodeOptions lenient = options;
  lenient.allow_lost_suffix = true;
  EncodeOptions whole = options;
  whole.max_tokens = 0;
  for (const std::string& sequence : sequences) {
    const Encoding e = tokenizer.encode(sequence, whole);
    detail::refuse_unknown(tokenizer, sequence, e, "sequence " + std::to_string(s.sequences + 1) + ": ");
    ++s.sequences;
    s.bases += static_cast<index_t>(sequence.size());
    s.dna = s.dna && is_dna(sequence);
    for (index_t i = 0; i < e.size(); ++i) {
      const ByteRange o = e.bases(i);
      if (o.begin == o.end) continue;
      ++s.tokens;
      s.unknown += e.ids[static_cast<std::size_t>(i)] == tokenizer.special().unknown;
    }
    s.shortest = s.sequences == 1 ? e.size() : std::min(s.shortest, e.size());
    s.longest = std::max(s.longest, e.size());
    if (options.max_tokens <= 0 || e.size() <= options.max_tokens) continue;
    const Encoding cut = tokenizer.encode(sequence, lenient);
    s.cut_sequences += cut.cut > 0;
    s.cut_bases += cut.cut;
    s.lost_suffixes += cut.suffix_lost;
  }
  return s;
}

L2G_INLINE void require_readable(const Tokenizer& tokenizer, std::span<const std::string> sequences) {
  for (std::size_t i = 0; i < sequences.size(); ++i)
    detail::refuse_unknown(tokenizer, sequences[i], tokenizer.encode(sequences[i]),
                           "sequence " + std::to_string(i + 1) + ": ");
}

L2G_INLINE void require_readable(const Tokenizer& tokenizer, std::string_view sequence, const Encoding& encoding) {
  detail::refuse_unknown(tokenizer, sequence, encoding, "");
}

}  // namespace l2g::text
