#pragma once
#include <l2g/io/mapped_file.hpp>
#include <l2g/io/messages.hpp>
#include <l2g/text/dna_tokenizers-inl.hpp>
#include <l2g/text/sentencepiece.hpp>
#include <l2g/text/tokenizer_json-inl.hpp>
#include <l2g/text/vocabulary_files-inl.hpp>

#include <algorithm>
#include <filesystem>

namespace l2g::text {

namespace detail {

inline std::string whole_file(const std::string& path) {
  const io::MappedFile file(path);
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}
inline bool is_file(const std::string& path) {
  std::error_code fault;
  return std::filesystem::is_regular_file(path, fault);
}

inline constexpr std::string_view vocabulary_names[] = {"tokenizer.json", "vocab.json", "encoder.json", "vocab.txt",
                                                        "tokenizer.bin"};
// tokenizer_config.json alone makes these.
inline constexpr std::string_view classes_without_file[] = {"HyenaDNATokenizer", "L2gByteTokenizer",
                                                            "L2gCharacterTokenizer"};

inline bool is_vocabulary(std::string_view name) {
  return name.ends_with(".model") || name.ends_with(".vocab") ||
         std::find(std::begin(vocabulary_names), std::end(vocabulary_names), name) != std::end(vocabulary_names);
}

// A folder with a tokenizer, or one file of it, or the files of such a folder in memory.
class TokenizerFolder {
 public:
  TokenizerFolder(std::string folder, std::string only, const LoadTokenizerOptions& options,
                  std::span<const TokenizerFile> memory = {})
      : folder_(std::move(folder)), only_(std::move(only)), options_(options), memory_(memory) {
    for (const auto& [name, part] :
         {std::pair{"tokenizer_config.json", &config_.config}, std::pair{"special_tokens_map.json", &config_.special},
          std::pair{"added_tokens.json", &config_.added}})
      if (has(name)) *part = parse_json_object(keep(name, name), path(name));
    if (has("config.json")) config_.model = parse_json_object(bytes("config.json"), path("config.json"));
  }

  Tokenizer load() {
    std::shared_ptr<Tokenizer::Impl> impl = read();
    for (TokenizerFile& f : files_) {
      const auto same = [&](const TokenizerFile& g) { return g.name == f.name; };
      impl->files.erase(std::remove_if(impl->files.begin(), impl->files.end(), same), impl->files.end());
      impl->files.push_back(std::move(f));
    }
    say_family(*impl);
    return Tokenizer(std::move(impl));
  }

 private:
  std::string path(const std::string& name) const { return (std::filesystem::path(folder_) / name).string(); }
  bool wanted(const std::string& name) const { return only_.empty() || only_ == name; }
  const TokenizerFile* in_memory(const std::string& name) const {
    const auto found = std::find_if(memory_.begin(), memory_.end(), [&](const auto& f) { return f.name == name; });
    return found == memory_.end() ? nullptr : &*found;
  }
  bool has(const std::string& name) const { return memory_.empty() ? is_file(path(name)) : in_memory(name) != nullptr; }
  std::string bytes(const std::string& name) const {
    return memory_.empty() ? whole_file(path(name)) : in_memory(name)->bytes;
  }
  // What config.json alone told must be told by the tokenizer's own files.
  void say_family(Tokenizer::Impl& impl) const {
    const auto model = value_of<std::string>(config_.model, "model_type");
    const auto same = [](const TokenizerFile& f) { return f.name == "tokenizer_config.json"; };
    if (impl.kind != TokenizerKind::byte_level_bpe || !model || !config_.config.empty() ||
        std::any_of(impl.files.begin(), impl.files.end(), same))
      return;
    const std::string more = *model == "opt" ? ", \"bos_token\": \"</s>\"" : "";
    impl.files.push_back(class_file(*model == "roberta" ? "RobertaTokenizer" : "GPT2Tokenizer", more));
  }
  const std::string& keep(const std::string& name, const std::string& as) {
    files_.push_back({as, bytes(name)});
    return files_.back().bytes;
  }

  std::shared_ptr<Tokenizer::Impl> read() {
    if (wanted("tokenizer.json") && has("tokenizer.json")) {
      const std::string text = keep("tokenizer.json", "tokenizer.json");
      for (const char* beside : {"vocab.json", "merges.txt", "vocab.txt", "tokenizer.model", "tokenizer.bin"})
        if (has(beside)) keep(beside, beside);
      return read_tokenizer_json(text, path("tokenizer.json"), config_);
    }
    for (const auto& [vocabulary, merges] :
         {std::pair{"vocab.json", "merges.txt"}, std::pair{"encoder.json", "vocab.bpe"}}) {
      if (!has(vocabulary) || !(wanted(vocabulary) || only_ == merges)) continue;
      if (!has(merges)) throw file_error(path(merges), "no such file; the merges belong to " + path(vocabulary));
      const std::string text = keep(vocabulary, "vocab.json");
      return read_byte_level_bpe(text, keep(merges, "merges.txt"), path(vocabulary), path(merges), config_, options_);
    }
    if (const std::string name = find(".model", "tokenizer.model"); !name.empty())
      return sentences(parse_sentencepiece(keep(name, "tokenizer.model"), path(name)), path(name));
    if (const std::string name = find(".vocab", ""); !name.empty())
      return sentences(parse_sentencepiece_vocabulary(keep(name, "tokenizer.vocab"), path(name)), path(name));
    if (const std::string name = find(".bin", "tokenizer.bin"); !name.empty())
      return sentences(parse_llama2c_tokenizer(keep(name, "tokenizer.bin"), path(name)), path(name));
    if (const std::string name = find(".txt", "vocab.txt"); !name.empty())
      return read_vocabulary_text(keep(name, "vocab.txt"), path(name), config_);
    if (const auto name = value_of<std::string>(config_.config, "tokenizer_class")) return by_class(*name);
    throw file_error(only_.empty() ? folder_ : path(only_),
                     std::string("no tokenizer is known here; there should be ") + tokenizer_file_names);
  }

