#pragma once
#include <l2g/io/messages.hpp>
#include <l2g/text/vocabulary.hpp>

#include <algorithm>
#include <cstring>

namespace l2g::text {

L2G_INLINE std::uint64_t hash_bytes(std::string_view bytes) {
  constexpr std::uint64_t k = 0x9E3779B97F4A7C15u;
  std::uint64_t h = bytes.size() * k;
  const char* p = bytes.data();
  std::size_t left = bytes.size();
  const auto mix = [&](std::uint64_t word) {
    h = (h ^ word) * k;
    h ^= h >> 29;
  };
  for (; left >= 8; left -= 8, p += 8) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    mix(word);
  }
  if (left) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < left; ++i) word |= std::uint64_t(static_cast<unsigned char>(p[i])) << 8 * i;
    mix(word);
  }
  h *= k;
  return h ^ h >> 32;
}

L2G_INLINE void Vocabulary::grow() {
  std::vector<Slot> old(std::max<std::size_t>(64, 2 * slots_.size()));
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.id < 0) continue;
    std::size_t i = slot.hash & (slots_.size() - 1);
    while (slots_[i].id >= 0) i = (i + 1) & (slots_.size() - 1);
    slots_[i] = slot;
  }
}

L2G_INLINE void Vocabulary::add(std::string_view token, std::int32_t id) {
  if (id < 0 || id > largest_id) throw error("token " + io::in_quotes(token) + " has the id " + std::to_string(id));
  if (contains(id))
    throw error("tokens " + io::in_quotes(tokens_[static_cast<std::size_t>(id)]) + " and " + io::in_quotes(token) +
                " have the same id " + std::to_string(id));
  if (find(token) >= 0) throw error("token " + io::in_quotes(token) + " stands in the vocabulary twice");
  if (2 * (count_ + 1) > slots_.size()) grow();
  const auto hash = static_cast<std::uint32_t>(hash_bytes(token));
  std::size_t i = hash & (slots_.size() - 1);
  while (slots_[i].id >= 0) i = (i + 1) & (slots_.size() - 1);
  slots_[i] = {hash, id};
  const auto at = static_cast<std::size_t>(id);
  if (at >= tokens_.size()) tokens_.resize(at + 1), present_.resize(at + 1);
  tokens_[at] = token;
  present_[at] = true;
  ++count_;
  longest_ = std::max(longest_, token.size());
}

L2G_INLINE std::int32_t Vocabulary::find(std::string_view token) const {
  if (slots_.empty()) return -1;
  const auto hash = static_cast<std::uint32_t>(hash_bytes(token));
  for (std::size_t i = hash & (slots_.size() - 1);; i = (i + 1) & (slots_.size() - 1)) {
    if (slots_[i].id < 0) return -1;
    if (slots_[i].hash == hash && tokens_[static_cast<std::size_t>(slots_[i].id)] == token) return slots_[i].id;
  }
}

L2G_INLINE const std::string& Vocabulary::token(std::int32_t id) const {
  if (!contains(id))
    throw error("token id " + std::to_string(id) + " is outside of the vocabulary, 0 .. " + std::to_string(size() - 1));
  return tokens_[static_cast<std::size_t>(id)];
}

}  // namespace l2g::text
