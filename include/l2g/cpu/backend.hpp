#pragma once
// The CPU backend: three primitives, found by argument-dependent lookup on Context<Cpu>. Extents arrive as plain
// numbers on purpose: one instantiation for each element type, however many shapes a model has.
#include <l2g/core/context.hpp>
#include <l2g/cpu/lanes.hpp>
#include <l2g/cpu/pool.hpp>

namespace l2g {

template <>
struct Context<Cpu> {
  const StepState* state = nullptr;
  Stack scratch{};
  Lengths lengths{};
  bool training = true;
  cpu::Pool* pool = nullptr;  // null: one thread; the bits are the same
};

namespace cpu {
template <class T>
void gemm_one(index_t m, index_t n, index_t k, T alpha, const T* a, Mat la, const T* b, Mat lb, T beta, T* c, Mat lc);
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
template <class T>
void gemm(Context<Cpu>& c, index_t m, index_t n, index_t k, T alpha, const T* a, Mat la, const T* b, Mat lb, T beta,
          T* y, Mat ly, index_t count = 1) {
  if (count > 1) {
    cpu::parallel(c.pool, count, [&](index_t i) {
      cpu::gemm_one<T>(m, n, k, alpha, a + i * la.stride, la, b + i * lb.stride, lb, beta, y + i * ly.stride, ly);
    });
    return;
  }
  const bool small = m * n * k < 64 * 64 * 64;
  const index_t mb = small ? m : ((m + 7) / 8 + 47) / 48 * 48 < 96 ? 96 : ((m + 7) / 8 + 47) / 48 * 48;
  const index_t mt = (m + mb - 1) / mb, parts = small || mt >= 4 ? 1 : 4;
  const index_t nb = parts == 1 ? n : ((n + parts - 1) / parts + 63) / 64 * 64, nt = (n + nb - 1) / nb;
  cpu::parallel(c.pool, mt * nt, [&](index_t i) {
    const index_t r = i / nt * mb, s = i % nt * nb;
    const index_t h = r + mb < m ? mb : m - r, w = s + nb < n ? nb : n - s;
    cpu::gemm_one<T>(h, w, k, alpha, a + (la.transposed ? r : r * la.ld), la, b + (lb.transposed ? s * lb.ld : s), lb,
                     beta, y + r * ly.ld + s, ly);
  });
}

}  // namespace l2g

#ifndef L2G_COMPILED  // a program that links l2g::compiled neither parses Eigen nor instantiates its product
#include <l2g/cpu/gemm-inl.hpp>
#endif
