#pragma once
#include <l2g/core/number_text.hpp>
#include <l2g/io/atomic_file.hpp>
#include <l2g/io/messages.hpp>
#include <l2g/io/pickle.hpp>
#include <l2g/io/torch_zip.hpp>
#include <l2g/io/zip.hpp>
#include <l2g/io/zip_out.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <tuple>

namespace l2g::io {
namespace detail {

// Turns the value of a pickle into named tensors whose bytes lie in the archive.
class TorchReader {
 public:
  TorchReader(std::span<const std::byte> file, std::string_view name) : file_(file), name_(name) {
    entries_ = parse_zip(file, name);
    for (const ZipEntry& entry : entries_)
      if (!by_name_.emplace(entry.name, &entry).second) fail("has two entries " + in_quotes(entry.name));
  }

  TorchArchive read() {
    const ZipEntry& structure = find_pickle();
    const std::vector<std::byte> bytes = unpack(file_, structure, name_);
    check_byte_order();
    pickle_ = parse_pickle(bytes, name_);
    used_.resize(pickle_.storages.size());
    flatten(state_dict(), "", 0);
    if (out_.tensors.empty()) fail("holds no tensors");
    return std::move(out_);
  }

 private:
  using Kind = PickleValue::Kind;

  [[noreturn]] void fail(const std::string& message) const { throw file_error(name_, message); }

  const ZipEntry& find_pickle() {
    const ZipEntry* found = nullptr;
    for (const ZipEntry& entry : entries_) {
      if (entry.name.ends_with("/constants.pkl"))
        fail("is a TorchScript program, not weights: save model.state_dict() with torch.save");
      if (entry.name != "data.pkl" && !entry.name.ends_with("/data.pkl")) continue;
      if (found) fail("has two pickles, " + in_quotes(found->name) + " and " + in_quotes(entry.name));
      found = &entry;
    }
    if (!found) fail("is a zip archive, but not one of PyTorch: it has no data.pkl");
    folder_ = found->name.substr(0, found->name.size() - std::strlen("data.pkl"));
    return *found;
  }

  void check_byte_order() const {
    const auto order = by_name_.find(folder_ + "byteorder");
    if (order == by_name_.end()) return;
    const std::vector<std::byte> bytes = unpack(file_, *order->second, name_);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (text != "little") fail("was written on a machine of byte order " + in_quotes(text) + "; 'little' is read");
  }

  const auto& dictionary(const PickleValue& v) const {
    return pickle_.dictionaries[static_cast<std::size_t>(v.number)];
  }

  // The part of a checkpoint that holds the weights. What stands beside it becomes metadata.
  PickleValue state_dict() {
    const PickleValue& root = pickle_.root;
    if (root.kind == Kind::tensor) fail("holds a tensor without a name; a state dict is wanted");
    if (root.kind != Kind::dictionary) return root;
    for (const char* part : {"state_dict", "model_state_dict"})
      for (const auto& [key, value] : dictionary(root))
        if (key.kind == Kind::text && key.text == part && value.kind == Kind::dictionary) {
          for (const auto& [k, v] : dictionary(root))
            if (k.kind == Kind::text) note(std::string(k.text), v);
          return value;
        }
    return root;
  }

  void note(const std::string& key, const PickleValue& v) {
    if (v.kind == Kind::text) out_.metadata.emplace_back(key, v.text);
    if (v.kind == Kind::whole) out_.metadata.emplace_back(key, std::to_string(v.number));
    if (v.kind == Kind::real) out_.metadata.emplace_back(key, number_text(v.fraction));
    if (v.kind == Kind::boolean) out_.metadata.emplace_back(key, v.number ? "true" : "false");
  }

  // A pickle may share a container between many others, or hold it in itself: depth, visits and names are bounded.
  void flatten(const PickleValue& v, const std::string& prefix, int depth) {
    if (depth > 32) fail("its dictionaries are nested more than 32 deep");
    visited_ += 1 + prefix.size();
    if (visited_ > std::size_t(16) << 20) fail("has more than 16 MB of names");
    const std::string inner = prefix.empty() ? prefix : prefix + ".";
    switch (v.kind) {
      case Kind::dictionary:
        for (const auto& [key, value] : dictionary(v)) flatten(value, inner + key_text(key), depth + 1);
        return;
      case Kind::list:
      case Kind::tuple: {
        const auto& items = pickle_.sequences[static_cast<std::size_t>(v.number)];
        for (std::size_t i = 0; i < items.size(); ++i) flatten(items[i], inner + std::to_string(i), depth + 1);
        return;
      }
      case Kind::tensor:
        return add(pickle_.tensors[static_cast<std::size_t>(v.number)], prefix);
      default:
        return note(prefix, v);
    }
  }
  std::string key_text(const PickleValue& key) const {
    if (key.kind == Kind::text) return std::string(key.text);
    if (key.kind == Kind::whole) return std::to_string(key.number);
    fail("a dictionary has a key that is neither text nor a whole number");
  }

