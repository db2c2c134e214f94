#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/cpu/memory.hpp>

#include <sys/mman.h>

namespace l2g {

L2G_INLINE void Memory<Cpu>::Release::operator()(std::byte* p) const { munmap(p, bytes); }

L2G_INLINE Memory<Cpu>::Block Memory<Cpu>::get(std::size_t bytes) {
  constexpr std::size_t large = std::size_t(2) << 20;
  const std::size_t size = bytes < large ? (bytes + 4095) / 4096 * 4096 + 4096 : (bytes + large - 1) / large * large;
  void* p = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) throw error("l2g: no memory for " + std::to_string(size >> 20) + " MiB");
#if defined(MADV_HUGEPAGE)
  if (size >= large) madvise(p, size, MADV_HUGEPAGE);
#endif
  return {static_cast<std::byte*>(p), Release{size}};
}

}  // namespace l2g
