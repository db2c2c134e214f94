#pragma once
#include <l2g/text/reference.hpp>

#include <set>

namespace l2g::text {

L2G_INLINE std::vector<std::uint64_t> draw_without_replacement(std::uint64_t available, index_t count,
                                                               std::uint64_t seed) {
  const auto n = static_cast<std::uint64_t>(count);
  if (count < 0 || n > available)
    throw error(std::to_string(count) + " different numbers cannot be drawn from " + std::to_string(available));
  if (available >> 32) throw error("at most 4294967295 tokens can be drawn from");
  constexpr std::uint32_t stream = 0x7e870005u;
  const Rng rng{seed, 0};
  std::set<std::uint64_t> drawn;
  for (std::uint64_t top = available - n; top < available; ++top)
    if (!drawn.insert(rng.below(stream, top, top + 1)).second) drawn.insert(top);
  return {drawn.begin(), drawn.end()};
}

}  // namespace l2g::text