  std::span<const std::byte> storage(std::size_t place) {
    if (used_[place].data()) return used_[place];
    const PickleStorage& s = pickle_.storages[place];
    const std::string which = "storage " + in_quotes(s.key);
    const auto entry = by_name_.find(folder_ + "data/" + std::string(s.key));
    if (entry == by_name_.end()) fail(which + " is missing in the archive");
    std::uint64_t wanted = 0;
    const bool overflow = __builtin_mul_overflow(s.count, std::uint64_t(size_of(s.dtype)), &wanted);
    if (overflow || entry->second->size != wanted)
      fail(which + " of " + std::to_string(s.count) + " numbers of type " + name_of(s.dtype) + " has " +
           std::to_string(entry->second->size) + " bytes in the archive");
    if (entry->second->deflated) fail(which + " is packed; PyTorch stores numbers as they are: save it again");
    return used_[place] = stored_bytes(file_, *entry->second, name_);
  }

  void add(const PickleTensor& t, const std::string& key) {
    const std::string which = "tensor " + in_quotes(key);
    const auto bytes = storage(t.storage);
    const std::uint64_t size = size_of(t.dtype), available = bytes.size() / size;
    std::uint64_t count = 1, last = t.offset;  // last: the place of the last element
    bool overflow = false, contiguous = true, empty = false;
    for (std::size_t i = t.extents.size(); i-- > 0;) {
      const auto extent = static_cast<std::uint64_t>(t.extents[i]), stride = static_cast<std::uint64_t>(t.strides[i]);
      if (extent == 0) {
        empty = true;
        continue;
      }
      if (extent > 1 && stride != count) contiguous = false;
      std::uint64_t reach = 0;
      overflow |= __builtin_mul_overflow(extent - 1, stride, &reach) || __builtin_add_overflow(last, reach, &last) ||
                  __builtin_mul_overflow(count, extent, &count);
    }
    if (overflow || (!empty && last >= available) || (empty && t.offset > available))
      fail(which + " of shape " + shape_text(t.extents) + " reaches beyond its storage of " +
           std::to_string(available) + " numbers");
    NamedTensor named{key, t.dtype, t.extents, {}, true};
    if (empty) {
      named.bytes = bytes.subspan(static_cast<std::size_t>(t.offset * size), 0);
    } else if (contiguous) {
      named.bytes = bytes.subspan(static_cast<std::size_t>(t.offset * size), static_cast<std::size_t>(count * size));
    } else {
      named.bytes = copied(t, bytes, count, which);
      named.mapped = false;
    }
    out_.tensors.push_back(std::move(named));
  }

  std::span<const std::byte> copied(const PickleTensor& t, std::span<const std::byte> bytes, std::uint64_t count,
                                    const std::string& which) {
    const auto [known, added] =
        copies_.emplace(std::tuple(t.storage, t.dtype, t.offset, t.extents, t.strides), std::span<const std::byte>());
    if (!added) return known->second;
    const std::size_t size = size_of(t.dtype);
    if (count > (file_.size() - copied_) / size)
      fail(which + " repeats its numbers: copies of tensors that are not contiguous would take more than the file");
    copied_ += static_cast<std::size_t>(count) * size;
    std::vector<std::byte>& out = out_.copies.emplace_back(static_cast<std::size_t>(count) * size);
    std::vector<index_t> place(t.extents.size(), 0);
    std::size_t from = static_cast<std::size_t>(t.offset);
    for (std::size_t i = 0; i < count; ++i) {
      std::memcpy(out.data() + i * size, bytes.data() + from * size, size);
      for (std::size_t d = place.size(); d-- > 0;) {
        from += static_cast<std::size_t>(t.strides[d]);
        if (++place[d] < t.extents[d]) break;
        from -= static_cast<std::size_t>(t.strides[d] * t.extents[d]);
        place[d] = 0;
      }
    }
    return known->second = out;
  }

