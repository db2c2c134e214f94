#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/dyn/export.hpp>
#include <l2g/dyn/model.hpp>
#include <l2g/io/atomic_file.hpp>
#include <l2g/text/load_tokenizer.hpp>
#include <l2g/text/tokenizer_impl.hpp>
#include <l2g/train/weights.hpp>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace l2g::model {
namespace detail {

L2G_INLINE std::map<std::string, Tensor> first_weights(const Spec& spec, const Seq& in, std::uint64_t seed,
                                                       const std::map<std::string, Numbers>& given) {
  std::map<std::string, Tensor> found;
  auto record = build<float>(spec, in).template params<float, Cpu>();
  each_tensor<float>(record, [&](const TensorRef<float>& t) {
    Tensor& own = found[t.key];
    own.extents = t.extents;
    own.role = t.role;
    if (const auto there = given.find(t.key); there != given.end()) {
      if (there->second.size() != std::size_t(t.size()))
        throw error("l2g: tensor '" + t.key + "' has " + std::to_string(t.size()) + " numbers, given were " +
                    std::to_string(there->second.size()));
      own.values = there->second;
      return;
    }
    own.values.resize(static_cast<std::size_t>(t.size()));
    TensorRef<float> bound = t;
    bound.data = own.values.data();
    initialize(bound, seed);
  });
  return found;
}

/// Convolutions called "kmers" start as detectors: filter k answers 1 to the k-th word of its length over A C G T and,
/// behind a ReLU, 0 to every other.
inline void start_detectors(std::map<std::string, Tensor>& weights, const std::map<std::string, Numbers>& given) {
  for (auto& [key, w] : weights) {
    if (!key.ends_with("kmers.weight") || w.extents.size() != 3 || given.count(key)) continue;
    const auto filters = std::size_t(w.extents[0]), taps = std::size_t(w.extents[1]),
               channels = std::size_t(w.extents[2]);
    std::fill(w.values.begin(), w.values.end(), 0.0f);
    for (std::size_t k = 0; k < filters; ++k)
      for (std::size_t t = 0, word = k; t < taps; ++t, word /= 4)
        w.values[(k * taps + (taps - 1 - t)) * channels + word % 4] = 1;
    Numbers& bias = weights.at(key.substr(0, key.size() - 6) + "bias").values;
    std::fill(bias.begin(), bias.end(), 1 - float(taps));
  }
}

/// weight += scale B diag(lambda) A for one adapter, whose tensors are taken out.
inline void merge_adapter(std::map<std::string, Tensor>& weights, const std::string& key, const LoraOptions& options) {
  const std::string stem = key + (key.empty() ? "" : ".");
  const Tensor &a = weights.at(stem + "lora_A"), &b = weights.at(stem + "lora_B");
  const auto e = weights.find(stem + "lora_E");
  Tensor& w = weights.at(stem + "base_layer.weight");
  const index_t r = a.extents[0];
  add_low_rank<float>(w.values.data(), a.values.data(), e == weights.end() ? nullptr : e->second.values.data(),
                      b.values.data(), w.extents[0], w.extents[1], r, lora_scale_of(options).of(r));
  for (const char* name : {"lora_A", "lora_B", "lora_E", "lora_mask"}) weights.erase(stem + name);
}

/// The numbers of a tensor where they lie in the mapped file, or converted.
inline Numbers numbers_of(const std::shared_ptr<const io::SafetensorsFile>& file, const io::TensorInfo& t) {
  if (const float* there = file->view<float>(t)) return {std::span<const float>(there, t.count()), file};
  std::vector<float> own(t.count());
  file->read(t, std::span<float>(own));
  return own;
}

constexpr std::string_view tokenizer_prefix = "tokenizer/";  // of the tensors that are its files

inline nlohmann::json json_of(const TokenInput& t) {
  return {{"length", t.length},
          {"before", t.before},
          {"after", t.after},
          {"prefix", t.options.prefix},
          {"suffix", t.options.suffix},
          {"max_tokens", t.options.max_tokens},
          {"special_tokens", t.options.special_tokens},
          {"keep_suffix", t.options.keep_suffix},
          {"allow_lost_suffix", t.options.allow_lost_suffix}};
}
/// Rows of the first table of words in a model, 0 when there is none.
inline index_t words_of(const Spec& s) {
  if (const auto n = s.numbers.find("entries"); n != s.numbers.end()) return index_t(n->second);
  for (const Spec& part : s.parts)
    if (const index_t n = words_of(part)) return n;
  return 0;
}

inline nlohmann::json json_of(const HistoryEntry& h) {
  const auto number = [](double v) { return v == v ? nlohmann::json(v) : nlohmann::json(nullptr); };
  return {h.step, number(h.epoch), number(h.train_loss), number(h.loss), number(h.metric), number(h.rate)};
}
inline HistoryEntry history_of(const nlohmann::json& j) {
  const auto number = [](const nlohmann::json& v) { return v.is_number() ? v.get<double>() : not_a_number; };
  HistoryEntry h;
  h.step = j.at(0).is_number_integer() ? j.at(0).get<std::int64_t>() : 0;
  h.epoch = number(j.at(1)), h.train_loss = number(j.at(2)), h.loss = number(j.at(3));
  h.metric = number(j.at(4)), h.rate = number(j.at(5));
  return h;
}

}  // namespace detail

