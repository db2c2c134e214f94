#pragma once
// The named-entity files of CoNLL-2003 (Tjong Kim Sang and De Meulder 2003) and the text reference of the alignment
// that is made from them (specification of L2G, section 5).
#include <l2g/io/cache.hpp>

#include <array>

namespace l2g::text {

/// The tags in the order of their numbers, as the data set of Hugging Face has them.
inline constexpr std::array<std::string_view, 9> conll_tags = {"O",     "B-PER", "I-PER",  "B-ORG", "I-ORG",
                                                               "B-LOC", "I-LOC", "B-MISC", "I-MISC"};

/// Words with a tag each, in sentences.
struct TaggedWords {
  std::vector<std::string> words;
  std::vector<std::int8_t> tags;             // 0 to 8, in the scheme IOB2
  std::vector<std::size_t> sentences = {0};  // sentence s: words [sentences[s], sentences[s + 1])

  std::size_t sentence_count() const { return sentences.size() - 1; }
  std::span<const std::string> sentence(std::size_t s) const {
    return std::span(words).subspan(sentences[s], sentences[s + 1] - sentences[s]);
  }
};

/// Reads the column format: a word a line, its tag the last of 2 or more columns (word POS chunk tag in the original),
/// blank lines between sentences, -DOCSTART- lines left out, any line ends. In the scheme IOB1 of the original files an
/// entity begins with I-, and with B- only right behind another of its kind; in IOB2 always with B-. Both are read, and
/// become IOB2. `name` is for messages. Throws file_error with line and column.
TaggedWords parse_conll(std::string_view text, std::string_view name);

/// The same of a file.
TaggedWords read_conll(std::string_view path);

/// Ids of a tokenizer with a tag each, in sentences.
struct TaggedTokens {
  std::vector<std::int32_t> ids;
  std::vector<std::int8_t> tags;  // -1: a special token
  std::vector<std::size_t> sentences = {0};

  std::size_t sentence_count() const { return sentences.size() - 1; }
};

/// What a tokenizer makes of the words of a sentence.
struct WordTokens {
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> word;  // of each id, the word of the sentence that it is a piece of; -1: a special token
};

/// Tokens of all sentences. `encode(std::span<const std::string> words) -> WordTokens` cuts at the model's length. The
/// first piece of a word has its tag, later pieces of a B- word have I-, as a second word of the entity would.
/// Throws error when `encode` gives what does not fit the words.
template <class Encode>
TaggedTokens tag_tokens(const TaggedWords& text, Encode&& encode);

struct TagChoice {
  index_t per_tag = 350;  // 9 x 350 = 3150, the published number
  std::uint64_t seed = 1;
};

/// Places in `tags`: per_tag of each tag without replacement, in the order of the tags, rising within each. A pure
/// function of its arguments. Throws error that names the tag when it has fewer than per_tag tokens.
std::vector<std::uint64_t> choose_by_tag(std::span<const std::int8_t> tags, const TagChoice& choice = {});

/// Places in `tags`: `count` of all tokens that are not special, in rising order: for text without tags. Throws error
/// when there are fewer.
std::vector<std::uint64_t> choose_any(std::span<const std::int8_t> tags, index_t count, std::uint64_t seed);

/// Vectors of tokens, with what they were chosen by.
struct TokenFeatures {
  std::vector<float> values;  // (tokens, width)
  index_t width = 0;
  std::vector<std::int8_t> tags;  // of each row; not used by the alignment
  bool from_cache = false;
  std::string note;  // CacheResult::note

