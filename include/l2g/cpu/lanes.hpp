#pragma once
// Lanes: the kernel context of the CPU backend. Sixteen elements are worked on at once, in vectors that the compiler
// maps onto whatever the machine has; a kernel body that is written for one thread of a warp runs as it is.
#include <l2g/core/philox.hpp>

#include <cmath>
#include <cstring>
#if defined(__AVX512F__) || (defined(__AVX2__) && defined(__FMA__))
#include <immintrin.h>
#endif

#define L2G_LANE inline __attribute__((always_inline))

namespace l2g::cpu {

template <class T>
struct VecOf {
  typedef T type __attribute__((vector_size(16 * sizeof(T))));
};
template <class T>
using Vec = typename VecOf<T>::type;

template <class T>
L2G_LANE Vec<T> splat(T v) {
  return v - Vec<T>{};  // x - 0 is x, also for -0: no instruction
}

/// a * b + c, rounded once where the machine can.
L2G_LANE Vec<float> fma(Vec<float> a, Vec<float> b, Vec<float> c) {
#if defined(__AVX512F__)
  return (Vec<float>)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__AVX2__) && defined(__FMA__)
  union Halves {
    Vec<float> v;
    __m256 h[2];
  } x{a}, y{b}, z{c};
  z.h[0] = _mm256_fmadd_ps(x.h[0], y.h[0], z.h[0]);
  z.h[1] = _mm256_fmadd_ps(x.h[1], y.h[1], z.h[1]);
  return z.v;
#else
  return a * b + c;
#endif
}
L2G_LANE Vec<double> fma(Vec<double> a, Vec<double> b, Vec<double> c) { return a * b + c; }

