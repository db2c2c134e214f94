#pragma once
#include <l2g/core/number_text.hpp>
#include <l2g/io/messages.hpp>
#include <l2g/train/checkpoint.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>

namespace l2g {
namespace detail {

inline constexpr std::string_view checkpoint_kind = "l2g.checkpoint", checkpoint_version = "2";
inline constexpr index_t history_columns = 9, checkpoint_numbers = 6;
inline constexpr std::string_view own_tensors = "training/";  // no key of a model has a slash

struct Counters {
  std::int64_t step, position, update, random_step;
  std::uint64_t seed;
};

inline std::vector<double> history_table(const std::vector<HistoryEntry>& history) {
  std::vector<double> table;
  for (const HistoryEntry& e : history)
    for (const double x :
         {double(e.step), e.epoch, e.train_loss, e.loss, e.metric, e.rate, e.norm, e.seconds, double(e.settled)})
      table.push_back(x);
  return table;
}
inline std::vector<HistoryEntry> history_from(const std::vector<double>& table) {
  std::vector<HistoryEntry> history;
  for (std::size_t i = 0; i + std::size_t(history_columns) <= table.size(); i += std::size_t(history_columns)) {
    const double* t = table.data() + i;
    history.push_back({std::int64_t(t[0]), t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8] != 0});
  }
  return history;
}

template <class N>
N counter(const io::SafetensorsFile& file, std::string_view name) {
  N n{};
  const std::string* text = file.metadata(name);
  if (!text || std::from_chars(text->data(), text->data() + text->size(), n).ptr != text->data() + text->size())
    throw file_error(file.path(), "the checkpoint has no whole number '" + std::string(name) + "'");
  return n;
}

inline const io::TensorInfo& own_tensor(const io::SafetensorsFile& file, const TensorSlot& t) {
  const io::TensorInfo& info = file.at(std::string(own_tensors) + t.key, t.extents);
  if (info.dtype != t.type)
    throw file_error(file.path(), "tensor " + io::in_quotes(info.key) + " is of type " + name_of(info.dtype) +
                                      ", wanted is " + name_of(t.type));
  return info;
}

// The model first: other settings say little about a file of another model.
inline void check_model(const io::SafetensorsFile& file, const CheckpointParts& parts) {
  std::vector<TensorSlot> expected = parts.model;
  for (const io::TensorInfo& t : file.tensors())
    if (t.key.starts_with(own_tensors)) expected.push_back({t.key, t.dtype, nullptr, t.shape, Role::buffer});
  LoadReport report;
  if (const std::string text = misfits(expected, file, {}, report); !text.empty())
    throw file_error(file.path(), "is the checkpoint of another model: " + text);
}

inline void check_settings(const io::SafetensorsFile& file, const Settings& settings) {
  std::string text;
  for (const auto& [name, value] : settings) {
    const std::string* there = file.metadata("setting." + name);
    if (there && *there == value) continue;
    text += (text.empty() ? "" : ", ") + name + " " + (there ? *there : "unknown") + " (now " + value + ")";
  }
  for (const auto& [key, value] : file.metadata()) {
    constexpr std::string_view prefix = "setting.";
    const auto same = [&, &k = key](const auto& setting) { return k.substr(prefix.size()) == setting.first; };
    if (key.starts_with(prefix) && std::none_of(settings.begin(), settings.end(), same))
      text += (text.empty() ? "" : ", ") + key.substr(prefix.size()) + " " + value + " (now none)";
  }
  if (!text.empty())
    throw file_error(file.path(), "is the checkpoint of another training: it had " + text +
                                      "; train with the same, or remove it to start anew");
}

inline void read_parts(const io::SafetensorsFile& file, const CheckpointParts& parts) {
  const std::string* version = file.metadata(checkpoint_kind);
  if (!version) throw file_error(file.path(), "is not a checkpoint of a training");
  if (*version != checkpoint_version)
    throw file_error(file.path(), "is a checkpoint of version " + *version + ", this program reads version " +
                                      std::string(checkpoint_version));
  check_model(file, parts);
  check_settings(file, parts.settings);
  const Counters n{counter<std::int64_t>(file, "step"), counter<std::int64_t>(file, "position"),
                   counter<std::int64_t>(file, "update"), counter<std::int64_t>(file, "random_step"),
                   counter<std::uint64_t>(file, "seed")};
  const index_t one_row[] = {checkpoint_numbers};
  file.at("training/numbers", one_row);
  const std::vector<double> numbers = file.values<double>("training/numbers");
  RunState run{n.step,
               n.position,
               numbers[0],
               numbers[1],
               numbers[2],
               numbers[3],
               history_from(file.values<double>("training/history"))};
  for (const TensorSlot& t : parts.blocks) own_tensor(file, t);
  // From here on nothing can fail.
  LoadReport report;
  copy_tensors(parts.model, file, {}, report);
  for (const TensorSlot& t : parts.blocks) {
    const auto bytes = file.bytes(own_tensor(file, t));
    if (!bytes.empty()) std::memcpy(t.data, bytes.data(), bytes.size());
  }
  *parts.run = std::move(run);
  *parts.state = StepState{};
  parts.state->rng = {n.seed, std::uint64_t(n.random_step)};
  parts.state->update = n.update;
  parts.state->alpha = numbers[4];
  parts.state->beta = numbers[5];
}

}  // namespace detail

