#pragma once
#include <l2g/io/messages.hpp>
#include <l2g/io/npy.hpp>

#include <algorithm>
#include <cstring>

namespace l2g::io {
namespace detail {

struct NpyHeader {
  std::string_view type;
  bool fortran_order = false;
  std::vector<index_t> shape;
};

// Reads the Python literal {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), } and nothing else.
class NpyHeaderReader {
 public:
  NpyHeaderReader(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  NpyHeader read() {
    NpyHeader header;
    unsigned seen = 0;
    expect('{');
    while (!accept('}')) {
      const std::string_view key = string();
      const unsigned bit = key == "descr" ? 1 : key == "fortran_order" ? 2 : key == "shape" ? 4 : 0;
      if (bit == 0 || (seen & bit)) fail("unexpected key " + in_quotes(key));
      seen |= bit;
      expect(':');
      if (bit == 1) header.type = type();
      if (bit == 2) header.fortran_order = truth();
      if (bit == 4) header.shape = shape();
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (at_ != text_.size()) fail("text after its end");
    if (seen != 7) fail("one of descr, fortran_order, shape is missing");
    return header;
  }

 private:
  [[noreturn]] void fail(const std::string& message) const {
    throw file_error(name_, "malformed array header: " + message);
  }
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  bool accept(char c) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail("no '" + std::string(1, c) + "' at its byte " + std::to_string(at_));
  }
  std::string_view string() {
    const char quote = accept('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) fail("a string without end");
    const std::string_view s = text_.substr(at_, end - at_);
    at_ = end + 1;
    return s;
  }
  std::string_view type() {
    skip_space();
    if (at_ < text_.size() && text_[at_] == '[') throw file_error(name_, "arrays of records are not read");
    return string();
  }
  bool truth() {
    skip_space();
    for (const std::string_view word : {std::string_view("True"), std::string_view("False")})
      if (text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        return word == "True";
      }
    fail("fortran_order is neither True nor False");
  }
  std::vector<index_t> shape() {
    std::vector<index_t> extents;
    expect('(');
    while (!accept(')')) {
      skip_space();
      index_t n = 0;
      const std::size_t first = at_;
      for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_)
        if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, text_[at_] - '0', &n))
          fail("an extent out of range");
      if (at_ == first) fail("an extent that is not a whole number of at least 0");
      if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // written by Python 2
      if (extents.size() == 64) fail("more than 64 extents");
      extents.push_back(n);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return extents;
  }

  std::string_view text_, name_;
  std::size_t at_ = 0;
};

inline bool parse_npy_type(std::string_view text, Dtype& dtype, bool& swapped) {
  if (text.size() != 3 || std::string_view("<>|=").find(text[0]) == std::string_view::npos) return false;
  constexpr struct {
    const char* name;
    Dtype dtype;
  } types[] = {{"f8", Dtype::f64}, {"f4", Dtype::f32}, {"f2", Dtype::f16}, {"i8", Dtype::i64},
               {"i4", Dtype::i32}, {"i2", Dtype::i16}, {"i1", Dtype::i8},  {"u8", Dtype::u64},
               {"u4", Dtype::u32}, {"u2", Dtype::u16}, {"u1", Dtype::u8},  {"b1", Dtype::boolean}};
  for (const auto& t : types)
    if (text.substr(1) == t.name) {
      dtype = t.dtype;
      swapped = text[0] == '>';
      return true;
    }
  return false;
}

// Column-major `from` as row-major `to`: walks `to` in order with a counter for each axis.
inline void to_row_major(std::span<const index_t> shape, std::size_t size, const std::byte* from, std::byte* to,
                         std::size_t count) {
  std::vector<std::size_t> position(shape.size(), 0), stride(shape.size(), 1);
  for (std::size_t axis = 1; axis < shape.size(); ++axis)
    stride[axis] = stride[axis - 1] * static_cast<std::size_t>(shape[axis - 1]);
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(to + i * size, from + at * size, size);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      at += stride[axis];
      if (++position[axis] < static_cast<std::size_t>(shape[axis])) break;
      at -= stride[axis] * position[axis];
      position[axis] = 0;
    }
  }
}

}  // namespace detail

