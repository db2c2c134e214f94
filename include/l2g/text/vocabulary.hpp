#pragma once
// Tokens and their ids, both ways.
#include <l2g/core/errors.hpp>

#include <vector>

namespace l2g::text {

/// Well mixed 64 bits of a few bytes; the same on every little-endian machine.
std::uint64_t hash_bytes(std::string_view bytes);

/// Tokens with ids from 0 on; ids may have holes. An open hash table: find() costs one or two cache lines.
class Vocabulary {
 public:
  /// Ids above this are taken for damage.
  static constexpr std::int32_t largest_id = 1 << 22;

  /// Throws error when the id is negative or above largest_id, or when the token or the id is there already.
  void add(std::string_view token, std::int32_t id);
  /// The id, or -1.
  std::int32_t find(std::string_view token) const;
  /// Whether a token has this id.
  bool contains(std::int32_t id) const {
    return id >= 0 && static_cast<std::size_t>(id) < tokens_.size() && present_[static_cast<std::size_t>(id)];
  }
  /// Throws error when no token has this id.
  const std::string& token(std::int32_t id) const;
  /// One more than the largest id.
  index_t size() const { return static_cast<index_t>(tokens_.size()); }
  /// How many tokens there are.
  index_t count() const { return static_cast<index_t>(count_); }
  /// Bytes of the longest token.
  std::size_t longest() const { return longest_; }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::int32_t id = -1;
  };
  void grow();

  std::vector<std::string> tokens_;
  std::vector<bool> present_;
  std::vector<Slot> slots_;
  std::size_t count_ = 0, longest_ = 0;
};

}  // namespace l2g::text

#ifndef L2G_COMPILED
#include <l2g/text/vocabulary-inl.hpp>
#endif
