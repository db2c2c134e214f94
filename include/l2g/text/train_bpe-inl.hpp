#pragma once
#include <l2g/text/bpe-inl.hpp>
#include <l2g/text/tokenizer_json-inl.hpp>
#include <l2g/text/train_bpe.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace l2g::text {

namespace detail {

class BpeTrainer {
 public:
  BpeTrainer(std::span<const std::string> texts, const TrainBpeOptions& options) : options_(options) {
    for (const std::string& s : options.special) vocabulary_.add(s, next_id());
    count_words(texts);
    add_letters();
    if (vocabulary_.size() > options.vocabulary)
      throw error("special tokens and letters are " + std::to_string(vocabulary_.size()) + "; a vocabulary of " +
                  std::to_string(options.vocabulary) + " is too small");
    for (std::size_t w = 0; w < words_.size(); ++w)
      for (std::size_t i = 0; i + 1 < words_[w].ids.size(); ++i) {
        const Pair pair{words_[w].ids[i], words_[w].ids[i + 1]};
        counts_[pair] += words_[w].count;
        places_[pair].insert(w);
      }
    for (const auto& [pair, count] : counts_) queue_.push_back({count, pair});
    std::make_heap(queue_.begin(), queue_.end());
  }

  std::vector<LearntMerge> run() {
    std::vector<LearntMerge> merges;
    while (vocabulary_.size() < options_.vocabulary && !queue_.empty()) {
      Candidate best = pop();
      if (best.count != counts_[best.pair]) {  // it was counted before other merges took some
        best.count = counts_[best.pair];
        push(best);
        continue;
      }
      if (best.count < std::max<index_t>(1, options_.least_count)) break;
      LearntMerge merge{vocabulary_.token(best.pair.first), vocabulary_.token(best.pair.second), best.count, -1};
      merge.id = vocabulary_.find(merge.left + merge.right);
      if (merge.id < 0) vocabulary_.add(merge.left + merge.right, merge.id = next_id());
      apply_merge(best.pair, merge.id);
      merges.push_back(merge);
      if (options_.watcher && !options_.watcher->learnt(merge)) break;
    }
    return merges;
  }

  const Vocabulary& vocabulary() const { return vocabulary_; }

 private:
  using Pair = std::pair<std::int32_t, std::int32_t>;
  struct Word {
    std::vector<std::int32_t> ids;
    index_t count;
  };
  struct Candidate {
    index_t count;
    Pair pair;
    bool operator<(const Candidate& o) const { return count != o.count ? count < o.count : pair > o.pair; }
  };

  std::int32_t next_id() const { return static_cast<std::int32_t>(vocabulary_.size()); }

  void count_words(std::span<const std::string> texts) {
    const Pattern pattern(options_.byte_level ? gpt2_words : plain_words);
    Pattern::Match match(pattern);
    for (const std::string& text : texts)
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t valid = valid_utf8(text, at);
        const std::string_view run = std::string_view(text).substr(at, valid);
        for (std::size_t from = 0; from < run.size() && match.find(run, from); from = match.end())
          ++spellings_[std::string(run.substr(match.begin(), match.end() - match.begin()))];
        if (valid == 0 && options_.byte_level) ++spellings_[text.substr(at, 1)];
        at += std::max<std::size_t>(valid, 1);
      }
    if (spellings_.empty()) throw error("there is no text to learn from");
  }

  // The letters, in the order of their code points, and the words in them.
  void add_letters() {
    std::set<char32_t> letters;
    for (unsigned b = 0; options_.byte_level && b < 256; ++b)
      letters.insert(byte_character(static_cast<unsigned char>(b)));
    std::vector<std::pair<std::u32string, index_t>> words;
    for (const auto& [spelling, count] : spellings_) {
      const std::string written = options_.byte_level ? to_byte_characters(spelling) : spelling;
      std::u32string characters;
      for (std::size_t at = 0; at < written.size(); at += code_point(written, at).size)
        characters += code_point(written, at).value;
      letters.insert(characters.begin(), characters.end());
      words.emplace_back(std::move(characters), count);
    }
    std::unordered_map<char32_t, std::int32_t> ids;
    for (const char32_t letter : letters) {
      std::string token;
      append_utf8(token, letter);
      ids[letter] = vocabulary_.find(token);
      if (ids[letter] < 0) vocabulary_.add(token, ids[letter] = next_id());
    }
    for (const auto& [characters, count] : words) {
      words_.push_back({{}, count});
      for (const char32_t c : characters) words_.back().ids.push_back(ids[c]);
    }
  }

  void apply_merge(Pair pair, std::int32_t id) {
    std::set<Pair> fresh;
    const auto change = [&](Pair p, std::size_t w, index_t sign) {
      counts_[p] += sign * words_[w].count;
      if (sign > 0) places_[p].insert(w), fresh.insert(p);
    };
    for (const std::size_t w : places_[pair]) {
      std::vector<std::int32_t>& ids = words_[w].ids;
      std::size_t kept = 0;
      for (std::size_t i = 0; i < ids.size(); ++i, ++kept) {
        ids[kept] = ids[i];
        if (ids[i] != pair.first || i + 1 == ids.size() || ids[i + 1] != pair.second) continue;
        if (kept > 0) change({ids[kept - 1], pair.first}, w, -1), change({ids[kept - 1], id}, w, 1);
        ids[kept] = id;
        ++i;
        if (i + 1 < ids.size()) change({pair.second, ids[i + 1]}, w, -1), change({id, ids[i + 1]}, w, 1);
      }
      ids.resize(kept);
    }
    places_.erase(pair);
    for (const Pair& p : fresh)
      if (counts_[p] > 0) push({counts_[p], p});
  }

