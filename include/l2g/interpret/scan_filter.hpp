#pragma once
// The bound that leaves out windows: a motif's score is its largest one less a deficit for each position. Deficits of
// two or three neighbouring positions come from one table by the code of their bases, are scaled so that 254 is the
// deficit of the threshold, rounded down and added up in bytes that saturate. Rounding down keeps every true hit.
#include <l2g/core/config.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#if defined(__AVX512VBMI__) || defined(__AVX2__)
#include <immintrin.h>
#endif

namespace l2g::interpret::detail {

#if defined(__AVX2__) && !(defined(__AVX512VBMI__) && defined(__AVX512BW__))
inline constexpr index_t bases_together = 2;  // 16 entries: a byte shuffle
#else
inline constexpr index_t bases_together = 3;  // 64 entries: a byte permutation, or plain loads
#endif
inline constexpr index_t filter_block = 64;  // windows at a time
inline constexpr std::size_t table_size = bases_together == 3 ? 64 : 16;

struct FilterTables {
  index_t lookups = 0;
  std::vector<std::array<std::uint8_t, table_size>> tables{};  // lookups of them
};

/// Tables for weights `w` (positions x 4) and a threshold that the score must exceed.
template <class Weights>
FilterTables filter_tables(const Weights& w, double threshold) {
  const index_t n = index_t(w.size());
  double largest = 0;
  for (const auto& position : w) largest += *std::max_element(position.begin(), position.end());
  const double allowed = largest - threshold;  // infinite: all windows stay
  const double scale = allowed > 0 && allowed < 1e9 ? 254 / allowed * (1 - 1e-9) : 0;
  FilterTables out;
  out.lookups = (n + bases_together - 1) / bases_together;
  out.tables.resize(std::size_t(out.lookups));
  for (index_t k = 0; k < out.lookups; ++k)
    for (std::size_t code = 0; code < table_size; ++code) {
      double deficit = 0;
      for (index_t j = 0; j < bases_together && k * bases_together + j < n; ++j) {
        const auto& position = w[std::size_t(k * bases_together + j)];
        deficit += *std::max_element(position.begin(), position.end()) -
                   position[(code >> (2 * (bases_together - 1 - j))) & 3];
      }
      out.tables[std::size_t(k)][code] = std::uint8_t(std::min(255.0, deficit * scale));
    }
  return out;
}

/// Codes of the bases at i .. i + bases_together - 1, for the letters' bases 0..3 (others count as 0). `codes` gets
/// room so that whole blocks can be read behind the end.
inline void filter_codes(const std::int8_t* bases, index_t n, index_t longest, std::vector<std::uint8_t>& codes) {
  codes.assign(std::size_t(n + longest + 2 * filter_block), 0);
  const auto base = [&](index_t i) { return unsigned(i < n && bases[i] >= 0 ? bases[i] : 0); };
  unsigned code = 0;
  for (index_t i = n + bases_together - 1; i-- > 0;) {
    // Bases enter at the high end, the one that is the farthest away leaves at the low end.
    code = (code >> 2) | base(i) << (2 * (bases_together - 1));
    if (i < n) codes[std::size_t(i)] = std::uint8_t(code);
  }
}

/// One bit for each of the 64 windows at codes[0..63]: whether it may be a hit.
template <int Lookups>
inline std::uint64_t may_hit(const FilterTables& t, const std::uint8_t* codes) {
  const index_t lookups = Lookups > 0 ? Lookups : t.lookups;
#if defined(__AVX512VBMI__) && defined(__AVX512BW__)
  __m512i sum = _mm512_setzero_si512();
  for (index_t k = 0; k < lookups; ++k) {
    const __m512i table = _mm512_loadu_si512(t.tables[std::size_t(k)].data());
    sum = _mm512_adds_epu8(sum, _mm512_permutexvar_epi8(_mm512_loadu_si512(codes + 3 * k), table));
  }
  return _mm512_cmp_epu8_mask(sum, _mm512_set1_epi8(char(254)), _MM_CMPINT_LE);
#elif defined(__AVX2__)
  __m256i low = _mm256_setzero_si256(), high = low;
  for (index_t k = 0; k < lookups; ++k) {
    const __m256i table =
        _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(t.tables[std::size_t(k)].data())));
    const auto* at = reinterpret_cast<const __m256i*>(codes + 2 * k);
    low = _mm256_adds_epu8(low, _mm256_shuffle_epi8(table, _mm256_loadu_si256(at)));
    high = _mm256_adds_epu8(high, _mm256_shuffle_epi8(table, _mm256_loadu_si256(at + 1)));
  }
  const __m256i full = _mm256_set1_epi8(char(255));
  const auto out = [&](__m256i v) { return std::uint32_t(_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, full))); };
  return ~(std::uint64_t(out(high)) << 32 | out(low));
#else
  std::array<std::uint16_t, filter_block> sum{};
  for (index_t k = 0; k < lookups; ++k) {
    const auto& table = t.tables[std::size_t(k)];
    for (std::size_t i = 0; i < std::size_t(filter_block); ++i)
      sum[i] = std::uint16_t(std::min<unsigned>(255, sum[i] + unsigned(table[codes[std::size_t(3 * k) + i]])));
  }
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < std::size_t(filter_block); ++i) bits |= std::uint64_t(sum[i] < 255) << i;
  return bits;
#endif
}

/// Calls found(i) for each window that starts in [from, to) and may be a hit.
template <int Lookups = 0, class Found>
void filter_windows(const FilterTables& t, const std::uint8_t* codes, index_t from, index_t to, Found&& found) {
  if constexpr (Lookups == 0) {  // the tables stay in registers when their number is known
    const auto known = [&]<int... N>(std::integer_sequence<int, N...>) {
      return ((t.lookups == N + 1 && (filter_windows<N + 1>(t, codes, from, to, found), true)) || ...);
    };
    if (!known(std::make_integer_sequence<int, 10>{})) filter_windows<-1>(t, codes, from, to, found);
    return;
  }
  for (index_t i = from; i < to; i += filter_block) {
    std::uint64_t bits = may_hit<Lookups>(t, codes + i);
    if (to - i < filter_block) bits &= (std::uint64_t(1) << (to - i)) - 1;
    for (; bits; bits &= bits - 1) found(i + __builtin_ctzll(bits));
  }
}

}  // namespace l2g::interpret::detail
