#pragma once
// The matrix product that everything heavy is made of: a tile of C stays in registers while packed columns of B and
// rows of A stream by. A may be walked through as a convolution does. Tiles and blocks are of fixed size, so that the
// bits depend neither on the caches nor on the threads.
#include <l2g/core/context.hpp>

namespace l2g::cpu {

#if defined(__AVX512F__)
inline constexpr index_t native_bytes = 64, tile_rows = 14;
#elif defined(__AVX2__) && defined(__FMA__)
inline constexpr index_t native_bytes = 32, tile_rows = 6;
#else
inline constexpr index_t native_bytes = 16, tile_rows = 6;
#endif

/// Columns of a panel: two vectors.
template <class T>
inline constexpr index_t panel = 2 * native_bytes / index_t(sizeof(T));
template <class T>
constexpr index_t padded(index_t n) {
  return (n + panel<T> - 1) / panel<T> * panel<T>;
}
/// Elements of op(B), k x n, as panels.
template <class T>
constexpr index_t packed_size(index_t k, index_t n) {
  return k * padded<T>(n);
}
/// Elements of op(A), m x k, as packed tiles: whole vectors are written.
template <class T>
constexpr index_t packed_tiles(index_t m, index_t k) {
  return m * k + native_bytes / index_t(sizeof(T));
}

/// The panels of op(B), k x n: panel j / P holds rows of P columns, zeros behind the last one.
template <class T>
void pack_panels(index_t k, index_t n, const T* b, Mat lb, T* panels);

/// The tiles of A^T, where A is k x m with rows `ld` apart.
template <class T>
void pack_tiles(index_t k, index_t m, const T* a, index_t ld, T* tiles);

/// How element (i, t, j) of A, t < taps, j < depth, is found.
enum class Walk : unsigned char {
  rows,     // a[i * row + t * tap + j]
  columns,  // a[i + j * row], one tap: A lies transposed
  tiles,    // as pack_tiles left it, one tap
};

/// C (m x n, row-major) = start + alpha A B. Row (t, j) of a panel of B lies `step` elements behind the one before.
template <class T>
struct Product {
  index_t m, n, taps, depth;
  const T* a;
  index_t row, tap;
  Walk walk;
  const T* panels;
  index_t panel_stride, step;
  T alpha;
  const T* start;   // (n), added to each row; null: none
  bool accumulate;  // start from what lies in C
  T* c;
  index_t ldc;
};
template <class T>
void multiply(const Product<T>& p);

/// C = or += A B; A is m x k (or k x m when it lies transposed), B is k x n in panels.
template <class T>
constexpr Product<T> product(index_t m, index_t n, index_t k, const T* a, Mat la, const T* panels, bool accumulate,
                             T* c, index_t ldc) {
  return {m,        n,
          1,        k,
          a,        la.ld,
          0,        la.transposed ? Walk::columns : Walk::rows,
          panels,   k * panel<T>,
          panel<T>, T(1),
          nullptr,  accumulate,
          c,        ldc};
}

}  // namespace l2g::cpu

#ifndef L2G_COMPILED
#include <l2g/cpu/tile-inl.hpp>
#endif
