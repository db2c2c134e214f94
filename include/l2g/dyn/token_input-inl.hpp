#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/letters.hpp>
#include <l2g/dyn/token_input.hpp>
#include <l2g/text/token_summary.hpp>

#include <algorithm>
#include <utility>

namespace l2g::model {
namespace detail {

/// f(row number, encoding) for every row; messages name the row.
template <class F>
void each_encoding(const text::Tokenizer& tokenizer, const text::EncodeOptions& options, const data::Dataset& dataset,
                   bool reverse, F&& f) {
  std::string other;
  for (std::size_t i = 0; i < dataset.sequences.size(); ++i) {
    const std::string* sequence = &dataset.sequences[i];
    if (reverse) other = data::reverse_complement(*sequence), sequence = &other;
    try {
      text::Encoding e = tokenizer.encode(*sequence, options);
      text::require_readable(tokenizer, *sequence, e);
      f(i, std::move(e));
    } catch (const error& fault) {
      throw error("row " + std::to_string(i + 1) + (dataset.ids.empty() ? "" : " ('" + dataset.ids[i] + "')") + ": " +
                  fault.what());
    }
  }
}

}  // namespace detail

L2G_INLINE std::int32_t padding_id(const text::Tokenizer& tokenizer) {
  const text::SpecialIds& s = tokenizer.special();
  return std::max(0, s.pad >= 0 ? s.pad : s.end);
}

L2G_INLINE TokenRows token_rows(const TokenInput& input, const data::Dataset& dataset, bool reverse) {
  TokenRows rows;
  const auto length = static_cast<std::size_t>(input.length);
  rows.ids.assign(dataset.sequences.size() * length, padding_id(input.tokenizer));
  rows.lengths.resize(dataset.sequences.size());
  detail::each_encoding(input.tokenizer, input.options, dataset, reverse, [&](std::size_t i, text::Encoding&& e) {
    const std::size_t count = input.before.size() + e.ids.size() + input.after.size();
    if (count > length)
      throw error("it has " + std::to_string(count) + " tokens, the model was built for " +
                  std::to_string(input.length) + "; build it for longer rows, or let it cut them (max_tokens)");
    auto at = rows.ids.begin() + static_cast<std::ptrdiff_t>(i * length);
    for (const std::vector<std::int32_t>* part : {&input.before, &std::as_const(e.ids), &input.after})
      at = std::copy(part->begin(), part->end(), at);
    rows.lengths[i] = static_cast<std::int32_t>(count);
  });
  return rows;
}

L2G_INLINE index_t longest_row(const text::Tokenizer& tokenizer, const text::EncodeOptions& options,
                               const data::Dataset& dataset) {
  index_t longest = 0;
  detail::each_encoding(tokenizer, options, dataset, false,
                        [&](std::size_t, text::Encoding&& e) { longest = std::max(longest, e.size()); });
  return longest;
}

}  // namespace l2g::model
