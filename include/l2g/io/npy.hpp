#pragma once
// Arrays of NumPy: one in an .npy file, several by name in an .npz archive. Read only.
#include <l2g/core/dtype.hpp>
#include <l2g/io/convert.hpp>
#include <l2g/io/zip.hpp>

namespace l2g::io {

/// An array in row-major order, whatever order the file had.
struct NpyArray {
  Dtype dtype = Dtype::f64;
  std::vector<index_t> shape;
  std::vector<std::byte> bytes;
  std::string name;  // of the file, and of the array in it, for messages

  std::size_t count() const { return bytes.size() / size_of(dtype); }
  /// Copies with conversion (convert.hpp says which). Throws file_error when that is not possible.
  template <class T>
  std::vector<T> values() const {
    static_assert(dtype_of<T> != Dtype::boolean, "l2g::io: read truth values as std::uint8_t");
    std::vector<T> out(count());
    read_as(dtype_of<T>, out.data());
    return out;
  }

 private:
  void read_as(Dtype type, void* out) const;
};

/// An .npy file in memory (format 1 to 3; numbers and truth values of either byte order, C or Fortran order).
/// Throws file_error for text, objects and records, and for anything malformed.
NpyArray parse_npy(std::span<const std::byte> file, std::string_view name);
NpyArray read_npy(std::string_view path);

/// An .npz archive.
class NpzFile {
 public:
  explicit NpzFile(std::string_view path);
  /// Names without ".npy", in the order of the file.
  const std::vector<std::string>& names() const { return names_; }
  bool contains(std::string_view name) const;
  /// Throws file_error, with the nearest name when there is no such array.
  NpyArray read(std::string_view name) const;

 private:
  ZipFile zip_;
  std::vector<std::string> names_;
};

}  // namespace l2g::io

#ifndef L2G_COMPILED
#include <l2g/io/npy-inl.hpp>
#endif
