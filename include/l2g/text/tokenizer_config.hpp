#pragma once
// What the small files beside a vocabulary say: tokenizer_config.json, special_tokens_map.json, added_tokens.json.
#include <l2g/text/tokenizer_impl.hpp>
#include <nlohmann/json.hpp>

#include <optional>

namespace l2g::text::detail {

using Json = nlohmann::json;

/// Throws file_error with line and column when the text is no JSON object.
Json parse_json_object(std::string_view text, std::string_view name);

/// Runs f; an error without a place, or one of the JSON library, becomes a file_error of `name`.
template <class F>
auto in_file(std::string_view name, F&& f) {
  try {
    return f();
  } catch (const file_error&) {
    throw;
  } catch (const error& e) {
    throw file_error(name, e.what());
  } catch (const Json::exception& e) {
    throw file_error(name, std::string("an entry has another type than expected (") + e.what() + ")");
  }
}

/// The value of a key, or nothing when it is absent or null.
template <class T>
std::optional<T> value_of(const Json& j, const char* key) {
  const auto it = j.find(key);
  if (it == j.end() || it->is_null()) return {};
  return it->get<T>();
}

/// A token given as "content" or as {"content": ...}; empty when there is none.
AddedToken token_of(const Json& j, const char* key);
/// An id: a whole number that fits. Throws what nlohmann/json throws for a wrong type.
std::int32_t token_id(const Json& j);
AddedToken added_token(const Json& j);

struct TokenizerConfig {
  Json config = Json::object(), special = Json::object(), added = Json::object(), model = Json::object();

  /// A named special token of the two files, "" when there is none.
  std::string token(const char* key) const;
  bool flag(const char* key, bool otherwise) const;
};

/// Adds a token, to the vocabulary too when it has a new id. Throws error when the vocabulary says otherwise.
void add_token(Tokenizer::Impl& impl, Vocabulary& vocabulary, AddedToken token);

/// The longest input that the files allow.
void read_length(const TokenizerConfig& config, Tokenizer::Impl& impl);
/// Special tokens, sides, longest input. What the files do not name is found by the usual names ([PAD], <pad>,
/// ...) when `by_name`.
void apply(const TokenizerConfig& config, Tokenizer::Impl& impl, Vocabulary& vocabulary, bool by_name = true);

}  // namespace l2g::text::detail

#ifndef L2G_COMPILED
#include <l2g/text/tokenizer_config-inl.hpp>
#endif
