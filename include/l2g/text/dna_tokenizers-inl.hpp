#pragma once
#include <l2g/text/bytes.hpp>
#include <l2g/text/dna_tokenizers.hpp>
#include <l2g/text/tokenizer_impl.hpp>
#include <l2g/text/unicode.hpp>

#include <algorithm>

namespace l2g::text {

namespace detail {

inline bool all_acgt(std::string_view word) { return word.find_first_not_of("ACGT") == std::string_view::npos; }

class KmerModel final : public TokenModel {
 public:
  KmerModel(std::shared_ptr<const Vocabulary> vocabulary, std::size_t k, std::int32_t unknown)
      : vocabulary_(std::move(vocabulary)), k_(k), unknown_(unknown) {}

  void encode(std::string_view text, std::uint32_t base, Scratch&, std::vector<TokenPiece>& pieces) const override {
    const auto put = [&](std::size_t begin, std::size_t size) {
      const std::int32_t id = vocabulary_->find(text.substr(begin, size));
      const auto at = base + static_cast<std::uint32_t>(begin);
      pieces.push_back({id < 0 ? unknown_ : id, at, at + static_cast<std::uint32_t>(size)});
    };
    constexpr const char* blank = " \t\n\r\f\v";
    if (text.find_first_of(blank) == std::string_view::npos) {
      for (std::size_t i = 0; i + k_ <= text.size(); ++i) put(i, k_);
      return;
    }
    for (std::size_t at = text.find_first_not_of(blank); at != std::string_view::npos;) {
      const std::size_t end = std::min(text.find_first_of(blank, at), text.size());
      put(at, end - at);
      at = text.find_first_not_of(blank, end);
    }
  }
  void decode(std::string_view token, std::int32_t, bool first, std::string& text) const override {
    text += first ? token : token.substr(token.size() - 1);
  }

 private:
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::size_t k_;
  std::int32_t unknown_;
};

// Greedy words of `longest` letters of A, C, G, T (0: none), else single characters.
class LetterModel final : public TokenModel {
 public:
  LetterModel(std::shared_ptr<const Vocabulary> vocabulary, std::size_t longest, std::int32_t unknown)
      : vocabulary_(std::move(vocabulary)), longest_(longest), unknown_(unknown) {}

  void encode(std::string_view text, std::uint32_t base, Scratch&, std::vector<TokenPiece>& pieces) const override {
    for (std::size_t at = 0; at < text.size();) {
      std::size_t size = longest_;
      std::int32_t id = -1;
      if (size > 0 && at + size <= text.size() && all_acgt(text.substr(at, size)))
        id = vocabulary_->find(text.substr(at, size));
      if (id < 0) {
        size = code_point(text, at).size;
        id = vocabulary_->find(text.substr(at, size));
      }
      const auto begin = base + static_cast<std::uint32_t>(at);
      pieces.push_back({id < 0 ? unknown_ : id, begin, begin + static_cast<std::uint32_t>(size)});
      at += size;
    }
  }
  void decode(std::string_view token, std::int32_t, bool, std::string& text) const override { text += token; }

