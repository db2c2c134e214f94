#pragma once
// Named and Frozen: what a wrapper passes on unchanged.
#include <l2g/core/layer.hpp>
#include <l2g/core/text.hpp>

namespace l2g {

/// A layer that stands for another: everything but its parameters' scope is the inner layer's.
template <class L>
struct Wrapper {
  static constexpr index_t wants = [] {
    if constexpr (requires { L::wants; })
      return L::wants;
    else
      return dyn;
  }();
  static constexpr unsigned uses = L::uses;
  static constexpr Input input = input_of<L>();
  static constexpr bool in_place = works_in_place<L>();
  [[no_unique_address]] L layer{};

  constexpr unsigned uses_now() const { return uses_of(layer); }
  constexpr bool in_place_now() const {
    if constexpr (requires { layer.in_place_now(); })
      return layer.in_place_now();
    else
      return in_place;
  }

  template <class T, class D>
  constexpr auto saved(auto s) const {
    return layer.template saved<T, D>(s);
  }
  template <class T>
  constexpr std::size_t scratch(auto s) const {
    return layer.template scratch<T>(s);
  }
  constexpr auto out(auto s) const { return layer.out(s); }
  constexpr Lengths after(const Lengths& l) const { return lengths_after(layer, l); }
  constexpr bool reads_ids() const { return l2g::reads_ids(layer); }
};

/// The layer's parameters are called by Key instead of by their place.
template <Text Key, class L>
struct Named : Wrapper<L> {
  static constexpr std::string_view name = "Named", key = Key.view();
  template <class T, class D>
  constexpr auto params() const {
    return this->layer.template params<T, D>();
  }
  constexpr bool trains() const { return l2g::trains(this->layer); }
  void forward(auto& c, const auto& p, auto x, auto y, auto& s) const { this->layer.forward(c, p, x, y, s); }
  void backward(auto& c, const auto& p, auto x, auto y, auto dy, auto dx, auto& s, auto& g) const {
    this->layer.backward(c, p, x, y, dy, dx, s, g);
  }
};

/// The layer's parameters are not trained: no gradient, no optimizer state, and nothing of them is computed.
template <class L>
struct Frozen : Wrapper<L> {
  static constexpr std::string_view name = "Frozen";
  template <class T, class D>
  struct Params {
    decltype(std::declval<const L&>().template params<T, D>()) inner;
    constexpr void each(auto& v) {
      frozen(v, [&] { inner.each(v); });
    }
  };
  template <class T, class D>
  constexpr Params<T, D> params() const {
    return {this->layer.template params<T, D>()};
  }
  constexpr bool trains() const { return false; }
  void forward(auto& c, const auto& p, auto x, auto y, auto& s) const { this->layer.forward(c, p.inner, x, y, s); }
  void backward(auto& c, const auto& p, auto x, auto y, auto dy, auto dx, auto& s, auto& g) const {
    if (dx.data) this->layer.backward(c, p.inner, x, y, dy, dx, s, g.inner);
  }
};

}  // namespace l2g
