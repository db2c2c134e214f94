#pragma once
#include <l2g/io/atomic_file.hpp>
#include <l2g/io/messages.hpp>
#include <l2g/io/safetensors.hpp>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <numeric>

namespace l2g::io {
namespace detail {

inline constexpr std::uint64_t safetensors_header_limit = 100'000'000;  // as in the reference implementation
inline constexpr std::size_t safetensors_rank_limit = 64;

inline constexpr Dtype all_dtypes[] = {Dtype::f64, Dtype::f32, Dtype::f16,    Dtype::bf16, Dtype::i64,
                                       Dtype::i32, Dtype::i16, Dtype::i8,     Dtype::u64,  Dtype::u32,
                                       Dtype::u16, Dtype::u8,  Dtype::boolean};

// The number of bytes, or false when it does not fit; extents beside a zero are held to the same bound.
inline bool tensor_bytes(std::span<const index_t> shape, Dtype dtype, std::uint64_t& bytes) {
  index_t product = static_cast<index_t>(size_of(dtype));
  bool empty = false;
  for (const index_t extent : shape) {
    if (extent < 0) return false;
    if (extent == 0) {
      empty = true;
    } else if (__builtin_mul_overflow(product, extent, &product)) {
      return false;
    }
  }
  bytes = empty ? 0 : static_cast<std::uint64_t>(product);
  return true;
}

// Accepts exactly {"__metadata__": {string: string}, key: {"dtype": string, "shape": [n...], "data_offsets": [n, n]}}
// while the JSON is read, so that nothing is built from a hostile header before it is refused.
class SafetensorsHandler {
 public:
  SafetensorsHandler(std::string_view name, SafetensorsHeader& header) : name_(name), header_(header) {}

  bool null() { return refuse_value("null"); }
  bool boolean(bool) { return refuse_value("a truth value"); }
  bool number_integer(std::int64_t n) {
    if (n >= 0) return number_unsigned(static_cast<std::uint64_t>(n));
    if (in_ == In::shape) fail(tensor() + " has a negative extent");
    if (in_ == In::offsets) fail(tensor() + " has a negative offset");
    return refuse_value("a number");
  }
  bool number_unsigned(std::uint64_t n) {
    if (in_ == In::shape) {
      if (n > static_cast<std::uint64_t>(INT64_MAX)) fail(tensor() + " has an extent out of range");
      auto& shape = header_.tensors.back().shape;
      if (shape.size() == safetensors_rank_limit)
        fail(tensor() + " has more than " + std::to_string(safetensors_rank_limit) + " extents");
      shape.push_back(static_cast<index_t>(n));
    } else if (in_ == In::offsets) {
      if (offsets_ == 2) fail(tensor() + " has more than two data_offsets");
      auto& t = header_.tensors.back();
      (offsets_ == 0 ? t.begin : t.end) = n;
      ++offsets_;
    } else {
      refuse_value("a number");
    }
    return true;
  }
  bool number_float(double, const std::string&) {
    if (in_ == In::shape || in_ == In::offsets) fail(tensor() + " has a number that is not whole or too large");
    return refuse_value("a number");
  }
  bool string(std::string& text) {
    if (in_ == In::metadata) {
      header_.metadata.emplace_back(std::move(key_), text);
      return true;
    }
    if (in_ != In::tensor || field_ != "dtype") return refuse_value("text");
    for (const Dtype t : all_dtypes)
      if (text == name_of(t)) {
        header_.tensors.back().dtype = t;
        return true;
      }
    std::string known;
    for (const Dtype t : all_dtypes) known += (known.empty() ? "" : ", ") + std::string(name_of(t));
    fail(tensor() + " is of type " + in_quotes(text) + "; known are " + known);
  }
  bool binary(std::vector<std::uint8_t>&) { return refuse_value("binary data"); }
  bool start_object(std::size_t) {
    if (in_ == In::nothing) {
      in_ = In::file;
    } else if (in_ == In::file && key_ == "__metadata__") {
      in_ = In::metadata;
    } else if (in_ == In::file) {
      in_ = In::tensor;
      header_.tensors.emplace_back().key = std::move(key_);
      seen_ = 0;
    } else {
      refuse_value("an object");
    }
    return true;
  }
  bool key(std::string& text) {
    if (in_ != In::tensor) {
      key_ = std::move(text);
      return true;
    }
    const unsigned bit = text == "dtype" ? 1 : text == "shape" ? 2 : text == "data_offsets" ? 4 : 0;
    if (bit == 0) fail(tensor() + " has a field " + in_quotes(text) + "; known are dtype, shape, data_offsets");
    if (seen_ & bit) fail(tensor() + " has two fields " + in_quotes(text));
    seen_ |= bit;
    field_ = std::move(text);
    return true;
  }
  bool end_object() {
    if (in_ == In::tensor && seen_ != 7)
      fail(tensor() + " has no " + (!(seen_ & 1) ? "dtype" : !(seen_ & 2) ? "shape" : "data_offsets"));
    in_ = in_ == In::file ? In::nothing : In::file;
    return true;
  }
  bool start_array(std::size_t) {
    if (in_ != In::tensor || field_ == "dtype") return refuse_value("a list");
    in_ = field_ == "shape" ? In::shape : In::offsets;
    offsets_ = 0;
    return true;
  }
  bool end_array() {
    if (in_ == In::offsets && offsets_ != 2) fail(tensor() + " has fewer than two data_offsets");
    in_ = In::tensor;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& e) {
    const bool utf8 = std::strstr(e.what(), "UTF-8") != nullptr;
    fail("the header is not valid " + std::string(utf8 ? "UTF-8" : "JSON") + " near its byte " +
         std::to_string(position));
  }

