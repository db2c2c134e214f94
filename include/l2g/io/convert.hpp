#pragma once
// Elements of one type as elements of another.
#include <l2g/core/dtype.hpp>
#include <l2g/core/errors.hpp>

namespace l2g::io {

/// Writes `count` elements at `from` (any alignment) to `to` as another type. Floats become any float, rounded to
/// nearest, ties to even; integers become any float, or another integer type that holds them all.
/// Throws error (without a file name) for a float that should become an integer, and for an integer out of range.
void convert(Dtype from_type, const void* from, Dtype to_type, void* to, std::size_t count);

}  // namespace l2g::io

#ifndef L2G_COMPILED
#include <l2g/io/convert-inl.hpp>
#endif
