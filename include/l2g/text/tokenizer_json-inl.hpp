#pragma once
#include <l2g/text/tokenizer_json_bpe-inl.hpp>
#include <l2g/text/wordpiece.hpp>

namespace l2g::text {

namespace detail {

inline void read_wordpiece(const Json& j, const Json& model, Tokenizer::Impl& impl) {
  std::vector<Json> normalizer, splits;
  append_steps(j, "normalizer", "normalizers", normalizer);
  append_steps(j, "pre_tokenizer", "pretokenizers", splits);
  if (splits.size() != 1 || splits[0].at("type") != "BertPreTokenizer")
    refuse_json("WordPiece with the pre-tokenizer " +
                (splits.empty() ? std::string("none") : splits[0].at("type").get<std::string>()));
  WordPieceOptions options;
  options.clean = options.split_ideographs = options.lower_case = options.strip_accents = false;
  for (const Json& step : normalizer) {
    const auto type = step.at("type").get<std::string>();
    if (type == "BertNormalizer") {
      options.clean = step.value("clean_text", true);
      options.split_ideographs = step.value("handle_chinese_chars", true);
      options.lower_case = step.value("lowercase", true);
      options.strip_accents = value_of<bool>(step, "strip_accents").value_or(options.lower_case);
    } else if (type == "Lowercase") {
      options.lower_case = true;
    } else if (type == "StripAccents") {
      options.strip_accents = true;
    } else if (type != "NFD") {
      refuse_json("WordPiece with the normalizer " + type);
    }
  }
  options.continuation = model.value("continuing_subword_prefix", "##");
  const auto longest = model.value("max_input_chars_per_word", std::int64_t(100));
  if (longest < 1 || longest > 100'000) throw error("max_input_chars_per_word is " + std::to_string(longest));
  options.longest_word = static_cast<std::size_t>(longest);
  options.unknown = unknown_of(model, *impl.vocabulary);
  impl.special.unknown = options.unknown;
  impl.kind = TokenizerKind::wordpiece;
  impl.model = make_wordpiece(impl.vocabulary, options);
}

inline void read_template(const Json& step, Tokenizer::Impl& impl) {
  bool behind = false;
  for (const Json& item : step.at("single").get_ref<const Json::array_t&>()) {
    if (item.contains("Sequence")) {
      behind = true;
      continue;
    }
    const Json& token = step.at("special_tokens").at(item.at("SpecialToken").at("id").get<std::string>());
    for (const Json& id : token.at("ids").get_ref<const Json::array_t&>())
      (behind ? impl.after : impl.before).push_back(token_id(id));
  }
}

inline void read_processor(const Json& j, Tokenizer::Impl& impl) {
  std::vector<Json> steps;
  append_steps(j, "post_processor", "processors", steps);
  for (const Json& step : steps) {
    const auto type = step.at("type").get<std::string>();
    if (type == "TemplateProcessing") {
      read_template(step, impl);
    } else if (type == "BertProcessing" || type == "RobertaProcessing") {
      impl.before.push_back(token_id(step.at("cls").at(1)));
      impl.after.push_back(token_id(step.at("sep").at(1)));
    } else if (type != "ByteLevel") {
      refuse_json("the post-processor " + type);
    }
  }
  for (const auto* ids : {&impl.before, &impl.after})
    for (const std::int32_t id : *ids)
      if (!impl.vocabulary->contains(id))
        throw error("the post-processor has the token id " + std::to_string(id) + ", which no token has");
  if (!impl.before.empty()) impl.special.begin = impl.before.front();
  if (!impl.after.empty()) impl.special.end = impl.after.back();
}

inline std::shared_ptr<Tokenizer::Impl> read_tokenizer_json(std::string_view text, const std::string& name,
                                                            const TokenizerConfig& config) {
  const Json j = parse_json_object(text, name);
  return in_file(name, [&] {
    if (!j.contains("model")) throw error("there is no \"model\": this is no tokenizer.json");
    const Json& model = j.at("model");
    const std::string type = model.value("type", model.contains("merges") ? "BPE" : "WordPiece");
    if (type != "BPE" && type != "WordPiece") refuse_json("the model " + type);
    auto impl = std::make_shared<Tokenizer::Impl>();
    auto vocabulary = std::make_shared<Vocabulary>();
    impl->vocabulary = vocabulary;
    for (const auto& [token, id] : model.at("vocab").get_ref<const Json::object_t&>())
      vocabulary->add(token, token_id(id));
    if (const auto it = j.find("added_tokens"); it != j.end() && it->is_array())
      for (const Json& t : *it) add_token(*impl, *vocabulary, added_token(t));
    if (type == "BPE")
      read_bpe(j, model, *impl);
    else
      read_wordpiece(j, model, *impl);
    read_processor(j, *impl);
    apply(config, *impl, *vocabulary);
    return impl;
  });
}

}  // namespace detail

}  // namespace l2g::text
