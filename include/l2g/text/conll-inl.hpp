#pragma once
#include <l2g/io/mapped_file.hpp>
#include <l2g/io/messages.hpp>
#include <l2g/text/conll.hpp>
#include <l2g/text/reference.hpp>

#include <algorithm>

namespace l2g::text {
namespace detail {

// Number of a tag, -1 for what is none.
inline int conll_tag(std::string_view tag) {
  const auto found = std::find(conll_tags.begin(), conll_tags.end(), tag);
  return found == conll_tags.end() ? -1 : static_cast<int>(found - conll_tags.begin());
}

// Odd tags begin an entity, the even one above continues it.
inline bool same_entity(int before, int inside) { return before == inside || before == inside - 1; }

L2G_INLINE void append_sentence(TaggedTokens& out, std::span<const std::int8_t> tags, const WordTokens& tokens) {
  if (tokens.ids.size() != tokens.word.size())
    throw error("a tokenizer gave " + std::to_string(tokens.ids.size()) + " ids of " +
                std::to_string(tokens.word.size()) + " words");
  std::int32_t before = -1;
  for (const std::int32_t w : tokens.word) {
    if (w < -1 || w >= static_cast<std::int64_t>(tags.size()))
      throw error("a tokenizer gave a piece of word " + std::to_string(w) + " of a sentence of " +
                  std::to_string(tags.size()));
    std::int8_t tag = w < 0 ? std::int8_t(-1) : tags[static_cast<std::size_t>(w)];
    if (w >= 0 && w == before && tag % 2 == 1) ++tag;
    out.tags.push_back(tag);
    before = w;
  }
  out.ids.insert(out.ids.end(), tokens.ids.begin(), tokens.ids.end());
  out.sentences.push_back(out.ids.size());
}

L2G_INLINE io::ContentHash features_key(const TaggedTokens& text, std::span<const std::uint64_t> chosen,
                                        const io::ContentHash& model) {
  io::ContentHash key;
  key.add("token features 1").add(model);
  key.add(std::span<const std::int32_t>(text.ids));
  for (const std::size_t s : text.sentences) key.add(static_cast<std::uint64_t>(s));
  return key.add(chosen);
}

L2G_INLINE std::vector<Row> rows_by_sentence(const TaggedTokens& text, std::span<const std::uint64_t> chosen) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const auto above = std::upper_bound(text.sentences.begin(), text.sentences.end(), chosen[i]);
    const auto s = static_cast<std::size_t>(above - text.sentences.begin()) - 1;
    rows.push_back({s, static_cast<std::size_t>(chosen[i]) - text.sentences[s], i});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.sentence < b.sentence; });
  return rows;
}

L2G_INLINE void wrong_width(std::size_t numbers, std::size_t tokens, index_t width) {
  throw error("an embedding gave " + std::to_string(numbers) + " numbers for " + std::to_string(tokens) + " tokens" +
              (width > 0 ? " of width " + std::to_string(width) : ""));
}

}  // namespace detail

L2G_INLINE TaggedWords parse_conll(std::string_view text, std::string_view name) {
  TaggedWords out;
  index_t line_number = 0;
  std::size_t columns = 0;
  int before = 0;
  const auto end_sentence = [&] {
    if (out.words.size() > out.sentences.back()) out.sentences.push_back(out.words.size());
    before = 0;
  };
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (!text.empty()) {
    ++line_number;
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + (text.substr(end, 2) == "\r\n" ? 2 : 1)));
    std::vector<std::string_view> fields;
    for (std::size_t at = 0; (at = line.find_first_not_of(" \t", at)) != line.npos;) {
      const std::size_t stop = std::min(line.find_first_of(" \t", at), line.size());
      fields.push_back(line.substr(at, stop - at));
      at = stop;
    }
    if (fields.empty() || fields[0] == "-DOCSTART-") {
      end_sentence();
      continue;
    }
    const auto column = static_cast<index_t>(fields.back().data() - line.data()) + 1;
    if (fields.size() < 2)
      throw file_error(name, line_number, column, "a word without a tag: " + io::in_quotes(fields[0]));
    if (columns != 0 && fields.size() != columns)
      throw file_error(name, line_number, column,
                       std::to_string(fields.size()) + " columns; the lines before have " + std::to_string(columns));
    columns = fields.size();
    int tag = detail::conll_tag(fields.back());
    if (tag < 0) {
      std::string message = "unknown tag " + io::in_quotes(fields.back());
      if (const auto near = closest(fields.back(), conll_tags); !near.empty())
        message += " (did you mean '" + std::string(near) + "'?)";
      message += "; there are";
      for (const auto known : conll_tags) message += (known == "O" ? " " : ", ") + std::string(known);
      throw file_error(name, line_number, column, message);
    }
    if (tag > 0 && tag % 2 == 0 && !detail::same_entity(before, tag)) --tag;
    before = tag;
    out.words.emplace_back(fields[0]);
    out.tags.push_back(static_cast<std::int8_t>(tag));
  }
  end_sentence();
  if (out.words.empty()) throw file_error(name, "has no words");
  return out;
}

L2G_INLINE TaggedWords read_conll(std::string_view path) {
  const io::MappedFile file(path);
  const auto bytes = file.bytes();
  return parse_conll({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path);
}

L2G_INLINE std::vector<std::uint64_t> choose_by_tag(std::span<const std::int8_t> tags, const TagChoice& choice) {
  if (choice.per_tag < 1) throw error("at least one token of each tag is to be chosen");
  std::vector<std::uint64_t> chosen;
  for (std::size_t tag = 0; tag < conll_tags.size(); ++tag) {
    std::vector<std::uint64_t> places;
    for (std::size_t i = 0; i < tags.size(); ++i)
      if (tags[i] == static_cast<std::int8_t>(tag)) places.push_back(i);
    if (static_cast<index_t>(places.size()) < choice.per_tag)
      throw error("the text has " + std::to_string(places.size()) + " tokens with the tag " +
                  std::string(conll_tags[tag]) + "; " + std::to_string(choice.per_tag) +
                  " of each tag are to be chosen: take more text or fewer of each");
    const std::uint64_t seed = choice.seed * conll_tags.size() + tag;
    for (const std::uint64_t n : draw_without_replacement(places.size(), choice.per_tag, seed))
      chosen.push_back(places[static_cast<std::size_t>(n)]);
  }
  return chosen;
}

L2G_INLINE std::vector<std::uint64_t> choose_any(std::span<const std::int8_t> tags, index_t count, std::uint64_t seed) {
  std::vector<std::uint64_t> places, chosen;
  for (std::size_t i = 0; i < tags.size(); ++i)
    if (tags[i] >= 0) places.push_back(i);
  if (count < 1) throw error("at least one token is to be chosen");
  if (static_cast<std::uint64_t>(count) > places.size())
    throw error("the text has " + std::to_string(places.size()) + " tokens; " + std::to_string(count) +
                " are to be chosen");
  for (const std::uint64_t n : draw_without_replacement(places.size(), count, seed))
    chosen.push_back(places[static_cast<std::size_t>(n)]);
  return chosen;
}

}  // namespace l2g::text
