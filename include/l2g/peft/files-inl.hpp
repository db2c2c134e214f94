#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/io/atomic_file.hpp>
#include <l2g/io/mapped_file.hpp>
#include <l2g/io/messages.hpp>
#include <l2g/io/named_tensors.hpp>
#include <l2g/io/torch_zip.hpp>
#include <l2g/peft/files.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace l2g::peft {
namespace detail {

inline constexpr std::string_view outer_prefix = "base_model.model.";

inline void erase_word(std::string& name, std::string_view word) {
  if (const std::size_t at = name.find(word); at != name.npos) name.erase(at, word.size());
}
/// PEFT's name of a tensor without its own words: "base_model.model.score.modules_to_save.default.weight" is
/// "score.weight", "x.lora_A.default.weight" is "x.lora_A".
inline std::string plain_name(std::string name) {
  if (name.starts_with(outer_prefix)) name.erase(0, outer_prefix.size());
  erase_word(name, ".modules_to_save");
  erase_word(name, ".default");
  if (name.find(".lora_") != name.npos && name.ends_with(".weight")) name.resize(name.size() - 7);
  return name;
}
inline bool is_adapter_tensor(std::string_view name) {
  return name.ends_with("lora_A") || name.ends_with("lora_B") || name.ends_with("lora_E");
}
inline std::string module_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return std::string(dot == name.npos ? std::string_view{} : name.substr(0, dot));
}
inline std::string last_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return std::string(dot == name.npos ? name : name.substr(dot + 1));
}

inline AdapterConfig config_of(const nlohmann::json& j, const std::string& path,
                               std::map<std::string, std::vector<bool>>& kept) {
  const auto refuse = [&](const std::string& what) { throw file_error(path, what); };
  const auto given = [&](const char* key) { return j.contains(key) && !j[key].is_null(); };
  const auto text = [&](const char* key) { return given(key) ? j[key].get<std::string>() : std::string{}; };
  const auto number = [&](const char* key, double otherwise) { return given(key) ? j[key].get<double>() : otherwise; };
  const auto whole = [&](const char* key, double otherwise, double least, double most) {
    const double n = number(key, otherwise);
    if (!(n >= least && n <= most) || n != std::floor(n))
      refuse(std::string(key) + " = " + j.value(key, nlohmann::json(otherwise)).dump() + " makes no sense");
    return std::int64_t(n);
  };
  const auto flag = [&](const char* key) { return given(key) && j[key].get<bool>(); };
  const auto list = [&](const char* key) {
    if (!given(key)) return std::vector<std::string>{};
    if (j[key].is_string()) return std::vector<std::string>{j[key].get<std::string>()};
    return j[key].get<std::vector<std::string>>();
  };
  AdapterConfig c;
  const std::string kind = text("peft_type");
  if (kind != "LORA" && kind != "ADALORA")
    refuse("an adapter of type " + io::in_quotes(kind) + "; LORA and ADALORA are supported");
  if (kind == "ADALORA") c.kind = AdapterKind::adalora;
  if (flag("use_dora")) refuse("DoRA is not supported");
  if (!text("bias").empty() && text("bias") != "none")
    refuse("bias = " + io::in_quotes(text("bias")) + ": adapters with trained biases are not supported");
  if (c.kind == AdapterKind::lora && given("rank_pattern") && !j["rank_pattern"].empty())
    refuse("rank_pattern: a LoRA with another rank for some modules is not supported");
  if (given("alpha_pattern") && !j["alpha_pattern"].empty())
    refuse("alpha_pattern: another alpha for some modules is not supported");
  const bool svd = c.kind == AdapterKind::adalora;
  c.rank = whole(svd ? "init_r" : "r", svd ? 12 : 8, 1, 1e5);
  c.alpha = number("lora_alpha", 8), c.dropout = number("lora_dropout", 0);
  if (!(c.dropout >= 0 && c.dropout < 1)) refuse("lora_dropout must lie between 0 and 1");
  c.rank_stabilised = flag("use_rslora"), c.fan_in_fan_out = flag("fan_in_fan_out");
  c.task = text("task_type"), c.base = text("base_model_name_or_path");
  c.targets = list("target_modules"), c.heads = list("modules_to_save");
  if (svd) {
    c.target_rank = whole("target_r", 8, 1, 1e5);
    c.tinit = whole("tinit", 0, 0, 1e15), c.tfinal = whole("tfinal", 0, 0, 1e15);
    c.interval = whole("deltaT", 1, 1, 1e15), c.total = whole("total_step", 1, 0, 1e15);
  }
  c.beta1 = number("beta1", 0.85), c.beta2 = number("beta2", 0.85), c.gamma = number("orth_reg_weight", 0.5);
  if (c.kind == AdapterKind::adalora && given("rank_pattern"))
    for (const auto& [name, which] : j["rank_pattern"].items()) {
      std::vector<bool> bits;
      for (const auto& b : which) bits.push_back(b.is_boolean() ? b.get<bool>() : b.get<double>() != 0);
      if (index_t(bits.size()) != c.rank)
        refuse("rank_pattern of " + io::in_quotes(name) + " has " + std::to_string(bits.size()) +
               " entries, init_r is " + std::to_string(c.rank));
      kept[module_of(plain_name(name))] = bits;
    }
  return c;
}

