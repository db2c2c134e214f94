#pragma once
// The same layer N times, one instantiation for any N; keys are those of Sequential.
#include <l2g/core/layer.hpp>
#include <l2g/core/text.hpp>

namespace l2g {

template <index_t N, class L>
struct Repeat {
  static_assert(N > 0, "l2g::Repeat needs a number of layers");
  static constexpr std::string_view name = "Repeat";
  static constexpr unsigned uses = L::uses;
  static constexpr index_t wants = [] {
    if constexpr (requires { L::wants; })
      return L::wants;
    else
      return dyn;
  }();
  [[no_unique_address]] L layer{};

  template <class T, class D>
  struct Params {
    using One = decltype(std::declval<const L&>().template params<T, D>());
    One sub[N];
    constexpr void each(auto& v) {
      for (index_t i = 0; i < N; ++i) scope(v, number_key(std::size_t(i)), [&] { sub[i].each(v); });
    }
  };
  template <class T, class D>
  constexpr Params<T, D> params() const {
    Params<T, D> p{};
    for (auto& s : p.sub) s = layer.template params<T, D>();
    return p;
  }
  template <class T, class D, class S>
  struct Saved {
    View<T, S, D> act[N];  // the last one is the caller's
    decltype(std::declval<const L&>().template saved<T, D>(std::declval<S>())) sub[N];
    constexpr void each(auto& v) {
      for (index_t i = 0; i < N; ++i)
        scope(v, number_key(std::size_t(i)), [&] {
          if (i < N - 1) v.field("out", act[i]);
          sub[i].each(v);
        });
    }
  };
  template <class T, class D, class S>
  constexpr Saved<T, D, S> saved(S s) const {
    Saved<T, D, S> r{};
    for (auto& a : r.act) a.shape = s;
    for (auto& a : r.sub) a = layer.template saved<T, D>(s);
    return r;
  }
  template <class T>
  constexpr std::size_t scratch(auto s) const {
    return layer.template scratch<T>(s) + 2 * bytes_of<T>(s.size());
  }
  template <class S>
  constexpr S out(S s) const {
    const auto o = layer.out(s);
    constexpr bool fit =
        may_fit(o.static_extent(1), S::static_extent(1)) && may_fit(o.static_extent(2), S::static_extent(2));
    static_assert(fit, "l2g::Repeat: the layer must keep the shape");
    for (int i = 0; fit && i < 3; ++i) expect(s[i], o[i], "l2g::Repeat: the layer must keep the shape");
    return s;
  }
  constexpr bool trains() const { return l2g::trains(layer); }

  template <class D, class T, class S>
  void forward(Context<D>& c, const auto& p, View<T, S, D> x, View<T, S, D> y, auto& s) const {
    s.act[N - 1].data = y.data;
    for (index_t i = 0; i < N; ++i) layer.forward(c, p.sub[i], i ? s.act[i - 1] : x, s.act[i], s.sub[i]);
  }
  template <class D, class T, class S>
  void backward(Context<D>& c, const auto& p, View<T, S, D> x, View<T, S, D> y, View<T, S, D> dy, View<T, S, D> dx,
                auto& s, auto& g) const {
    s.act[N - 1].data = y.data;
    Frame frame(c.scratch);
    View<T, S, D> turn[2] = {dy, dy};
    for (auto& t : turn) t.data = c.scratch.template take<T>(x.size());
    for (index_t i = N; i-- > 0;) {
      auto d_in = i ? turn[(i - 1) % 2] : dx;
      layer.backward(c, p.sub[i], i ? s.act[i - 1] : x, s.act[i], i == N - 1 ? dy : turn[i % 2], d_in, s.sub[i],
                     g.sub[i]);
    }
  }
};

}  // namespace l2g
