#pragma once
#include <l2g/io/messages.hpp>
#include <l2g/io/tensor_set.hpp>

#include <algorithm>

namespace l2g::io {
L2G_INLINE NamedTensors::NamedTensors(std::string_view path, std::string_view format, std::vector<NamedTensor> tensors,
                                      Metadata metadata, std::shared_ptr<const void> owner) {
  auto state = std::make_shared<State>();
  state->path = path;
  state->format = format;
  state->tensors = std::move(tensors);
  state->metadata = std::move(metadata);
  state->owner = std::move(owner);
  auto& order = state->by_name;
  const auto& all = state->tensors;
  for (std::size_t i = 0; i < all.size(); ++i) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return all[a].name < all[b].name; });
  for (std::size_t i = 1; i < order.size(); ++i)
    if (all[order[i - 1]].name == all[order[i]].name)
      throw file_error(path, "tensor " + in_quotes(all[order[i]].name) + " is there twice");
  state_ = std::move(state);
}

L2G_INLINE const NamedTensors::State& NamedTensors::state() const {
  static const State empty{};
  return state_ ? *state_ : empty;
}

L2G_INLINE const std::string& NamedTensors::path() const { return state().path; }
L2G_INLINE const std::string& NamedTensors::format() const { return state().format; }
L2G_INLINE const std::vector<NamedTensor>& NamedTensors::tensors() const { return state().tensors; }
L2G_INLINE const Metadata& NamedTensors::metadata() const { return state().metadata; }
L2G_INLINE const std::shared_ptr<const void>& NamedTensors::owner() const { return state().owner; }

L2G_INLINE std::vector<std::string> NamedTensors::names() const {
  std::vector<std::string> names;
  for (const NamedTensor& t : tensors()) names.push_back(t.name);
  return names;
}

L2G_INLINE const std::string* NamedTensors::metadata(std::string_view key) const {
  for (const auto& [k, value] : metadata())
    if (k == key) return &value;
  return nullptr;
}

L2G_INLINE const NamedTensor* NamedTensors::find(std::string_view name) const {
  const State& s = state();
  const auto at = std::lower_bound(s.by_name.begin(), s.by_name.end(), name,
                                   [&](std::size_t i, std::string_view n) { return s.tensors[i].name < n; });
  return at != s.by_name.end() && s.tensors[*at].name == name ? &s.tensors[*at] : nullptr;
}

L2G_INLINE const NamedTensor& NamedTensors::at(std::string_view name) const {
  if (const NamedTensor* t = find(name)) return *t;
  const std::vector<std::string> all = names();
  std::string message = "has no tensor " + in_quotes(name);
  if (const auto near = closest(name, all); !near.empty()) message += " (did you mean " + in_quotes(near) + "?)";
  message += "; it holds " + std::to_string(all.size());
  for (std::size_t i = 0; i < all.size() && i < 5; ++i) message += (i ? ", " : ": ") + in_quotes(all[i]);
  throw file_error(path(), message + (all.size() > 5 ? ", ..." : ""));
}

L2G_INLINE const NamedTensor& NamedTensors::at(std::string_view name, std::span<const index_t> extents) const {
  const NamedTensor& t = at(name);
  if (!std::equal(extents.begin(), extents.end(), t.extents.begin(), t.extents.end()))
    throw file_error(path(), "tensor " + in_quotes(name) + " has the shape " + shape_text(t.extents) + ", wanted is " +
                                 shape_text(extents));
  return t;
}

L2G_INLINE void NamedTensors::read_as(const NamedTensor& t, Dtype type, void* out, std::size_t count) const {
  if (count != t.count())
    throw file_error(path(), "tensor " + in_quotes(t.name) + " has " + std::to_string(t.count()) +
                                 " elements, wanted are " + std::to_string(count));
  try {
    convert(t.dtype, t.bytes.data(), type, out, count);
  } catch (const error& e) {
    throw file_error(path(), "tensor " + in_quotes(t.name) + ": " + e.what());
  }
}

L2G_INLINE ContentHash content_hash(const NamedTensors& tensors) {
  std::vector<const NamedTensor*> sorted;
  for (const NamedTensor& t : tensors.tensors()) sorted.push_back(&t);
  std::sort(sorted.begin(), sorted.end(), [](const NamedTensor* a, const NamedTensor* b) { return a->name < b->name; });
  ContentHash hash;
  for (const NamedTensor* t : sorted) {
    hash.add(t->name).add(name_of(t->dtype)).add(std::span<const index_t>(t->extents));
    hash.bytes(t->bytes);
  }
  return hash;
}

L2G_INLINE NamedTensors open_safetensors(std::string_view path) {
  const auto file = std::make_shared<const SafetensorsFile>(path);
  std::vector<NamedTensor> tensors;
  for (const TensorInfo& t : file->tensors()) tensors.push_back({t.key, t.dtype, t.shape, file->bytes(t), true});
  return {path, "safetensors", std::move(tensors), file->metadata(), file};
}

}  // namespace l2g::io
