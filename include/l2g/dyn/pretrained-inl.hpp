#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/dyn/pretrained.hpp>
#include <l2g/io/atomic_file.hpp>
#include <l2g/io/llama2c.hpp>
#include <l2g/io/messages.hpp>
#include <l2g/text/load_tokenizer.hpp>

#include <algorithm>
#include <filesystem>
#include <set>

namespace l2g::model {
namespace detail {

namespace fs = std::filesystem;

/// What stands at `path`: a configuration and weights.
struct Checkpoint {
  models::Config config;
  io::NamedTensors files;
};
inline bool holds_llama2c(const fs::path& file) {
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return false;
  const io::MappedFile mapped(file.string());
  return io::is_llama2c(mapped.bytes());
}
inline Checkpoint open_checkpoint(const std::string& path) {
  std::error_code ignored;
  const auto llama2c = [](const fs::path& file) {
    io::Llama2cFile f = io::open_llama2c(file.string());
    return Checkpoint{models::config_of(f.config), std::move(f.tensors)};
  };
  if (fs::is_directory(path, ignored)) {
    if (!fs::exists(fs::path(path) / "config.json", ignored))
      for (const auto& entry : fs::directory_iterator(path, ignored))
        if (entry.path().extension() == ".bin" && holds_llama2c(entry.path())) return llama2c(entry.path());
    models::Config config = models::load_config(path);
    return {std::move(config), io::open_tensors(path)};
  }
  if (holds_llama2c(path)) return llama2c(path);
  io::NamedTensors files = io::open_tensors(path);
  return {models::load_config((fs::path(path).parent_path() / "config.json").string()), std::move(files)};
}

/// The prefix of the body's names in these files: that of a model with a head, or none.
inline std::string_view prefix_in(const models::KeyTable& table, const io::NamedTensors& files) {
  for (const std::string_view prefix : {table.prefix, table.bare})
    for (const models::Source& s : models::sources_of(table, "words.weight", prefix))
      if (files.contains(s.name)) return prefix;
  return table.prefix;
}

inline std::vector<index_t> extents_in_file(const std::vector<index_t>& ours, const models::Source& place) {
  std::vector<index_t> e = ours;
  e[0] *= place.parts;
  if (place.transposed) std::swap(e[0], e[1]);
  return e;
}

/// Copies ours out of a tensor that has several in one, or lies transposed.
inline void take_part(const std::vector<float>& all, const models::Source& place, const std::vector<index_t>& extents,
                      float* out) {
  const auto rows = std::size_t(extents[0]), columns = extents.size() > 1 ? std::size_t(extents[1]) : 1;
  const std::size_t first = std::size_t(place.part) * rows, joined = std::size_t(place.parts) * rows;
  if (!place.transposed) {
    std::copy_n(all.data() + first * columns, rows * columns, out);
    return;
  }
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) out[r * columns + c] = all[c * joined + first + r];
}
inline void put_part(std::vector<float>& all, const models::Source& place, const std::vector<index_t>& extents,
                     const float* from) {
  const auto rows = std::size_t(extents[0]), columns = extents.size() > 1 ? std::size_t(extents[1]) : 1;
  const std::size_t first = std::size_t(place.part) * rows, joined = std::size_t(place.parts) * rows;
  if (!place.transposed) {
    std::copy_n(from, rows * columns, all.data() + first * columns);
    return;
  }
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) all[c * joined + first + r] = from[r * columns + c];
}

inline std::string listed(const std::vector<std::string>& items, std::size_t most = 6) {
  std::string text;
  for (std::size_t i = 0; i < items.size() && i < most; ++i) text += (i ? ", " : "") + items[i];
  if (items.size() > most) text += " and " + std::to_string(items.size() - most) + " more";
  return text;
}

inline bool belongs_to_head(const std::string& key) {
  const std::string k = models::table_key(key);
  for (const char* head : {"transform.", "decoder.", "dense.", "head."})
    if (k.starts_with(head)) return true;
  return k == "bias";
}

