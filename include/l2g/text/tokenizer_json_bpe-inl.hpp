#pragma once
// The model BPE of a tokenizer.json.
#include <l2g/text/bpe.hpp>
#include <l2g/text/spaced_bpe.hpp>
#include <l2g/text/tokenizer_json_steps-inl.hpp>

namespace l2g::text::detail {

inline std::vector<MergeRule> merge_rules(const Json& merges) {
  std::vector<MergeRule> rules;
  for (const Json& m : merges.get_ref<const Json::array_t&>()) {
    if (m.is_array()) {
      rules.push_back({m.at(0).get_ref<const std::string&>(), m.at(1).get_ref<const std::string&>()});
      continue;
    }
    const std::string_view rule = m.get_ref<const std::string&>();
    const std::size_t space = rule.find(' ');
    if (space == 0 || space == rule.npos || space + 1 == rule.size() || rule.find(' ', space + 1) != rule.npos)
      throw error("rule " + std::to_string(rules.size() + 1) + ": two tokens with a space between them were expected");
    rules.push_back({rule.substr(0, space), rule.substr(space + 1)});
  }
  return rules;
}

/// Replace of a text by another: their two texts, empty when the first one is a pattern.
inline std::pair<std::string, std::string> replacement(const Json& step) {
  const Json& pattern = step.at("pattern");
  return {pattern.value("String", ""), step.at("content").get<std::string>()};
}

/// A normalizer that makes spaces visible, and sets one before each part.
inline void read_normalizer(const std::vector<Json>& steps, Spaces& spaces) {
  std::string before;
  spaces.prefix_before_space = true;
  for (const Json& step : steps) {
    const auto type = step.at("type").get<std::string>();
    if (type == "Prepend") {
      before += step.at("prepend").get<std::string>();
    } else if (type == "Replace") {
      const auto [from, to] = replacement(step);
      if (from != " " || spaces.symbol != " ") refuse_json("BPE with a normalizer that replaces more than spaces");
      spaces.symbol = to;
    } else {
      refuse_json("BPE with the normalizer " + type);
    }
  }
  if (!before.empty() && before != spaces.symbol) refuse_json("BPE with a normalizer that prepends another symbol");
  spaces.prefix = before.empty() ? SpacePrefix::never : SpacePrefix::always;
}

/// Metaspace, as pre-tokenizer and as decoder; files of old have add_prefix_space in the place of prepend_scheme.
inline SpacePrefix metaspace_prefix(const Json& step) {
  const auto scheme = step.value("prepend_scheme", step.value("add_prefix_space", true) ? "always" : "never");
  if (scheme != "always" && scheme != "first" && scheme != "never") refuse_json("the prepend_scheme " + scheme);
  return scheme == "always" ? SpacePrefix::always : scheme == "first" ? SpacePrefix::first : SpacePrefix::never;
}

inline void read_decoder(const std::vector<Json>& steps, SpacedBpeOptions& options) {
  if (steps.empty()) return;
  options.decode_bytes = false;
  options.first_spaces = FirstSpaces::kept;
  bool fused = false;
  for (const Json& step : steps) {
    const auto type = step.at("type").get<std::string>();
    bool known = true;
    if (type == "Replace") {
      known = replacement(step) == std::pair{options.spaces.symbol, std::string(" ")};
    } else if (type == "ByteFallback") {
      options.decode_bytes = true;
    } else if (type == "Fuse") {
      fused = true;
    } else if (type == "Strip") {
      const int start = step.value("start", 0);
      known = fused && step.value("content", "") == " " && (start == 0 || start == 1) && step.value("stop", 0) == 0;
      if (start == 1) options.first_spaces = FirstSpaces::one_dropped;
    } else if (type == "Metaspace") {
      known = step.value("replacement", "") == options.spaces.symbol;
      if (metaspace_prefix(step) != SpacePrefix::never) options.first_spaces = FirstSpaces::dropped;
    } else {
      known = false;
    }
    if (!known) refuse_json("BPE with such a decoder step " + type);
  }
}

/// Visible spaces or tokens of bytes: SentencePiece's vocabularies.
inline void read_spaced_bpe(const Json& j, const Json& model, const std::vector<Json>& normalizer,
                            const std::vector<Json>& splits, Tokenizer::Impl& impl) {
  SpacedBpeOptions options;
  Spaces& spaces = options.spaces;
  spaces.symbol = " ";
  spaces.prefix = SpacePrefix::never;
  if (!normalizer.empty()) read_normalizer(normalizer, spaces);
  if (!splits.empty()) {
    const auto type = splits[0].at("type").get<std::string>();
    if (type != "Metaspace" || !normalizer.empty())
      refuse_json("BPE with byte_fallback or a normalizer and the pre-tokenizer " + type);
    spaces.symbol = splits[0].at("replacement").get<std::string>();
    spaces.prefix = metaspace_prefix(splits[0]);
    spaces.prefix_before_space = false;
    options.split_words = splits[0].value("split", true);
  }
  options.first_spaces = spaces.prefix == SpacePrefix::never ? FirstSpaces::kept : FirstSpaces::one_dropped;
  std::vector<Json> decoder;
  append_steps(j, "decoder", "decoders", decoder);
  read_decoder(decoder, options);
  if (const auto added = j.find("added_tokens"); !normalizer.empty() && added != j.end() && added->is_array())
    for (const Json& t : *added)
      if (t.value("normalized", false)) {
        AddedToken token = *impl.added.of_id(impl.vocabulary->find(t.at("content").get<std::string>()));
        token.normalized = false;  // to the model this text is all there is
        options.normalized.push_back(token);
        token.normalized = true;
        impl.added.add(std::move(token));
      }
  options.byte_fallback = model.value("byte_fallback", false);
  options.fuse_unknown = model.value("fuse_unk", false);
  options.unknown = impl.special.unknown;
  impl.kind = spaces.symbol == " " ? TokenizerKind::bpe : TokenizerKind::sentencepiece;
  impl.model = make_spaced_bpe(impl.vocabulary, merge_rules(model.at("merges")), options);
}

inline void read_bpe(const Json& j, const Json& model, Tokenizer::Impl& impl) {
  for (const char* key : {"dropout", "continuing_subword_prefix", "end_of_word_suffix"})
    if (const auto it = model.find(key); it != model.end() && !it->is_null() && *it != "" && *it != 0.0)
      refuse_json(std::string("BPE with ") + key);
  if (model.value("ignore_merges", false)) refuse_json("BPE with ignore_merges");
  std::vector<Json> normalizer, splits;
  append_steps(j, "normalizer", "normalizers", normalizer);
  append_steps(j, "pre_tokenizer", "pretokenizers", splits);
  if (splits.size() > 1) refuse_json("BPE with several pre-tokenizers");
  impl.special.unknown = unknown_of(model, *impl.vocabulary);
  const std::string split = splits.empty() ? "" : splits[0].at("type").get<std::string>();
  if (!normalizer.empty() || split == "Metaspace" || model.value("byte_fallback", false))
    return read_spaced_bpe(j, model, normalizer, splits, impl);
  if (!split.empty() && split != "ByteLevel" && split != "Whitespace")
    refuse_json("BPE with the pre-tokenizer " + split);
  BpeOptions options;
  options.byte_level = split == "ByteLevel";
  options.split_words = !split.empty() && splits[0].value("use_regex", true);
  options.add_prefix_space = options.byte_level && splits[0].value("add_prefix_space", true);
  options.fuse_unknown = model.value("fuse_unk", false);
  options.unknown = impl.special.unknown;
  impl.kind = options.byte_level ? TokenizerKind::byte_level_bpe : TokenizerKind::bpe;
  impl.model = make_bpe(impl.vocabulary, merge_rules(model.at("merges")), options);
}

}  // namespace l2g::text::detail
