#pragma once
// safetensors, both ways: 8 bytes of header length, a JSON header, the data without gaps (Hugging Face, format 0.3+).
#include <l2g/core/dtype.hpp>
#include <l2g/io/convert.hpp>
#include <l2g/io/mapped_file.hpp>

#include <utility>
#include <vector>

namespace l2g::io {

class AtomicFile;

/// Where a tensor lies in a file.
struct TensorInfo {
  std::string key;
  Dtype dtype = Dtype::f32;
  std::vector<index_t> shape;        // empty for a single number
  std::uint64_t begin = 0, end = 0;  // bytes from the start of the file
  std::size_t count() const { return static_cast<std::size_t>(end - begin) / size_of(dtype); }
};

/// "(3, 4)"
std::string shape_text(std::span<const index_t> shape);

using Metadata = std::vector<std::pair<std::string, std::string>>;

struct SafetensorsHeader {
  std::vector<TensorInfo> tensors;  // in the order of their data
  Metadata metadata;
};

/// Reads and checks the header of a whole file in memory; `name` is for messages. What it returns lies inside `file`,
/// leaves no gap and does not overlap. Throws file_error for everything else: no input may do more than that.
SafetensorsHeader parse_safetensors(std::span<const std::byte> file, std::string_view name);

/// A safetensors file mapped into memory. Views and infos live as long as it does (also after a move).
class SafetensorsFile {
 public:
  explicit SafetensorsFile(std::string_view path);

  const std::string& path() const { return file_.path(); }
  const std::vector<TensorInfo>& tensors() const { return header_.tensors; }
  const Metadata& metadata() const { return header_.metadata; }
  /// The value of a metadata key, nullptr when there is none.
  const std::string* metadata(std::string_view key) const;

  /// nullptr when there is no such tensor.
  const TensorInfo* find(std::string_view key) const;
  /// Throws file_error with the nearest key when there is no such tensor.
  const TensorInfo& at(std::string_view key) const;
  /// The same, and the shape must be this one.
  const TensorInfo& at(std::string_view key, std::span<const index_t> shape) const;

  std::span<const std::byte> bytes(const TensorInfo& t) const {
    return file_.bytes().subspan(static_cast<std::size_t>(t.begin), static_cast<std::size_t>(t.end - t.begin));
  }
  /// The mapped numbers themselves, nullptr when they are of another type or not aligned for T: then read() them.
  template <class T>
  const T* view(const TensorInfo& t) const {
    static_assert(dtype_of<T> != Dtype::boolean, "l2g::io: read truth values as std::uint8_t");
    const std::byte* p = bytes(t).data();
    if (t.dtype != dtype_of<T> || reinterpret_cast<std::uintptr_t>(p) % alignof(T) != 0) return nullptr;
    return reinterpret_cast<const T*>(p);
  }
  /// Copies with conversion (convert.hpp says which). Throws file_error when out.size() is not the number of elements.
  template <class T>
  void read(const TensorInfo& t, std::span<T> out) const {
    static_assert(dtype_of<T> != Dtype::boolean, "l2g::io: read truth values as std::uint8_t");
    read_as(t, dtype_of<T>, out.data(), out.size());
  }
  template <class T>
  std::vector<T> values(std::string_view key) const {
    const TensorInfo& t = at(key);
    std::vector<T> out(t.count());
    read(t, std::span<T>(out));
    return out;
  }

 private:
  void read_as(const TensorInfo& t, Dtype type, void* out, std::size_t count) const;

  MappedFile file_;
  SafetensorsHeader header_;
  std::vector<std::size_t> by_key_;  // indices into header_.tensors
};

/// Collects tensors (by reference: the data must live until save) and writes them in one go.
class SafetensorsWriter {
 public:
  enum class Order { given, by_type_and_key };  // the second is what the Python package does

  void metadata(std::string_view key, std::string_view value);
  /// `data` has the product of `shape` elements of `type`; they are stored as `stored`.
  /// Throws error for a negative or overflowing shape.
  void add(std::string_view key, std::span<const index_t> shape, Dtype type, const void* data, Dtype stored);
  template <class T>
  void add(std::string_view key, std::span<const index_t> shape, const T* data, Dtype stored = dtype_of<T>) {
    add(key, shape, dtype_of<T>, data, stored);
  }

  /// Written aside and renamed. The data starts at a multiple of 64 bytes; there are no gaps, so what follows is
  /// aligned as the sizes before it allow. Throws file_error, also for two equal keys.
  void save(std::string_view path, Order order = Order::given) const;

 private:
  struct Entry {
    TensorInfo info;  // dtype as stored; begin and end: bytes from the start of the data, set by save
    Dtype type;
    const void* data;
  };
  void write_data(AtomicFile& file, const Entry& entry) const;

  std::vector<Entry> entries_;
  Metadata metadata_;
};

}  // namespace l2g::io

#ifndef L2G_COMPILED
#include <l2g/io/safetensors-inl.hpp>
#endif