  std::span<const std::byte> file_;
  std::string_view name_;
  std::vector<ZipEntry> entries_;
  std::map<std::string_view, const ZipEntry*> by_name_;
  std::string folder_;  // "archive/"
  Pickle pickle_;
  std::vector<std::span<const std::byte>> used_;  // storages that have been looked up
  std::map<std::tuple<std::size_t, Dtype, std::uint64_t, std::vector<index_t>, std::vector<index_t>>,
           std::span<const std::byte>>
      copies_;
  std::size_t copied_ = 0, visited_ = 0;
  TorchArchive out_;
};

inline const char* torch_storage(Dtype type) {
  switch (type) {
    case Dtype::f64:
      return "DoubleStorage";
    case Dtype::f32:
      return "FloatStorage";
    case Dtype::f16:
      return "HalfStorage";
    case Dtype::bf16:
      return "BFloat16Storage";
    case Dtype::i64:
      return "LongStorage";
    case Dtype::i32:
      return "IntStorage";
    case Dtype::i16:
      return "ShortStorage";
    case Dtype::i8:
      return "CharStorage";
    case Dtype::u8:
      return "ByteStorage";
    case Dtype::boolean:
      return "BoolStorage";
    default:
      return nullptr;
  }
}

}  // namespace detail

L2G_INLINE TorchArchive parse_torch_zip(std::span<const std::byte> file, std::string_view name) {
  return detail::TorchReader(file, name).read();
}

L2G_INLINE bool is_legacy_torch(std::span<const std::byte> file) {
  // The pickled number 0x1950a86a20f9469cfc6c, with which torch.save began until 1.5.
  constexpr std::string_view magic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
  return file.size() >= magic.size() && std::memcmp(file.data(), magic.data(), magic.size()) == 0;
}

L2G_INLINE NamedTensors open_torch(std::string_view path) {
  struct Owner {
    MappedFile file;
    std::deque<std::vector<std::byte>> copies;
  };
  auto owner = std::make_shared<Owner>(Owner{MappedFile(path), {}});
  if (is_legacy_torch(owner->file.bytes()))
    throw file_error(path,
                     "is in the format of PyTorch before 1.6; write it anew in Python: torch.save(torch.load("
                     "old, map_location='cpu', weights_only=True), new)");
  TorchArchive archive = parse_torch_zip(owner->file.bytes(), path);
  owner->copies = std::move(archive.copies);
  return {path, "PyTorch", std::move(archive.tensors), std::move(archive.metadata), std::move(owner)};
}

L2G_INLINE void TorchZipWriter::add(std::string_view name, std::span<const index_t> extents, Dtype type,
                                    const void* data) {
  std::uint64_t bytes = size_of(type);
  bool wrong = false;
  for (const index_t extent : extents)
    wrong |= extent < 0 || __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes);
  if (wrong) throw error("tensor " + in_quotes(name) + " cannot have the shape " + shape_text(extents));
  if (!detail::torch_storage(type))
    throw error("tensor " + in_quotes(name) + " of type " + name_of(type) + " cannot be written for PyTorch");
  entries_.push_back({std::string(name),
                      {extents.begin(), extents.end()},
                      type,
                      {static_cast<const std::byte*>(data), static_cast<std::size_t>(bytes)}});
}

L2G_INLINE std::string TorchZipWriter::pickle() const {
  std::string p("\x80\x02");
  const auto text = [&](std::string_view t) {
    p += 'X';
    detail::ZipOut::number(p, t.size(), 4);
    p += t;
  };
  const auto whole = [&](std::uint64_t n) {
    p += n <= 0x7fffffff ? "J" : "\x8a\x08";
    detail::ZipOut::number(p, n, n <= 0x7fffffff ? 4 : 8);
  };
  const auto dictionary = [&] { p += "ccollections\nOrderedDict\n)R"; };
  dictionary();
  p += '(';
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& e = entries_[i];
    text(e.name);
    p += "ctorch._utils\n_rebuild_tensor_v2\n((";
    text("storage");
    p += "ctorch\n" + std::string(detail::torch_storage(e.type)) + "\n";
    text(std::to_string(i));
    text("cpu");
    whole(e.data.size() / size_of(e.type));
    p += "tQ";
    whole(0);
    p += '(';
    for (const index_t extent : e.extents) whole(static_cast<std::uint64_t>(extent));
    p += "t(";
    std::vector<std::uint64_t> strides(e.extents.size(), 1);
    for (std::size_t d = strides.size(); d-- > 1;)
      strides[d - 1] = strides[d] * static_cast<std::uint64_t>(std::max<index_t>(e.extents[d], 1));
    for (const std::uint64_t stride : strides) whole(stride);
    p += "t\x89";
    dictionary();
    p += "tR";
  }
  return p + "u.";
}

L2G_INLINE void TorchZipWriter::save(std::string_view path) const {
  std::set<std::string_view> names;
  for (const Entry& e : entries_)
    if (!names.insert(e.name).second)
      throw file_error(path, "cannot write: tensor " + in_quotes(e.name) + " is there twice");
  AtomicFile file(path);
  detail::ZipOut zip(file, path);
  const std::string structure = pickle();
  zip.entry("archive/data.pkl", std::string_view(structure));
  zip.entry("archive/byteorder", std::string_view("little"));
  for (std::size_t i = 0; i < entries_.size(); ++i) zip.entry("archive/data/" + std::to_string(i), entries_[i].data);
  zip.entry("archive/version", std::string_view("3\n"));
  zip.finish();
  file.commit();
}

}  // namespace l2g::io
