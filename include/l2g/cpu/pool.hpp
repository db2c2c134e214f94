#pragma once
// A small thread pool. Work is cut into items that depend on its size only; threads claim items one after the other, so
// who does what has no influence on the bits.
#include <l2g/core/config.hpp>

namespace l2g::cpu {

class Pool;

/// f(argument, item) for each item < n, on the pool's threads and the caller; returns when all are done.
void run(Pool& pool, index_t n, void (*f)(void* argument, index_t item), void* argument);
/// The process-wide pool with `threads` threads in all (0: one for each processor); null when that is one thread.
Pool* shared_pool(int threads = 0);
int threads_of(const Pool* pool);

template <class F>
void parallel(Pool* pool, index_t n, F&& f) {
  if (!pool || n < 2) {
    for (index_t i = 0; i < n; ++i) f(i);
  } else {
    run(
        *pool, n, [](void* g, index_t i) { (*static_cast<F*>(g))(i); }, static_cast<void*>(&f));
  }
}

}  // namespace l2g::cpu

#ifndef L2G_COMPILED
#include <l2g/cpu/pool-inl.hpp>
#endif
