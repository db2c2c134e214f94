#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/core/shape.hpp>

namespace l2g {

L2G_INLINE void throw_shape_error(const char* text, index_t want, index_t got) {
  throw shape_error(std::string(text) + ": wanted " + std::to_string(want) + ", got " + std::to_string(got));
}

}  // namespace l2g
