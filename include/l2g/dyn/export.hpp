#pragma once
// A model built at run time, written as a C++ header with static types.
#include <l2g/dyn/registry.hpp>

namespace l2g::model {

/// The header `name.hpp`: `using name = Sequential<...>;` and `using name_input = Shape<batch, length, channels>;` in
/// l2g::models. Throws l2g::error when `name` is no C++ identifier.
std::string cpp_header(const Spec& model, Seq in, std::string_view name);

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/export-inl.hpp>
#endif
