#pragma once
#include <l2g/core/context.hpp>
#include <l2g/core/errors.hpp>

namespace l2g {

L2G_INLINE void throw_scratch_error(std::size_t wanted, std::size_t capacity) {
  throw error("l2g: a layer took " + std::to_string(wanted) + " bytes of scratch, its scratch() said " +
              std::to_string(capacity));
}

}  // namespace l2g