  void push(const Candidate& c) {
    queue_.push_back(c);
    std::push_heap(queue_.begin(), queue_.end());
  }
  Candidate pop() {
    std::pop_heap(queue_.begin(), queue_.end());
    const Candidate c = queue_.back();
    queue_.pop_back();
    return c;
  }

  const TrainBpeOptions& options_;
  Vocabulary vocabulary_;
  std::map<std::string, index_t> spellings_;
  std::vector<Word> words_;
  std::map<Pair, index_t> counts_;
  std::map<Pair, std::set<std::size_t>> places_;
  std::vector<Candidate> queue_;
};

// The trained tokenizer as the public package writes it.
inline std::string to_tokenizer_json(const Vocabulary& vocabulary, std::span<const LearntMerge> merges,
                                     const TrainBpeOptions& options) {
  using Ordered = nlohmann::ordered_json;
  Ordered j{{"version", "1.0"}, {"truncation", nullptr}, {"padding", nullptr}};
  j["added_tokens"] = Ordered::array();
  for (const std::string& s : options.special)
    j["added_tokens"].push_back({{"id", vocabulary.find(s)},
                                 {"content", s},
                                 {"single_word", false},
                                 {"lstrip", false},
                                 {"rstrip", false},
                                 {"normalized", false},
                                 {"special", true}});
  j["normalizer"] = nullptr;
  const Ordered byte_level{
      {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};
  j["pre_tokenizer"] = options.byte_level ? byte_level : Ordered{{"type", "Whitespace"}};
  Ordered single = Ordered::array(), pair = Ordered::array(), tokens = Ordered::object();
  const auto put = [&](const std::string& token, int type, bool in_single) {
    if (token.empty()) return;
    const Ordered item{{"SpecialToken", {{"id", token}, {"type_id", type}}}};
    if (in_single) single.push_back(item);
    pair.push_back(item);
    tokens[token] = {{"id", token}, {"ids", {vocabulary.find(token)}}, {"tokens", {token}}};
  };
  const auto put_sequence = [](Ordered& list, const char* id, int type) {
    list.push_back({{"Sequence", {{"id", id}, {"type_id", type}}}});
  };
  put(options.begin, 0, true);
  put_sequence(single, "A", 0), put_sequence(pair, "A", 0);
  put(options.end, 0, true);
  put_sequence(pair, "B", 1);
  put(options.end, 1, false);
  if (tokens.empty())
    j["post_processor"] = nullptr;
  else
    j["post_processor"] = {
        {"type", "TemplateProcessing"}, {"single", single}, {"pair", pair}, {"special_tokens", tokens}};
  j["decoder"] = options.byte_level ? byte_level : Ordered();
  Ordered vocab = Ordered::object();
  for (std::int32_t id = 0; id < vocabulary.size(); ++id) vocab[vocabulary.token(id)] = id;
  Ordered rules = Ordered::array();
  for (const LearntMerge& m : merges) rules.push_back({m.left, m.right});
  const bool unknown = std::find(options.special.begin(), options.special.end(), "<unk>") != options.special.end();
  j["model"] = {{"type", "BPE"},
                {"dropout", nullptr},
                {"unk_token", unknown ? Ordered("<unk>") : Ordered()},
                {"continuing_subword_prefix", nullptr},
                {"end_of_word_suffix", nullptr},
                {"fuse_unk", false},
                {"byte_fallback", false},
                {"ignore_merges", false},
                {"vocab", vocab},
                {"merges", rules}};
  return j.dump(1, ' ') + "\n";
}

inline std::string to_tokenizer_config(const TrainBpeOptions& options) {
  nlohmann::ordered_json j{{"tokenizer_class", "PreTrainedTokenizerFast"}};
  const auto put = [&](const char* key, const std::string& token) {
    if (std::find(options.special.begin(), options.special.end(), token) != options.special.end()) j[key] = token;
  };
  put("bos_token", options.begin.empty() ? "<s>" : options.begin);
  put("eos_token", options.end.empty() ? "</s>" : options.end);
  put("unk_token", "<unk>");
  put("pad_token", "<pad>");
  put("mask_token", "<mask>");
  return j.dump(1, ' ') + "\n";
}

}  // namespace detail

L2G_INLINE TrainedBpe train_bpe(std::span<const std::string> texts, const TrainBpeOptions& options) {
  for (const std::string* around : {&options.begin, &options.end})
    if (!around->empty() && std::find(options.special.begin(), options.special.end(), *around) == options.special.end())
      throw error("'" + *around + "' is to stand around texts, but is no special token");
  detail::BpeTrainer trainer(texts, options);
  std::vector<LearntMerge> merges = trainer.run();
  const std::string json = detail::to_tokenizer_json(trainer.vocabulary(), merges, options);
  const std::string config = detail::to_tokenizer_config(options);
  detail::TokenizerConfig read;
  read.config = detail::parse_json_object(config, "tokenizer_config.json");
  auto impl = detail::read_tokenizer_json(json, "tokenizer.json", read);
  impl->files = {{"tokenizer.json", json}, {"tokenizer_config.json", config}};
  return {Tokenizer(std::move(impl)), std::move(merges)};
}

}  // namespace l2g::text
