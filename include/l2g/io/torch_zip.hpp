#pragma once
// Weights as torch.save writes them since PyTorch 1.6: a zip archive with a pickle of the structure and one stored
// entry of raw numbers for each storage.
#include <l2g/io/tensor_set.hpp>

#include <deque>

namespace l2g::io {

class AtomicFile;

/// What an archive in memory holds. The tensors' bytes look into it where they are contiguous, else into `copies`.
struct TorchArchive {
  std::vector<NamedTensor> tensors;
  Metadata metadata;  // numbers and text that stand beside the tensors ("epoch": "3")
  std::deque<std::vector<std::byte>> copies;
};

/// Reads a state dict: nested dictionaries and lists become names with dots; of a checkpoint with a dictionary
/// 'state_dict' or 'model_state_dict' (Lightning, training scripts) only that one is taken, without the prefix.
/// Tensors that are no contiguous part of their storage (transposed, strided) are copied, at most as many bytes as the
/// archive has. The pickle is read as pickle.hpp says: nothing is run. Checksums are compared for the pickle, not for
/// the numbers, which are not read here. Throws file_error; `name` is for messages.
TorchArchive parse_torch_zip(std::span<const std::byte> file, std::string_view name);

/// Whether it is a file of torch.save from before the zip format (1.6), which is refused with the remedy.
bool is_legacy_torch(std::span<const std::byte> file);

/// Throws file_error.
NamedTensors open_torch(std::string_view path);

/// Collects tensors (by reference: the data must live until save) and writes a state dict that
/// torch.load(path, weights_only=True) opens as an OrderedDict in this order.
class TorchZipWriter {
 public:
  /// `data` has the product of `extents` elements of `type`. Throws error for impossible extents.
  void add(std::string_view name, std::span<const index_t> extents, Dtype type, const void* data);
  template <class T>
  void add(std::string_view name, std::span<const index_t> extents, const T* data) {
    add(name, extents, dtype_of<T>, data);
  }

  /// Written aside and renamed; numbers begin at multiples of 64 bytes. Throws file_error, also for two equal names and
  /// for more than 4 GB (which safetensors can hold).
  void save(std::string_view path) const;

 private:
  struct Entry {
    std::string name;
    std::vector<index_t> extents;
    Dtype type;
    std::span<const std::byte> data;
  };
  std::string pickle() const;

  std::vector<Entry> entries_;
};

}  // namespace l2g::io

#ifndef L2G_COMPILED
#include <l2g/io/torch_zip-inl.hpp>
#endif