L2G_INLINE Settings settings_of(const FitOptions& o) {
  Settings s;
  const auto add = [&](const char* name, double x) { s.emplace_back(name, number_text(x)); };
  const auto whole = [&](const char* name, auto n) { s.emplace_back(name, std::to_string(n)); };
  if (!o.identity.empty()) s.emplace_back("identity", o.identity);
  whole("steps", o.steps);
  whole("seed", o.seed);
  whole("accumulate", o.accumulate);
  add("clip", o.clip);
  const char* optimizers[] = {"AdamW", "Sgd", "Adam"};  // in the order of the variant
  s.emplace_back("optimizer", optimizers[o.optimizer.index()]);
  std::visit(
      [&](const auto& optimizer) {
        if constexpr (requires { optimizer.momentum; }) {
          add("momentum", optimizer.momentum);
          whole("nesterov", int(optimizer.nesterov));
        } else {
          add("beta1", optimizer.beta1), add("beta2", optimizer.beta2), add("epsilon", optimizer.epsilon);
        }
        add("decay", optimizer.decay);
        whole("decay_vectors", int(optimizer.decay_vectors));
      },
      o.optimizer);
  const char* shapes[] = {"constant", "linear", "cosine", "milestones"};
  s.emplace_back("schedule", shapes[o.schedule.shape]);
  if (o.schedule.shape == Schedule::milestones) {
    std::string at;
    for (const std::int64_t m : o.schedule.at)
      if (m >= 0) at += (at.empty() ? "" : " ") + std::to_string(m);
    s.emplace_back("milestones", at);
    add("factor", o.schedule.factor);
  }
  add("rate", o.schedule.rate);
  for (const RateFactor& r : o.rates) add(("rate of " + r.prefix).c_str(), r.factor);
  whole("warm_up", o.schedule.warm_up), whole("schedule_total", o.schedule.total);
  whole("validate_every", o.validate_every), whole("patience", o.patience);
  whole("keep_best", int(o.keep_best)), whole("reestimate", int(o.reestimate));
  whole("statistics_batches", o.statistics_batches);
  add("average", o.average);
  return s;
}

L2G_INLINE void write_checkpoint(const std::string& path, const CheckpointParts& parts) {
  const RunState& run = *parts.run;
  const StepState& state = *parts.state;
  io::SafetensorsWriter writer;
  writer.metadata(detail::checkpoint_kind, detail::checkpoint_version);
  writer.metadata("step", std::to_string(run.step));
  writer.metadata("position", std::to_string(run.position));
  writer.metadata("update", std::to_string(state.update));
  writer.metadata("random_step", std::to_string(state.rng.step));
  writer.metadata("seed", std::to_string(state.rng.seed));
  for (const auto& [name, value] : parts.settings) writer.metadata("setting." + name, value);
  const std::vector<double> history = detail::history_table(run.history);
  const double numbers[] = {run.loss_sum, run.smoothed, run.norm, run.seconds, state.alpha, state.beta};
  const index_t table[] = {index_t(run.history.size()), detail::history_columns};
  const index_t row[] = {detail::checkpoint_numbers};
  writer.add("training/history", table, history.data());
  writer.add("training/numbers", row, numbers);
  for (const TensorSlot& t : parts.blocks)
    writer.add(std::string(detail::own_tensors) + t.key, t.extents, t.type, t.data, t.type);
  for (const TensorSlot& t : parts.model) writer.add(t.key, t.extents, t.type, t.data, t.type);

  // A second name keeps the old file alive while the new one takes its place: `path` itself is there at every moment.
  namespace fs = std::filesystem;
  const std::string aside = path + ".previous.partial";
  std::error_code failed, ignored;
  fs::remove(aside, ignored);
  fs::create_hard_link(path, aside, failed);
  if (failed && fs::exists(path, ignored)) fs::copy_file(path, aside, failed);
  try {
    writer.save(path);
  } catch (...) {
    fs::remove(aside, ignored);
    throw;
  }
  if (!failed) fs::rename(aside, path + ".previous", ignored);
}

L2G_INLINE void read_checkpoint(const std::string& path, const CheckpointParts& parts) {
  try {
    detail::read_parts(io::SafetensorsFile(path), parts);
  } catch (const file_error& e) {
    const std::string previous = path + ".previous";
    std::string advice;
    try {
      io::SafetensorsFile damaged(path);
    } catch (const file_error&) {
      try {
        const io::SafetensorsFile other(previous);
        if (other.metadata(detail::checkpoint_kind) && other.metadata("step"))
          advice =
              "; the one before it is whole: rename " + previous + " to go on from step " + *other.metadata("step");
      } catch (const file_error&) {  // no previous checkpoint, or a damaged one: nothing to advise
      }
    }
    if (advice.empty()) throw;
    throw error(e.what() + advice);
  }
}

L2G_INLINE bool checkpoint_exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

L2G_INLINE std::uint64_t hash_tensors(std::span<const TensorSlot> slots, Role role) {
  std::uint64_t h = 0x9E3779B97F4A7C15u;
  for (const TensorSlot& t : slots) {
    if (t.role != role || !t.data) continue;
    index_t count = 1;
    for (const index_t e : t.extents) count *= e;
    const char* p = static_cast<const char*>(t.data);
    const std::size_t bytes = std::size_t(count) * size_of(t.type);
    for (std::size_t i = 0; i < bytes; i += 4) {  // both element types are whole words
      std::uint32_t word;
      std::memcpy(&word, p + i, 4);
      h = (h ^ word) * 0x9E3779B97F4A7C15u;
      h ^= h >> 32;
    }
  }
  return h;
}

}  // namespace l2g
