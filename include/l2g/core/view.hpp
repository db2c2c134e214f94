#pragma once
// View: a pointer, a shape and the device that the memory is on. Row-major; owns nothing.
#include <l2g/core/shape.hpp>

namespace l2g {

struct Cpu {};   // memory that the host may read
struct Cuda {};  // memory that only the device may read

template <class T, class S, class D = Cpu>
struct View {
  using value_type = T;
  using shape_type = S;
  T* data = nullptr;
  [[no_unique_address]] S shape{};

  L2G_HD constexpr index_t size() const { return shape.size(); }
  constexpr T& operator[](index_t i) const requires std::same_as<D, Cpu> { return data[i]; }
};
static_assert(sizeof(View<float, Shape<2, 3>>) == sizeof(void*));

}  // namespace l2g
