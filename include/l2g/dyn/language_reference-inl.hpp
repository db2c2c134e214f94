#pragma once
#include <l2g/dyn/hidden_states-inl.hpp>
#include <l2g/dyn/language_reference.hpp>
#include <l2g/text/bytes.hpp>

#include <algorithm>

namespace l2g::model {
namespace detail {

/// Layer 0 of a model on one sentence at a time.
class WordVectors {
 public:
  WordVectors(const LanguageModel& model, index_t length) : width_(model.model.config.width), length_(length) {
    const Seq in{1, length, 1};
    step_ = std::make_unique<AnyStep>(build<float>(features_spec(model.model.config, 0), in), in, CrossEntropy{}, 0,
                                      nullptr, Outside::weights);
    bind_weights(*step_, by_table_key(model.model), [](const std::string& key) { return models::table_key(key); });
    step_->use_lengths(true);
  }
  std::vector<float> operator()(std::span<const std::int32_t> ids) {
    std::fill_n(step_->batch.ids.data, length_, 0);
    std::copy(ids.begin(), ids.end(), step_->batch.ids.data);
    step_->batch.lengths[0] = std::int32_t(ids.size());
    step_->forward(false);
    return {step_->y.data, step_->y.data + index_t(ids.size()) * width_};
  }

 private:
  index_t width_, length_;
  std::unique_ptr<AnyStep> step_;
};

/// The special tokens before and behind a text.
struct Around {
  std::vector<std::int32_t> before, after;
};
inline Around around_of(const text::Tokenizer& reader) {
  Around found;
  const text::Encoding e = reader.encode("A");
  bool seen = false;
  for (index_t i = 0; i < e.size(); ++i) {
    const auto at = std::size_t(i);
    seen = seen || !e.special[at];
    if (e.special[at]) (seen ? found.after : found.before).push_back(e.ids[at]);
  }
  return found;
}

/// The words of a sentence with a space before each but the first, as byte-level vocabularies and SentencePiece want
/// it; RoBERTa's tokenizer sets one before the first, too (add_prefix_space).
inline text::WordTokens encode_words(const text::Tokenizer& reader, const Around& around,
                                     std::span<const std::string> words, index_t most) {
  text::EncodeOptions bare;
  bare.special_tokens = false;
  text::WordTokens out;
  const auto put = [&](std::int32_t id, std::int32_t word) { out.ids.push_back(id), out.word.push_back(word); };
  for (const std::int32_t id : around.before) put(id, -1);
  const bool spaced = reader.kind() == text::TokenizerKind::byte_level_bpe;
  const auto room = std::size_t(most) - around.after.size();
  for (std::size_t w = 0; w < words.size(); ++w) {
    const std::vector<std::int32_t> ids = reader.encode((spaced ? " " : "") + words[w], bare).ids;
    if (out.ids.size() + ids.size() > room) break;
    for (const std::int32_t id : ids) put(id, std::int32_t(w));
  }
  for (const std::int32_t id : around.after) put(id, -1);
  return out;
}

inline text::TaggedTokens tokens_of_text(const text::Tokenizer& reader, const Around& around, std::string_view text,
                                         index_t most) {
  text::EncodeOptions bare;
  bare.special_tokens = false;
  const text::Encoding all = reader.encode(text, bare);
  const index_t room = most - index_t(around.before.size() + around.after.size());
  text::TaggedTokens out;
  const auto put = [&](std::int32_t id, std::int8_t tag) { out.ids.push_back(id), out.tags.push_back(tag); };
  for (index_t begin = 0; begin < all.size(); begin += room) {
    for (const std::int32_t id : around.before) put(id, -1);
    for (index_t i = begin; i < std::min(all.size(), begin + room); ++i) put(all.ids[std::size_t(i)], 0);
    for (const std::int32_t id : around.after) put(id, -1);
    out.sentences.push_back(out.ids.size());
  }
  return out;
}

}  // namespace detail

L2G_INLINE bool looks_like_conll(std::string_view text) {
  index_t tagged = 0;
  for (int line = 0; line < 50 && !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view row = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    if (!row.empty() && row.back() == '\r') row.remove_suffix(1);
    if (row.empty() || row.starts_with("-DOCSTART-")) continue;
    const std::size_t blank = row.find_last_of(" \t");
    const std::string_view tag = blank == row.npos ? std::string_view{} : row.substr(blank + 1);
    if (tag != "O" && !((tag.starts_with("B-") || tag.starts_with("I-")) && tag.size() <= 6)) return false;
    ++tagged;
  }
  return tagged > 0;
}

L2G_INLINE text::TokenFeatures language_reference(const LanguageModel& model, const std::string& path,
                                                  const LanguageReferenceOptions& o) {
  const text::Tokenizer& reader = model.reader();
  const std::string content = text::read_text(path);
  const index_t limit = model.max_tokens(), most = limit > 0 ? std::min<index_t>(limit, 512) : 512;
  const detail::Around around = detail::around_of(reader);
  const bool tagged = o.conll || looks_like_conll(content);
  const text::TaggedTokens tokens = tagged
                                        ? text::tag_tokens(text::parse_conll(content, path),
                                                           [&](std::span<const std::string> words) {
                                                             return detail::encode_words(reader, around, words, most);
                                                           })
                                        : detail::tokens_of_text(reader, around, content, most);
  const std::vector<std::uint64_t> chosen =
      tagged ? text::choose_by_tag(tokens.tags, {o.per_tag, o.seed}) : text::choose_any(tokens.tags, o.tokens, o.seed);
  io::ContentHash key;
  key.add("embeddings 1").add(models::config_json(model.model.config));
  for (const auto& [name, t] : model.model.weights)
    if (models::table_key(name).starts_with("embeddings.") || models::table_key(name).starts_with("words."))
      key.add(name).add(std::span<const float>(t.values.data(), t.values.size()));
  detail::WordVectors vectors(model, most);
  return text::token_features(
      tokens, chosen, [&](std::span<const std::int32_t> ids) { return vectors(ids); }, o.cache, key);
}

}  // namespace l2g::model
