#pragma once
// One layer after the other. Kept from forward to backward: the activations that some backward reads; layers that work
// in place share the memory of their neighbour.
#include <l2g/core/layer.hpp>
#include <l2g/core/text.hpp>
#include <l2g/core/tuple.hpp>

namespace l2g {

namespace detail {

template <class L>
constexpr std::string_view key(std::size_t i) {
  if constexpr (requires { L::key; })
    return L::key;
  else
    return number_key(i);
}
template <std::size_t I, class L, class In>
constexpr bool check_link() {
  if constexpr (!requires {
                  L::uses;
                  L::name;
                })
    return explain<is_not_a_layer<index_t(I), L>>::ok;
  else if constexpr (!accepts<L, In>())
    return explain<does_not_fit<index_t(I), L, L::wants, In>>::ok;
  else
    return true;
}
/// The shapes along a chain, each link checked once; a thing that is no layer passes its input on.
template <class L, class In>
constexpr auto out_of(const L& l, In s) {
  if constexpr (!requires {
                  L::uses;
                  L::name;
                })
    return s;
  else
    return l.out(repaired<L>(s));
}
template <std::size_t I, class In, class... L>
struct Chain;
template <std::size_t I, class In>
struct Chain<I, In> {
  static constexpr bool ok = true;
  template <class... S>
  using append = Tuple<S...>;
};
template <std::size_t I, class In, class L, class... Rest>
struct Chain<I, In, L, Rest...> {
  static constexpr bool linked = check_link<I, L, In>();
  using Out = decltype(out_of(std::declval<const L&>(), std::declval<In>()));
  using Next = Chain<I + 1, Out, Rest...>;
  static constexpr bool ok = linked && Next::ok;
  template <class... S>
  using append = typename Next::template append<S..., Out>;
};
struct Stopped {  // stands for everything of a model that was found not to fit: the error has been said
  constexpr void each(auto&) {}
};

}  // namespace detail

template <class... L>
struct Sequential {
  static_assert(sizeof...(L) > 0, "l2g::Sequential needs a layer");
  static constexpr std::string_view name = "Sequential";
  static constexpr std::size_t n = sizeof...(L);
  [[no_unique_address]] Tuple<L...> layers{};

  template <std::size_t I>
  using at = std::remove_reference_t<decltype(detail::leaf<I>(std::declval<Tuple<L...>&>()))>;
  static constexpr Input input = input_of<at<0>>();
  static constexpr unsigned uses_of_first() {
    if constexpr (requires { at<0>::uses; })
      return at<0>::uses & uses_x;
    else
      return 0;
  }
  static constexpr unsigned uses_of_last() {
    if constexpr (requires { at<n - 1>::uses; })
      return at<n - 1>::uses & uses_y;
    else
      return 0;
  }
  static constexpr unsigned uses = uses_of_first() | uses_of_last();

  template <class In>
  using Links = detail::Chain<0, In, L...>;
  template <class In>
  using Shapes = typename Links<In>::template append<>;  // outputs of layers 0 .. n - 1

  /// Layer i may overwrite its input: it works in place and nobody reads that input again.
  template <std::size_t I>
  static constexpr bool aliased() {
    if constexpr (I == 0)
      return false;
    else
      return works_in_place<at<I>>() && !(at<I>::uses & uses_x) && !(at<I - 1>::uses & uses_y);
  }

  template <class T, class D>
  struct Params {
    Tuple<decltype(std::declval<const L&>().template params<T, D>())...> sub;
    constexpr void each(auto& v) {
      times<n>([&](auto i) { scope(v, detail::key<at<i>>(i), [&] { get<i>(sub).each(v); }); });
    }
  };
  template <class T, class D>
  constexpr auto params() const {
    if constexpr (!(... && requires { L::uses; }))
      return detail::Stopped{};
    else
      return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return Params<T, D>{{get<I>(layers).template params<T, D>()...}};
      }
    (std::make_index_sequence<n>{});
  }

  template <class In>
  constexpr auto shapes(In in) const {
    Shapes<In> s;
    times<n>([&](auto i) {
      if constexpr (i == 0)
        get<0>(s) = detail::out_of(get<0>(layers), in);
      else
        get<i>(s) = detail::out_of(get<i>(layers), get<i - 1>(s));
    });
    return s;
  }
  template <class In>
  constexpr auto out(In in) const {
    [[maybe_unused]] constexpr bool said = Links<In>::ok;  // what does not fit
    auto s = shapes(in);
    return get<n - 1>(s);
  }
  constexpr Lengths after(Lengths l) const {
    times<n>([&](auto i) { l = lengths_after(get<i>(layers), l); });
    return l;
  }
  constexpr bool trains() const {
    bool any = false;
    times<n>([&](auto i) { any = any || l2g::trains(get<i>(layers)); });
    return any;
  }
  constexpr bool reads_ids() const { return l2g::reads_ids(get<0>(layers)); }

