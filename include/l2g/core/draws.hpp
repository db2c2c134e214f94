#pragma once
// Random numbers one after another, where nobody can say beforehand how many there will be.
#include <l2g/core/philox.hpp>

#include <array>

namespace l2g {

/// The words of one place of the generator, in order.
class Draws {
 public:
  /// Of one copy of one row.
  constexpr Draws(std::uint64_t seed, std::uint64_t row, std::uint64_t index) {
    // A bijection for each seed: no two (row, index) of a seed share a key and a counter.
    const Word4 own = philox(seed, row, index);
    key_ = std::uint64_t(own.w[1]) << 32 | own.w[0];
    high_ = std::uint64_t(own.w[3]) << 32 | own.w[2];
  }
  /// rng.word(stream, 0), rng.word(stream, 1), ...
  constexpr Draws(const Rng& rng, std::uint32_t stream)
      : key_(rng.seed), high_((std::uint64_t(stream) << 32) ^ rng.step) {}

  constexpr std::uint32_t word() {
    if (count_ % 4 == 0) block_ = philox(key_, high_, count_ / 4);
    return block_.w[count_++ % 4];
  }
  /// Uniform in [0, 1) with 32 random bits.
  constexpr double uniform() { return word() * 0x1p-32; }
  /// Uniform in 0..n-1 exactly, 0 < n < 2^32 (Lemire 2019: words that would favour some numbers are thrown away).
  constexpr std::uint32_t below(std::uint32_t n) {
    std::uint64_t product = std::uint64_t(word()) * n;
    if (std::uint32_t(product) < n)
      for (const std::uint32_t least = (0u - n) % n; std::uint32_t(product) < least;)
        product = std::uint64_t(word()) * n;
    return std::uint32_t(product >> 32);
  }
  /// i with probability p[i]; they add up to 1.
  template <std::size_t N>
  constexpr std::size_t one_of(const std::array<double, N>& p) {
    double left = uniform();
    for (std::size_t i = 0; i + 1 < N; ++i)
      if ((left -= p[i]) < 0) return i;
    // Rounding may leave a little behind the last one: what cannot be is not drawn.
    std::size_t last = N - 1;
    while (last > 0 && !(p[last] > 0)) --last;
    return last;
  }

 private:
  std::uint64_t key_ = 0, high_ = 0, count_ = 0;
  Word4 block_{};
};

}  // namespace l2g
