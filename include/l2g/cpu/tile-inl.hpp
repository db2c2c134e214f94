#pragma once
#include <l2g/cpu/tile.hpp>

#include <cstring>
#include <utility>
#if defined(__AVX512F__) || (defined(__AVX2__) && defined(__FMA__))
#include <immintrin.h>
#endif

namespace l2g::cpu {

namespace detail {

template <class T>
struct NativeOf {
  typedef T type __attribute__((vector_size(native_bytes)));
};
template <class T>
using Native = typename NativeOf<T>::type;
template <class T>
inline constexpr int lanes = int(native_bytes / sizeof(T));

template <class V>
inline __attribute__((always_inline)) V multiply_add(V a, V b, V c) {
#if defined(__AVX512F__)
  if constexpr (sizeof(a[0]) == 4)
    return (V)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
  else
    return (V)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__AVX2__) && defined(__FMA__)
  if constexpr (sizeof(a[0]) == 4)
    return (V)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
  else
    return (V)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#else
  return a * b + c;
#endif
}
template <class V>
inline __attribute__((always_inline)) V load(const void* p) {
  V v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
template <class V>
inline __attribute__((always_inline)) void store(void* p, V v) {
  __builtin_memcpy(p, &v, sizeof v);
}

/// Interleaves the lower or the upper halves of a and b.
template <int Half, class V, int... I>
inline __attribute__((always_inline)) V zip(V a, V b, std::integer_sequence<int, I...>) {
  constexpr int n = sizeof...(I);
  return __builtin_shufflevector(a, b, (I % 2 * n + I / 2 + Half * n / 2)...);
}
/// Transposes a square of vectors: perfect shuffles, as many as the logarithm of its side.
template <class T>
inline __attribute__((always_inline)) void transpose(Native<T> (&r)[lanes<T>]) {
  constexpr int n = lanes<T>;
  constexpr auto all = std::make_integer_sequence<int, n>{};
  for (int round = 1; round < n; round *= 2) {
    Native<T> t[n];
#pragma GCC unroll 16
    for (int i = 0; i < n / 2; ++i) {
      t[2 * i] = zip<0>(r[i], r[i + n / 2], all);
      t[2 * i + 1] = zip<1>(r[i], r[i + n / 2], all);
    }
#pragma GCC unroll 16
    for (int i = 0; i < n; ++i) r[i] = t[i];
  }
}

/// M rows of one panel: 2 M accumulators in registers. Across: the rows of A are neighbours in memory, and its columns
/// are `row` apart.
template <class T, int M, bool Across>
__attribute__((noinline)) void tile(const Product<T>& p, const T* a, index_t row, const T* b, const T* start, T* c,
                                    index_t ldc) {
  using V = Native<T>;
  constexpr int n = lanes<T>;
  V sum[M][2] = {};
  const index_t step = p.step, depth = p.depth;
  for (index_t t = 0; t < p.taps; ++t) {
    const T* from = a + t * p.tap;
    for (index_t j = 0; j < depth; ++j) {
      const V b0 = load<V>(b), b1 = load<V>(b + n);
#pragma GCC unroll 16
      for (int i = 0; i < M; ++i) {
        const V v = (Across ? from[i] : from[i * row]) - V{};  // a broadcast: x - 0 is x
        sum[i][0] = multiply_add(v, b0, sum[i][0]);
        sum[i][1] = multiply_add(v, b1, sum[i][1]);
      }
      from += Across ? row : 1;
      b += step;
    }
  }
  const V alpha = V{} + p.alpha;
#pragma GCC unroll 16
  for (int i = 0; i < M; ++i)
#pragma GCC unroll 2
    for (int h = 0; h < 2; ++h) {
      T* to = c + i * ldc + h * n;
      V v = sum[i][h] * alpha;
      if (start) v = v + load<V>(start + h * n);
      if (p.accumulate) v = v + load<V>(to);
      store(to, v);
    }
}

template <class T>
using TileFunction = void (*)(const Product<T>&, const T*, index_t, const T*, const T*, T*, index_t);
template <class T, bool Across>
TileFunction<T> tile_of(index_t rows) {
  return []<int... I>(index_t m, std::integer_sequence<int, I...>) {
    constexpr TileFunction<T> all[] = {tile<T, I + 1, Across>...};
    return all[m - 1];
  }
  (rows, std::make_integer_sequence<int, int(tile_rows)>{});
}

/// m rows in tiles of equal height, give or take a row.
struct Tiling {
  index_t count, rows, more;  // the first `more` tiles have a row more
  explicit Tiling(index_t m)
      : count((m + tile_rows - 1) / tile_rows), rows(count ? m / count : 0), more(count ? m % count : 0) {}
  index_t begin(index_t i) const { return i * rows + (i < more ? i : more); }
  index_t height(index_t i) const { return rows + (i < more); }
};

/// A tile at the right edge, where C has fewer columns than a panel: by way of a buffer.
template <class T>
__attribute__((noinline)) void edge_tile(const Product<T>& p, TileFunction<T> f, index_t rows, const T* a, index_t row,
                                         const T* b, index_t j) {
  T buffer[tile_rows * panel<T>], start[panel<T>];
  const index_t n = p.n - j;
  Product<T> q = p;
  q.accumulate = false;
  if (p.start)
    for (index_t e = 0; e < panel<T>; ++e) start[e] = e < n ? p.start[j + e] : T(0);
  f(q, a, row, b, p.start ? start : nullptr, buffer, panel<T>);
  for (index_t i = 0; i < rows; ++i) {
    T* to = p.c + i * p.ldc + j;
    for (index_t e = 0; e < n; ++e) to[e] = p.accumulate ? to[e] + buffer[i * panel<T> + e] : buffer[i * panel<T> + e];
  }
}

}  // namespace detail

template <class T>
void pack_panels(index_t k, index_t n, const T* b, Mat lb, T* panels) {
  using V = detail::Native<T>;
  constexpr index_t w = detail::lanes<T>, width = panel<T>;
  const index_t whole = lb.transposed ? 0 : n / width * width;
  for (index_t r = 0; whole > 0 && r < k; ++r)  // row after row, as they lie in memory
    for (index_t j = 0; j < whole; j += width) {
      const T* from = b + r * lb.ld + j;
      T* to = panels + j * k + r * width;
      __builtin_prefetch(from + 8 * lb.ld);
      __builtin_prefetch(from + 8 * lb.ld + w);
      detail::store(to, detail::load<V>(from));
      detail::store(to + w, detail::load<V>(from + w));
    }
  for (index_t j = whole; j < n; j += w) {  // half a panel at a time, the last one filled with zeros
    const index_t columns = n - j < w ? n - j : w;
    const index_t squares = lb.transposed && columns == w ? k / w * w : 0;
    T* to = panels + j / width * width * k + j % width;
    for (index_t r = 0; r < squares; r += w) {
      V square[w];
      for (index_t i = 0; i < w; ++i) square[i] = detail::load<V>(b + (j + i) * lb.ld + r);
      detail::transpose<T>(square);
      for (index_t i = 0; i < w; ++i) detail::store(to + (r + i) * width, square[i]);
    }
    for (index_t r = squares; r < k; ++r)
      for (index_t i = 0; i < w; ++i)
        to[r * width + i] = i >= columns ? T(0) : lb.transposed ? b[(j + i) * lb.ld + r] : b[r * lb.ld + j + i];
  }
  if (const index_t filled = (n + w - 1) / w * w; filled < padded<T>(n))
    for (index_t r = 0; r < k; ++r) detail::store(panels + filled / width * width * k + r * width + w, V{});
}

template <class T>
void pack_tiles(index_t k, index_t m, const T* a, index_t ld, T* tiles) {
  using V = detail::Native<T>;
  constexpr index_t w = detail::lanes<T>;
  const detail::Tiling tiling(m);
  // Whole vectors read on into the next row and are written over by it; the last row stops where it ends.
  const index_t fast = ld >= w ? k - 1 : 0;
  for (index_t r = 0; r < k; ++r)
    for (index_t i = 0; i < tiling.count; ++i) {
      const index_t begin = tiling.begin(i), rows = tiling.height(i);
      const T* from = a + r * ld + begin;
      T* to = tiles + begin * k + r * rows;
      __builtin_prefetch(from + 8 * ld);  // rows are far apart: the machine does not see what comes next
      if (r < fast)
        for (index_t e = 0; e < rows; e += w) detail::store(to + e, detail::load<V>(from + e));
      else
        for (index_t e = 0; e < rows; ++e) to[e] = from[e];
    }
}

template <class T>
void multiply(const Product<T>& p) {
  if (p.m < 1) return;
  const detail::Tiling tiling(p.m);
  const index_t columns = (p.n + panel<T> - 1) / panel<T>, k = p.taps * p.depth;
  const auto one = [&](index_t i, index_t j) {
    const index_t begin = tiling.begin(i), rows = tiling.height(i);
    const auto f = p.walk == Walk::rows ? detail::tile_of<T, false>(rows) : detail::tile_of<T, true>(rows);
    const index_t row = p.walk == Walk::tiles ? rows : p.row;
    const T* a = p.a + begin * (p.walk == Walk::rows ? p.row : p.walk == Walk::tiles ? k : 1);
    const T* b = p.panels + j * p.panel_stride;
    const index_t column = j * panel<T>;
    if (column + panel<T> <= p.n) {
      f(p, a, row, b, p.start ? p.start + column : nullptr, p.c + begin * p.ldc + column, p.ldc);
    } else {
      Product<T> q = p;
      q.c = p.c + begin * p.ldc;
      detail::edge_tile(q, f, rows, a, row, b, column);
    }
  };
  // What is read again and again, all panels or one of them, should fit the second cache.
  if (k * p.n * index_t(sizeof(T)) <= 512 * 1024) {
    for (index_t i = 0; i < tiling.count; ++i)
      for (index_t j = 0; j < columns; ++j) one(i, j);
  } else {
    for (index_t j = 0; j < columns; ++j)
      for (index_t i = 0; i < tiling.count; ++i) one(i, j);
  }
}

}  // namespace l2g::cpu