 private:
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::size_t longest_;
  std::int32_t unknown_;
};

class ByteModel final : public TokenModel {
 public:
  void encode(std::string_view text, std::uint32_t base, Scratch&, std::vector<TokenPiece>& pieces) const override {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto begin = base + static_cast<std::uint32_t>(i);
      pieces.push_back({byte_id(text[i]), begin, begin + 1});
    }
  }
  void decode(std::string_view, std::int32_t id, bool, std::string& text) const override {
    text += static_cast<char>(id - first_byte);
  }
};

inline std::shared_ptr<Vocabulary> vocabulary_of(std::span<const std::string> tokens) {
  auto v = std::make_shared<Vocabulary>();
  for (const std::string& t : tokens) v->add(t, static_cast<std::int32_t>(v->size()));
  return v;
}

// All words of k letters, the last letter changing fastest.
inline void append_words(std::vector<std::string>& tokens, std::size_t k, std::string_view letters) {
  std::size_t count = 1;
  for (std::size_t i = 0; i < k; ++i) count *= letters.size();
  for (std::size_t n = 0; n < count; ++n) {
    std::string word(k, ' ');
    std::size_t rest = n;
    for (std::size_t i = k; i-- > 0; rest /= letters.size()) word[i] = letters[rest % letters.size()];
    tokens.push_back(std::move(word));
  }
}

inline std::shared_ptr<Tokenizer::Impl> special_impl(TokenizerKind kind, std::span<const std::string> tokens,
                                                     const std::array<std::string_view, 5>& names) {
  auto impl = std::make_shared<Tokenizer::Impl>();
  impl->kind = kind;
  const auto vocabulary = vocabulary_of(tokens);
  std::int32_t* const ids[] = {&impl->special.pad, &impl->special.begin, &impl->special.end, &impl->special.unknown,
                               &impl->special.mask};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) continue;
    *ids[i] = vocabulary->find(names[i]);
    if (*ids[i] < 0) throw error("the vocabulary has no token " + std::string(names[i]));
    impl->added.add({std::string(names[i]), *ids[i], true});
  }
  impl->vocabulary = vocabulary;
  return impl;
}

inline std::string lines_of(std::span<const std::string> tokens) {
  std::string text;
  for (const std::string& t : tokens) (text += t) += '\n';
  return text;
}

inline TokenizerFile class_file(const std::string& name, const std::string& more = {}) {
  return {"tokenizer_config.json", "{\"tokenizer_class\": \"" + name + "\"" + more + "}\n"};
}

inline std::shared_ptr<Tokenizer::Impl> kmer_impl(std::span<const std::string> tokens, index_t k) {
  auto impl = special_impl(TokenizerKind::kmers, tokens, {"[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"});
  impl->model = std::make_unique<KmerModel>(impl->vocabulary, static_cast<std::size_t>(k), impl->special.unknown);
  impl->before = {impl->special.begin};
  impl->after = {impl->special.end};
  impl->max_length = 512;
  impl->files = {{"vocab.txt", lines_of(tokens)},
                 class_file("BertTokenizer", ", \"do_lower_case\": false, \"model_max_length\": 512")};
  return impl;
}

inline std::shared_ptr<Tokenizer::Impl> nucleotide_transformer_impl(std::span<const std::string> tokens) {
  auto impl = special_impl(TokenizerKind::nucleotide_transformer, tokens, {"<pad>", "<cls>", "", "<unk>", "<mask>"});
  impl->model = std::make_unique<LetterModel>(impl->vocabulary, 6, impl->special.unknown);
  impl->before = {impl->special.begin};
  for (const char* name : {"<eos>", "<bos>"})
    if (const auto id = impl->vocabulary->find(name); id >= 0) impl->added.add({name, id, true});
  impl->files = {{"vocab.txt", lines_of(tokens)}, class_file("EsmTokenizer")};
  return impl;
}

inline std::shared_ptr<Tokenizer::Impl> character_impl(const std::string& alphabet) {
  std::vector<std::string> tokens{"<s>", "<pad>", "</s>", "<unk>", "<mask>"};
  for (const char c : alphabet) {
    if (c <= ' ' || c > '~' || c == '"' || c == '\\')
      throw error("an alphabet has printable ASCII characters without quotes and backslashes");
    tokens.emplace_back(1, c);
  }
  auto impl = special_impl(TokenizerKind::characters, tokens, {"<pad>", "<s>", "</s>", "<unk>", "<mask>"});
  impl->model = std::make_unique<LetterModel>(impl->vocabulary, 0, impl->special.unknown);
  impl->files = {class_file("L2gCharacterTokenizer", ", \"alphabet\": \"" + alphabet + "\"")};
  return impl;
}