inline const io::NamedTensor* find_source(const io::NamedTensors& files, const std::vector<models::Source>& places,
                                          models::Source& place) {
  for (const models::Source& s : places)
    if (const io::NamedTensor* t = files.find(s.name)) {
      place = s;
      return t;
    }
  return nullptr;
}

inline void check_source(const TensorSource& t, const models::Config& c, const io::NamedTensors& files) {
  const std::vector<index_t> wanted = extents_in_file(t.extents, t.place);
  const Dtype type = t.file->dtype;
  if (t.file->extents != wanted) {
    const std::string is = io::shape_text(t.file->extents), want = io::shape_text(wanted);
    if (models::table_key(t.key) == "words.weight" && t.file->extents.size() == 2 && t.file->extents[1] == wanted[1])
      throw file_error(files.path(), "the table of words has " + std::to_string(t.file->extents[0]) +
                                         " rows; by config.json the vocabulary has " + std::to_string(c.vocabulary));
    throw file_error(files.path(), io::in_quotes(t.file->name) + " is " + is + "; by config.json it should be " + want);
  }
  if (type != Dtype::f64 && type != Dtype::f32 && type != Dtype::f16 && type != Dtype::bf16)
    throw file_error(files.path(), io::in_quotes(t.file->name) + " is of type " + name_of(type) +
                                       "; weights are F64, F32, F16 or BF16");
}

/// Decides what is read in place, and says so in the summary.
inline void place_source(TensorSource& t, LoadSummary& s) {
  std::size_t count = 1;
  for (const index_t e : t.extents) count *= std::size_t(e);
  const std::size_t bytes = count * sizeof(float);
  ++s.loaded;
  const float* numbers = t.file->mapped ? t.file->view<float>() : nullptr;
  if (numbers && !t.place.transposed) {
    t.mapped = numbers + std::size_t(t.place.part) * count;
    s.bytes_mapped += bytes;
    return;
  }
  s.converted.push_back(t.key);
  s.why.push_back(t.place.transposed            ? "stored transposed"
                  : t.file->dtype != Dtype::f32 ? "stored as " + std::string(name_of(t.file->dtype))
                  : t.file->mapped              ? "not aligned in the file"
                                                : "not stored row by row");
  s.bytes_copied += bytes;
}

}  // namespace detail

L2G_INLINE PretrainedPlan plan_pretrained(const std::string& path, const PretrainedOptions& o) {
  detail::Checkpoint from = detail::open_checkpoint(path);
  PretrainedPlan p{std::move(from.config), o.task, {}, o.seed, std::move(from.files), {}, {}};
  if (!o.labels.empty()) p.config.labels = o.labels;
  if (o.task == Task::classifier && p.config.labels.empty()) p.config.labels = {"LABEL_0", "LABEL_1"};
  p.spec = spec_of(p.config, o.task, index_t(p.config.labels.size()));
  if (o.freeze_body) {
    if (o.task == Task::features)
      p.spec.frozen = true;
    else if (p.spec.type == "language_model")
      p.spec.parts[0].frozen = p.spec.parts[1].frozen = true;
    else
      p.spec.parts[0].frozen = true;
  }
  LoadSummary& s = p.summary;
  s.path = path, s.format = p.files.format(), s.title = models::title_of(p.config);

  const models::KeyTable& table = models::key_table(p.config);
  const std::string_view prefix = detail::prefix_in(table, p.files);
  std::vector<std::string> missing;
  std::set<std::string> used;
  auto record = build<float>(p.spec, {1, 1, 1}).template params<float, Cpu>();
  each_tensor<float>(record, [&](const TensorRef<float>& r) {
    TensorSource t{r.key, r.extents, r.role, r.init, nullptr, {}, nullptr};
    const auto places = models::sources_of(table, models::table_key(r.key), prefix);
    t.file = detail::find_source(p.files, places, t.place);
    if (t.file) {
      detail::check_source(t, p.config, p.files);
      detail::place_source(t, s);
      for (const models::Source& copy : places) used.insert(copy.name);  // and copies of it
    } else if (detail::belongs_to_head(r.key)) {
      s.fresh.push_back(r.key);
      s.bytes_fresh += std::size_t(r.size()) * sizeof(float);
    } else {
      missing.push_back(io::in_quotes(places.empty() ? r.key : places[0].name));
    }
    p.tensors.push_back(std::move(t));
  });
  for (const io::NamedTensor& t : p.files.tensors())
    if (!used.count(t.name) && !models::is_spare(table, t.name)) s.unused.push_back(t.name);
  if (!missing.empty()) {
    const std::string_view near = closest(missing[0], s.unused);
    throw file_error(p.files.path(), "these are not the weights of the " + s.title + " of config.json: missing " +
                                         detail::listed(missing) +
                                         (near.empty() ? "" : " (the files have " + io::in_quotes(near) + ")"));
  }
  if (o.task == Task::language_model && !s.fresh.empty() && !o.new_language_head)
    throw file_error(p.files.path(), "there is no head of a language model in these files (missing " +
                                         detail::listed(s.fresh, 3) +
                                         "): use the features, or let the head start anew and train it");
  return p;
}

