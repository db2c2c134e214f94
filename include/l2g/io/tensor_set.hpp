#pragma once
// The weights of a model by name, whatever form their files have: safetensors, in one file or in shards, PyTorch's zip
// archives, llama2.c.
#include <l2g/io/content_hash.hpp>
#include <l2g/io/safetensors.hpp>

#include <memory>

namespace l2g::io {

/// One tensor: row-major, little-endian, without gaps.
struct NamedTensor {
  std::string name;
  Dtype dtype = Dtype::f32;
  std::vector<index_t> extents;      // empty for a single number
  std::span<const std::byte> bytes;  // two tensors of the same bytes are tied
  bool mapped = true;                // in the page cache; false: in memory of its own, because it had to be rearranged

  std::size_t count() const { return bytes.size() / size_of(dtype); }
  /// The numbers themselves, nullptr when they are of another type or not aligned for T: then NamedTensors::read.
  template <class T>
  const T* view() const {
    static_assert(dtype_of<T> != Dtype::boolean, "l2g::io: read truth values as std::uint8_t");
    if (dtype != dtype_of<T> || reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(T) != 0) return nullptr;
    return reinterpret_cast<const T*>(bytes.data());
  }
};

/// A set of named tensors. A value: copies share the mapped files, which stay until the last copy, and whoever holds
/// owner(), is gone.
class NamedTensors {
 public:
  NamedTensors() = default;
  /// `owner` keeps alive what the tensors' bytes point to. Throws file_error when two have the same name.
  NamedTensors(std::string_view path, std::string_view format, std::vector<NamedTensor> tensors, Metadata metadata,
               std::shared_ptr<const void> owner);

  const std::string& path() const;
  /// "safetensors", "safetensors in 3 shards", "PyTorch", "llama2.c"
  const std::string& format() const;
  /// In the order in which they are stored.
  const std::vector<NamedTensor>& tensors() const;
  std::vector<std::string> names() const;
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  /// nullptr when there is no such tensor.
  const NamedTensor* find(std::string_view name) const;
  /// Throws file_error with the nearest name when there is no such tensor.
  const NamedTensor& at(std::string_view name) const;
  /// The same, and the extents must be these.
  const NamedTensor& at(std::string_view name, std::span<const index_t> extents) const;
  /// Copies with conversion (convert.hpp says which). Throws file_error when out.size() is not the number of elements.
  template <class T>
  void read(const NamedTensor& t, std::span<T> out) const {
    static_assert(dtype_of<T> != Dtype::boolean, "l2g::io: read truth values as std::uint8_t");
    read_as(t, dtype_of<T>, out.data(), out.size());
  }
  template <class T>
  std::vector<T> values(std::string_view name) const {
    const NamedTensor& t = at(name);
    std::vector<T> out(t.count());
    read(t, std::span<T>(out));
    return out;
  }
  const Metadata& metadata() const;
  /// The value of a metadata key, nullptr when there is none.
  const std::string* metadata(std::string_view key) const;
  const std::shared_ptr<const void>& owner() const;

 private:
  void read_as(const NamedTensor& t, Dtype type, void* out, std::size_t count) const;

  struct State {
    std::string path, format;
    std::vector<NamedTensor> tensors;
    std::vector<std::size_t> by_name;  // indices into tensors
    Metadata metadata;
    std::shared_ptr<const void> owner;
  };
  const State& state() const;
  std::shared_ptr<const State> state_;
};

/// The hash of names, types, extents and numbers: the same for one set in other files, shards or another order. Reads
/// everything once.
ContentHash content_hash(const NamedTensors& tensors);

/// One safetensors file.
NamedTensors open_safetensors(std::string_view path);

}  // namespace l2g::io

#ifndef L2G_COMPILED
#include <l2g/io/tensor_set-inl.hpp>
#endif
