#include "train/heap.hpp"

std::size_t heap_calls = 0;

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);

void* malloc(std::size_t n) {
  __atomic_fetch_add(&heap_calls, 1, __ATOMIC_RELAXED);
  return __libc_malloc(n);
}
void* calloc(std::size_t n, std::size_t size) {
  __atomic_fetch_add(&heap_calls, 1, __ATOMIC_RELAXED);
  return __libc_calloc(n, size);
}
void* realloc(void* p, std::size_t n) {
  __atomic_fetch_add(&heap_calls, 1, __ATOMIC_RELAXED);
  return __libc_realloc(p, n);
}
}
#endif