L2G_INLINE index_t Model::parameters() const {
  index_t n = 0;
  for (const auto& [key, t] : weights)
    if (t.role == Role::trained) n += index_t(t.values.size());
  return n;
}
L2G_INLINE std::size_t Model::bytes() const {
  std::size_t n = 0;
  for (const auto& [key, t] : weights)
    if (!t.values.borrowed()) n += t.values.size() * sizeof(float);
  return n;
}

namespace detail {
/// The rest of a model that has name, input, classes and seed.
inline Model completed(Model m, Spec spec, const std::map<std::string, Numbers>& given) {
  if (m.classes.size() < 2)
    throw error("build: a model needs at least two classes, got " + std::to_string(m.classes.size()));
  const Seq out = out_of(spec, m.shape(1));
  if (out[1] != 1 || out[2] != m.outputs())
    throw shape_error("build: the model ends in (batch, " + std::to_string(out[1]) + ", " + std::to_string(out[2]) +
                      "), wanted (batch, 1, " + std::to_string(m.outputs()) +
                      "): pool or flatten the positions, then linear{out=" + std::to_string(m.outputs()) + "}");
  m.weights = first_weights(spec, m.shape(1), m.seed, given);
  start_detectors(m.weights, given);
  m.spec = std::move(spec);
  m.notes["l2g"] = L2G_VERSION;
  return m;
}
}  // namespace detail

L2G_INLINE Model make_model(std::string name, Spec spec, const data::EncodeOptions& input,
                            std::vector<std::string> classes, std::uint64_t seed,
                            const std::map<std::string, Numbers>& given) {
  Model m;
  m.name = std::move(name), m.input = input, m.classes = std::move(classes), m.seed = seed;
  return detail::completed(std::move(m), std::move(spec), given);
}
L2G_INLINE Model make_model(std::string name, Spec spec, const TokenInput& tokens, std::vector<std::string> classes,
                            std::uint64_t seed, const std::map<std::string, Numbers>& given) {
  if (const index_t words = detail::words_of(spec); words < tokens.tokenizer.size())
    throw error("build: the tokenizer has " + std::to_string(tokens.tokenizer.size()) +
                " entries, the model has words for " + std::to_string(words) + ": they do not belong together");
  Model m;
  m.name = std::move(name), m.tokens = tokens, m.classes = std::move(classes), m.seed = seed;
  return detail::completed(std::move(m), std::move(spec), given);
}

