#pragma once
// What a model that reads tokens needs besides its weights: a tokenizer, a prompt, a length.
#include <l2g/data/dataset.hpp>
#include <l2g/text/tokenizer.hpp>

namespace l2g::model {

/// Sequences as ids, padded on the right to one length.
struct TokenInput {
  text::Tokenizer tokenizer;
  text::EncodeOptions options{};  // prompt, and how many tokens there may be
  index_t length = 0;             // tokens that a row is padded to
  /// Ids before and behind those of the row: a prompt of another tokenizer (Lingo's rows for bases).
  std::vector<std::int32_t> before{}, after{};
};

/// The rows of a data set as ids.
struct TokenRows {
  std::vector<std::int32_t> ids;      // (rows, length)
  std::vector<std::int32_t> lengths;  // (rows): tokens that are no padding
};

/// Encodes every row, or its other strand. Throws error as text::Tokenizer::encode does, with the row: for a row that
/// has more tokens than the input, for one that would lose its suffix, and for DNA that becomes a single unknown token.
TokenRows token_rows(const TokenInput& input, const data::Dataset& dataset, bool reverse = false);

/// Tokens of the longest row, special ones and prompt included, cut as the options say. Throws error as token_rows.
index_t longest_row(const text::Tokenizer& tokenizer, const text::EncodeOptions& options, const data::Dataset& dataset);

/// The id that stands in the padding, which nothing reads.
std::int32_t padding_id(const text::Tokenizer& tokenizer);

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/token_input-inl.hpp>
#endif
