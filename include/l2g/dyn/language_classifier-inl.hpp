#pragma once
#include <l2g/dyn/byte_model.hpp>
#include <l2g/dyn/hidden_states-inl.hpp>
#include <l2g/dyn/language_classifier.hpp>
#include <l2g/dyn/tuned_language_model.hpp>
#include <l2g/text/dna_tokenizers.hpp>

#include <algorithm>
#include <cmath>

namespace l2g::model {
namespace detail {

/// Tokens of the longest row on either strand.
inline index_t longest_on_both(const text::Tokenizer& tokenizer, const text::EncodeOptions& options,
                               const data::Dataset& rows) {
  data::Dataset other;
  for (const std::string& s : rows.sequences) other.sequences.push_back(data::reverse_complement(s));
  other.ids = rows.ids;
  return std::max(longest_row(tokenizer, options, rows), longest_row(tokenizer, options, other));
}

/// Lingo's code sets the ids of prefix and suffix around those of the letters, without a token that begins the text.
inline void put_prompt(const LanguageModel& model, const text::EncodeOptions& prompt, TokenInput& input) {
  text::EncodeOptions bare;
  bare.special_tokens = false;
  input.options.special_tokens = false;
  if (!prompt.prefix.empty()) input.before = model.reader().encode(prompt.prefix, bare).ids;
  if (!prompt.suffix.empty()) input.after = model.reader().encode(prompt.suffix, bare).ids;
}

inline TokenInput token_input(const LanguageModel& model, const data::Dataset& rows,
                              const LanguageClassifierOptions& o) {
  const index_t most = options_for(model, o.tokens).max_tokens;
  const auto cut = [&](index_t length) { return most > 0 ? std::min(most, length) : length; };
  if (o.letters == LettersAs::tokens) {
    TokenInput input{model.reader(), options_for(model, o.tokens)};
    input.length = cut(longest_on_both(input.tokenizer, input.options, rows));
    input.options.max_tokens = input.length;
    return input;
  }
  TokenInput input{text::kmer_tokenizer(1)};
  if (o.letters == LettersAs::lingo_rows) put_prompt(model, o.tokens, input);
  const index_t around = index_t(input.before.size() + input.after.size());
  input.length = cut(rows.longest() + around + (input.options.special_tokens ? 2 : 0));
  input.options.max_tokens = input.length - around;
  return input;
}

/// The rows of [PAD], [UNK], [CLS], [SEP], [MASK], A, T, C, G: those that mean the same are the model's own, the others
/// are drawn with the deviation of its table.
inline Numbers letter_rows(const LanguageModel& model, std::uint64_t seed) {
  const index_t width = model.model.config.word_width;
  const Tensor* words = nullptr;
  for (const auto& [key, t] : model.model.weights)
    if (models::table_key(key) == "words.weight") words = &t;
  if (!words) throw error("l2g: the language model has no table of words");
  double squares = 0;
  for (const float v : words->values) squares += double(v) * double(v);
  std::vector<float> rows(std::size_t(9 * width));
  const double deviation = std::sqrt(squares / double(words->values.size()));
  initialize(TensorRef<float>{"rows.weight", rows.data(), {9, width}, Role::trained, {Init::normal, deviation}}, seed);
  if (!model.tokenizer) return rows;
  const text::SpecialIds theirs = model.tokenizer->special(), ours = text::kmer_tokenizer(1).special();
  for (const auto& [to, from] : {std::pair{ours.pad, theirs.pad}, std::pair{ours.begin, theirs.begin},
                                 std::pair{ours.end, theirs.end}, std::pair{ours.mask, theirs.mask}})
    if (from >= 0) std::copy_n(words->values.begin() + from * width, width, rows.begin() + to * width);
  return rows;
}

}  // namespace detail

L2G_INLINE LettersAs letters_as(std::string_view name) {
  static const std::vector<std::string_view> names{"tokens", "one_hot_rows", "lingo_rows"};
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) throw error(unknown("input", name, names));
  return LettersAs(at - names.begin());
}

L2G_INLINE Spec blocks_spec(const models::Config& config, index_t layers) {
  if (layers < 0 || layers > config.layers)
    throw error("this " + models::title_of(config) + " has " + std::to_string(config.layers) + " layers, not " +
                std::to_string(layers));
  const index_t times = layers > 0 ? layers : config.layers;
  const detail::BodyParts body = detail::parts_of_body(config);
  std::vector<Spec> parts{body.block};
  parts[0].numbers["times"] = double(times);
  if (times == config.layers) parts.insert(parts.end(), body.tail.begin(), body.tail.end());
  return sequential(std::move(parts));
}

