#pragma once
// Shape<E...>: a list of extents, each known at compile time (E >= 0) or at run time (E < 0).
#include <l2g/core/config.hpp>

#include <concepts>
#include <utility>

namespace l2g {

inline constexpr index_t dyn = -1;    // a run-time extent
inline constexpr index_t batch = -2;  // named run-time extents: the same name is the same size
inline constexpr index_t length = -3;

/// Could an extent `got` stand where `want` is asked for? Decided by the types when both are known, and by two names;
/// everything else is left to the check when the model is planned.
constexpr bool may_fit(index_t want, index_t got) {
  if (want >= 0 && got >= 0) return want == got;
  if (want < dyn && got < dyn) return want == got;
  return true;
}

/// Throws shape_error("text: wanted 8, got 4"); out of line, so that shapes need no string.
[[noreturn]] void throw_shape_error(const char* text, index_t want, index_t got);

/// The check of every plan: a compile error in a constant expression, shape_error otherwise.
constexpr void expect(index_t want, index_t got, const char* text) {
  if (want != got) throw_shape_error(text, want, got);
}
/// The same for other conditions than equality.
constexpr void require(bool fits, index_t want, index_t got, const char* text) {
  if (!fits) throw_shape_error(text, want, got);
}

/// One number of a layer: in the type (E >= 0) or carried (E < 0).
template <index_t E>
struct Extent {
  constexpr Extent() = default;
  constexpr Extent(index_t n) { expect(E, n, "l2g::Extent: the number differs from the one in the type"); }
  static constexpr index_t static_value = E;
  L2G_HD constexpr operator index_t() const { return E; }
};
template <index_t E>
requires(E < 0) struct Extent<E> {
  index_t n = 0;
  constexpr Extent() = default;
  constexpr Extent(index_t value) : n(value) {}
  static constexpr index_t static_value = E;
  L2G_HD constexpr operator index_t() const { return n; }
};

/// More elements than any memory has. Products and sums of extents stop here instead of overflowing, so that a
/// description with absurd numbers is a plan that nobody can give memory to.
inline constexpr index_t most_elements = index_t(1) << 56;
L2G_HD constexpr index_t multiplied(index_t a, index_t b) {
  return a > 0 && b > most_elements / a ? most_elements : a * b;
}
L2G_HD constexpr index_t added(index_t a, index_t b) { return a > most_elements - b ? most_elements : a + b; }

namespace detail {
template <int N>
struct RunTime {
  index_t v[N]{};
};
template <>
struct RunTime<0> {};
}  // namespace detail

template <index_t... E>
struct Shape {
  static constexpr int rank = sizeof...(E);
  static constexpr int rank_dynamic = ((E < 0) + ... + 0);
  [[no_unique_address]] detail::RunTime<rank_dynamic> run{};

  constexpr Shape() = default;
  /// From all extents; those in the type are checked.
  template <std::convertible_to<index_t>... N>
  requires(sizeof...(N) == rank && rank > 0) constexpr Shape(N... n) {
    const index_t want[] = {E...}, got[] = {index_t(n)...};
    for (int i = 0, j = 0; i < rank; ++i) {
      if (want[i] >= 0)
        expect(want[i], got[i], "l2g::Shape: an extent differs from the one in the type");
      else if constexpr (rank_dynamic > 0)
        run.v[j++] = got[i];
    }
  }
  /// Implicit towards run-time extents, explicit and checked towards static ones.
  template <index_t... F>
  requires(sizeof...(F) == rank && rank > 0 &&
           !std::same_as<Shape, Shape<F...>>) explicit((... ||
                                                        (E >= 0 && F < 0))) constexpr Shape(const Shape<F...>& other)
      : Shape(from(other, std::make_index_sequence<rank>{})) {}

  static constexpr index_t static_extent(int i) {
    const index_t e[] = {E..., 0};
    return e[i];
  }
  L2G_HD constexpr index_t operator[](int i) const {
    const index_t e[] = {E..., 0};
    if constexpr (rank_dynamic > 0) {
      if (e[i] < 0) {
        int j = 0;
        for (int k = 0; k < i; ++k) j += e[k] < 0;
        return run.v[j];
      }
    }
    return e[i];
  }
  L2G_HD constexpr index_t size() const { return product(rank); }
  L2G_HD constexpr index_t cols() const { return (*this)[rank - 1]; }
  L2G_HD constexpr index_t rows() const { return product(rank - 1); }

 private:
  L2G_HD constexpr index_t product(int first) const {
    index_t n = 1;
    for (int i = 0; i < first; ++i) n = multiplied(n, (*this)[i]);
    return n;
  }
  template <class Other, std::size_t... I>
  static constexpr Shape from(const Other& o, std::index_sequence<I...>) {
    return Shape(o[int(I)]...);
  }
};

template <class S>
inline constexpr index_t last_extent = S::static_extent(S::rank - 1);

/// (batch, length, channels) with other channels.
template <index_t B, index_t L, index_t C, index_t N>
constexpr Shape<B, L, N> with_channels(const Shape<B, L, C>& s, Extent<N> channels) {
  return {s[0], s[1], index_t(channels)};
}

/// N times an extent: known when that one is known.
template <index_t E, index_t N>
inline constexpr index_t multiple = E < 0 ? dyn : N* E;

/// What a model built at run time sees: (batch, length, channels).
using Seq = Shape<dyn, dyn, dyn>;

}  // namespace l2g

#ifndef L2G_COMPILED
#include <l2g/core/shape-inl.hpp>
#endif