namespace detail {
inline Numbers numbers_of(const PretrainedPlan& plan, const TensorSource& t) {
  std::size_t count = 1;
  for (const index_t e : t.extents) count *= std::size_t(e);
  if (t.mapped) return {std::span<const float>(t.mapped, count), plan.files.owner()};
  std::vector<float> values(count);
  if (!t.file) {
    initialize(TensorRef<float>{t.key, values.data(), t.extents, t.role, t.init}, plan.seed);
  } else if (t.place.parts == 1 && !t.place.transposed) {
    plan.files.read(*t.file, std::span<float>(values));
  } else {
    std::vector<float> all(t.file->count());
    plan.files.read(*t.file, std::span<float>(all));
    take_part(all, t.place, t.extents, values.data());
  }
  return values;
}
}  // namespace detail

L2G_INLINE Pretrained load_pretrained(const PretrainedPlan& plan) {
  Pretrained m{plan.config, plan.task, plan.spec, {}, plan.summary};
  for (const TensorSource& t : plan.tensors) m.weights[t.key] = {t.extents, detail::numbers_of(plan, t), t.role};
  return m;
}

L2G_INLINE std::map<std::string, Tensor> weights_for(const Spec& spec, const std::map<std::string, Tensor>& weights,
                                                     std::uint64_t seed, std::vector<std::string>* fresh) {
  std::map<std::string, const Tensor*> there;
  for (const auto& [key, t] : weights) there[models::table_key(key)] = &t;
  std::map<std::string, Tensor> found;
  auto record = build<float>(spec, {1, 1, 1}).template params<float, Cpu>();
  each_tensor<float>(record, [&](const TensorRef<float>& r) {
    const auto at = there.find(models::table_key(r.key));
    if (at != there.end() && at->second->extents == r.extents) {
      Tensor t = *at->second;
      t.role = r.role;
      found.emplace(r.key, std::move(t));
      return;
    }
    Tensor t{r.extents, {}, r.role};
    t.values.resize(std::size_t(r.size()));
    TensorRef<float> bound = r;
    bound.data = t.values.data();
    initialize(bound, seed);
    found.emplace(r.key, std::move(t));
    if (fresh) fresh->push_back(r.key);
  });
  return found;
}