  // The file that was asked for when it ends so; in a folder the usual one, or the only one that ends so.
  std::string find(const std::string& ending, const std::string& usual) const {
    const auto ends = [&](const std::string& name) {
      return name.size() > ending.size() && name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
    };
    if (!only_.empty()) return ends(only_) ? only_ : "";
    if (!usual.empty() && has(usual)) return usual;
    if (ending == ".txt" || ending == ".bin") return {};  // lists and weights end so, too
    std::vector<std::string> names;
    for (const TokenizerFile& f : memory_)
      if (ends(f.name)) names.push_back(f.name);
    if (!memory_.empty()) return names.size() == 1 ? names[0] : "";
    std::error_code fault;
    for (std::filesystem::directory_iterator it(folder_, fault), end; !fault && it != end; it.increment(fault))
      if (ends(it->path().filename().string())) names.push_back(it->path().filename().string());
    return names.size() == 1 ? names[0] : "";
  }

  std::shared_ptr<Tokenizer::Impl> sentences(const SentencePieceModel& model, const std::string& name) const {
    return in_file(name, [&] {
      auto impl = make_sentencepiece(model);
      read_length(config_, *impl);
      if (!config_.flag("add_bos_token", true)) impl->before.clear();
      if (config_.flag("add_eos_token", false) && impl->special.end >= 0) impl->after = {impl->special.end};
      return impl;
    });
  }

  std::shared_ptr<Tokenizer::Impl> by_class(const std::string& name) const {
    const std::string file = path("tokenizer_config.json");
    return in_file(file, [&] {
      std::shared_ptr<Tokenizer::Impl> impl;
      if (name == "HyenaDNATokenizer") impl = hyena_impl();
      if (name == "L2gByteTokenizer") impl = byte_impl();
      if (name == "L2gCharacterTokenizer")
        impl = character_impl(value_of<std::string>(config_.config, "alphabet").value_or("ACGTN"));
      if (!impl)
        throw error("a tokenizer of class " + io::in_quotes(name) +
                    " needs its vocabulary beside it; without one there are HyenaDNATokenizer, L2gByteTokenizer and "
                    "L2gCharacterTokenizer");
      read_length(config_, *impl);
      return impl;
    });
  }

  std::string folder_, only_;
  LoadTokenizerOptions options_;
  TokenizerConfig config_;
  std::span<const TokenizerFile> memory_;
  std::vector<TokenizerFile> files_;
};

}  // namespace detail

L2G_INLINE Tokenizer load_tokenizer(const std::string& path, const LoadTokenizerOptions& options) {
  namespace fs = std::filesystem;
  std::error_code fault;
  if (fs::is_directory(path, fault)) return detail::TokenizerFolder(path, {}, options).load();
  if (!detail::is_file(path)) throw file_error(path, "no such file or folder");
  const fs::path file(path);
  const std::string folder = file.parent_path().empty() ? "." : file.parent_path().string();
  return detail::TokenizerFolder(folder, file.filename().string(), options).load();
}

L2G_INLINE bool holds_tokenizer(const std::string& folder) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (detail::is_vocabulary(name)) return true;
    if (name != "tokenizer_config.json") continue;
    const std::string text = detail::whole_file(entry.path().string());
    for (const std::string_view made : detail::classes_without_file)
      if (text.find('"' + std::string(made) + '"') != text.npos) return true;
  }
  return false;
}

L2G_INLINE bool is_tokenizer_file(std::string_view name) {
  constexpr std::string_view beside[] = {"tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
                                         "merges.txt", "vocab.bpe"};
  return detail::is_vocabulary(name) || std::find(std::begin(beside), std::end(beside), name) != std::end(beside);
}

L2G_INLINE Tokenizer parse_tokenizer_json(std::string_view text, const std::string& name) {
  auto impl = detail::read_tokenizer_json(text, name, {});
  impl->files = {{"tokenizer.json", std::string(text)}};
  return Tokenizer(std::move(impl));
}

L2G_INLINE Tokenizer read_tokenizer(std::span<const TokenizerFile> files, const std::string& name) {
  if (files.empty()) throw file_error(name, "there are no files of a tokenizer");
  return detail::TokenizerFolder(name, {}, {}, files).load();
}

}  // namespace l2g::text
