#pragma once
// Where a model gets its one block from.
#include <l2g/core/view.hpp>

#include <memory>

namespace l2g {

template <class D>
struct Memory;

template <>
struct Memory<Cpu> {
  struct Release {
    std::size_t bytes = 0;
    void operator()(std::byte* p) const;
  };
  using Block = std::unique_ptr<std::byte, Release>;
  /// Zeroed memory, 64-byte aligned, in large pages when it is large. Throws l2g::error when there is not enough.
  static Block get(std::size_t bytes);
};

}  // namespace l2g

#ifndef L2G_COMPILED
#include <l2g/cpu/memory-inl.hpp>
#endif