L2G_INLINE std::string to_text(const LoadSummary& s) {
  const auto mega = [](std::size_t bytes) {
    const std::size_t tenths = (bytes + 52'428) / 104'857;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MB";
  };
  std::string text = s.title + " from " + s.path + " (" + s.format + ")\n";
  text += std::to_string(s.loaded) + " tensors: " + mega(s.bytes_mapped) + " read in place, " + mega(s.bytes_copied) +
          " converted\n";
  std::map<std::string, std::vector<std::string>> reasons;
  for (std::size_t i = 0; i < s.converted.size(); ++i) reasons[s.why[i]].push_back(s.converted[i]);
  for (const auto& [why, keys] : reasons) text += "converted, " + why + ": " + detail::listed(keys, 3) + "\n";
  if (!s.fresh.empty()) text += "newly initialised, to be trained: " + detail::listed(s.fresh) + "\n";
  if (!s.unused.empty()) text += "in the files, not used: " + detail::listed(s.unused) + "\n";
  return text;
}

namespace detail {

/// "BertForMaskedLM", ...
inline std::string class_name(const models::Config& c, Task task) {
  using models::Architecture;
  const char* stem = "Bert";
  switch (c.architecture) {
    case Architecture::bert:
    case Architecture::dnabert2:
      break;
    case Architecture::distilbert:
      stem = "DistilBert";
      break;
    case Architecture::roberta:
      stem = "Roberta";
      break;
    case Architecture::esm:
      stem = "Esm";
      break;
    case Architecture::opt:
      stem = "OPT";
      break;
    case Architecture::gpt2:
      stem = "GPT2";
      break;
    case Architecture::llama:
      stem = "Llama";
      break;
  }
  const char* tail = task == Task::features                         ? "Model"
                     : task == Task::classifier                     ? "ForSequenceClassification"
                     : c.architecture == models::Architecture::gpt2 ? "LMHeadModel"
                     : c.causal                                     ? "ForCausalLM"
                                                                    : "ForMaskedLM";
  return std::string(stem) + tail;
}

/// Rows of a query or key map from the order of adjacent pairs to that of halves, head by head.
inline void pairs_to_halves(std::vector<float>& values, index_t head_width, index_t columns) {
  const std::vector<float> was = values;
  const auto d = std::size_t(head_width), c = std::size_t(columns), rows = values.size() / c;
  for (std::size_t r = 0; r < rows; ++r) {
    const std::size_t head = r / d * d, in_head = r % d;
    const std::size_t to = head + (in_head % 2 ? d / 2 : 0) + in_head / 2;
    std::copy_n(was.data() + r * c, c, values.data() + to * c);
  }
}

}  // namespace detail

L2G_INLINE std::map<std::string, PublishedTensor> published_tensors(const Pretrained& m) {
  const models::KeyTable& table = models::key_table(m.config);
  const std::string_view prefix = m.task == Task::features ? table.bare : table.prefix;
  std::map<std::string, PublishedTensor> found;
  for (const auto& [key, t] : m.weights) {
    if (key.find("lora_") != key.npos)
      throw error("'" + key + "' belongs to an adapter: merge it before the model is saved, or save the adapter");
    const std::string plain = models::table_key(key);
    const auto places = models::sources_of(table, plain, prefix);
    if (places.empty())
      throw error("'" + key + "' has no name in the files of a " + models::title_of(m.config) +
                  ": save the model in l2g's own format");
    const models::Source& place = places[0];
    PublishedTensor& to = found[place.name];
    to.extents = detail::extents_in_file(t.extents, place);
    const bool turned = m.config.positions == models::Positions::rotary_pairs &&
                        (plain.find(".self.query.") != plain.npos || plain.find(".self.key.") != plain.npos);
    if (place.parts == 1 && !place.transposed && !turned) {
      to.data = t.values.data();
      // transformers since 5 reads decoder.bias where words and decoder are two tables, before that the head's own.
      const bool both =
          m.config.architecture == models::Architecture::roberta || m.config.architecture == models::Architecture::bert;
      for (const models::Source& other : places)
        if (both && plain == "decoder.bias" && other.name.ends_with(".bias"))
          found[other.name] = {t.extents, t.values.data(), {}};
      continue;
    }
    std::size_t count = 1;
    for (const index_t e : to.extents) count *= std::size_t(e);
    to.made.resize(count);
    detail::put_part(to.made, place, t.extents, t.values.data());
    if (turned) detail::pairs_to_halves(to.made, m.config.head_width(), t.extents.size() > 1 ? t.extents[1] : 1);
    to.data = to.made.data();
  }
  return found;
}

namespace detail {

inline void write_published(const Pretrained& m, const fs::path& folder) {
  const auto tensors = published_tensors(m);
  io::SafetensorsWriter writer;
  writer.metadata("format", "pt");
  for (const auto& [name, t] : tensors) writer.add(name, t.extents, t.data);
  models::Config config = m.config;
  config.classes = {class_name(config, m.task)};
  const std::string text = models::config_json(config);
  writer.save((folder / "model.safetensors").string());
  std::error_code ignored;
  if (fs::is_directory(m.summary.path, ignored) && !fs::equivalent(m.summary.path, folder, ignored))
    for (const auto& entry : fs::directory_iterator(m.summary.path, ignored)) {
      const std::string name = entry.path().filename().string();
      if (!text::is_tokenizer_file(name) || !entry.is_regular_file(ignored)) continue;
      const io::MappedFile mapped(entry.path().string());
      io::write_file((folder / name).string(),
                     {reinterpret_cast<const char*>(mapped.bytes().data()), mapped.bytes().size()});
    }
  io::write_file((folder / "config.json").string(), text);
}

}  // namespace detail

L2G_INLINE void save_pretrained(const Pretrained& model, const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code fault;
  if (fs::is_directory(folder, fault)) return detail::write_published(model, folder);
  if (fs::exists(folder, fault)) throw file_error(folder, "this is a file; a folder is written");
  fs::path target(folder);
  if (target.filename().empty()) target = target.parent_path();
  fs::path aside = target;
  aside += ".partial";
  fs::remove_all(aside, fault);
  if (!fs::create_directories(aside, fault) || fault)
    throw file_error(folder, "the folder cannot be made: " + io::reason(fault.value(), aside.string()));
  try {
    detail::write_published(model, aside);
    fs::rename(aside, target, fault);
    if (fault) throw file_error(folder, "the folder cannot be made: " + io::reason(fault.value(), folder));
  } catch (...) {
    fs::remove_all(aside, fault);
    throw;
  }
}

L2G_INLINE void require_trained(const std::vector<std::string>& fresh, const Spec& spec) {
  std::set<std::string> frozen, adapted;
  auto record = build<float>(spec, {1, 1, 1}).template params<float, Cpu>();
  each_tensor<float>(record, [&](const TensorRef<float>& r) {
    if (const std::size_t at = r.key.find("lora_"); at != r.key.npos)
      adapted.insert(models::table_key(r.key.substr(0, at)));
    if (r.role == Role::frozen) frozen.insert(models::table_key(r.key));
  });
  for (const std::string& key : fresh) {
    const std::string plain = models::table_key(key), layer_key = plain.substr(0, plain.rfind('.') + 1);
    if (!frozen.count(plain) || adapted.count(layer_key)) continue;
    const std::string name = layer_key.substr(0, layer_key.empty() ? 0 : layer_key.size() - 1);
    throw error("'" + (name.empty() ? plain : name) +
                "' is newly initialised (the checkpoint has none) and frozen: its random numbers would stay. Train it "
                "with the head, or take features that do not need it (pooling mean)");
  }
}

L2G_INLINE void require_vocabulary(const models::Config& c, index_t size, std::string_view tokenizer) {
  if (size > c.vocabulary)
    throw error("the tokenizer " + io::in_quotes(tokenizer) + " has " + std::to_string(size) + " entries, the " +
                models::title_of(c) + " has words for " + std::to_string(c.vocabulary) +
                ": they do not belong together");
}

L2G_INLINE void require_length(const models::Config& c, index_t tokens) {
  if (c.position_rows() > 0 && tokens > c.length)
    throw error("a sequence of " + std::to_string(tokens) + " tokens; the " + models::title_of(c) +
                " has positions for " + std::to_string(c.length) + ": cut the sequences, or take a longer model");
}

}  // namespace l2g::model