L2G_INLINE void NpyArray::read_as(Dtype type, void* out) const {
  try {
    convert(dtype, bytes.data(), type, out, count());
  } catch (const error& e) {
    throw file_error(name, e.what());
  }
}

L2G_INLINE NpyArray parse_npy(std::span<const std::byte> file, std::string_view name) {
  const auto fail = [&](const std::string& message) { throw file_error(name, message); };
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (!text.starts_with("\x93NUMPY")) fail("not an array of NumPy: it does not begin with \\x93NUMPY");
  if (text.size() < 10) fail("cut short: it ends within the array header");
  const auto byte = [&](std::size_t i) { return std::to_integer<std::size_t>(file[i]); };
  const std::size_t version = byte(6);
  if (version < 1 || version > 3) fail("array format " + std::to_string(version) + " is not known; 1 to 3 are");
  const std::size_t start = version == 1 ? 10 : 12;
  if (text.size() < start) fail("cut short: it ends within the array header");
  const std::size_t length =
      version == 1 ? byte(8) | byte(9) << 8 : byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24;
  if (length > text.size() - start) fail("cut short: it ends within the array header");
  const detail::NpyHeader header = detail::NpyHeaderReader(text.substr(start, length), name).read();

  NpyArray array;
  array.name = name;
  array.shape = header.shape;
  bool swapped = false;
  if (!detail::parse_npy_type(header.type, array.dtype, swapped))
    fail("elements of type " + in_quotes(header.type) +
         " are not read; whole numbers, floating numbers of 2, 4 and 8 bytes and truth values are");
  const std::size_t size = size_of(array.dtype);
  auto total = static_cast<index_t>(size);
  bool empty = false, large = false;
  for (const index_t extent : array.shape) {
    empty |= extent == 0;
    large |= extent != 0 && __builtin_mul_overflow(total, extent, &total);
  }
  if (large) fail("the array is too large");
  const std::size_t wanted = empty ? 0 : static_cast<std::size_t>(total), given = file.size() - start - length;
  if (given < wanted)
    fail("cut short: the array needs " + std::to_string(wanted) + " bytes, there are " + std::to_string(given));
  if (given > wanted) fail(std::to_string(given - wanted) + " bytes after the array");
  const std::byte* data = file.data() + start + length;
  array.bytes.resize(wanted);
  if (header.fortran_order && array.shape.size() > 1) {
    detail::to_row_major(array.shape, size, data, array.bytes.data(), wanted / size);
  } else {
    std::copy_n(data, wanted, array.bytes.data());
  }
  if (swapped)
    for (std::size_t i = 0; i < wanted; i += size) std::reverse(&array.bytes[i], &array.bytes[i] + size);
  return array;
}

L2G_INLINE NpyArray read_npy(std::string_view path) { return parse_npy(MappedFile(path).bytes(), path); }

L2G_INLINE NpzFile::NpzFile(std::string_view path) : zip_(path) {
  for (const ZipEntry& entry : zip_.entries())
    names_.push_back(entry.name.ends_with(".npy") ? entry.name.substr(0, entry.name.size() - 4) : entry.name);
}

L2G_INLINE bool NpzFile::contains(std::string_view name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

L2G_INLINE NpyArray NpzFile::read(std::string_view name) const {
  const auto at = std::find(names_.begin(), names_.end(), name);
  if (at == names_.end()) throw file_error(zip_.path(), unknown("array", name, names_));
  const auto bytes = zip_.read(zip_.entries()[static_cast<std::size_t>(at - names_.begin())]);
  return parse_npy(bytes, zip_.path() + "[" + in_quotes(name) + "]");
}

}  // namespace l2g::io