inline std::shared_ptr<Tokenizer::Impl> byte_impl() {
  std::vector<std::string> tokens{"<s>", "<pad>", "</s>", "<mask>"};
  for (int b = 0; b < 256; ++b) tokens.emplace_back(1, static_cast<char>(b));
  auto impl = special_impl(TokenizerKind::bytes, tokens, {"<pad>", "<s>", "</s>", "", "<mask>"});
  impl->added = {};  // bytes are bytes: "<mask>" in a text is six of them
  impl->model = std::make_unique<ByteModel>();
  impl->before = {start_id};
  impl->after = {end_id};
  impl->files = {class_file("L2gByteTokenizer")};
  return impl;
}

inline std::shared_ptr<Tokenizer::Impl> hyena_impl() {
  const std::vector<std::string> tokens{"[CLS]", "[SEP]", "[BOS]", "[MASK]", "[PAD]", "[RESERVED]",
                                        "[UNK]", "A",     "C",     "G",      "T",     "N"};
  auto impl = special_impl(TokenizerKind::hyena, tokens, {"[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"});
  for (const char* name : {"[BOS]", "[RESERVED]"}) impl->added.add({name, impl->vocabulary->find(name), true});
  impl->model = std::make_unique<LetterModel>(impl->vocabulary, 0, impl->special.unknown);
  impl->before = {impl->special.begin};
  impl->after = {impl->special.end};
  impl->padding_side = Side::left;
  impl->files = {class_file("HyenaDNATokenizer")};
  return impl;
}

}  // namespace detail

L2G_INLINE index_t kmer_length(std::span<const std::string> tokens) {
  if (tokens.size() < 9) return 0;
  const std::size_t k = tokens.back().size();
  if (k < 1 || k > 8 || tokens.size() != 5 + (std::size_t(1) << 2 * k)) return 0;
  const auto kmers = std::count_if(tokens.begin(), tokens.end(),
                                   [&](const std::string& t) { return t.size() == k && detail::all_acgt(t); });
  const bool named = std::find(tokens.begin(), tokens.end(), "[CLS]") != tokens.end();
  return named && static_cast<std::size_t>(kmers) + 5 == tokens.size() ? static_cast<index_t>(k) : 0;
}

L2G_INLINE Tokenizer kmer_tokenizer(index_t k) {
  if (k < 1 || k > 8) throw error("k-mers of " + std::to_string(k) + " letters: k is 1 to 8");
  std::vector<std::string> tokens{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  detail::append_words(tokens, static_cast<std::size_t>(k), "ATCG");
  return kmer_tokenizer(tokens, k);
}

L2G_INLINE Tokenizer nucleotide_transformer_tokenizer(index_t version) {
  if (version != 1 && version != 2)
    throw error("Nucleotide Transformer has the versions 1 and 2, not " + std::to_string(version));
  std::vector<std::string> tokens{"<unk>", "<pad>", "<mask>", "<cls>"};
  if (version == 2) tokens.insert(tokens.end(), {"<eos>", "<bos>"});
  detail::append_words(tokens, 6, "ATCG");
  for (const char* letter : {"A", "T", "C", "G", "N"}) tokens.push_back(letter);
  return nucleotide_transformer_tokenizer(tokens);
}

L2G_INLINE Tokenizer kmer_tokenizer(std::span<const std::string> tokens, index_t k) {
  return Tokenizer(detail::kmer_impl(tokens, k));
}
L2G_INLINE Tokenizer nucleotide_transformer_tokenizer(std::span<const std::string> tokens) {
  return Tokenizer(detail::nucleotide_transformer_impl(tokens));
}
L2G_INLINE Tokenizer character_tokenizer(const std::string& alphabet) {
  return Tokenizer(detail::character_impl(alphabet));
}
L2G_INLINE Tokenizer byte_tokenizer() { return Tokenizer(detail::byte_impl()); }
L2G_INLINE Tokenizer hyena_tokenizer() { return Tokenizer(detail::hyena_impl()); }

}  // namespace l2g::text
