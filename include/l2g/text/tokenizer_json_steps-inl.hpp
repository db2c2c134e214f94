#pragma once
// What the readers of the parts of a tokenizer.json share.
#include <l2g/text/tokenizer_config.hpp>

namespace l2g::text::detail {

inline constexpr char supported_json[] =
    "supported are: model BPE with the pre-tokenizer ByteLevel, Whitespace, Metaspace or none, or with the normalizer "
    "Prepend, Replace of spaces; model WordPiece with BertPreTokenizer and the normalizer BertNormalizer or NFD, "
    "Lowercase, StripAccents; the post-processors "
    "ByteLevel, BertProcessing, RobertaProcessing, TemplateProcessing";

[[noreturn]] inline void refuse_json(std::string what) {
  for (char& c : what)
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = '?';  // the message stays one line
  throw error(what + " is not supported; " + supported_json);
}

/// The steps of a normalizer, pre-tokenizer, post-processor or decoder: sequences in sequences become one list.
inline void append_steps(const Json& tokenizer, const char* part, const char* list, std::vector<Json>& steps) {
  const auto it = tokenizer.find(part);
  if (it == tokenizer.end() || it->is_null()) return;
  std::vector<Json> waiting{*it};
  for (std::size_t count = 0; !waiting.empty(); ++count) {
    Json step = std::move(waiting.back());
    waiting.pop_back();
    if (count > 100) refuse_json(std::string(part) + " of more than 100 steps");
    if (step.at("type").get<std::string>() != "Sequence") {
      steps.push_back(std::move(step));
      continue;
    }
    const auto& parts = step.at(list).get_ref<const Json::array_t&>();
    waiting.insert(waiting.end(), parts.rbegin(), parts.rend());
  }
}

inline std::int32_t unknown_of(const Json& model, const Vocabulary& vocabulary) {
  const auto name = value_of<std::string>(model, "unk_token");
  return name ? vocabulary.find(*name) : -1;
}

}  // namespace l2g::text::detail
