#pragma once
// y = f(x) + x, or f(x) + skip(x).
#include <l2g/nn/activation.hpp>

namespace l2g {

template <class F, class Skip = Identity>
struct Residual {
  static constexpr std::string_view name = "Residual";
  static constexpr bool plain = std::same_as<Skip, Identity>;
  static constexpr unsigned uses = (F::uses & uses_x) | (Skip::uses & uses_x);
  [[no_unique_address]] F f{};
  [[no_unique_address]] Skip skip{};

  // f(x) itself is gone when its own backward wants it, because the sum lies in y: then it is kept.
  constexpr bool keeps_f() const { return uses_of(f) & uses_y; }
  constexpr bool keeps_skip() const { return !plain && (uses_of(skip) & uses_y); }
  constexpr unsigned uses_now() const { return (uses_of(f) | (plain ? 0u : uses_of(skip))) & uses_x; }

  template <class T, class D>
  struct Params {
    decltype(std::declval<const F&>().template params<T, D>()) f;
    decltype(std::declval<const Skip&>().template params<T, D>()) skip;
    constexpr void each(auto& v) {
      f.each(v);
      if constexpr (!plain) scope(v, "skip", [&] { skip.each(v); });
    }
  };
  template <class T, class D>
  constexpr Params<T, D> params() const {
    return {f.template params<T, D>(), skip.template params<T, D>()};
  }
  template <class T, class D, class In>
  struct Saved {
    using Out = decltype(std::declval<const F&>().out(std::declval<In>()));
    decltype(std::declval<const F&>().template saved<T, D>(std::declval<In>())) f;
    decltype(std::declval<const Skip&>().template saved<T, D>(std::declval<In>())) skip;
    View<T, Out, D> f_out, skip_out;
    bool keeps_f = false, keeps_skip = false;
    constexpr void each(auto& v) {
      f.each(v);
      skip.each(v);
      if (keeps_f) v.field("f", f_out);
      if (keeps_skip) v.field("skip", skip_out);
    }
  };
  template <class T, class D, class In>
  constexpr Saved<T, D, In> saved(In s) const {
    const auto o = f.out(s);
    return {
        f.template saved<T, D>(s), skip.template saved<T, D>(s), {nullptr, o}, {nullptr, o}, keeps_f(), keeps_skip()};
  }
  template <class T, class In>
  constexpr std::size_t scratch(In s) const {
    const std::size_t a = f.template scratch<T>(s), b = skip.template scratch<T>(s);
    const std::size_t buffer = s.size() > f.out(s).size() ? bytes_of<T>(s.size()) : bytes_of<T>(f.out(s).size());
    return (a > b ? a : b) + (plain ? 0 : buffer);
  }
  template <class In>
  constexpr auto out(In s) const {
    const auto o = f.out(s);
    const auto k = skip.out(s);
    constexpr bool fit =
        may_fit(k.static_extent(1), o.static_extent(1)) && may_fit(k.static_extent(2), o.static_extent(2));
    static_assert(fit, "l2g::Residual: the two branches make different shapes");
    for (int i = 0; fit && i < 3; ++i) expect(k[i], o[i], "l2g::Residual: the two branches make different shapes");
    return o;
  }
  constexpr Lengths after(const Lengths& l) const { return lengths_after(f, l); }
  constexpr bool trains() const { return l2g::trains(f) || l2g::trains(skip); }

  template <class D, class T, class In, class Out>
  void forward(Context<D>& c, const auto& p, View<T, In, D> x, View<T, Out, D> y, auto& s) const {
    auto fy = s.f_out;
    fy.data = s.keeps_f ? s.f_out.data : y.data;
    f.forward(c, p.f, x, fy, s.f);
    if constexpr (plain) {
      map(c, y.size(), kernels::Add<T>{fy.data, x.data, y.data});
    } else {
      Frame frame(c.scratch);
      auto ky = s.skip_out;
      if (!s.keeps_skip) ky.data = c.scratch.template take<T>(y.size());
      skip.forward(c, p.skip, x, ky, s.skip);
      map(c, y.size(), kernels::Add<T>{fy.data, ky.data, y.data});
    }
  }
  template <class D, class T, class In, class Out>
  void backward(Context<D>& c, const auto& p, View<T, In, D> x, View<T, Out, D> y, View<T, Out, D> dy,
                View<T, In, D> dx, auto& s, auto& g) const {
    auto fy = s.f_out;
    fy.data = s.keeps_f ? s.f_out.data : y.data;
    f.backward(c, p.f, x, fy, dy, dx, s.f, g.f);
    if constexpr (plain) {
      if (dx.data) map(c, dx.size(), kernels::Add<T>{dx.data, dy.data, dx.data});
    } else {
      Frame frame(c.scratch);
      auto dk = dx;
      if (dx.data) dk.data = c.scratch.template take<T>(dx.size());
      if (dx.data || l2g::trains(skip)) skip.backward(c, p.skip, x, s.skip_out, dy, dk, s.skip, g.skip);
      if (dx.data) map(c, dx.size(), kernels::Add<T>{dx.data, dk.data, dx.data});
    }
  }
};

}  // namespace l2g