L2G_INLINE std::map<std::string, Numbers> body_numbers(const Pretrained& model, const Spec& spec, Seq in) {
  std::map<std::string, const Tensor*> there;
  for (const auto& [key, t] : model.weights) there[models::table_key(key)] = &t;
  std::map<std::string, Numbers> found;
  auto record = build<float>(spec, in).template params<float, Cpu>();
  each_tensor<float>(record, [&](const TensorRef<float>& t) {
    if (!t.key.starts_with("body.")) return;
    const auto at = there.find(models::table_key(t.key));
    if (at != there.end() && at->second->extents == t.extents) found[t.key] = at->second->values;
  });
  return found;
}

L2G_INLINE Model language_classifier(const LanguageModel& model, const data::Dataset& rows,
                                     const LanguageClassifierOptions& o, std::vector<std::string>* fresh) {
  const models::Config& config = model.model.config;
  const index_t layers = o.layers > 0 ? o.layers : config.layers, classes = index_t(o.classes.size());
  if (layers > config.layers) blocks_spec(config, layers);
  const bool has_prompt = !o.tokens.prefix.empty() || !o.tokens.suffix.empty();
  if (o.letters == LettersAs::one_hot_rows && has_prompt)
    throw error("build: new rows for bases have no words for a prompt; leave prefix and suffix out, or take tokens");
  const Pooling pooling = o.pooling.value_or(config.causal ? Pooling::last : Pooling::first);
  if (o.published_head &&
      (layers != config.layers || (o.pooling && pooling != (config.causal ? Pooling::last : Pooling::first))))
    throw error(std::string("build: the published head stands on all layers and reads the ") +
                (config.causal ? "last" : "first") + " token: leave layers and pooling out, or take head = \"linear\"");
  const TokenInput input = detail::token_input(model, rows, o);

  Spec spec;
  if (o.published_head) {
    spec = spec_of(config, Task::classifier, classes);
  } else {
    spec = sequential({(layers == config.layers ? spec_of(config) : features_spec(config, layers)).named("body")});
    constexpr const char* kinds[] = {"", "first_token", "mean_pool", "global_max_pool", "last_token"};
    if (pooling == Pooling::none) throw error("build: one vector a sequence is pooled from its positions; which way?");
    spec.parts.push_back(layer(kinds[static_cast<int>(pooling)]));
    spec.parts.push_back(layer("linear", {{"out", double(classes)}}).named("head"));
  }
  if (o.letters == LettersAs::one_hot_rows) {
    std::vector<Spec>& body = spec.parts[0].parts;  // the words are its first layer
    Spec words = body[0].parts[0];
    body[0].parts.erase(body[0].parts.begin());
    if (body[0].parts.empty()) body.erase(body.begin());
    words.numbers["entries"] = 9;
    if (config.token_dropout) words.numbers["mask"] = double(text::kmer_tokenizer(1).special().mask);
    spec.parts.insert(spec.parts.begin(), words.named("rows"));
  }
  const Seq in{1, input.length, 1};
  std::map<std::string, Numbers> given = body_numbers(model.model, spec, in);
  if (o.letters == LettersAs::one_hot_rows) given["rows.weight"] = detail::letter_rows(model, o.seed);
  if (o.published_head) {  // the publisher's own pooler, where the files have it
    PretrainedOptions as_classifier;
    as_classifier.task = Task::classifier;
    std::optional<Pretrained> published;
    if (model.model.task != Task::classifier && !config.causal && !holds_byte_model(model.path))
      published = load_pretrained(plan_pretrained(model.path, as_classifier));
    const Pretrained& from = published ? *published : model.model;
    for (const auto& [key, t] : from.weights) {
      const auto& anew = from.summary.fresh;
      const bool head = key.starts_with("dense.") || key.starts_with("head.");
      if (head && std::find(anew.begin(), anew.end(), key) == anew.end()) given.emplace(key, t.values);
    }
    if (config.labels != o.classes) given.erase("head.weight"), given.erase("head.bias");
  }
  Model made = make_model(config.causal ? "causal" : "encoder", spec, input, o.classes, o.seed, given);
  for (auto& [key, t] : made.weights) {
    if (fresh && key == "rows.weight") fresh->push_back(key);
    if (given.count(key)) continue;
    // Heads of transformers start with normal weights of deviation 0.02 and without biases.
    if (o.published_head && t.extents.size() == 2)
      initialize(TensorRef<float>{key, t.values.data(), t.extents, t.role, {Init::normal, 0.02}}, o.seed);
    if (o.published_head && t.extents.size() == 1) t.values.assign(std::vector<float>(t.values.size()));
    if (fresh) fresh->push_back(key);
  }
  made.notes["language model"] = models::title_of(config) + " from " + model.path;
  made.base = without_blocks(model);
  return made;
}

}  // namespace l2g::model