L2G_INLINE Model respecified(const Model& model, Spec spec, std::vector<std::string>* fresh) {
  Model m;
  m.name = model.name, m.input = model.input, m.tokens = model.tokens, m.classes = model.classes, m.seed = model.seed;
  m = detail::completed(std::move(m), std::move(spec), {});
  m.threshold = model.threshold, m.both_strands = model.both_strands;
  m.notes = model.notes, m.history = model.history, m.bare = model.bare, m.base = model.base;
  std::map<std::string, Tensor> old = model.weights;
  const auto stays = adapters_of(m.spec);
  for (const auto& [key, options] : adapters_of(model.spec)) {
    const auto same = [&, &k = key, &o = options](const auto& s) {
      return s.first == k && s.second.plain == o.plain && s.second.rank == o.rank;
    };
    if (std::none_of(stays.begin(), stays.end(), same)) detail::merge_adapter(old, key, options);
  }
  std::map<std::string, const Tensor*> plain;
  for (const auto& [key, t] : old) plain[key_without_adapter(key)] = &t;
  for (auto& [key, t] : m.weights) {
    const auto found = plain.find(key_without_adapter(key));
    if (found != plain.end() && found->second->extents == t.extents)
      t.values = found->second->values;
    else if (fresh)
      fresh->push_back(key);
  }
  return m;
}

L2G_INLINE void start_head(Model& model, double deviation) {
  const auto weight = model.weights.find("head.weight"), bias = model.weights.find("head.bias");
  if (weight == model.weights.end() || bias == model.weights.end())
    throw error("l2g: the model has no linear map called 'head'");
  Tensor& w = weight->second;
  initialize(TensorRef<float>{weight->first, w.values.data(), w.extents, w.role, {Init::normal, deviation}},
             model.seed);
  bias->second.values.assign(std::vector<float>(bias->second.values.size()));
}

L2G_INLINE void give_weights(const Model& model, AnyStep& step) {
  step.use_lengths(model.tokens.has_value());
  each_tensor<float>(step.p, [&](const TensorRef<float>& t) -> float* {
    const Numbers& own = model.weights.at(t.key).values;
    if (step.is_outside(t.role)) return const_cast<float*>(own.data());  // nothing writes to it
    std::copy_n(own.data(), t.size(), t.data);
    return nullptr;
  });
}
L2G_INLINE void take_weights(Model& model, AnyStep& step) {
  each_tensor<float>(step.p, [&](const TensorRef<float>& t) {
    if (t.role != Role::frozen && !step.is_outside(t.role))
      model.weights.at(t.key).values.assign({t.data, std::size_t(t.size())});
  });
}

L2G_INLINE index_t load_part(Model& model, const std::string& path, const std::string& from, const std::string& to) {
  const auto file = std::make_shared<const io::SafetensorsFile>(path);
  index_t count = 0;
  for (auto& [key, t] : model.weights) {
    const std::string plain = key_without_adapter(key);
    if (!plain.starts_with(to) || plain.find("lora_") != plain.npos) continue;
    t.values = detail::numbers_of(file, file->at(from + plain.substr(to.size()), t.extents));
    ++count;
  }
  if (count == 0) throw error("l2g: the model has no tensor below '" + to + "'");
  return count;
}

L2G_INLINE void save(const Model& model, const std::string& path) {
  nlohmann::json j{{"spec", nlohmann::json::parse(to_json(model.spec))},
                   {"name", model.name},
                   {"classes", model.classes},
                   {"threshold", model.threshold},
                   {"both_strands", model.both_strands},
                   {"seed", model.seed},
                   {"notes", model.notes},
                   {"input",
                    {{"length", model.input.length},
                     {"channels", model.input.channels},
                     {"pad_right", model.input.pad_right},
                     {"pad_zeros", model.input.pad_zeros},
                     {"alphabet", model.input.channels == 5 ? "ACGTN" : "ACGT"},
                     {"letters", "upper and lower case alike, U as T, every other IUPAC code as N"}}}};
  if (model.tokens) j["tokens"] = detail::json_of(*model.tokens);
  for (const HistoryEntry& h : model.history) j["history"].push_back(detail::json_of(h));
  std::vector<TensorSlot> slots;
  for (const auto& [key, t] : model.weights)
    slots.push_back({key, dtype_of<float>, const_cast<float*>(t.values.data()), t.extents, t.role});
  if (model.tokens)
    for (const text::TokenizerFile& f : model.tokens->tokenizer.impl().files)
      slots.push_back({std::string(detail::tokenizer_prefix) + f.name,
                       Dtype::u8,
                       const_cast<char*>(f.bytes.data()),
                       {index_t(f.bytes.size())},
                       Role::buffer});
  save_tensors(slots, path, {{"format", "l2g model 1"}, {"model", j.dump()}});
}