  index_t tokens() const { return static_cast<index_t>(tags.size()); }
};

/// The vectors of the chosen tokens, row after row in the order of `chosen`.
/// `embed(std::span<const std::int32_t> ids) -> std::vector<float>` gives (ids.size(), width) for one sentence, special
/// tokens included, with the model in evaluation; it is called for sentences with a chosen token only, each once.
/// Throws error when what it gives has not one width.
template <class Embed>
TokenFeatures token_features(const TaggedTokens& text, std::span<const std::uint64_t> chosen, Embed&& embed);

/// The same, kept in a cache under the hash of `model` (what covers weights and settings of `embed`), the ids and the
/// choice; then `embed` is not called when they are known.
template <class Embed>
TokenFeatures token_features(const TaggedTokens& text, std::span<const std::uint64_t> chosen, Embed&& embed,
                             const io::Cache& cache, const io::ContentHash& model);

/// The text reference of L2G: per_tag tokens of each of the nine tags, (9 per_tag, width). `text` is the validation
/// split (eng.testa) in the published work.
template <class Encode, class Embed>
TokenFeatures conll_reference(const TaggedWords& text, Encode&& encode, Embed&& embed, const io::Cache& cache,
                              const io::ContentHash& model, const TagChoice& choice = {}) {
  const TaggedTokens tokens = tag_tokens(text, std::forward<Encode>(encode));
  return token_features(tokens, choose_by_tag(tokens.tags, choice), std::forward<Embed>(embed), cache, model);
}

namespace detail {

void append_sentence(TaggedTokens& out, std::span<const std::int8_t> tags, const WordTokens& tokens);
io::ContentHash features_key(const TaggedTokens& text, std::span<const std::uint64_t> chosen,
                             const io::ContentHash& model);
// The sentence of each chosen place, with the row that it becomes, by sentence.
struct Row {
  std::size_t sentence, place, row;
};
std::vector<Row> rows_by_sentence(const TaggedTokens& text, std::span<const std::uint64_t> chosen);
[[noreturn]] void wrong_width(std::size_t numbers, std::size_t tokens, index_t width);

}  // namespace detail

template <class Encode>
TaggedTokens tag_tokens(const TaggedWords& text, Encode&& encode) {
  TaggedTokens out;
  for (std::size_t s = 0; s < text.sentence_count(); ++s) {
    const WordTokens tokens = encode(text.sentence(s));
    detail::append_sentence(
        out, std::span(text.tags).subspan(text.sentences[s], text.sentences[s + 1] - text.sentences[s]), tokens);
  }
  return out;
}

template <class Embed>
TokenFeatures token_features(const TaggedTokens& text, std::span<const std::uint64_t> chosen, Embed&& embed) {
  TokenFeatures out;
  for (const std::uint64_t place : chosen) out.tags.push_back(text.tags.at(static_cast<std::size_t>(place)));
  const std::vector<detail::Row> rows = detail::rows_by_sentence(text, chosen);
  std::size_t current = text.sentences.size();
  std::vector<float> features;
  for (const detail::Row& row : rows) {
    if (row.sentence != current) {
      current = row.sentence;
      const std::size_t begin = text.sentences[current], tokens = text.sentences[current + 1] - begin;
      features = embed(std::span<const std::int32_t>(text.ids).subspan(begin, tokens));
      if (out.width == 0) {
        out.width = static_cast<index_t>(features.size() / tokens);
        out.values.resize(chosen.size() * static_cast<std::size_t>(out.width));
      }
      if (out.width == 0 || features.size() != tokens * static_cast<std::size_t>(out.width))
        detail::wrong_width(features.size(), tokens, out.width);
    }
    const auto width = static_cast<std::size_t>(out.width);
    for (std::size_t i = 0; i < width; ++i) out.values[row.row * width + i] = features[row.place * width + i];
  }
  return out;
}

template <class Embed>
TokenFeatures token_features(const TaggedTokens& text, std::span<const std::uint64_t> chosen, Embed&& embed,
                             const io::Cache& cache, const io::ContentHash& model) {
  TokenFeatures out;
  for (const std::uint64_t place : chosen) out.tags.push_back(text.tags.at(static_cast<std::size_t>(place)));
  auto kept = cache.cached("text", detail::features_key(text, chosen, model), [&] {
    TokenFeatures made = token_features(text, chosen, embed);
    return io::CachedArray{{made.tokens(), made.width}, std::move(made.values)};
  });
  out.values = std::move(kept.array.values);
  out.width = kept.array.extents.at(1);
  out.from_cache = kept.found;
  out.note = std::move(kept.note);
  return out;
}

}  // namespace l2g::text

#ifndef L2G_COMPILED
#include <l2g/text/conll-inl.hpp>
#endif
