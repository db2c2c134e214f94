#pragma once
// Compiler facts. Nothing here includes CUDA, so every .hpp of the library compiles with a plain host compiler.
#include <cstddef>
#include <cstdint>

#define L2G_VERSION "0.1.0"

#if defined(__CUDACC__)
#define L2G_HD __host__ __device__
#else
#define L2G_HD
#endif

// Heavy non-template code lives in x-inl.hpp: inline in a header-only program, compiled once in l2g::compiled.
#if defined(L2G_COMPILED)
#define L2G_INLINE
#else
#define L2G_INLINE inline
#endif

namespace l2g {
using index_t = std::int64_t;
}