inline AdapterTensor tensor_of(const io::NamedTensors& files, const io::NamedTensor& t) {
  AdapterTensor own{t.extents, std::vector<float>(t.count())};
  files.read(t, std::span<float>(own.values));
  return own;
}

/// Rows of A and E and columns of B that were sliced away come back as zeros.
inline void put_back(AdapterTensor& t, const std::vector<bool>& kept, bool columns) {
  const std::size_t r = kept.size(), stored = std::size_t(t.extents[columns ? 1 : 0]);
  const std::size_t outer = columns ? std::size_t(t.extents[0]) : 1;
  const std::size_t inner = columns || t.extents.size() < 2 ? 1 : std::size_t(t.extents[1]);
  std::vector<float> values(outer * r * inner);
  for (std::size_t o = 0; o < outer; ++o)
    for (std::size_t i = 0, from = 0; i < r; ++i)
      if (kept[i]) {
        std::copy_n(t.values.begin() + std::ptrdiff_t((o * stored + from) * inner), inner,
                    values.begin() + std::ptrdiff_t((o * r + i) * inner));
        ++from;
      }
  t.values = std::move(values);
  t.extents[columns ? 1 : 0] = index_t(r);
}
/// The other way: only what is kept.
inline AdapterTensor sliced(const AdapterTensor& t, const std::vector<bool>& kept, bool columns) {
  const std::size_t r = kept.size(), outer = columns ? std::size_t(t.extents[0]) : 1;
  const std::size_t inner = columns || t.extents.size() < 2 ? 1 : std::size_t(t.extents[1]);
  AdapterTensor s{t.extents, {}};
  s.extents[columns ? 1 : 0] = index_t(std::count(kept.begin(), kept.end(), true));
  for (std::size_t o = 0; o < outer; ++o)
    for (std::size_t i = 0; i < r; ++i)
      if (kept[i]) {
        const auto from = t.values.begin() + std::ptrdiff_t((o * r + i) * inner);
        s.values.insert(s.values.end(), from, from + std::ptrdiff_t(inner));
      }
  return s;
}

inline std::string tensor_key(const std::string& map, const char* part) {
  return map.empty() ? std::string(part) : map + "." + part;
}
inline constexpr index_t most_numbers = index_t(1) << 28;  // of one matrix

