#pragma once
// A flat tuple: one base for each element, so get<I> is one overload resolution, not a recursion.
#include <l2g/core/config.hpp>

#include <type_traits>
#include <utility>

namespace l2g {
namespace detail {
template <std::size_t I, class T>
struct Leaf {
  [[no_unique_address]] T v{};
};
template <class Indices, class... T>
struct Leaves;
template <std::size_t... I, class... T>
struct Leaves<std::index_sequence<I...>, T...> : Leaf<I, T>... {
  constexpr Leaves() = default;
  constexpr Leaves(T... t) requires(sizeof...(T) > 0) : Leaf<I, T>{std::move(t)}... {}
};
template <std::size_t I, class T>
constexpr T& leaf(Leaf<I, T>& l) {
  return l.v;
}
template <std::size_t I, class T>
constexpr const T& leaf(const Leaf<I, T>& l) {
  return l.v;
}
}  // namespace detail

template <class... T>
struct Tuple : detail::Leaves<std::index_sequence_for<T...>, T...> {
  using detail::Leaves<std::index_sequence_for<T...>, T...>::Leaves;
  static constexpr std::size_t size = sizeof...(T);
};
template <class... T>
Tuple(T...) -> Tuple<T...>;

template <std::size_t I>
constexpr auto& get(auto& t) {
  return detail::leaf<I>(t);
}
/// f(integral_constant<0>) ... f(integral_constant<N - 1>)
template <std::size_t N, class F>
constexpr void times(F&& f) {
  [&]<std::size_t... I>(std::index_sequence<I...>) { (f(std::integral_constant<std::size_t, I>{}), ...); }
  (std::make_index_sequence<N>{});
}
template <std::size_t N, class F>
constexpr void times_down(F&& f) {
  times<N>([&](auto i) { f(std::integral_constant<std::size_t, N - 1 - i>{}); });
}

}  // namespace l2g
