#pragma once
#include <l2g/dyn/byte_model.hpp>
#include <l2g/io/shards.hpp>
#include <l2g/models/byte_language_model.hpp>
#include <l2g/text/bpe.hpp>
#include <l2g/text/load_tokenizer.hpp>
#include <l2g/text/tokenizer_impl.hpp>

#include <filesystem>
#include <nlohmann/json.hpp>

namespace l2g::model {
namespace detail {

/// The model as a config.json says it: what is saved later is written from it.
inline models::Config config_of(const ByteModelConfig& c, const std::string& path) {
  const nlohmann::json config{{"model_type", "roberta"},
                              {"architectures", {"RobertaForMaskedLM"}},
                              {"hidden_size", c.width},
                              {"num_hidden_layers", c.layers},
                              {"num_attention_heads", c.heads},
                              {"intermediate_size", c.hidden},
                              {"hidden_act", "gelu"},
                              {"vocab_size", text::byte_vocabulary},
                              {"max_position_embeddings", c.positions + 2},
                              {"type_vocab_size", 1},
                              {"layer_norm_eps", 1e-5},
                              {"pad_token_id", text::pad_id},
                              {"bos_token_id", text::start_id},
                              {"eos_token_id", text::end_id},
                              {"tie_word_embeddings", false}};
  return models::parse_config(config.dump(), path);
}

/// RoBERTa's files of a tokenizer that has no merges: one token for each byte.
inline text::Tokenizer byte_level_tokenizer(const std::string& path) {
  using nlohmann::json;
  json added = json::array(), words = json::object();
  for (const auto& [name, id] : {std::pair{"<s>", text::start_id}, std::pair{"<pad>", text::pad_id},
                                 std::pair{"</s>", text::end_id}, std::pair{"<mask>", text::mask_id}}) {
    words[name] = id;
    added.push_back({{"id", id},
                     {"content", name},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", true}});
  }
  for (int byte = 0; byte < 256; ++byte)
    words[text::to_byte_characters(std::string(1, char(byte)))] = text::first_byte + byte;
  const json bytes{{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};
  const json tokenizer{{"version", "1.0"},
                       {"truncation", nullptr},
                       {"padding", nullptr},
                       {"added_tokens", added},
                       {"normalizer", nullptr},
                       {"pre_tokenizer", bytes},
                       {"post_processor",
                        {{"type", "RobertaProcessing"},
                         {"sep", {"</s>", text::end_id}},
                         {"cls", {"<s>", text::start_id}},
                         {"trim_offsets", true},
                         {"add_prefix_space", false}}},
                       {"decoder", bytes},
                       {"model",
                        {{"type", "BPE"},
                         {"dropout", nullptr},
                         {"unk_token", nullptr},
                         {"continuing_subword_prefix", nullptr},
                         {"end_of_word_suffix", nullptr},
                         {"fuse_unk", false},
                         {"vocab", words},
                         {"merges", json::array()}}}};
  const json beside{{"tokenizer_class", "PreTrainedTokenizerFast"},
                    {"bos_token", "<s>"},
                    {"eos_token", "</s>"},
                    {"pad_token", "<pad>"},
                    {"mask_token", "<mask>"},
                    {"cls_token", "<s>"},
                    {"sep_token", "</s>"}};
  const std::vector<text::TokenizerFile> files{{"tokenizer.json", tokenizer.dump(1)},
                                               {"tokenizer_config.json", beside.dump(1)}};
  return text::read_tokenizer(files, path);
}

/// Where a tensor of RoBERTa's lies in the file: its key there, and which part of its rows it is.
struct BytePlace {
  std::string key;
  index_t part = 0, parts = 1;
};
inline BytePlace byte_place(const std::string& key) {
  if (key == "words.weight") return {"embeddings.tokens.weight"};
  if (key == "embeddings.positions.weight") return {"embeddings.tokens.position"};
  const std::size_t dot = key.rfind('.');
  index_t part = 0;
  for (const char* projection : {".self.query", ".self.key", ".self.value"}) {
    const std::string_view map = std::string_view(key).substr(0, dot);
    if (map.ends_with(projection)) return {key.substr(0, key.rfind('.', dot - 1)) + ".qkv" + key.substr(dot), part, 3};
    ++part;
  }
  for (const std::string_view head : {"transform.", "decoder."})
    if (key.starts_with(head)) return {"head." + (head == "decoder." ? key : key.substr(head.size()))};
  return {key};
}

}  // namespace detail

L2G_INLINE bool holds_byte_model(const std::string& path) {
  std::error_code ignored;
  if (!path.ends_with(".safetensors") || !std::filesystem::is_regular_file(path, ignored)) return false;
  const io::SafetensorsFile file(path);
  return file.metadata("heads") && file.find("embeddings.tokens.weight") && file.find("embeddings.tokens.position");
}

L2G_INLINE LanguageModel open_byte_model(const std::string& path) {
  const auto file = std::make_shared<const io::SafetensorsFile>(path);
  LanguageModel m{path, {}, {}};
  m.model.config = detail::config_of(byte_model_config(*file), path);
  m.model.task = Task::language_model;
  m.model.spec = spec_of(m.model.config, Task::language_model);
  LoadSummary& s = m.model.summary;
  s.path = path, s.format = "safetensors", s.title = models::title_of(m.model.config) + " of bytes";
  auto record = build<float>(m.model.spec, {1, 1, 1}).template params<float, Cpu>();
  each_tensor<float>(record, [&](const TensorRef<float>& t) {
    const std::string key = models::table_key(t.key);
    Tensor& own = m.model.weights[t.key];
    own.extents = t.extents, own.role = t.role;
    const auto count = std::size_t(t.size());
    if (key == "embeddings.segments.weight") {  // the model was trained without: RoBERTa adds the same row everywhere
      own.values.resize(count);
      return;
    }
    const detail::BytePlace place = detail::byte_place(key);
    std::vector<index_t> extents = t.extents;
    extents[0] *= place.parts;
    const io::TensorInfo& info = file->at(place.key, extents);
    const std::size_t first = std::size_t(place.part) * count;
    ++s.loaded;
    if (const float* there = file->view<float>(info)) {
      own.values = Numbers(std::span<const float>(there + first, count), file);
      s.bytes_mapped += count * sizeof(float);
      return;
    }
    std::vector<float> all(info.count());
    file->read(info, std::span<float>(all));
    own.values.assign(std::span(all).subspan(first, count));
    s.converted.push_back(t.key), s.why.push_back("stored as " + std::string(name_of(info.dtype)));
    s.bytes_copied += count * sizeof(float);
  });
  m.tokenizer = detail::byte_level_tokenizer(path);
  return m;
}

}  // namespace l2g::model