/// Checks the three tensors of each map against each other and the rank; slices are put back.
inline void complete_maps(Adapter& a, const std::string& path) {
  const bool svd = a.config.kind == AdapterKind::adalora;
  for (auto& [key, t] : a.tensors)
    if (key.ends_with("lora_E") && t.extents.size() == 2 && t.extents[1] == 1) t.extents = {t.extents[0]};
  for (const auto& [key, which] : a.kept)
    if (!a.tensors.count(tensor_key(key, "lora_A")))
      throw file_error(path, "rank_pattern names " + io::in_quotes(key) + ", for which there are no tensors");
  for (const std::string& map : a.maps()) {
    const auto find = [&](const char* part) -> AdapterTensor& {
      const auto i = a.tensors.find(tensor_key(map, part));
      if (i == a.tensors.end()) throw file_error(path, io::in_quotes(map) + " has no " + part);
      return i->second;
    };
    AdapterTensor &q = find("lora_A"), &p = find("lora_B"), *e = svd ? &find("lora_E") : nullptr;
    const auto fits = [&](index_t n) { return n >= 1 && n <= most_numbers / a.config.rank; };
    const bool good = q.extents.size() == 2 && p.extents.size() == 2 && q.extents[0] == p.extents[1] &&
                      fits(q.extents[1]) && fits(p.extents[0]) &&
                      (!e || (e->extents.size() == 1 && e->extents[0] == q.extents[0]));
    if (!good)
      throw file_error(path, "the tensors of " + io::in_quotes(map) + " do not fit each other: lora_A " +
                                 io::shape_text(q.extents) + ", lora_B " + io::shape_text(p.extents) +
                                 (e ? ", lora_E " + io::shape_text(e->extents) : ""));
    if (q.extents[0] == a.config.rank) continue;
    const auto kept = a.kept.find(map);
    if (!svd || kept == a.kept.end() || std::count(kept->second.begin(), kept->second.end(), true) != q.extents[0])
      throw file_error(path, io::in_quotes(map) + " has rank " + std::to_string(q.extents[0]) +
                                 ", the configuration says " + std::to_string(a.config.rank) +
                                 (svd ? ", and rank_pattern does not say which were kept" : ""));
    put_back(q, kept->second, false), put_back(*e, kept->second, false), put_back(p, kept->second, true);
  }
  if (!svd) {
    for (const auto& [key, t] : a.tensors)
      if (key.ends_with("lora_E"))
        throw file_error(path, io::in_quotes(key) + " belongs to AdaLoRA, the adapter is LORA");
  }
}

inline bool has_head(const Adapter& a) {
  return std::any_of(a.tensors.begin(), a.tensors.end(), [](const auto& t) { return !is_adapter_tensor(t.first); });
}

inline Adapter read_tensors(const std::string& path) {
  const io::NamedTensors files = io::open_tensors(path);
  Adapter a;
  for (const io::NamedTensor& t : files.tensors()) {
    if (t.name.find(".original_module.") != t.name.npos || t.name.find("ranknum") != t.name.npos) continue;
    a.tensors[plain_name(t.name)] = tensor_of(files, t);
  }
  if (a.maps().empty()) throw file_error(path, "holds no adapter: no tensor is called lora_A");
  return a;
}

}  // namespace detail

L2G_INLINE AdapterConfig parse_adapter_config(std::string_view json, const std::string& name,
                                              std::map<std::string, std::vector<bool>>& kept) {
  try {
    return detail::config_of(nlohmann::json::parse(json), name, kept);
  } catch (const nlohmann::json::exception& e) {
    throw file_error(name, std::string("is damaged: ") + e.what());
  }
}

