#pragma once
// The CPU backend: three primitives, found by argument-dependent lookup on Context<Cpu>. Extents arrive as plain
// numbers on purpose: one instantiation for each element type, however many shapes a model has.
#include <l2g/core/context.hpp>
#include <l2g/cpu/lanes.hpp>
#include <l2g/cpu/pool.hpp>
#include <l2g/cpu/tile.hpp>

namespace l2g {

template <>
struct Context<Cpu> {
  const StepState* state = nullptr;
  Stack scratch{};
  Lengths lengths{};
  bool training = true;           // masks are drawn, and BatchNorm takes the statistics of the batch
  bool batch_statistics = false;  // BatchNorm does so although nothing is drawn
  cpu::Pool* pool = nullptr;      // null: one thread; the bits are the same
};

namespace cpu {
template <class T>
void gemm_one(index_t m, index_t n, index_t k, T alpha, const T* a, Mat la, const T* b, Mat lb, T beta, T* c, Mat lc,
              const T* start = nullptr);

/// How a product is cut into about eight items for the pool: rows x columns, so that the least is packed.
struct Cut {
  index_t rows = 1, columns = 1;
};
constexpr Cut cut(index_t m, index_t n, index_t k, bool a_transposed) {
  Cut best;
  if (m * n * k < 64 * 64 * 64) return best;
  index_t least = -1;
  for (index_t r = 1; r <= 8; r *= 2) {
    const index_t c = 8 / r;
    if ((r > 1 && m / r < 8) || (c > 1 && n / c < 64)) continue;
    const index_t cost = 3 * r * n + (a_transposed ? 3 : 1) * c * m;
    if (least < 0 || cost < least) best = {r, c}, least = cost;
  }
  return best;
}
}  // namespace cpu

/// f(cx, j, n) for the elements 0 .. n - 1, sixteen at a time.
template <class F>
void map(Context<Cpu>& c, index_t n, const F& f) {
  constexpr index_t chunk = 16384;
  cpu::parallel(c.pool, (n + chunk - 1) / chunk, [&](index_t i) {
    const cpu::Lanes cx;
    const index_t end = i * chunk + chunk < n ? i * chunk + chunk : n;
    for (index_t j = i * chunk; j < end; j += cpu::Lanes::width) f(cx, j, n);
  });
}

/// f(cx, row) for each row < n; a row belongs to one context.
template <class F>
void rows(Context<Cpu>& c, index_t n, const F& f) {
  const index_t items = n < 64 ? n : 64;
  cpu::parallel(c.pool, items, [&](index_t i) {
    cpu::Lanes cx;
    for (index_t r = n * i / items; r < n * (i + 1) / items; ++r) f(cx, r);
  });
}

/// C = alpha op(A) op(B) + beta C, beta 0 or 1, row-major, for each of `count` matrices; op(A) is m x k, op(B) k x n.
/// `start`, (n), is added to each row.
template <class T>
void gemm(Context<Cpu>& c, index_t m, index_t n, index_t k, T alpha, const T* a, Mat la, const T* b, Mat lb, T beta,
          T* y, Mat ly, index_t count = 1, const T* start = nullptr) {
  if (count > 1) {
    cpu::parallel(c.pool, count, [&](index_t i) {
      cpu::gemm_one<T>(m, n, k, alpha, a + i * la.stride, la, b + i * lb.stride, lb, beta, y + i * ly.stride, ly,
                       start);
    });
    return;
  }
  const cpu::Cut cut = cpu::cut(m, n, k, la.transposed);
  const index_t panels = (n + cpu::panel<T> - 1) / cpu::panel<T>;
  cpu::parallel(c.pool, cut.rows * cut.columns, [&](index_t i) {
    const index_t row = i / cut.columns, column = i % cut.columns;
    const index_t r = m * row / cut.rows, h = m * (row + 1) / cut.rows - r;
    const index_t s = panels * column / cut.columns * cpu::panel<T>;
    const index_t end = panels * (column + 1) / cut.columns * cpu::panel<T>, w = (end < n ? end : n) - s;
    cpu::gemm_one<T>(h, w, k, alpha, a + (la.transposed ? r : r * la.ld), la, b + (lb.transposed ? s * lb.ld : s), lb,
                     beta, y + r * ly.ld + s, ly, start ? start + s : nullptr);
  });
}

}  // namespace l2g

#ifndef L2G_COMPILED  // a program that links l2g::compiled neither parses Eigen nor instantiates its product
#include <l2g/cpu/gemm-inl.hpp>
#endif
