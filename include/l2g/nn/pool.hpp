#pragma once
// Pooling over positions. Only the real positions of a sequence count.
#include <l2g/kernels/pool.hpp>
#include <l2g/nn/activation.hpp>

namespace l2g {

namespace detail {
constexpr index_t pooled(index_t l, index_t window, index_t stride) {
  return l < window ? 0 : (l - window) / stride + 1;
}
template <index_t L, index_t W, index_t S>
inline constexpr index_t pooled_extent = L < 0 || W < 0 || S < 0 ? dyn : pooled(L, W, S);
}  // namespace detail

/// Windows of `Window` positions, `Stride` apart; a last window that is not whole is left out.
template <index_t Window, index_t Stride>
struct Windows {
  static constexpr unsigned uses = uses_none;
  [[no_unique_address]] Extent<Window> window{};
  [[no_unique_address]] Extent<Stride> stride{};
  template <class T, class D>
  constexpr Nothing params() const {
    return {};
  }
  template <class T>
  constexpr std::size_t scratch(auto) const {
    return 0;
  }
  template <index_t B, index_t L, index_t C>
  constexpr auto out(Shape<B, L, C> s) const {
    const index_t n = detail::pooled(s[1], window, stride);
    require(n >= 1, window, s[1], "l2g pooling: the sequence is shorter than the window");
    return Shape<B, detail::pooled_extent<L, Window, Stride>, C>{s[0], n, s[2]};
  }
  constexpr Lengths after(const Lengths& before) const { return before.then({window, stride, 0}); }
  constexpr PoolSpec spec(auto s) const {
    return {s[0], s[1], detail::pooled(s[1], window, stride), s[2], window, stride};
  }
};

/// The largest value of each window and channel.
template <index_t Window = dyn, index_t Stride = Window>
struct MaxPool : Windows<Window, Stride> {
  static constexpr std::string_view name = "MaxPool";
  template <class T, class D, class S>
  struct Saved {
    View<T, S, D> at;  // place of the maximum in its window
    constexpr void each(auto& v) { v.field("at", at); }
  };
  template <class T, class D, class In>
  constexpr auto saved(In s) const {
    const auto o = this->out(s);
    return Saved<T, D, std::remove_const_t<decltype(o)>>{{nullptr, o}};
  }
  template <class D, class T, class In, class Out>
  void forward(Context<D>& c, const Nothing&, View<T, In, D> x, View<T, Out, D> y, auto& s) const {
    rows(c, y.shape.rows(), kernels::MaxPool<T>{x.data, y.data, s.at.data, this->spec(x.shape), c.lengths});
  }
  template <class D, class T, class In, class Out>
  void backward(Context<D>& c, const Nothing&, View<T, In, D> x, View<T, Out, D>, View<T, Out, D> dy, View<T, In, D> dx,
                auto& s, Nothing&) const {
    if (dx.data) rows(c, x.shape.rows(), kernels::MaxPoolGrad<T>{dy.data, s.at.data, dx.data, this->spec(x.shape)});
  }
};

/// The mean over the real positions of each window.
template <index_t Window = dyn, index_t Stride = Window>
struct AveragePool : Windows<Window, Stride> {
  static constexpr std::string_view name = "AveragePool";
  template <class T, class D>
  constexpr Nothing saved(auto) const {
    return {};
  }
  template <class D, class T, class In, class Out>
  void forward(Context<D>& c, const Nothing&, View<T, In, D> x, View<T, Out, D> y, Nothing&) const {
    rows(c, y.shape.rows(), kernels::AveragePool<T>{x.data, y.data, this->spec(x.shape), c.lengths});
  }
  template <class D, class T, class In, class Out>
  void backward(Context<D>& c, const Nothing&, View<T, In, D> x, View<T, Out, D>, View<T, Out, D> dy, View<T, In, D> dx,
                Nothing&, Nothing&) const {
    if (dx.data) rows(c, x.shape.rows(), kernels::AveragePoolGrad<T>{dy.data, dx.data, this->spec(x.shape), c.lengths});
  }
};

/// (batch, length, channels) -> (batch, 1, channels): what the two global poolings share.
struct GlobalPool : Elementwise {
  static constexpr unsigned uses = uses_none;
  template <index_t B, index_t L, index_t C>
  constexpr Shape<B, 1, C> out(Shape<B, L, C> s) const {
    return {s[0], 1, s[2]};
  }
  constexpr Lengths after(const Lengths& before) const { return before.pooled(); }
  static constexpr PoolSpec spec(auto s) { return {s[0], s[1], 1, s[2], s[1], s[1]}; }
};

/// The mean over the real positions of a sequence.
struct MeanPool : GlobalPool {
  static constexpr std::string_view name = "MeanPool";
  template <class D, class T, class In, class Out>
  void forward(Context<D>& c, const Nothing&, View<T, In, D> x, View<T, Out, D> y, Nothing&) const {
    rows(c, y.shape.rows(), kernels::AveragePool<T>{x.data, y.data, spec(x.shape), c.lengths});
  }
  template <class D, class T, class In, class Out>
  void backward(Context<D>& c, const Nothing&, View<T, In, D> x, View<T, Out, D>, View<T, Out, D> dy, View<T, In, D> dx,
                Nothing&, Nothing&) const {
    if (dx.data) rows(c, x.shape.rows(), kernels::AveragePoolGrad<T>{dy.data, dx.data, spec(x.shape), c.lengths});
  }
};

/// The largest value over the real positions of a sequence.
struct GlobalMaxPool : GlobalPool {
  static constexpr std::string_view name = "GlobalMaxPool";
  template <class T, class D, index_t B, index_t L, index_t C>
  constexpr auto saved(Shape<B, L, C> s) const {
    return typename MaxPool<>::template Saved<T, D, Shape<B, 1, C>>{{nullptr, out(s)}};
  }
  template <class D, class T, class In, class Out>
  void forward(Context<D>& c, const Nothing&, View<T, In, D> x, View<T, Out, D> y, auto& s) const {
    rows(c, y.shape.rows(), kernels::MaxPool<T>{x.data, y.data, s.at.data, spec(x.shape), c.lengths});
  }
  template <class D, class T, class In, class Out>
  void backward(Context<D>& c, const Nothing&, View<T, In, D> x, View<T, Out, D>, View<T, Out, D> dy, View<T, In, D> dx,
                auto& s, Nothing&) const {
    if (dx.data) rows(c, x.shape.rows(), kernels::MaxPoolGrad<T>{dy.data, s.at.data, dx.data, spec(x.shape)});
  }
};

/// What FirstToken and LastToken share: one real position of each sequence; zeros for an empty one.
template <bool Last>
struct TakenPosition : GlobalPool {
  static constexpr std::string_view name = Last ? "LastToken" : "FirstToken";
  template <class D, class T, class In, class Out>
  void forward(Context<D>& c, const Nothing&, View<T, In, D> x, View<T, Out, D> y, Nothing&) const {
    rows(c, x.shape[0], kernels::TakePosition<T>{x.data, y.data, x.shape[1], x.shape[2], Last, c.lengths});
  }
  template <class D, class T, class In, class Out>
  void backward(Context<D>& c, const Nothing&, View<T, In, D> x, View<T, Out, D>, View<T, Out, D> dy, View<T, In, D> dx,
                Nothing&, Nothing&) const {
    if (dx.data)
      rows(c, x.shape.rows(), kernels::TakePositionGrad<T>{dy.data, dx.data, x.shape[1], x.shape[2], Last, c.lengths});
  }
};
/// The first position of a sequence: [CLS], <s>.
using FirstToken = TakenPosition<false>;
/// The last real position of a sequence: what a causal model read it for.
using LastToken = TakenPosition<true>;

}  // namespace l2g