L2G_INLINE Adapter read_adapter(const std::string& path, double alpha) {
  namespace fs = std::filesystem;
  if (!fs::is_directory(path)) {
    Adapter a = detail::read_tensors(path);
    if (alpha <= 0)
      throw file_error(path, "does not say its alpha: give it (the published GLUE adapters of loralib have 16)");
    a.name = fs::path(path).stem().string();
    a.config.alpha = alpha;
    const AdapterTensor& first = a.tensors.at(detail::tensor_key(a.maps().front(), "lora_A"));
    a.config.rank = first.extents.empty() ? 0 : first.extents[0];
    if (a.config.rank < 1) throw file_error(path, io::in_quotes(a.maps().front()) + " has an adapter of rank 0");
    for (const auto& [key, t] : a.tensors)
      if (key.ends_with("lora_E")) a.config.kind = AdapterKind::adalora;
    for (const std::string& map : a.maps())
      if (const std::string name = detail::last_of(map);
          std::find(a.config.targets.begin(), a.config.targets.end(), name) == a.config.targets.end())
        a.config.targets.push_back(name);
    detail::complete_maps(a, path);
    return a;
  }
  const std::string config = (fs::path(path) / "adapter_config.json").string();
  const io::MappedFile file(config);
  const auto bytes = file.bytes();
  std::map<std::string, std::vector<bool>> kept;
  AdapterConfig c = parse_adapter_config({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, config, kept);
  std::string tensors;
  for (const char* name : {"adapter_model.safetensors", "adapter_model.bin"})
    if (tensors.empty() && fs::exists(fs::path(path) / name)) tensors = (fs::path(path) / name).string();
  if (tensors.empty()) throw file_error(path, "has neither adapter_model.safetensors nor adapter_model.bin");
  Adapter a = detail::read_tensors(tensors);
  fs::path folder(path);
  a.name = (folder.has_filename() ? folder : folder.parent_path()).filename().string();
  a.config = std::move(c);
  a.kept = std::move(kept);
  detail::complete_maps(a, tensors);
  if ((!a.config.heads.empty() || a.config.task == "SEQ_CLS" || a.config.task == "TOKEN_CLS") && !detail::has_head(a))
    throw file_error(tensors,
                     "the head that was trained with this adapter is missing" +
                         (a.config.heads.empty() ? std::string{} : " (" + io::in_quotes(a.config.heads.front()) + ")") +
                         ": what it says would be random");
  return a;
}

L2G_INLINE void write_adapter(const Adapter& adapter, const std::string& folder) {
  const AdapterConfig& c = adapter.config;
  if ((!c.heads.empty() || c.task == "SEQ_CLS") && !detail::has_head(adapter))
    throw error("adapter '" + adapter.name + "': the head that was trained with it is missing");
  const bool svd = c.kind == AdapterKind::adalora;
  std::vector<std::string> targets = c.targets, heads = c.heads;
  const auto add = [](std::vector<std::string>& list, std::string name) {
    if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(std::move(name));
  };
  if (targets.empty())
    for (const std::string& map : adapter.maps()) add(targets, detail::last_of(map));
  if (heads.empty())
    for (const auto& [key, t] : adapter.tensors)
      if (!detail::is_adapter_tensor(key)) add(heads, detail::module_of(key));
  using nlohmann::json;
  json j{{"peft_type", svd ? "ADALORA" : "LORA"},
         {"task_type", c.task.empty() ? json(nullptr) : json(c.task)},
         {"base_model_name_or_path", c.base.empty() ? json(nullptr) : json(c.base)},
         {"inference_mode", true},
         {"r", c.rank},
         {"lora_alpha", c.alpha == double(std::int64_t(c.alpha)) ? json(std::int64_t(c.alpha)) : json(c.alpha)},
         {"lora_dropout", c.dropout},
         {"bias", "none"},
         {"fan_in_fan_out", c.fan_in_fan_out},
         {"use_rslora", c.rank_stabilised},
         {"target_modules", targets},
         {"modules_to_save", heads.empty() ? json(nullptr) : json(heads)}};
  std::vector<std::pair<std::string, AdapterTensor>> made;
  for (const auto& [key, t] : adapter.tensors) {
    const std::string name = std::string(detail::outer_prefix) + key;
    if (!detail::is_adapter_tensor(key) || !svd) {
      made.emplace_back(name + (detail::is_adapter_tensor(key) ? ".weight" : ""), t);
      continue;
    }
    const auto kept = adapter.kept.find(detail::module_of(key));
    AdapterTensor s = kept == adapter.kept.end() ? t : detail::sliced(t, kept->second, key.ends_with("lora_B"));
    if (key.ends_with("lora_E")) s.extents.push_back(1);
    made.emplace_back(name, std::move(s));
  }
  if (svd) {
    j["init_r"] = c.rank, j["target_r"] = c.target_rank;
    j["tinit"] = c.tinit, j["tfinal"] = c.tfinal, j["deltaT"] = c.interval;
    j["total_step"] = std::max<std::int64_t>(c.total, c.tinit + c.tfinal + 1);
    j["beta1"] = c.beta1, j["beta2"] = c.beta2, j["orth_reg_weight"] = c.gamma;
    j["rank_pattern"] = nullptr;
    for (const auto& [map, which] : adapter.kept) j["rank_pattern"][map + ".lora_E"] = which;
  }
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) throw file_error(folder, "cannot make the folder: " + failed.message());
  io::SafetensorsWriter writer;
  writer.metadata("format", "pt");
  for (const auto& [name, t] : made) writer.add(name, t.extents, t.values.data());
  writer.save((std::filesystem::path(folder) / "adapter_model.safetensors").string());
  io::write_file((std::filesystem::path(folder) / "adapter_config.json").string(), j.dump(2) + "\n");
}

L2G_INLINE void write_loralib(const Adapter& adapter, const std::string& path) {
  io::TorchZipWriter writer;
  std::map<std::string, std::vector<index_t>> columns;  // lora_E is (r, 1) there
  for (const auto& [key, t] : adapter.tensors) {
    if (key.ends_with("lora_E")) columns[key] = {t.extents[0], 1};
    writer.add(key, key.ends_with("lora_E") ? columns[key] : t.extents, t.values.data());
  }
  writer.save(path);
}

