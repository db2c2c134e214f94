#pragma once
// vocab.json with merges.txt, and vocab.txt.
#include <l2g/text/bpe.hpp>
#include <l2g/text/dna_tokenizers-inl.hpp>
#include <l2g/text/load_tokenizer.hpp>
#include <l2g/text/tokenizer_config.hpp>
#include <l2g/text/wordpiece.hpp>

#include <algorithm>

namespace l2g::text {

namespace detail {

// The lines of a text; carriage returns at their ends belong to Windows.
template <class F>
void each_line(std::string_view text, F&& f) {
  index_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    f(line, ++number);
    at = end + 1;
  }
}

inline std::vector<MergeRule> read_merges(std::string_view text, const std::string& name) {
  std::vector<MergeRule> rules;
  each_line(text, [&](std::string_view line, index_t number) {
    if (line.empty() || (number == 1 && line.substr(0, 8) == "#version")) return;
    const std::size_t space = line.find(' ');
    if (space == 0 || space == line.npos || space + 1 == line.size() || line.find(' ', space + 1) != line.npos)
      throw file_error(name, number, 0, "two tokens with a space between them were expected");
    rules.push_back({line.substr(0, space), line.substr(space + 1)});
  });
  if (rules.empty()) throw file_error(name, "there are no merges");
  return rules;
}

inline TokenizerFamily family_of(const TokenizerConfig& c, const Vocabulary& v, TokenizerFamily asked) {
  if (asked != TokenizerFamily::automatic) return asked;
  const auto name = value_of<std::string>(c.config, "tokenizer_class").value_or("");
  const auto model = value_of<std::string>(c.model, "model_type").value_or("");
  if (name.find("Roberta") != name.npos || model == "roberta") return TokenizerFamily::roberta;
  if (model == "opt" || c.token("bos_token") == "</s>") return TokenizerFamily::opt;
  if (model == "gpt2" || c.token("bos_token") == "<|endoftext|>") return TokenizerFamily::gpt2;
  return v.find("<s>") == 0 && v.find("<pad>") == 1 ? TokenizerFamily::roberta : TokenizerFamily::gpt2;
}

// The special tokens that GPT-2, RoBERTa and OPT have.
inline void set_family(Tokenizer::Impl& impl, TokenizerFamily family) {
  const Vocabulary& v = *impl.vocabulary;
  const auto add = [&](const char* content, std::int32_t& id, bool strip_left = false) {
    id = v.find(content);
    if (id >= 0) impl.added.add({content, id, true, strip_left});
  };
  SpecialIds& s = impl.special;
  if (family == TokenizerFamily::gpt2) {
    add("<|endoftext|>", s.begin);
    s.end = s.unknown = s.begin;
    return;
  }
  add("<pad>", s.pad);
  add("</s>", s.end);
  if (family == TokenizerFamily::opt) {
    s.begin = s.end;
    if (s.begin >= 0) impl.before = {s.begin};
    return;
  }
  add("<s>", s.begin);
  add("<unk>", s.unknown);
  add("<mask>", s.mask, true);
  if (s.begin < 0 || s.end < 0) throw error("a vocabulary of RoBERTa needs <s> and </s>");
  impl.before = {s.begin};
  impl.after = {s.end};
}

inline std::shared_ptr<Tokenizer::Impl> read_byte_level_bpe(std::string_view vocabulary_text, std::string_view merges,
                                                            const std::string& vocabulary_name,
                                                            const std::string& merges_name,
                                                            const TokenizerConfig& config,
                                                            const LoadTokenizerOptions& options) {
  const std::vector<MergeRule> rules = read_merges(merges, merges_name);
  const Json j = parse_json_object(vocabulary_text, vocabulary_name);
  auto impl = std::make_shared<Tokenizer::Impl>();
  auto vocabulary = std::make_shared<Vocabulary>();
  in_file(vocabulary_name, [&] {
    for (const auto& [token, id] : j.get_ref<const Json::object_t&>()) vocabulary->add(token, token_id(id));
    impl->vocabulary = vocabulary;
    impl->kind = TokenizerKind::byte_level_bpe;
    const TokenizerFamily family = family_of(config, *vocabulary, options.family);
    set_family(*impl, family);
    apply(config, *impl, *vocabulary, family != TokenizerFamily::opt);
    const bool begins = config.flag("add_bos_token", !impl->before.empty());
    impl->before.clear();
    if (begins && impl->special.begin >= 0) impl->before = {impl->special.begin};
  });
  return in_file(merges_name, [&] {
    BpeOptions bpe;
    bpe.add_prefix_space = config.flag("add_prefix_space", false);
    bpe.unknown = impl->special.unknown;
    impl->model = make_bpe(impl->vocabulary, rules, bpe);
    return impl;
  });
}

inline std::shared_ptr<Tokenizer::Impl> read_wordpiece_text(std::span<const std::string> tokens,
                                                            const TokenizerConfig& config) {
  auto impl = std::make_shared<Tokenizer::Impl>();
  auto vocabulary = std::make_shared<Vocabulary>();
  for (std::size_t i = 0; i < tokens.size(); ++i)
    if (!tokens[i].empty()) vocabulary->add(tokens[i], static_cast<std::int32_t>(i));
  impl->vocabulary = vocabulary;
  impl->kind = TokenizerKind::wordpiece;
  apply(config, *impl, *vocabulary);
  for (const std::int32_t id : {impl->special.begin, impl->special.end})
    if (id < 0) throw error("there is no [CLS] or no [SEP] in the vocabulary");
  impl->before = {impl->special.begin};
  impl->after = {impl->special.end};
  // An uncased vocabulary has no upper case outside of its special tokens.
  const bool cased = std::any_of(tokens.begin(), tokens.end(), [](const std::string& t) {
    return !t.empty() && t[0] != '[' && t[0] != '<' &&
           std::any_of(t.begin(), t.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  });
  WordPieceOptions options;
  options.lower_case = config.flag("do_lower_case", !cased);
  options.strip_accents = config.flag("strip_accents", options.lower_case);
  options.split_ideographs = config.flag("tokenize_chinese_chars", true);
  options.unknown = impl->special.unknown;
  impl->model = make_wordpiece(impl->vocabulary, options);
  return impl;
}

inline std::shared_ptr<Tokenizer::Impl> read_vocabulary_text(std::string_view text, const std::string& name,
                                                             const TokenizerConfig& config) {
  std::vector<std::string> tokens;
  each_line(text, [&](std::string_view line, index_t) { tokens.emplace_back(line); });
  return in_file(name, [&] {
    const auto has = [&](const char* t) { return std::find(tokens.begin(), tokens.end(), t) != tokens.end(); };
    std::shared_ptr<Tokenizer::Impl> impl;
    if (const index_t k = kmer_length(tokens))
      impl = kmer_impl(tokens, k);
    else if (has("<cls>") && has("AAAAAA"))
      impl = nucleotide_transformer_impl(tokens);
    else
      return read_wordpiece_text(tokens, config);
    read_length(config, *impl);
    return impl;
  });
}

}  // namespace detail

L2G_INLINE Tokenizer parse_byte_level_bpe(std::string_view vocabulary, std::string_view merges, const std::string& name,
                                          const LoadTokenizerOptions& options) {
  auto impl = detail::read_byte_level_bpe(vocabulary, merges, name, name, {}, options);
  impl->files = {{"vocab.json", std::string(vocabulary)}, {"merges.txt", std::string(merges)}};
  return Tokenizer(std::move(impl));
}

L2G_INLINE Tokenizer parse_vocabulary_text(std::string_view text, const std::string& name) {
  auto impl = detail::read_vocabulary_text(text, name, {});
  impl->files = {{"vocab.txt", std::string(text)}};
  return Tokenizer(std::move(impl));
}

}  // namespace l2g::text