  template <class T, class D, class In, class Indices = std::make_index_sequence<n>>
  struct Saved;
  template <class T, class D, class In, std::size_t... I>
  struct Saved<T, D, In, std::index_sequence<I...>> {
    template <std::size_t J>
    using S = std::remove_cvref_t<decltype(detail::leaf<J>(std::declval<Shapes<In>&>()))>;
    template <std::size_t J>
    static constexpr auto before(const auto& shapes, const In& in) {
      if constexpr (J == 0)
        return in;
      else
        return get<J - 1>(shapes);
    }
    Tuple<View<T, S<I>, D>...> act;  // act[i]: output of layer i; the last one is the caller's
    Tuple<decltype(std::declval<const L&>().template saved<T, D>(
        repaired<L>(before<I>(std::declval<Shapes<In>&>(), std::declval<const In&>()))))...>
        sub;
    constexpr void each(auto& v) {
      times<n>([&](auto i) {
        scope(v, detail::key<at<i>>(i), [&] {
          if constexpr (i < n - 1)
            if constexpr (!aliased<i + 1>()) v.field("out", get<i>(act));
          get<i>(sub).each(v);
        });
      });
    }
    /// y is the caller's; views that are worked over in place follow the view behind them.
    void connect(T* y) {
      get<n - 1>(act).data = y;
      times_down<n>([&](auto i) {
        if constexpr (i > 0)
          if constexpr (aliased<i>()) get<i - 1>(act).data = get<i>(act).data;
      });
    }
  };
  template <class T, class D, class In>
  constexpr auto saved(In in) const {
    if constexpr (!Links<In>::ok) {
      return detail::Stopped{};
    } else {
      const auto s = shapes(in);
      return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return Saved<T, D, In>{{{nullptr, get<I>(s)}...},
                               {get<I>(layers).template saved<T, D>(Saved<T, D, In>::template before<I>(s, in))...}};
      }
      (std::make_index_sequence<n>{});
    }
  }

  template <class T, class In>
  constexpr std::size_t scratch(In in) const {
    if constexpr (!Links<In>::ok) {
      return 0;
    } else {
      const auto s = shapes(in);
      std::size_t inner = 0;
      index_t widest = 0;  // the gradients of the activations: two buffers in turn
      times<n>([&](auto i) {
        const std::size_t b = get<i>(layers).template scratch<T>(Saved<T, Cpu, In>::template before<i>(s, in));
        inner = b > inner ? b : inner;
        if (i < n - 1 && get<i>(s).size() > widest) widest = get<i>(s).size();
      });
      return inner + 2 * bytes_of<T>(widest);
    }
  }

  template <class D, class X, class T, class In, class Out>
  void forward(Context<D>& c, const auto& p, View<X, In, D> x, View<T, Out, D> y, auto& s) const {
    if constexpr (Links<In>::ok) {
      s.connect(y.data);
      const Lengths lengths = c.lengths;
      times<n>([&](auto i) {
        if constexpr (i == 0)
          get<0>(layers).forward(c, get<0>(p.sub), x, get<0>(s.act), get<0>(s.sub));
        else
          get<i>(layers).forward(c, get<i>(p.sub), get<i - 1>(s.act), get<i>(s.act), get<i>(s.sub));
        c.lengths = lengths_after(get<i>(layers), c.lengths);
      });
      c.lengths = lengths;
    }
  }
  template <class D, class X, class T, class In, class Out>
  void backward(Context<D>& c, const auto& p, View<X, In, D> x, View<T, Out, D> y, View<T, Out, D> dy,
                View<X, In, D> dx, auto& s, auto& g) const {
    if constexpr (Links<In>::ok) {
      s.connect(y.data);
      const Lengths lengths = c.lengths;
      Lengths before[n];
      bool wanted[n];  // does anything before layer i want the gradient of its input?
      bool want = dx.data != nullptr;
      index_t widest = 0;
      times<n>([&](auto i) {
        before[i] = c.lengths;
        c.lengths = lengths_after(get<i>(layers), c.lengths);
        wanted[i] = want;
        want = want || l2g::trains(get<i>(layers));
        if (i < n - 1 && get<i>(s.act).size() > widest) widest = get<i>(s.act).size();
      });
      Frame frame(c.scratch);
      T* turn[2] = {c.scratch.template take<T>(widest), c.scratch.template take<T>(widest)};
      times_down<n>([&](auto i) {
        const bool own = l2g::trains(get<i>(layers));
        if (!own && !wanted[i]) return;
        c.lengths = before[i];
        auto d_out = get<i>(s.act);
        d_out.data = i == n - 1 ? dy.data : turn[i % 2];
        if constexpr (i == 0) {
          get<0>(layers).backward(c, get<0>(p.sub), x, get<0>(s.act), d_out, dx, get<0>(s.sub), get<0>(g.sub));
        } else {
          auto d_in = get<i - 1>(s.act);
          d_in.data = wanted[i] ? turn[(i - 1) % 2] : nullptr;
          get<i>(layers).backward(c, get<i>(p.sub), get<i - 1>(s.act), get<i>(s.act), d_out, d_in, get<i>(s.sub),
                                  get<i>(g.sub));
        }
      });
      c.lengths = lengths;
    }
  }
};
template <class... L>
Sequential(Tuple<L...>) -> Sequential<L...>;

}  // namespace l2g