L2G_INLINE Adapter with_our_names(const Adapter& adapter, const std::vector<std::string>& maps,
                                  const std::vector<std::string>& heads, const Places& places) {
  Adapter ours = adapter;
  ours.tensors.clear(), ours.kept.clear();
  std::map<std::string, bool> used;
  for (const auto& [key, t] : adapter.tensors) used[key] = false;
  std::vector<std::string> there;
  for (const std::string& map : maps) {
    const Place place = places(map);
    if (place.module.empty()) continue;
    there.push_back(place.module);
    for (const char* part : {"lora_A", "lora_B", "lora_E"}) {
      const auto t = adapter.tensors.find(detail::tensor_key(place.module, part));
      if (t == adapter.tensors.end()) continue;
      used[t->first] = true;
      AdapterTensor own = t->second;
      if (place.parts > 1 && t->first.ends_with("lora_B")) {
        const index_t rows = own.extents[0] / place.parts, r = own.extents[1];
        const auto first = own.values.begin() + std::ptrdiff_t(rows * r * place.part);
        own.values = std::vector<float>(first, first + std::ptrdiff_t(rows * r));
        own.extents[0] = rows;
      }
      ours.tensors[detail::tensor_key(map, part)] = std::move(own);
    }
    if (const auto kept = adapter.kept.find(place.module); kept != adapter.kept.end()) ours.kept[map] = kept->second;
  }
  for (const std::string& head : heads) {
    const std::string module = detail::module_of(head), name = places(module).module + "." + detail::last_of(head);
    const auto t = adapter.tensors.find(name);
    if (t == adapter.tensors.end()) continue;
    used[name] = true;
    ours.tensors[head] = t->second;
  }
  for (const auto& [key, met] : used) {
    if (met) continue;
    const std::string module = detail::module_of(key);
    const bool head = !detail::is_adapter_tensor(key);
    const auto near = closest(module, there);
    throw error("adapter '" + adapter.name + "' is of another base" +
                (adapter.config.base.empty() ? "" : " (" + adapter.config.base + ")") + ": this model has no " +
                (head ? "head '" : "linear map '") + module + "'" +
                (near.empty() || head ? "" : " (the nearest is '" + std::string(near) + "')"));
  }
  return ours;
}

