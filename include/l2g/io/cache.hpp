#pragma once
// Arrays that took time to make, kept on disk under the hash of what they were made from.
#include <l2g/core/errors.hpp>
#include <l2g/io/content_hash.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace l2g::io {

/// Numbers with their extents, row-major.
struct CachedArray {
  std::vector<index_t> extents;
  std::vector<float> values;
};

/// What Cache::cached gives back.
struct CacheResult {
  CachedArray array;
  bool found = false;  // read, not made
  std::string note;    // why a file was made anew, or why it could not be kept; one line for the user, mostly empty
};

/// A folder of files NAME-HASH.safetensors, each with the tensor "values" and the hash of its numbers. Any of them may
/// be deleted at any time; two processes may use one folder.
class Cache {
 public:
  /// In $XDG_CACHE_HOME/l2g, else $HOME/.cache/l2g; without either nothing is kept.
  Cache();
  /// In this folder, made when something is first kept.
  explicit Cache(std::string folder) : folder_(std::move(folder)) {}

  const std::string& folder() const { return folder_; }
  /// The file of a key. `name` says what it is to a person who looks into the folder: letters, digits, '_' and '-'.
  std::string path(std::string_view name, const ContentHash& key) const;

  /// The array of a key, or nothing when there is none. Throws file_error when its file is damaged.
  std::optional<CachedArray> load(std::string_view name, const ContentHash& key) const;
  /// Keeps an array: written aside and renamed. Throws file_error.
  void store(std::string_view name, const ContentHash& key, const CachedArray& array) const;

  /// The array of a key, from disk, or made by `make() -> CachedArray` and kept. A damaged file is made anew, and a
  /// disk that cannot be written costs only the keeping: `note` says so. What `make` throws passes through, and then
  /// nothing is kept. The key must cover everything that the array depends on.
  template <class Make>
  CacheResult cached(std::string_view name, const ContentHash& key, Make&& make) const {
    CacheResult result;
    if (try_load(name, key, result)) return result;
    result.array = make();
    try_store(name, key, result);
    return result;
  }

 private:
  bool try_load(std::string_view name, const ContentHash& key, CacheResult& result) const;
  void try_store(std::string_view name, const ContentHash& key, CacheResult& result) const;

  std::string folder_;  // empty: nothing is kept
};

}  // namespace l2g::io

#ifndef L2G_COMPILED
#include <l2g/io/cache-inl.hpp>
#endif
