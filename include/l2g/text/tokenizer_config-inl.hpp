#pragma once
#include <l2g/io/messages.hpp>
#include <l2g/text/tokenizer_config.hpp>

#include <algorithm>
#include <charconv>

namespace l2g::text::detail {

L2G_INLINE Json parse_json_object(std::string_view text, std::string_view name) {
  try {
    Json j = Json::parse(text);
    if (!j.is_object()) throw file_error(name, "a JSON object was expected");
    return j;
  } catch (const Json::parse_error& e) {
    const auto [line, column] = io::place_in(text, e.byte > 0 ? e.byte - 1 : 0);
    throw file_error(name, line, column, "this is not valid JSON");
  } catch (const Json::exception&) {  // a number that no double holds
    throw file_error(name, "this is not valid JSON: a number is out of range");
  }
}

L2G_INLINE std::int32_t token_id(const Json& j) {
  if (!j.is_number_integer() || j.get<double>() != double(j.get<std::int32_t>()))  // a fraction, or cut off
    throw Json::type_error::create(302, "an id must be a whole number", &j);
  return j.get<std::int32_t>();
}

L2G_INLINE AddedToken added_token(const Json& j) {
  AddedToken t;
  t.content = j.at("content").get<std::string>();
  if (j.contains("id")) t.id = token_id(j.at("id"));
  t.special = j.value("special", false);
  t.strip_left = j.value("lstrip", false);
  t.strip_right = j.value("rstrip", false);
  t.whole_word = j.value("single_word", false);
  return t;
}

L2G_INLINE AddedToken token_of(const Json& j, const char* key) {
  const auto it = j.find(key);
  if (it == j.end() || it->is_null()) return {};
  if (it->is_object()) return added_token(*it);
  AddedToken t;
  t.content = it->get<std::string>();
  return t;
}

L2G_INLINE std::string TokenizerConfig::token(const char* key) const {
  const AddedToken t = token_of(config, key);
  return t.content.empty() ? token_of(special, key).content : t.content;
}

L2G_INLINE bool TokenizerConfig::flag(const char* key, bool otherwise) const {
  return value_of<bool>(config, key).value_or(otherwise);
}

L2G_INLINE void add_token(Tokenizer::Impl& impl, Vocabulary& vocabulary, AddedToken token) {
  const std::int32_t known = vocabulary.find(token.content);
  if (known < 0)
    vocabulary.add(token.content, token.id);
  else if (token.id < 0)
    token.id = known;
  else if (token.id != known)
    throw error("the added token " + io::in_quotes(token.content) + " has the id " + std::to_string(token.id) +
                ", but " + std::to_string(known) + " in the vocabulary");
  if (const AddedToken* same = impl.added.of_id(token.id)) token.normalized = same->normalized;
  impl.added.add(std::move(token));
}

// A special token: the first of the names that the files give, then of the usual ones, that the vocabulary has.
inline std::int32_t special_id(const TokenizerConfig& c, const Vocabulary& v, std::initializer_list<const char*> keys,
                               std::initializer_list<const char*> usual, std::int32_t known, bool by_name) {
  for (const char* key : keys)
    if (const std::string name = c.token(key); !name.empty() && v.find(name) >= 0) return v.find(name);
  if (known >= 0 || !by_name) return known;
  for (const char* name : usual)
    if (v.find(name) >= 0) return v.find(name);
  return -1;
}

L2G_INLINE void read_length(const TokenizerConfig& c, Tokenizer::Impl& impl) {
  // Without a limit the files have 10^30.
  if (const auto longest = value_of<double>(c.config, "model_max_length"); longest && *longest >= 1 && *longest < 1e9)
    impl.max_length = static_cast<index_t>(*longest);
}

L2G_INLINE void apply(const TokenizerConfig& c, Tokenizer::Impl& impl, Vocabulary& vocabulary, bool by_name) {
  if (const auto it = c.config.find("added_tokens_decoder"); it != c.config.end() && it->is_object())
    for (const auto& [key, value] : it->items()) {
      AddedToken t = added_token(value);
      const auto [stop, fault] = std::from_chars(key.data(), key.data() + key.size(), t.id);
      if (fault != std::errc() || stop != key.data() + key.size())
        throw error("added_tokens_decoder has the key " + io::in_quotes(key) + " where an id was expected");
      add_token(impl, vocabulary, std::move(t));
    }
  for (const auto& [content, id] : c.added.items()) {
    AddedToken t;
    t.content = content;
    t.id = token_id(id);
    if (!impl.added.of_id(t.id)) add_token(impl, vocabulary, std::move(t));
  }
  const Vocabulary& v = vocabulary;
  SpecialIds& s = impl.special;
  s.pad = special_id(c, v, {"pad_token"}, {"[PAD]", "<pad>"}, s.pad, by_name);
  s.begin = special_id(c, v, {"cls_token", "bos_token"}, {"[CLS]", "<cls>", "<s>"}, s.begin, by_name);
  s.end = special_id(c, v, {"sep_token", "eos_token"}, {"[SEP]", "</s>"}, s.end, by_name);
  s.unknown = special_id(c, v, {"unk_token"}, {"[UNK]", "<unk>"}, s.unknown, by_name);
  s.mask = special_id(c, v, {"mask_token"}, {"[MASK]", "<mask>"}, s.mask, by_name);
  for (const std::int32_t id : {s.pad, s.begin, s.end, s.unknown, s.mask})
    if (id >= 0 && !impl.added.of_id(id)) impl.added.add({v.token(id), id, true});
  read_length(c, impl);
  const auto side = [&](const char* key, Side& to) {
    const auto word = value_of<std::string>(c.config, key);
    if (!word) return;
    if (*word != "left" && *word != "right") throw error(std::string(key) + " is " + io::in_quotes(*word));
    to = *word == "left" ? Side::left : Side::right;
  };
  side("padding_side", impl.padding_side);
  side("truncation_side", impl.truncation_side);
}

}  // namespace l2g::text::detail