 private:
  enum class In { nothing, file, metadata, tensor, shape, offsets };

  [[noreturn]] void fail(const std::string& message) const { throw file_error(name_, message); }
  bool refuse_value(const char* what) const {
    switch (in_) {
      case In::nothing:
      case In::file:
        fail("the header has " + std::string(what) + " where a tensor should be described (key " + in_quotes(key_) +
             ")");
      case In::metadata:
        fail("the metadata of " + in_quotes(key_) + " is " + what + "; it should be text");
      case In::tensor:
        fail(tensor() + " has " + what + " as " + field_);
      default:
        fail(tensor() + " has " + what + " in " + field_ + "; there should be numbers");
    }
  }
  std::string tensor() const { return "tensor " + in_quotes(header_.tensors.back().key); }

  std::string_view name_;
  SafetensorsHeader& header_;
  In in_ = In::nothing;
  std::string key_, field_;
  unsigned seen_ = 0;
  int offsets_ = 0;
};

// Sorted indices; throws for two equal keys.
template <class Items, class Key>
std::vector<std::size_t> sorted_by_key(std::string_view name, const char* kind, const Items& items, Key key) {
  std::vector<std::size_t> order(items.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(items[a]) < key(items[b]); });
  for (std::size_t i = 1; i < order.size(); ++i)
    if (key(items[order[i - 1]]) == key(items[order[i]]))
      throw file_error(name, std::string(kind) + " " + in_quotes(key(items[order[i]])) + " is there twice");
  return order;
}

inline std::vector<std::size_t> sorted_tensors(std::string_view name, const std::vector<TensorInfo>& tensors) {
  return sorted_by_key(name, "tensor", tensors, [](const TensorInfo& t) -> const std::string& { return t.key; });
}

}  // namespace detail

L2G_INLINE std::string shape_text(std::span<const index_t> shape) {
  std::string s = "(";
  for (const index_t extent : shape) s += (s.size() > 1 ? ", " : "") + std::to_string(extent);
  return s + ")";
}

