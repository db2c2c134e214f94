#pragma once
#include <l2g/io/cache.hpp>
#include <l2g/io/messages.hpp>
#include <l2g/io/safetensors.hpp>

#include <cstdlib>
#include <filesystem>

namespace l2g::io {
namespace detail {

inline std::string hash_of_values(const CachedArray& array) {
  return ContentHash().add(std::span<const float>(array.values)).text();
}

}  // namespace detail

L2G_INLINE Cache::Cache() {
  // The specification of XDG base directories: a relative path there is to be ignored.
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && cache[0] == '/') {
    folder_ = std::string(cache) + "/l2g";
  } else if (const char* home = std::getenv("HOME"); home && home[0] == '/') {
    folder_ = std::string(home) + "/.cache/l2g";
  }
}

L2G_INLINE std::string Cache::path(std::string_view name, const ContentHash& key) const {
  if (name.empty()) throw error("a cached array takes a name");
  for (const char c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
      throw error("the name " + in_quotes(name) + " of a cached array has more than letters, digits, '_' and '-'");
  return folder_ + "/" + std::string(name) + "-" + key.text() + ".safetensors";
}

L2G_INLINE std::optional<CachedArray> Cache::load(std::string_view name, const ContentHash& key) const {
  const std::string file_path = path(name, key);
  std::error_code ignored;
  if (folder_.empty() || !std::filesystem::exists(file_path, ignored)) return std::nullopt;
  const SafetensorsFile file(file_path);
  const TensorInfo& t = file.at("values");
  if (t.dtype != Dtype::f32)
    throw file_error(file_path, "damaged: its values are of type " + std::string(name_of(t.dtype)));
  CachedArray array{t.shape, file.values<float>("values")};
  const std::string *of_key = file.metadata("key"), *of_values = file.metadata("values");
  if (!of_key || *of_key != key.text()) throw file_error(file_path, "damaged: it belongs to another key");
  if (!of_values || *of_values != detail::hash_of_values(array))
    throw file_error(file_path, "damaged: its numbers are not those that were written");
  return array;
}

L2G_INLINE void Cache::store(std::string_view name, const ContentHash& key, const CachedArray& array) const {
  const std::string file_path = path(name, key);
  if (folder_.empty()) throw error("there is no folder for the cache: set XDG_CACHE_HOME or HOME");
  std::size_t count = 1;
  for (const index_t extent : array.extents) count *= static_cast<std::size_t>(extent);
  if (count != array.values.size())
    throw error("an array of shape " + shape_text(array.extents) + " cannot have " +
                std::to_string(array.values.size()) + " numbers");
  std::error_code code;
  std::filesystem::create_directories(folder_, code);
  if (code) throw file_error(folder_, "cannot make the folder: " + reason(code.value(), folder_));
  SafetensorsWriter writer;
  writer.metadata("key", key.text());
  writer.metadata("values", detail::hash_of_values(array));
  writer.metadata("made_by", "l2g " L2G_VERSION);
  writer.add("values", array.extents, array.values.data());
  writer.save(file_path);
}

L2G_INLINE bool Cache::try_load(std::string_view name, const ContentHash& key, CacheResult& result) const {
  try {
    auto array = load(name, key);
    if (!array) return false;
    result.array = *std::move(array);
    return result.found = true;
  } catch (const file_error& e) {
    result.note = std::string(e.what()) + "; it is made anew";
    return false;
  }
}

L2G_INLINE void Cache::try_store(std::string_view name, const ContentHash& key, CacheResult& result) const {
  try {
    store(name, key, result.array);
  } catch (const error& e) {
    result.note = "not kept for the next time: " + std::string(e.what());
  }
}

}  // namespace l2g::io