namespace detail {

/// Refuses text that is nested so deeply that the parser's recursive friends would run out of stack.
inline void check_depth(const std::string& json, const std::string& path) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (quoted && json[i] == '\\')
      ++i;
    else if (json[i] == '"')
      quoted = !quoted;
    else if (!quoted && (json[i] == '[' || json[i] == '{') && ++depth > 300)
      throw file_error(path, "the model's description is nested too deeply");
    else if (!quoted && (json[i] == ']' || json[i] == '}'))
      --depth;
  }
}
/// Layers that a description stands for, repeated ones as often as they come.
inline double layers_in(const Spec& s) {
  double inside = 1;
  for (const Spec& p : s.parts) inside += layers_in(p);
  for (const char* count : {"times", "layers"})
    if (const auto n = s.numbers.find(count); n != s.numbers.end() && n->second > 1) inside *= n->second;
  return inside;
}
template <class N>
N whole_number(const nlohmann::json& j, const char* name, const std::string& path) {
  const nlohmann::json& n = j.at(name);
  if (!n.is_number_integer() || (std::is_unsigned_v<N> && !n.is_number_unsigned()))
    throw file_error(path, std::string("the model's description is damaged: '") + name + "' is not a whole number");
  return n.get<N>();
}

inline TokenInput tokens_of(const io::SafetensorsFile& file, const nlohmann::json& j) {
  std::vector<text::TokenizerFile> files;
  for (const io::TensorInfo& t : file.tensors())
    if (t.key.starts_with(tokenizer_prefix)) {
      const auto bytes = file.bytes(t);
      files.push_back({t.key.substr(tokenizer_prefix.size()),
                       std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size())});
    }
  TokenInput t{text::read_tokenizer(files, file.path()), {}, whole_number<index_t>(j, "length", file.path())};
  text::EncodeOptions& o = t.options;
  o.prefix = j.at("prefix").get<std::string>(), o.suffix = j.at("suffix").get<std::string>();
  o.max_tokens = whole_number<index_t>(j, "max_tokens", file.path());
  o.special_tokens = j.at("special_tokens").get<bool>();
  o.keep_suffix = j.at("keep_suffix").get<bool>();
  o.allow_lost_suffix = j.at("allow_lost_suffix").get<bool>();
  t.before = j.at("before").get<std::vector<std::int32_t>>(), t.after = j.at("after").get<std::vector<std::int32_t>>();
  if (t.length < 1 || t.length > 1'000'000 || o.max_tokens < 0)
    throw file_error(file.path(), "the model's input makes no sense");
  return t;
}
inline Model read_model(const std::shared_ptr<const io::SafetensorsFile>& file, const nlohmann::json& j) {
  const std::string& path = file->path();
  const auto& i = j.at("input");
  const data::EncodeOptions input{whole_number<index_t>(i, "length", path), whole_number<index_t>(i, "channels", path),
                                  i.at("pad_right").get<bool>(), i.at("pad_zeros").get<bool>()};
  std::optional<TokenInput> tokens;
  if (j.contains("tokens")) tokens = tokens_of(*file, j["tokens"]);
  if (!tokens && (input.length < 1 || input.length > 100'000'000 || (input.channels != 4 && input.channels != 5)))
    throw file_error(path, "the model's input makes no sense");
  const Seq in = tokens ? Seq{1, tokens->length, index_t(1)} : Seq{1, input.length, input.channels};
  const Spec spec = from_json(j.at("spec").dump());
  constexpr double most_layers = 20000;
  if (!(layers_in(spec) <= most_layers)) throw file_error(path, "the model's description stands for too many layers");
  // The tensors of the description against those of the file, before memory is taken for any of them.
  auto record = build<float>(spec, in).template params<float, Cpu>();
  LoadReport report;
  std::vector<TensorSlot> slots = tensor_slots<float>(record);
  if (tokens)
    for (const io::TensorInfo& t : file->tensors())
      if (t.key.starts_with(tokenizer_prefix)) slots.push_back({t.key, t.dtype, nullptr, t.shape, Role::buffer});
  if (const std::string wrong = misfits(slots, *file, {}, report); !wrong.empty()) throw_misfits(*file, wrong);
  std::map<std::string, Numbers> given;
  for (const io::TensorInfo& t : file->tensors())
    if (!t.key.starts_with(tokenizer_prefix)) given[t.key] = numbers_of(file, t);
  const auto name = j.at("name").get<std::string>();
  const auto classes = j.at("classes").get<std::vector<std::string>>();
  const auto seed = whole_number<std::uint64_t>(j, "seed", path);
  Model m = tokens ? make_model(name, spec, *tokens, classes, seed, given)
                   : make_model(name, spec, input, classes, seed, given);
  m.threshold = j.at("threshold").get<double>();
  m.both_strands = j.at("both_strands").get<bool>();
  m.notes = j.at("notes").get<std::map<std::string, std::string>>();
  if (j.contains("history"))
    for (const auto& h : j["history"]) m.history.push_back(history_of(h));
  return m;
}

}  // namespace detail