L2G_INLINE SafetensorsHeader parse_safetensors(std::span<const std::byte> file, std::string_view name) {
  const auto fail = [&](const std::string& message) { throw file_error(name, message); };
  if (file.size() < 8) fail("not a safetensors file: it has " + std::to_string(file.size()) + " bytes only");
  std::uint64_t length = 0;
  for (std::size_t i = 8; i-- > 0;) length = length << 8 | std::to_integer<std::uint64_t>(file[i]);
  if (file.size() > 8 && file[8] != std::byte('{')) fail("not a safetensors file: its header does not begin with '{'");
  if (length > detail::safetensors_header_limit)
    fail("not a safetensors file: its header would have " + std::to_string(length) + " bytes, more than 100 MB");
  if (length > file.size() - 8)
    fail("cut short: the header should have " + std::to_string(length) + " bytes, the file has " +
         std::to_string(file.size() - 8) + " after its length");
  if (length < 2) fail("not a safetensors file: it has no header");

  SafetensorsHeader header;
  detail::SafetensorsHandler handler(name, header);
  const char* text = reinterpret_cast<const char*>(file.data()) + 8;
  nlohmann::json::sax_parse(text, text + length, &handler);

  detail::sorted_by_key(name, "metadata", header.metadata, [](const auto& m) -> const std::string& { return m.first; });
  detail::sorted_tensors(name, header.tensors);
  std::stable_sort(header.tensors.begin(), header.tensors.end(), [](const TensorInfo& a, const TensorInfo& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  const std::uint64_t start = 8 + length, size = file.size() - start;
  std::uint64_t covered = 0;
  for (TensorInfo& t : header.tensors) {
    const std::string which = "tensor " + in_quotes(t.key);
    std::uint64_t wanted = 0;
    if (!detail::tensor_bytes(t.shape, t.dtype, wanted)) fail(which + " is too large: " + shape_text(t.shape));
    if (t.begin > t.end) fail(which + " ends before it begins");
    if (t.end > size)
      fail("cut short: " + which + " ends at byte " + std::to_string(t.end) + " of the data, there are " +
           std::to_string(size));
    if (t.end - t.begin != wanted)
      fail(which + " of type " + name_of(t.dtype) + " and shape " + shape_text(t.shape) + " needs " +
           std::to_string(wanted) + " bytes, its data_offsets give it " + std::to_string(t.end - t.begin));
    if (t.begin < covered) fail(which + " overlaps another tensor");
    if (t.begin > covered)
      fail("bytes " + std::to_string(covered) + " to " + std::to_string(t.begin) + " of the data belong to no tensor");
    covered = t.end;
    t.begin += start;
    t.end += start;
  }
  if (covered != size) fail(std::to_string(size - covered) + " bytes after the last tensor belong to none");
  return header;
}

L2G_INLINE SafetensorsFile::SafetensorsFile(std::string_view path)
    : file_(path),
      header_(parse_safetensors(file_.bytes(), path)),
      by_key_(detail::sorted_tensors(path, header_.tensors)) {}

L2G_INLINE const std::string* SafetensorsFile::metadata(std::string_view key) const {
  for (const auto& [k, value] : header_.metadata)
    if (k == key) return &value;
  return nullptr;
}

L2G_INLINE const TensorInfo* SafetensorsFile::find(std::string_view key) const {
  const auto at = std::lower_bound(by_key_.begin(), by_key_.end(), key,
                                   [&](std::size_t i, std::string_view k) { return header_.tensors[i].key < k; });
  return at != by_key_.end() && header_.tensors[*at].key == key ? &header_.tensors[*at] : nullptr;
}

L2G_INLINE const TensorInfo& SafetensorsFile::at(std::string_view key) const {
  if (const TensorInfo* t = find(key)) return *t;
  std::vector<std::string_view> keys;
  for (const TensorInfo& t : header_.tensors) keys.push_back(t.key);
  std::string message = "has no tensor " + in_quotes(key);
  if (const auto near = closest(key, keys); !near.empty()) message += " (did you mean " + in_quotes(near) + "?)";
  message += "; it holds " + std::to_string(keys.size());
  for (std::size_t i = 0; i < keys.size() && i < 5; ++i) message += (i ? ", " : ": ") + in_quotes(keys[i]);
  throw file_error(path(), message + (keys.size() > 5 ? ", ..." : ""));
}

L2G_INLINE const TensorInfo& SafetensorsFile::at(std::string_view key, std::span<const index_t> shape) const {
  const TensorInfo& t = at(key);
  if (!std::equal(shape.begin(), shape.end(), t.shape.begin(), t.shape.end()))
    throw file_error(path(), "tensor " + in_quotes(key) + " has the shape " + shape_text(t.shape) + ", wanted is " +
                                 shape_text(shape));
  return t;
}

L2G_INLINE void SafetensorsFile::read_as(const TensorInfo& t, Dtype type, void* out, std::size_t count) const {
  if (count != t.count())
    throw file_error(path(), "tensor " + in_quotes(t.key) + " has " + std::to_string(t.count()) +
                                 " elements, wanted are " + std::to_string(count));
  try {
    convert(t.dtype, bytes(t).data(), type, out, count);
  } catch (const error& e) {
    throw file_error(path(), "tensor " + in_quotes(t.key) + ": " + e.what());
  }
}

L2G_INLINE void SafetensorsWriter::metadata(std::string_view key, std::string_view value) {
  for (const auto& [k, v] : metadata_)
    if (k == key) throw error("metadata " + in_quotes(key) + " is there already");
  metadata_.emplace_back(key, value);
}

L2G_INLINE void SafetensorsWriter::add(std::string_view key, std::span<const index_t> shape, Dtype type,
                                       const void* data, Dtype stored) {
  if (key == "__metadata__") throw error("a tensor cannot be called '__metadata__'");
  std::uint64_t bytes = 0;
  if (!detail::tensor_bytes(shape, type, bytes) || !detail::tensor_bytes(shape, stored, bytes) ||
      shape.size() > detail::safetensors_rank_limit)
    throw error("tensor " + in_quotes(key) + " cannot have the shape " + shape_text(shape));
  entries_.push_back({{std::string(key), stored, {shape.begin(), shape.end()}, 0, bytes}, type, data});
}

L2G_INLINE void SafetensorsWriter::save(std::string_view path, Order order) const {
  std::vector<Entry> entries = entries_;
  std::vector<TensorInfo> infos;
  for (const Entry& entry : entries) infos.push_back(entry.info);
  detail::sorted_tensors(path, infos);
  if (order == Order::by_type_and_key)
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      const std::size_t sa = size_of(a.info.dtype), sb = size_of(b.info.dtype);
      return sa != sb ? sa > sb : a.info.dtype != b.info.dtype ? a.info.dtype < b.info.dtype : a.info.key < b.info.key;
    });
  std::string header = "{";
  try {
    const auto json = [](const std::string& text) { return nlohmann::json(text).dump(); };
    if (!metadata_.empty()) {
      header += "\"__metadata__\":{";
      for (const auto& [key, value] : metadata_)
        header += (header.back() == '{' ? "" : ",") + json(key) + ":" + json(value);
      header += "}";
    }
    std::uint64_t at = 0;
    for (Entry& entry : entries) {
      TensorInfo& t = entry.info;
      header += (header.size() == 1 ? "" : ",") + json(t.key) + ":{\"dtype\":\"" + name_of(t.dtype) + "\",\"shape\":[";
      for (const index_t extent : t.shape) header += (header.back() == '[' ? "" : ",") + std::to_string(extent);
      t.begin = at;
      at = t.end += at;
      header += "],\"data_offsets\":[" + std::to_string(t.begin) + "," + std::to_string(t.end) + "]}";
    }
  } catch (const nlohmann::json::type_error&) {
    throw file_error(path, "cannot write: a key or its metadata is not valid UTF-8");
  }
  header += "}";
  header.append((64 - (8 + header.size()) % 64) % 64, ' ');
  if (header.size() > detail::safetensors_header_limit)
    throw file_error(path, "cannot write: more than 100 MB of keys");

  AtomicFile file(path);
  unsigned char length[8];
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<unsigned char>(header.size() >> (8 * i));
  file.write(length, sizeof length);
  file.write(header);
  for (const Entry& entry : entries) {
    try {
      write_data(file, entry);
    } catch (const file_error&) {
      throw;
    } catch (const error& e) {
      throw file_error(path, "cannot write: tensor " + in_quotes(entry.info.key) + ": " + e.what());
    }
  }
  file.commit();
}

L2G_INLINE void SafetensorsWriter::write_data(AtomicFile& file, const Entry& entry) const {
  const std::size_t count = entry.info.count(), size = size_of(entry.info.dtype);
  if (entry.type == entry.info.dtype) return file.write(entry.data, count * size);
  const auto* data = static_cast<const std::byte*>(entry.data);
  constexpr std::size_t step = 8192;
  alignas(8) std::byte converted[step * 8];
  for (std::size_t i = 0; i < count; i += step) {
    const std::size_t n = std::min(step, count - i);
    convert(entry.type, data + i * size_of(entry.type), entry.info.dtype, converted, n);
    file.write(converted, n * size);
  }
}

}  // namespace l2g::io
