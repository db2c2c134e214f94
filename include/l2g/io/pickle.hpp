#pragma once
// The part of Python's pickle format that PyTorch's weights use. Nothing is imported, called or run: the few names that
// a file of tensors may ask for are known here, and each stands for what it would build.
#include <l2g/core/dtype.hpp>
#include <l2g/core/errors.hpp>

#include <utility>
#include <vector>

namespace l2g::io {

/// A value of a pickle. Containers, tensors and storages lie in the Pickle, by place.
struct PickleValue {
  enum class Kind : std::uint8_t {
    nothing,
    boolean,
    whole,
    real,
    text,
    tuple,
    list,
    dictionary,
    storage,
    tensor,
    global,
    element_type,
    mark
  };
  Kind kind = Kind::nothing;
  std::int64_t number = 0;  // the value of boolean and whole; the place of a container, tensor or storage
  double fraction = 0;      // the value of real
  std::string_view text;    // of text, looking into the pickle
};

/// A block of numbers, in a file of its own beside the pickle.
struct PickleStorage {
  std::string_view key;
  Dtype dtype = Dtype::f32;
  std::uint64_t count = 0;  // elements of dtype
};

/// A view of a storage, in elements. Its strides may be any; nothing about it has been checked against the storage.
struct PickleTensor {
  std::size_t storage = 0;
  Dtype dtype = Dtype::f32;
  std::uint64_t offset = 0;
  std::vector<index_t> extents, strides;
};

struct Pickle {
  PickleValue root;
  std::vector<std::vector<PickleValue>> sequences;                             // tuples and lists
  std::vector<std::vector<std::pair<PickleValue, PickleValue>>> dictionaries;  // in the order of insertion
  std::vector<PickleStorage> storages;
  std::vector<PickleTensor> tensors;
};

/// Reads a pickle of protocol 2 in memory, on which the result looks. `name` is for messages. Throws file_error that
/// names the opcode or the global and its byte for everything that is not None, numbers, text, tuples, lists,
/// dictionaries, OrderedDict, torch.Size, torch.device, types and storages of torch, tensors and parameters.
Pickle parse_pickle(std::span<const std::byte> bytes, std::string_view name);

}  // namespace l2g::io

#ifndef L2G_COMPILED
#include <l2g/io/pickle-inl.hpp>
#endif
