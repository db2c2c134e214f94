#pragma once
// Random numbers of one copy of one row.
#include <l2g/core/philox.hpp>

namespace l2g::interpret {

/// One number after another; (seed, row, index) alone decide which.
class Draws {
 public:
  constexpr Draws(std::uint64_t seed, std::uint64_t row, std::uint64_t index) {
    // A bijection for each seed: no two (row, index) of a seed share a key and a counter.
    const Word4 own = philox(seed, row, index);
    key_ = std::uint64_t(own.w[1]) << 32 | own.w[0];
    high_ = std::uint64_t(own.w[3]) << 32 | own.w[2];
  }
  /// Uniform in 0..n-1 exactly, 0 < n < 2^32 (Lemire 2019: words that would favour some numbers are thrown away).
  constexpr std::uint32_t below(std::uint32_t n) {
    std::uint64_t product = std::uint64_t(next()) * n;
    if (std::uint32_t(product) < n)
      for (const std::uint32_t least = (0u - n) % n; std::uint32_t(product) < least;)
        product = std::uint64_t(next()) * n;
    return std::uint32_t(product >> 32);
  }
  /// Uniform in [0, 1) with 32 random bits.
  constexpr double uniform() { return next() * 0x1p-32; }

 private:
  constexpr std::uint32_t next() {
    if (count_ % 4 == 0) block_ = philox(key_, high_, count_ / 4);
    return block_.w[count_++ % 4];
  }
  std::uint64_t key_ = 0, high_ = 0, count_ = 0;
  Word4 block_{};
};

}  // namespace l2g::interpret
