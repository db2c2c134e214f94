#pragma once
// Philox-4x32-10 (Salmon et al. 2011): the random word at (key, counter) is a pure function, the same on every machine.
#include <l2g/core/config.hpp>

namespace l2g {

struct Word4 {
  std::uint32_t w[4];
};

/// Ten rounds of Philox-4x32 on the counter (lo, hi) with a 64-bit key.
L2G_HD constexpr Word4 philox(std::uint64_t key, std::uint64_t hi, std::uint64_t lo) {
  std::uint32_t k0 = std::uint32_t(key), k1 = std::uint32_t(key >> 32);
  std::uint32_t c0 = std::uint32_t(lo), c1 = std::uint32_t(lo >> 32), c2 = std::uint32_t(hi),
                c3 = std::uint32_t(hi >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t(0xD2511F53u) * c0, p1 = std::uint64_t(0xCD9E8D57u) * c2;
    const std::uint32_t n0 = std::uint32_t(p1 >> 32) ^ c1 ^ k0, n2 = std::uint32_t(p0 >> 32) ^ c3 ^ k1;
    c1 = std::uint32_t(p1);
    c3 = std::uint32_t(p0);
    c0 = n0;
    c2 = n2;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

// Known answers of the Random123 distribution.
static_assert(philox(0, 0, 0).w[0] == 0x6627e8d5u && philox(0, 0, 0).w[1] == 0xe169c58du &&
              philox(0, 0, 0).w[2] == 0xbc57ac4cu && philox(0, 0, 0).w[3] == 0x9b00dbd8u);
static_assert(philox(~0ull, ~0ull, ~0ull).w[0] == 0x408f276du && philox(~0ull, ~0ull, ~0ull).w[3] == 0x6d5451fdu);
static_assert(philox(0x299f31d0a4093822ull, 0x0370734413198a2eull, 0x85a308d3243f6a88ull).w[0] == 0xd16cfe09u);

/// A seed, a stream number and a step name a random sequence; nothing is kept between calls.
struct Rng {
  std::uint64_t seed = 0, step = 0;

  /// Word i of a stream.
  L2G_HD constexpr std::uint32_t word(std::uint32_t stream, std::uint64_t i) const {
    return philox(seed, (std::uint64_t(stream) << 32) ^ step, i >> 2).w[i & 3];
  }
  /// The word of element i of a mask: sixteen neighbours take the same word of sixteen neighbouring counters, so that
  /// sixteen lanes draw 64 words from one call of philox each.
  L2G_HD constexpr std::uint32_t mask_word(std::uint32_t stream, std::uint64_t i) const {
    return philox(seed, (std::uint64_t(stream) << 32) ^ step, i / 64 * 16 + i % 16).w[i / 16 % 4];
  }
  /// Uniform in [0, 1) with 32 random bits.
  constexpr double uniform(std::uint32_t stream, std::uint64_t i) const { return word(stream, i) * 0x1p-32; }
  /// Uniform integer in [0, n), n < 2^32, by multiplication (bias below n / 2^32).
  L2G_HD constexpr std::uint64_t below(std::uint32_t stream, std::uint64_t i, std::uint64_t n) const {
    return std::uint64_t(word(stream, i)) * n >> 32;
  }
};

/// P(word < keep_word(p)) = p. Compared as integers, so that every device agrees bit for bit.
constexpr std::uint32_t keep_word(double p) {
  return p >= 1 ? 0xffffffffu : p <= 0 ? 0u : std::uint32_t(p * 4294967296.0);
}

}  // namespace l2g
