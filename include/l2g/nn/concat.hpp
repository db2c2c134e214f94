#pragma once
// Two branches side by side: their channels follow each other.
#include <l2g/kernels/mmd.hpp>
#include <l2g/nn/activation.hpp>

namespace l2g {

/// (batch, length, C) -> (batch, length, A + B): the channels of first(x), then those of second(x).
template <class First, class Second>
struct Concat {
  static constexpr std::string_view name = "Concat";
  static constexpr unsigned uses = (First::uses & uses_x) | (Second::uses & uses_x);
  [[no_unique_address]] First first{};
  [[no_unique_address]] Second second{};

  template <class T, class D>
  struct Params {
    decltype(std::declval<const First&>().template params<T, D>()) first;
    decltype(std::declval<const Second&>().template params<T, D>()) second;
    constexpr void each(auto& v) {
      scope(v, "first", [&] { first.each(v); });
      scope(v, "second", [&] { second.each(v); });
    }
  };
  template <class T, class D>
  constexpr Params<T, D> params() const {
    return {first.template params<T, D>(), second.template params<T, D>()};
  }
  template <class T, class D, class In>
  struct Saved {
    decltype(std::declval<const First&>().template saved<T, D>(std::declval<In>())) first;
    decltype(std::declval<const Second&>().template saved<T, D>(std::declval<In>())) second;
    View<T, decltype(std::declval<const First&>().out(std::declval<In>())), D> first_out;
    View<T, decltype(std::declval<const Second&>().out(std::declval<In>())), D> second_out;
    constexpr void each(auto& v) {
      scope(v, "first", [&] { first.each(v); });
      scope(v, "second", [&] { second.each(v); });
      v.field("first_out", first_out);
      v.field("second_out", second_out);
    }
  };
  template <class T, class D, class In>
  constexpr Saved<T, D, In> saved(In s) const {
    return {first.template saved<T, D>(s),
            second.template saved<T, D>(s),
            {nullptr, first.out(s)},
            {nullptr, second.out(s)}};
  }
  template <class T, class In>
  constexpr std::size_t scratch(In s) const {
    const std::size_t a = first.template scratch<T>(s), b = second.template scratch<T>(s);
    return (a > b ? a : b) + bytes_of<T>(first.out(s).size()) + bytes_of<T>(second.out(s).size()) +
           bytes_of<T>(s.size());
  }
  template <class In>
  constexpr auto out(In s) const {
    const auto a = first.out(s);
    const auto b = second.out(s);
    expect(a[0], b[0], "l2g::Concat: the branches differ in the batch");
    expect(a[1], b[1], "l2g::Concat: the branches differ in the length");
    constexpr index_t x = last_extent<std::remove_const_t<decltype(a)>>,
                      y = last_extent<std::remove_const_t<decltype(b)>>;
    return with_channels(a, Extent<(x < 0 || y < 0 ? dyn : x + y)>(a[2] + b[2]));
  }
  constexpr Lengths after(const Lengths& l) const { return lengths_after(first, l); }
  constexpr bool trains() const { return l2g::trains(first) || l2g::trains(second); }

  template <class D, class X, class T, class In, class Out>
  void forward(Context<D>& c, const auto& p, View<X, In, D> x, View<T, Out, D> y, auto& s) const {
    first.forward(c, p.first, x, s.first_out, s.first);
    second.forward(c, p.second, x, s.second_out, s.second);
    const index_t n = y.shape.rows(), ld = y.shape.cols(), a = s.first_out.shape.cols(), b = ld - a;
    rows(c, n, kernels::CopyColumns<T>{s.first_out.data, y.data, nullptr, a, a, ld});
    rows(c, n, kernels::CopyColumns<T>{s.second_out.data, y.data + a, nullptr, b, b, ld});
  }
  template <class D, class T, class In, class Out>
  void backward(Context<D>& c, const auto& p, View<T, In, D> x, View<T, Out, D> y, View<T, Out, D> dy,
                View<T, In, D> dx, auto& s, auto& g) const {
    Frame frame(c.scratch);
    auto da = s.first_out;
    auto db = s.second_out;
    auto other = dx;
    da.data = c.scratch.template take<T>(da.size());
    db.data = c.scratch.template take<T>(db.size());
    if (dx.data) other.data = c.scratch.template take<T>(dx.size());
    const index_t n = y.shape.rows(), ld = y.shape.cols(), a = da.shape.cols(), b = ld - a;
    rows(c, n, kernels::CopyColumns<T>{dy.data, da.data, nullptr, a, ld, a});
    rows(c, n, kernels::CopyColumns<T>{dy.data + a, db.data, nullptr, b, ld, b});
    if (dx.data || l2g::trains(first)) first.backward(c, p.first, x, s.first_out, da, dx, s.first, g.first);
    if (dx.data || l2g::trains(second)) second.backward(c, p.second, x, s.second_out, db, other, s.second, g.second);
    if (dx.data) map(c, dx.size(), kernels::Add<T>{dx.data, other.data, dx.data});
  }
};

}  // namespace l2g
