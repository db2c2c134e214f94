#pragma once
// Weights to and from safetensors files, tensor by tensor under the keys of the model.
#include <l2g/io/safetensors.hpp>
#include <l2g/train/tensors.hpp>

#include <memory>

namespace l2g {

/// A tensor of a model without its C++ type.
struct TensorSlot {
  std::string key;
  Dtype type;
  void* data;  // null: without memory, to be bound to a file
  std::vector<index_t> extents;
  Role role;
};

template <class T, class Record>
std::vector<TensorSlot> tensor_slots(Record& record) {
  std::vector<TensorSlot> slots;
  each_tensor<T>(record, [&](const TensorRef<T>& t) {
    slots.push_back({t.key, dtype_of<T>, t.data, t.extents, t.role});
  });
  return slots;
}

struct LoadOptions {
  bool strict = true;        // every tensor of the model is in the file with its shape, and nothing else is there
  bool bind_frozen = false;  // frozen tensors that the file holds in the right type and alignment are not copied
  std::string (*file_key)(const std::string& key) = nullptr;  // the name that a key of the model has in the file
};

/// What load_weights found; the first three lists are empty after a strict load.
struct LoadReport {
  std::vector<std::string> missing;    // keys of the model that the file does not have
  std::vector<std::string> unused;     // keys of the file that the model does not have
  std::vector<std::string> misshapen;  // keys of the model that have another shape in the file
  std::vector<std::string> bound;      // keys of the model whose numbers now lie in the mapped file
  index_t copied = 0;                  // tensors
};

/// A report with the file, which has to live as long as the record when something was bound to it.
struct LoadedWeights : LoadReport {
  std::unique_ptr<const io::SafetensorsFile> file;
};

/// Writes tensors in the order given. Throws file_error, and error for a tensor without memory.
void save_tensors(std::span<const TensorSlot> slots, const std::string& path, const io::Metadata& metadata = {});
/// Compares keys and shapes; "" when all fit, else one line that names what does not.
std::string misfits(std::span<const TensorSlot> slots, const io::SafetensorsFile& file, const LoadOptions& options,
                    LoadReport& report);
/// Copies (with conversion of the type) all tensors but those in report.missing, misshapen and bound.
void copy_tensors(std::span<const TensorSlot> slots, const io::SafetensorsFile& file, const LoadOptions& options,
                  LoadReport& report);
[[noreturn]] void throw_misfits(const io::SafetensorsFile& file, const std::string& text);

/// All tensors of a record (trained, frozen, buffers) under their keys. Throws file_error.
template <class T, class Record>
void save_weights(Record& record, const std::string& path, const io::Metadata& metadata = {}) {
  save_tensors(tensor_slots<T>(record), path, metadata);
}

/// Fills a record from a file; element types are converted. Nothing of the record changes when this throws: file_error
/// names what is missing, not used or of another shape (strict), or frozen tensors that have no memory and cannot be
/// bound. With bind_frozen the file has to outlive the record.
template <class T, class Record>
LoadReport load_weights(Record& record, const io::SafetensorsFile& file, const LoadOptions& options = {}) {
  LoadReport report;
  if (const std::string text = misfits(tensor_slots<T>(record), file, options, report); options.strict && !text.empty())
    throw_misfits(file, text);
  Record changed = record;
  if (options.bind_frozen) {
    each_tensor<T>(changed, [&](const TensorRef<T>& t) -> T* {
      if (t.role != Role::frozen) return nullptr;
      const io::TensorInfo* there = file.find(options.file_key ? options.file_key(t.key) : t.key);
      const T* numbers = there && there->shape == t.extents ? file.view<T>(*there) : nullptr;
      if (numbers) report.bound.push_back(t.key);
      return const_cast<T*>(numbers);  // nothing writes to what is frozen; the mapping is read-only
    });
  }
  copy_tensors(tensor_slots<T>(changed), file, options, report);
  record = changed;
  return report;
}
template <class T, class Record>
LoadedWeights load_weights(Record& record, const std::string& path, const LoadOptions& options = {}) {
  auto file = std::make_unique<const io::SafetensorsFile>(path);
  LoadedWeights loaded{load_weights<T>(record, *file, options), nullptr};
  if (!loaded.bound.empty()) loaded.file = std::move(file);
  return loaded;
}

}  // namespace l2g

#ifndef L2G_COMPILED
#include <l2g/train/weights-inl.hpp>
#endif
