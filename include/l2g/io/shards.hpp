#pragma once
// A model in several files: the index that Hugging Face writes beside them (model.safetensors.index.json,
// pytorch_model.bin.index.json): {"metadata": {...}, "weight_map": {tensor: file}}.
#include <l2g/io/tensor_set.hpp>

namespace l2g::io {

struct ShardIndex {
  std::vector<std::string> files;                            // names in the folder of the index, each once, in order
  std::vector<std::pair<std::string, std::size_t>> tensors;  // name, place in files
  Metadata metadata;                                         // text and numbers of "metadata"
};

/// Reads an index in memory; `name` is for messages. The shards must be plain names of files in the same folder.
/// Throws file_error.
ShardIndex parse_shard_index(std::span<const std::byte> text, std::string_view name);

/// Opens an index and all its shards. Throws file_error when a shard is missing, when a tensor is in another shard
/// than the index says, in two, in none, or not in the index.
NamedTensors open_shards(std::string_view path);

}  // namespace l2g::io

#ifndef L2G_COMPILED
#include <l2g/io/shards-inl.hpp>
#endif