namespace detail {

/// The parts of a linear map of the publisher's that an adapter changes, by their places in its rows.
struct JoinedMap {
  int parts = 1;
  std::map<int, std::string> ours;  // our keys
};

/// Triplets of one map in a joined one: those of its parts side by side, or once where all read the same lora_A.
inline index_t joined_rank(const Adapter& a, const JoinedMap& joined) {
  const AdapterTensor& first = a.tensors.at(tensor_key(joined.ours.begin()->second, "lora_A"));
  index_t sum = 0;
  bool shared = true;
  for (const auto& [part, key] : joined.ours) {
    const AdapterTensor& t = a.tensors.at(tensor_key(key, "lora_A"));
    const auto e = a.tensors.find(tensor_key(key, "lora_E")),
               first_e = a.tensors.find(tensor_key(joined.ours.begin()->second, "lora_E"));
    if ((e == a.tensors.end()) != (first_e == a.tensors.end()) || t.extents.at(1) != first.extents.at(1))
      throw error("adapter '" + a.name + "': '" + key + "' and '" + joined.ours.begin()->second +
                  "' are one map in the publisher's model and have adapters of different forms");
    shared = shared && t.extents == first.extents && t.values == first.values &&
             (e == a.tensors.end() || e->second.values == first_e->second.values);
    sum += t.extents.at(0);
  }
  return shared ? first.extents.at(0) : sum;
}

/// lora_A (rank, in), lora_E (rank) and lora_B (parts x out, rank) of a joined map, zeros beyond the triplets that
/// there are; `kept`: which of them are to stay in a file.
inline void join(const Adapter& a, const JoinedMap& joined, index_t rank, const std::string& module, Adapter& theirs) {
  const std::string& first_key = joined.ours.begin()->second;
  const bool shared = joined_rank(a, joined) == a.tensors.at(tensor_key(first_key, "lora_A")).extents[0];
  const index_t in = a.tensors.at(tensor_key(first_key, "lora_A")).extents[1];
  const index_t out = a.tensors.at(tensor_key(first_key, "lora_B")).extents[0];
  const bool svd = a.tensors.count(tensor_key(first_key, "lora_E")) > 0;
  AdapterTensor q{{rank, in}, std::vector<float>(std::size_t(rank * in))},
      e{{rank}, std::vector<float>(std::size_t(rank))},
      p{{joined.parts * out, rank}, std::vector<float>(std::size_t(joined.parts * out * rank))};
  std::vector<bool> kept(std::size_t(rank), false);
  bool listed = false;
  index_t at = 0;  // the first triplet of the part
  for (const auto& [part, key] : joined.ours) {
    const AdapterTensor &own_q = a.tensors.at(tensor_key(key, "lora_A")),
                        &own_p = a.tensors.at(tensor_key(key, "lora_B"));
    const index_t r = own_q.extents[0];
    if (own_p.extents[0] != out)
      throw error("adapter '" + a.name + "': '" + key + "' has " + std::to_string(own_p.extents[0]) + " channels, '" +
                  first_key + "' has " + std::to_string(out) + "; they are one map in the publisher's model");
    std::copy_n(own_q.values.begin(), r * in, q.values.begin() + at * in);
    if (svd) std::copy_n(a.tensors.at(tensor_key(key, "lora_E")).values.begin(), r, e.values.begin() + at);
    for (index_t row = 0; row < out; ++row)
      std::copy_n(own_p.values.begin() + row * r, r, p.values.begin() + (part * out + row) * rank + at);
    const auto which = a.kept.find(key);
    listed = listed || which != a.kept.end();
    for (index_t i = 0; i < r; ++i)
      if (which == a.kept.end() || which->second.at(std::size_t(i))) kept[std::size_t(at + i)] = true;
    if (!shared) at += r;
  }
  theirs.tensors[tensor_key(module, "lora_A")] = std::move(q);
  theirs.tensors[tensor_key(module, "lora_B")] = std::move(p);
  if (svd) theirs.tensors[tensor_key(module, "lora_E")] = std::move(e);
  if (svd && (listed || std::find(kept.begin(), kept.end(), false) != kept.end()))
    theirs.kept[module] = std::move(kept);
}

}  // namespace detail

L2G_INLINE Adapter with_published_names(const Adapter& adapter, const Places& places) {
  Adapter theirs = adapter;
  theirs.tensors.clear(), theirs.kept.clear();
  theirs.config.targets.clear(), theirs.config.heads.clear();
  const auto place_of = [&](const std::string& module) {
    Place place = places(module);
    if (place.module.empty()) throw error("adapter: the publisher's model has no name for '" + module + "'");
    return place;
  };
  const auto add = [](std::vector<std::string>& list, std::string name) {
    if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(std::move(name));
  };
  std::map<std::string, detail::JoinedMap> maps;
  index_t rank = adapter.config.rank;
  for (const std::string& map : adapter.maps()) {
    const Place place = place_of(map);
    detail::JoinedMap& joined = maps[place.module];
    joined.parts = place.parts;
    joined.ours[place.part] = map;
    add(theirs.config.targets, detail::last_of(place.module));
  }
  for (const auto& [module, joined] : maps) rank = std::max(rank, detail::joined_rank(adapter, joined));
  for (const auto& [module, joined] : maps) detail::join(adapter, joined, rank, module, theirs);
  for (const auto& [key, t] : adapter.tensors) {
    if (detail::is_adapter_tensor(key)) continue;
    const Place place = place_of(detail::module_of(key));
    if (place.parts > 1)
      throw error("adapter: '" + key + "' is stored joined with others as '" + place.module +
                  "' by the model's publisher and has no form there alone; save it as an l2g model");
    theirs.tensors[place.module + "." + detail::last_of(key)] = t;
    add(theirs.config.heads, place.module);
  }
  if (rank == adapter.config.rank) return theirs;
  // The factor stays: alpha / r, alpha / sqrt(r), AdaLoRA's alpha / (r + 1e-5).
  const double r = double(adapter.config.rank), more = double(rank);
  AdapterConfig& c = theirs.config;
  c.alpha *= c.kind == AdapterKind::adalora ? (more + 1e-5) / (r + 1e-5)
             : c.rank_stabilised            ? std::sqrt(more / r)
                                            : more / r;
  c.target_rank = c.kind == AdapterKind::adalora ? rank : c.target_rank;
  c.rank = rank;
  return theirs;
}

}  // namespace l2g::peft
