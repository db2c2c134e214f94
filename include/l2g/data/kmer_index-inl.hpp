#pragma once
// Finding equal stretches of letters in many sequences by rolling hashes; every hit is compared letter by letter.
#include <l2g/core/config.hpp>
#include <l2g/data/letters.hpp>

#include <algorithm>
#include <bit>
#include <string_view>
#include <vector>

namespace l2g::data::detail {

// Hash of a window of k letters, polynomial modulo 2^64, that moves by one letter at a time (Karp and Rabin 1987).
class RollingHash {
 public:
  explicit RollingHash(std::size_t k) : k_(k) {
    for (std::size_t i = 0; i < k; ++i) power_ *= base;
  }

  /// Calls use(start, hash) for each window of `text`; with plain_only those that hold A C G T alone.
  template <class Use>
  void each_window(std::string_view text, bool plain_only, Use&& use) const {
    std::uint64_t hash = 0;
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      hash = hash * base + letter(text[i]);
      if (i >= k_) hash -= power_ * letter(text[i - k_]);
      plain = base_code(text[i]) < 4 ? plain + 1 : 0;
      if (i + 1 >= k_ && (!plain_only || plain >= k_)) use(i + 1 - k_, mix(hash));
    }
  }

  std::uint64_t operator()(std::string_view window) const {
    std::uint64_t hash = 0;
    for (const char c : window) hash = hash * base + letter(c);
    return mix(hash);
  }

 private:
  static constexpr std::uint64_t base = 0x9E3779B97F4A7C15u;
  static std::uint64_t letter(char c) { return static_cast<unsigned char>(c); }
  // The high bits choose a bucket and must depend on all letters.
  static std::uint64_t mix(std::uint64_t h) {
    h ^= h >> 32;
    h *= 0xD6E8FEB86659FD93u;
    return h ^ (h >> 32);
  }

  std::size_t k_;
  std::uint64_t power_ = 1;
};

/// A stretch of a text: which text, from which letter on.
struct Stretch {
  std::uint64_t hash;
  std::uint32_t text, start;
};

/// Stretches sorted by hash, with a table of where each range of hashes begins.
class StretchIndex {
 public:
  explicit StretchIndex(std::vector<Stretch> stretches) : stretches_(std::move(stretches)) {
    std::sort(stretches_.begin(), stretches_.end(), [](const Stretch& a, const Stretch& b) {
      return a.hash != b.hash ? a.hash < b.hash : a.text != b.text ? a.text < b.text : a.start < b.start;
    });
    bits_ = static_cast<unsigned>(
        std::clamp<std::size_t>(static_cast<std::size_t>(std::bit_width(stretches_.size())) + 1, 1, 28));
    first_.assign((std::size_t(1) << bits_) + 1, 0);
    for (const auto& s : stretches_) ++first_[bucket(s.hash) + 1];
    for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
  }

  /// Positions [from, to) in the list of the stretches with this hash.
  std::pair<std::size_t, std::size_t> find(std::uint64_t hash) const {
    const std::size_t b = bucket(hash);
    std::size_t from = first_[b];
    const std::size_t end = first_[b + 1];
    while (from < end && stretches_[from].hash < hash) ++from;
    std::size_t to = from;
    while (to < end && stretches_[to].hash == hash) ++to;
    return {from, to};
  }
  const Stretch& operator[](std::size_t i) const { return stretches_[i]; }
  std::size_t size() const { return stretches_.size(); }

 private:
  std::size_t bucket(std::uint64_t hash) const { return static_cast<std::size_t>(hash >> (64 - bits_)); }

  std::vector<Stretch> stretches_;
  std::vector<std::size_t> first_;
  unsigned bits_ = 1;
};

}  // namespace l2g::data::detail
