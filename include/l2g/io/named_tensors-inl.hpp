#pragma once
#include <l2g/io/llama2c.hpp>
#include <l2g/io/named_tensors.hpp>
#include <l2g/io/shards.hpp>
#include <l2g/io/torch_zip.hpp>

#include <cstring>
#include <filesystem>

namespace l2g::io {
namespace detail {

inline bool starts_with(std::span<const std::byte> file, std::string_view magic) {
  return file.size() >= magic.size() && std::memcmp(file.data(), magic.data(), magic.size()) == 0;
}

inline std::string file_in_folder(const std::string& folder, const std::string& name) {
  return (std::filesystem::path(folder) / name).string();
}

inline std::string weights_of_folder(const std::string& folder) {
  constexpr const char* names[] = {"model.safetensors",         "model.safetensors.index.json",
                                   "pytorch_model.bin",         "pytorch_model.bin.index.json",
                                   "adapter_model.safetensors", "adapter_model.bin"};
  std::error_code ignored;
  for (const char* name : names)
    if (std::string path = file_in_folder(folder, name); std::filesystem::exists(path, ignored)) return path;
  std::string message = "the folder has no weights; looked for";
  for (const char* name : names) message += (name == names[0] ? " " : ", ") + std::string(name);
  constexpr const char* foreign[] = {"tf_model.h5", "flax_model.msgpack", "model.onnx", "rust_model.ot"};
  for (const char* name : foreign)
    if (std::filesystem::exists(file_in_folder(folder, name), ignored))
      message += "; it has " + std::string(name) + ", which is not read: use the same model as safetensors";
  throw file_error(folder, message);
}

}  // namespace detail

L2G_INLINE NamedTensors open_weights_file(std::string_view given) {
  const std::string path(given);
  const MappedFile file(path);
  const auto bytes = file.bytes();
  if (detail::starts_with(bytes, "version https://git-lfs"))
    throw file_error(path, "is a pointer of Git LFS, not the file itself: fetch it with 'git lfs pull'");
  if (path.ends_with(".safetensors")) return open_safetensors(path);
  if (detail::starts_with(bytes, "PK\3\4") || is_legacy_torch(bytes)) return open_torch(path);
  if (bytes.size() > 8 && bytes[8] == std::byte('{')) return open_safetensors(path);
  if (is_llama2c(bytes)) return open_llama2c(path).tensors;
  if (detail::starts_with(bytes, "\x89HDF"))
    throw file_error(path, "is an HDF5 file, which is not read as weights: use the same model as safetensors");
  for (const char* ending : {".bin", ".pt", ".pth", ".ckpt"})
    if (path.ends_with(ending))
      throw file_error(path, bytes.empty() ? "is empty"
                                           : "is neither a zip archive of PyTorch (it does not begin with 'PK') nor a "
                                             "llama2.c file whose size agrees with its header; it may be cut short");
  throw file_error(path,
                   "is no file of weights that is read here: safetensors, a shard index (.index.json), PyTorch "
                   "(.bin, .pt, .pth, .ckpt) or llama2.c");
}

L2G_INLINE NamedTensors open_tensors(std::string_view given) {
  std::string path(given);
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) path = detail::weights_of_folder(path);
  return path.ends_with(".index.json") ? open_shards(path) : open_weights_file(path);
}

}  // namespace l2g::io