L2G_INLINE Model load_model(const std::string& path) {
  const auto file = std::make_shared<const io::SafetensorsFile>(path);
  const std::string* text = file->metadata("model");
  if (!text || !text->starts_with('{'))
    throw file_error(path,
                     "these are weights without a model (a byte language model goes to build as language_model); l2g's "
                     "own models are written by save()");
  try {
    detail::check_depth(*text, path);
    return detail::read_model(file, nlohmann::json::parse(*text));
  } catch (const nlohmann::json::exception& e) {
    throw file_error(path, std::string("the model's description is damaged: ") + e.what());
  } catch (const file_error&) {
    throw;
  } catch (const error& e) {
    throw file_error(path, std::string("the model's description makes no sense: ") + e.what());
  }
}

L2G_INLINE void export_cpp(const Model& model, const std::string& folder, const std::string& name, index_t batch) {
  const std::string header = cpp_header(model.spec, model.shape(batch), name);
  std::vector<TensorSlot> slots;
  for (const auto& [key, t] : model.weights)
    slots.push_back({key, dtype_of<float>, const_cast<float*>(t.values.data()), t.extents, t.role});
  save_tensors(slots, folder + "/" + name + ".safetensors", {{"format", "l2g weights 1"}});
  io::write_file(folder + "/" + name + ".hpp", header);
  if (!model.tokens) return;
  const std::string tokenizer = folder + "/" + name + "_tokenizer";
  std::error_code fault;
  std::filesystem::create_directories(tokenizer, fault);
  if (fault) throw file_error(tokenizer, "the folder cannot be made: " + fault.message());
  model.tokens->tokenizer.save(tokenizer);
}

L2G_INLINE Footprint step_footprint(const Model& model, index_t batch) {
  return footprint<float>(build<float>(model.spec, model.shape(batch)), model.shape(batch), 64, 2, 1, Outside::frozen);
}

L2G_INLINE std::string to_text(const Model& model) {
  std::string out = to_text(model.spec);
  if (const auto& t = model.tokens)
    out += "reads up to " + std::to_string(t->length) + " tokens (" + std::string(text::name_of(t->tokenizer.kind())) +
           ", " + std::to_string(t->tokenizer.size()) + " entries" +
           (t->options.prefix.empty() && t->options.suffix.empty() ? "" : ", with a prompt") + ")";
  else
    out += "reads " + std::to_string(model.input.length) + " positions x " + std::to_string(model.input.channels) +
           " channels";
  out += ", says " + std::to_string(model.outputs()) + " classes, " + std::to_string(model.parameters()) +
         " trained numbers\n";
  return out;
}

}  // namespace l2g::model
