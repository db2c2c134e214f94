#pragma once
// Opens weights of any form.
#include <l2g/io/tensor_set.hpp>

namespace l2g::io {

/// Opens weights. `path` is a file, told by what it holds (safetensors, a shard index, PyTorch's zip archive, llama2.c
/// version 0), or a folder, in which the first of these is taken: model.safetensors, model.safetensors.index.json,
/// pytorch_model.bin, pytorch_model.bin.index.json, adapter_model.safetensors, adapter_model.bin.
/// Every size is checked before it returns, so that no tensor reaches beyond the end of its file; the numbers
/// themselves are not read. Throws file_error.
NamedTensors open_tensors(std::string_view path);

/// The same for a path that is one file with tensors in it, no folder and no index.
NamedTensors open_weights_file(std::string_view path);

}  // namespace l2g::io

#ifndef L2G_COMPILED
#include <l2g/io/named_tensors-inl.hpp>
#endif