/// e^x with a relative error below 2e-7; 0 below -87.3, infinite above 88.7228, where a float ends.
L2G_LANE Vec<float> exp(Vec<float> x) {
  const Vec<std::int32_t> tiny = x < -87.3f;
  x = x > 88.73f ? splat(88.73f) : x;
  x = tiny ? splat(-87.3f) : x;
  const Vec<float> magic = splat(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer
  const Vec<float> shifted = fma(x, splat(1.44269504f), magic);
  const Vec<float> n = shifted - magic;
  Vec<float> r = fma(n, splat(-0.693359375f), x);
  r = fma(n, splat(2.12194440e-4f), r);
  Vec<float> p = splat(1.9875691500e-4f);  // Cephes expf
  p = fma(p, r, splat(1.3981999507e-3f));
  p = fma(p, r, splat(8.3334519073e-3f));
  p = fma(p, r, splat(4.1665795894e-2f));
  p = fma(p, r, splat(1.6666665459e-1f));
  p = fma(p, r, splat(5.0000001201e-1f));
  p = fma(p, r * r, r) + 1.0f;
  const Vec<std::int32_t> top = shifted > 12583039.0f;  // n = 128: 2^128 is no float, 2 x 2^127 is
  p = top ? p + p : p;
  const Vec<std::int32_t> power = ((Vec<std::int32_t>)shifted - 0x4B400000 + 127 + top) << 23;
  return tiny ? splat(0.0f) : p * (Vec<float>)power;
}
/// erf with an absolute error below 4e-7: a rational function of x^2 on [-4, 4].
L2G_LANE Vec<float> erf(Vec<float> x) {
  x = x > 4.0f ? splat(4.0f) : x;
  x = x < -4.0f ? splat(-4.0f) : x;
  const Vec<float> z = x * x;
  Vec<float> p = splat(-2.72614225801306e-10f);
  p = fma(p, z, splat(2.77068142495902e-08f));
  p = fma(p, z, splat(-2.10102402082508e-06f));
  p = fma(p, z, splat(-5.69250639462346e-05f));
  p = fma(p, z, splat(-7.34990630326855e-04f));
  p = fma(p, z, splat(-2.95459980854025e-03f));
  p = fma(p, z, splat(-1.60960333262415e-02f));
  Vec<float> q = splat(-1.45660718464996e-05f);
  q = fma(q, z, splat(-2.13374055278905e-04f));
  q = fma(q, z, splat(-1.68282697438203e-03f));
  q = fma(q, z, splat(-7.37332916720468e-03f));
  q = fma(q, z, splat(-1.42647390514189e-02f));
  return x * p / q;
}
L2G_LANE Vec<float> tanh(Vec<float> x) { return 1.0f - 2.0f / (exp(x + x) + 1.0f); }

L2G_LANE Vec<float> sqrt(Vec<float> x) {
#if defined(__AVX512F__)
  return (Vec<float>)_mm512_sqrt_ps((__m512)x);
#else
  for (int i = 0; i < 16; ++i) x[i] = __builtin_sqrtf(x[i]);
  return x;
#endif
}
// Double is for references and gradient checks: exact functions, lane by lane.
#define L2G_LANEWISE(name)                               \
  L2G_LANE Vec<double> name(Vec<double> x) {             \
    for (int i = 0; i < 16; ++i) x[i] = std::name(x[i]); \
    return x;                                            \
  }
L2G_LANEWISE(exp)
L2G_LANEWISE(erf)
L2G_LANEWISE(tanh)
L2G_LANEWISE(sqrt)
#undef L2G_LANEWISE

struct Words {
  Vec<std::uint32_t> w[4];
};
/// The high and low halves of sixteen products.
L2G_LANE void multiply(Vec<std::uint32_t> a, std::uint32_t b, Vec<std::uint32_t>& high, Vec<std::uint32_t>& low) {
#if defined(__AVX512F__)
  const __m512i m = _mm512_set1_epi32(int(b)), x = (__m512i)a;
  const __m512i even = _mm512_mul_epu32(x, m), odd = _mm512_mul_epu32(_mm512_srli_epi64(x, 32), m);
  high = (Vec<std::uint32_t>)_mm512_mask_blend_epi32(0xAAAA, _mm512_srli_epi64(even, 32), odd);
  low = (Vec<std::uint32_t>)_mm512_mullo_epi32(x, m);
#else
  typedef std::uint64_t Wide __attribute__((vector_size(128)));
  const Wide product = __builtin_convertvector(a, Wide) * b;
  high = __builtin_convertvector(product >> 32, Vec<std::uint32_t>);
  low = a * b;
#endif
}

struct Lanes {
  static constexpr index_t width = 16;
  static constexpr index_t first() { return 0; }  // where this context starts in a row, and how far it steps
  static constexpr index_t step() { return width; }
  static constexpr bool leader() { return true; }  // one of the threads of a row may write its scalars
  static void sync() {}

  /// Lanes j .. j + 15 of p, those from `end` on filled.
  template <class T>
  L2G_LANE static Vec<T> load(const T* p, index_t j, index_t end, T fill = T(0)) {
    Vec<T> v;
    if (j + width <= end) {
      __builtin_memcpy(&v, p + j, sizeof v);
#if defined(__AVX512F__)
    } else if constexpr (sizeof(T) == 4) {
      const __mmask16 real = __mmask16((1u << (end > j ? end - j : 0)) - 1);
      v = (Vec<T>)_mm512_mask_loadu_ps((__m512)splat(fill), real, p + j);
#endif
    } else {
      v = splat(fill);
      for (index_t i = j; i < end; ++i) v[i - j] = p[i];
    }
    return v;
  }
  template <class T, class V>
  L2G_LANE static void store(T* p, index_t j, index_t end, V v) {
    const Vec<T> w = v;
    if (j + width <= end) __builtin_memcpy(p + j, &w, sizeof w);
#if defined(__AVX512F__)
    else if constexpr (sizeof(T) == 4)
      _mm512_mask_storeu_ps(p + j, __mmask16((1u << (end > j ? end - j : 0)) - 1), (__m512)w);
#endif
    else
      for (index_t i = j; i < end; ++i) p[i] = w[i - j];
  }
  /// One number of the whole row: what `leader` may write, and every thread may read after a sync.
  template <class T>
  L2G_LANE static T read(const T* p, index_t i) {
    return p[i];
  }
  template <class T, class V>
  L2G_LANE static void write(T* p, index_t i, V v) {
    p[i] = T(v);
  }
  template <class T>
  L2G_LANE static Vec<T> value(T v) {
    return splat(v);
  }
  /// start, start + 1, ...: the numbers of the elements of a row, `start` that of this context's first.
  template <class T>
  L2G_LANE static Vec<T> ramp(T start) {
    const Vec<T> lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    return splat(start) + lane;
  }
  /// A fixed tree: lanes i and i + 8 are joined, then i and i + 4, and so on.
  template <class V>
  L2G_LANE static auto sum(V v) {
    const auto a = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
                   __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
    const auto b = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
    return (b[0] + b[2]) + (b[1] + b[3]);
  }
  template <class V>
  L2G_LANE static auto max(V v) {
    const auto a = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7),
               b = __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15), c = a > b ? a : b;
    const auto d = __builtin_shufflevector(c, c, 0, 1, 2, 3), e = __builtin_shufflevector(c, c, 4, 5, 6, 7),
               m = d > e ? d : e;
    const auto x = m[0] > m[1] ? m[0] : m[1], y = m[2] > m[3] ? m[2] : m[3];
    return x > y ? x : y;
  }
  template <class M, class V>
  L2G_LANE static V select(M mask, V a, V b) {
    return mask ? a : b;
  }
  template <class V>
  L2G_LANE static V fma(V a, V b, V c) {
    return cpu::fma(a, b, c);
  }
  template <class V>
  L2G_LANE static V exp(V v) {
    return cpu::exp(v);
  }
  template <class V>
  L2G_LANE static V erf(V v) {
    return cpu::erf(v);
  }
  template <class V>
  L2G_LANE static V tanh(V v) {
    return cpu::tanh(v);
  }
  template <class V>
  L2G_LANE static V sqrt(V v) {
    return cpu::sqrt(v);
  }
  /// a where the random words are below `keep`, else 0.
  L2G_LANE static Vec<float> keep(Vec<std::uint32_t> word, std::uint32_t keep, Vec<float> a) {
    return word < keep ? a : splat(0.0f);
  }
  L2G_LANE static Vec<double> keep(Vec<std::uint32_t> word, std::uint32_t keep, Vec<double> a) {
    const Vec<std::int64_t> mask = __builtin_convertvector((Vec<std::int32_t>)(word < keep), Vec<std::int64_t>);
    return mask ? a : splat(0.0);
  }
  /// Philox on the counters i .. i + 15 of a stream: four words each.
  L2G_LANE static Words philox(const Rng& rng, std::uint32_t stream, index_t i) {
    const std::uint64_t hi = (std::uint64_t(stream) << 32) ^ rng.step, lo = std::uint64_t(i);
    const Vec<std::uint32_t> lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    Vec<std::uint32_t> c0 = splat(std::uint32_t(lo)) + lane, c1 = splat(std::uint32_t(lo >> 32)),
                       c2 = splat(std::uint32_t(hi)), c3 = splat(std::uint32_t(hi >> 32));
    std::uint32_t k0 = std::uint32_t(rng.seed), k1 = std::uint32_t(rng.seed >> 32);
    for (int round = 0; round < 10; ++round) {
      Vec<std::uint32_t> h0, l0, h1, l1;
      multiply(c0, 0xD2511F53u, h0, l0);
      multiply(c2, 0xCD9E8D57u, h1, l1);
      c0 = h1 ^ c1 ^ k0;
      c2 = h0 ^ c3 ^ k1;
      c1 = l1;
      c3 = l0;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    return {{c0, c1, c2, c3}};
  }
};

}  // namespace l2g::cpu
