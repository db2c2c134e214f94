#pragma once
// Registers of this machine, for TOMTOM.
#include <l2g/cpu/tile.hpp>

#include <cstdint>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace l2g::interpret::detail {

inline constexpr index_t singles = cpu::native_bytes / 4, doubles = cpu::native_bytes / 8;
typedef double Doubles __attribute__((vector_size(cpu::native_bytes)));
typedef float Singles __attribute__((vector_size(cpu::native_bytes)));
typedef std::int32_t Wholes __attribute__((vector_size(cpu::native_bytes)));
typedef std::uint8_t Bytes __attribute__((vector_size(cpu::native_bytes / 4)));  // of as many numbers as Singles

template <class Lanes, class Number>
inline Lanes lanes_at(const Number* p) {
  Lanes v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
template <class Lanes, class Number>
inline void store(Number* p, Lanes v) {
  __builtin_memcpy(p, &v, sizeof v);
}
/// a b + c
inline Doubles multiply_add(Doubles a, Doubles b, Doubles c) {
#if defined(__AVX512F__)
  return (Doubles)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__AVX2__) && defined(__FMA__)
  return (Doubles)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#else
  return a * b + c;
#endif
}
inline Singles multiply_add(Singles a, Singles b, Singles c) {
#if defined(__AVX512F__)
  return (Singles)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__AVX2__) && defined(__FMA__)
  return (Singles)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
  return a * b + c;
#endif
}
inline Singles root(Singles v) {
#if defined(__AVX512F__)
  return (Singles)_mm512_sqrt_ps((__m512)v);
#elif defined(__AVX2__) && defined(__FMA__)
  return (Singles)_mm256_sqrt_ps((__m256)v);
#elif defined(__SSE2__)
  return (Singles)_mm_sqrt_ps((__m128)v);
#else
  for (int i = 0; i < singles; ++i) v[i] = __builtin_sqrtf(v[i]);
  return v;
#endif
}
/// One bit for each lane in which a < b.
inline unsigned lanes_below(Singles a, Singles b) {
#if defined(__AVX512F__)
  return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LT_OQ);
#elif defined(__AVX2__) && defined(__FMA__)
  return unsigned(_mm256_movemask_ps(_mm256_cmp_ps((__m256)a, (__m256)b, _CMP_LT_OQ)));
#elif defined(__SSE2__)
  return unsigned(_mm_movemask_ps(_mm_cmplt_ps((__m128)a, (__m128)b)));
#else
  unsigned bits = 0;
  for (int i = 0; i < singles; ++i) bits |= unsigned(a[i] < b[i]) << i;
  return bits;
#endif
}

typedef std::uint8_t Sixteen __attribute__((vector_size(16)));
/// Sixteen lines of sixteen bytes, `in_stride` apart, as their columns, `out_stride` apart.
inline void transpose(const std::uint8_t* in, index_t in_stride, std::uint8_t* out, index_t out_stride) {
  Sixteen a[16], b[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) a[i] = lanes_at<Sixteen>(in + i * in_stride);
  // Each step puts the lines of the lower and the upper half between each other.
  const auto step = [](const Sixteen* from, Sixteen* to) {
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) {
      to[2 * i] = __builtin_shufflevector(from[i], from[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      to[2 * i + 1] =
          __builtin_shufflevector(from[i], from[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
  };
  step(a, b), step(b, a), step(a, b), step(b, a);
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) store(out + i * out_stride, a[i]);
}

}  // namespace l2g::interpret::detail
