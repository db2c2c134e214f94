#pragma once
#include <l2g/io/messages.hpp>
#include <l2g/train/weights.hpp>

#include <algorithm>

namespace l2g {
namespace detail {

inline std::string file_key(const LoadOptions& options, const std::string& key) {
  return options.file_key ? options.file_key(key) : key;
}
inline bool holds(const std::vector<std::string>& list, const std::string& key) {
  return std::find(list.begin(), list.end(), key) != list.end();
}
/// "; <what> a, b and 3 more"
inline void add_list(std::string& text, const char* what, const std::vector<std::string>& items) {
  constexpr std::size_t most = 6;
  if (items.empty()) return;
  text += (text.empty() ? "" : "; ") + std::string(what);
  for (std::size_t i = 0; i < items.size() && i < most; ++i) text += (i ? ", " : " ") + items[i];
  if (items.size() > most) text += " and " + std::to_string(items.size() - most) + " more";
}

}  // namespace detail

L2G_INLINE void save_tensors(std::span<const TensorSlot> slots, const std::string& path, const io::Metadata& metadata) {
  io::SafetensorsWriter writer;
  for (const auto& [key, value] : metadata) writer.metadata(key, value);
  for (const TensorSlot& t : slots) {
    if (!t.data) throw error("cannot save tensor " + io::in_quotes(t.key) + ": it has no memory yet");
    writer.add(t.key, t.extents, t.type, t.data, t.type);
  }
  writer.save(path);
}

L2G_INLINE std::string misfits(std::span<const TensorSlot> slots, const io::SafetensorsFile& file,
                               const LoadOptions& options, LoadReport& report) {
  std::vector<std::string> wanted, spare, missing, unused, misshapen;
  for (const TensorSlot& t : slots) wanted.push_back(detail::file_key(options, t.key));
  std::vector<std::string> sorted = wanted;
  std::sort(sorted.begin(), sorted.end());
  for (const io::TensorInfo& t : file.tensors())
    if (!std::binary_search(sorted.begin(), sorted.end(), t.key)) {
      report.unused.push_back(t.key);
      unused.push_back(io::in_quotes(t.key) + " " + io::shape_text(t.shape));
    }
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const TensorSlot& t = slots[i];
    const std::string name = io::in_quotes(wanted[i]);
    const io::TensorInfo* found = file.find(wanted[i]);
    if (!found) {
      report.missing.push_back(t.key);
      const auto near = closest(wanted[i], report.unused);
      missing.push_back(name + " " + io::shape_text(t.extents) +
                        (near.empty() ? "" : " (did you mean " + io::in_quotes(near) + "?)"));
    } else if (found->shape != t.extents) {
      report.misshapen.push_back(t.key);
      misshapen.push_back(name + " is " + io::shape_text(found->shape) + ", the model wants " +
                          io::shape_text(t.extents));
    }
  }
  std::string text;
  detail::add_list(text, "missing:", missing);
  detail::add_list(text, "other shape:", misshapen);
  detail::add_list(text, "not used:", unused);
  return text;
}

L2G_INLINE void throw_misfits(const io::SafetensorsFile& file, const std::string& text) {
  throw file_error(file.path(), "does not fit the model: " + text);
}

L2G_INLINE void copy_tensors(std::span<const TensorSlot> slots, const io::SafetensorsFile& file,
                             const LoadOptions& options, LoadReport& report) {
  std::vector<const TensorSlot*> wanted;
  for (const TensorSlot& t : slots)
    if (!detail::holds(report.missing, t.key) && !detail::holds(report.misshapen, t.key) &&
        !detail::holds(report.bound, t.key))
      wanted.push_back(&t);
  for (const TensorSlot* t : wanted) {
    const io::TensorInfo& info = file.at(detail::file_key(options, t->key));
    if (!t->data)
      throw file_error(file.path(),
                       "tensor " + io::in_quotes(t->key) + " of type " + name_of(info.dtype) +
                           " cannot be bound to the file as it lies there, and the model has no memory for it: "
                           "plan the model with memory for what is frozen");
    if (info.dtype != Dtype::f64 && info.dtype != Dtype::f32 && info.dtype != Dtype::f16 && info.dtype != Dtype::bf16)
      throw file_error(file.path(), "tensor " + io::in_quotes(t->key) + " is of type " + name_of(info.dtype) +
                                        "; weights are F64, F32, F16 or BF16");
  }
  for (const TensorSlot* t : wanted) {
    const io::TensorInfo& info = file.at(detail::file_key(options, t->key));
    if (t->type == Dtype::f64)
      file.read(info, std::span(static_cast<double*>(t->data), info.count()));
    else
      file.read(info, std::span(static_cast<float*>(t->data), info.count()));
    ++report.copied;
  }
}

}  // namespace l2g
