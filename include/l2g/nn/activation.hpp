#pragma once
// Layers that keep the shape and have no parameters.
#include <l2g/core/layer.hpp>
#include <l2g/kernels/elementwise.hpp>

namespace l2g {

/// What the layers of this file share: no parameters, no scratch, the shape stays.
struct Elementwise {
  template <class T, class D>
  constexpr Nothing params() const {
    return {};
  }
  template <class T, class D>
  constexpr Nothing saved(auto) const {
    return {};
  }
  template <class T>
  constexpr std::size_t scratch(auto) const {
    return 0;
  }
  constexpr auto out(auto s) const { return s; }
};

/// y = x.
struct Identity : Elementwise {
  static constexpr std::string_view name = "Identity";
  static constexpr unsigned uses = uses_none;
  static constexpr bool in_place = true;
  template <class D, class T, class In>
  void forward(Context<D>& c, const Nothing&, View<T, In, D> x, View<T, In, D> y, Nothing&) const {
    if (x.data != y.data) map(c, x.size(), kernels::Copy<T>{x.data, y.data});
  }
  template <class D, class T, class In>
  void backward(Context<D>& c, const Nothing&, View<T, In, D>, View<T, In, D>, View<T, In, D> dy, View<T, In, D> dx,
                Nothing&, Nothing&) const {
    if (dx.data) map(c, dx.size(), kernels::Copy<T>{dy.data, dx.data});
  }
};

/// y = max(x, 0); the slope at 0 is 0.
struct Relu : Elementwise {
  static constexpr std::string_view name = "Relu";
  static constexpr unsigned uses = uses_y;
  static constexpr bool in_place = true;
  template <class D, class T, class In>
  void forward(Context<D>& c, const Nothing&, View<T, In, D> x, View<T, In, D> y, Nothing&) const {
    map(c, x.size(), kernels::Relu<T>{x.data, y.data});
  }
  template <class D, class T, class In>
  void backward(Context<D>& c, const Nothing&, View<T, In, D>, View<T, In, D> y, View<T, In, D> dy, View<T, In, D> dx,
                Nothing&, Nothing&) const {
    if (dx.data) map(c, dx.size(), kernels::ReluGrad<T>{y.data, dy.data, dx.data});
  }
};

/// y = x Phi(x), exact by erf, or its form with tanh.
template <bool Tanh = false>
struct GeluLayer : Elementwise {
  static constexpr std::string_view name = Tanh ? "GeluTanh" : "Gelu";
  static constexpr unsigned uses = uses_x;
  template <class D, class T, class In>
  void forward(Context<D>& c, const Nothing&, View<T, In, D> x, View<T, In, D> y, Nothing&) const {
    map(c, x.size(), kernels::Gelu<T, Tanh>{x.data, y.data});
  }
  template <class D, class T, class In>
  void backward(Context<D>& c, const Nothing&, View<T, In, D> x, View<T, In, D>, View<T, In, D> dy, View<T, In, D> dx,
                Nothing&, Nothing&) const {
    if (dx.data) map(c, dx.size(), kernels::GeluGrad<T, Tanh>{x.data, dy.data, dx.data});
  }
};
using Gelu = GeluLayer<false>;
using GeluTanh = GeluLayer<true>;

/// y = tanh(x).
struct Tanh : Elementwise {
  static constexpr std::string_view name = "Tanh";
  static constexpr unsigned uses = uses_y;
  static constexpr bool in_place = true;
  template <class D, class T, class In>
  void forward(Context<D>& c, const Nothing&, View<T, In, D> x, View<T, In, D> y, Nothing&) const {
    map(c, x.size(), kernels::Tanh<T>{x.data, y.data});
  }
  template <class D, class T, class In>
  void backward(Context<D>& c, const Nothing&, View<T, In, D>, View<T, In, D> y, View<T, In, D> dy, View<T, In, D> dx,
                Nothing&, Nothing&) const {
    if (dx.data) map(c, dx.size(), kernels::TanhGrad<T>{y.data, dy.data, dx.data});
  }
};

/// y = x / (1 + exp(-x)), also called swish.
struct Silu : Elementwise {
  static constexpr std::string_view name = "Silu";
  static constexpr unsigned uses = uses_x;
  template <class D, class T, class In>
  void forward(Context<D>& c, const Nothing&, View<T, In, D> x, View<T, In, D> y, Nothing&) const {
    map(c, x.size(), kernels::Activate<T, Activation::silu>{x.data, y.data});
  }
  template <class D, class T, class In>
  void backward(Context<D>& c, const Nothing&, View<T, In, D> x, View<T, In, D>, View<T, In, D> dy, View<T, In, D> dx,
                Nothing&, Nothing&) const {
    if (dx.data) map(c, dx.size(), kernels::ActivateGrad<T, Activation::silu>{x.data, dy.data, dx.data});
  }
};

/// In training each element is kept with probability 1 - PerMille / 1000 and divided by it (Srivastava et al. 2014).
template <index_t PerMille = dyn>
struct Dropout : Elementwise {
  static_assert(PerMille < 1000, "l2g::Dropout: the share is in per mille, below 1000");
  static constexpr std::string_view name = "Dropout";
  static constexpr unsigned uses = uses_none;
  static constexpr bool in_place = true;
  [[no_unique_address]] Extent<PerMille> per_mille{};

  template <class T, class D>
  constexpr Stream saved(auto) const {
    return {};
  }
  constexpr double keep() const { return 1 - double(per_mille) / 1000; }
  template <class D, class T>
  void apply(Context<D>& c, const T* x, T* y, index_t n, std::uint32_t stream) const {
    if (c.training && per_mille > 0)
      map(c, kernels::dropout_counters(n),
          kernels::Dropout<T>{c.state, stream, keep_word(keep()), T(1 / keep()), x, y, n});
    else if (x != y)
      map(c, n, kernels::Copy<T>{x, y});
  }
  template <class D, class T, class In>
  void forward(Context<D>& c, const Nothing&, View<T, In, D> x, View<T, In, D> y, Stream& s) const {
    apply(c, x.data, y.data, x.size(), s.id);
  }
  template <class D, class T, class In>
  void backward(Context<D>& c, const Nothing&, View<T, In, D>, View<T, In, D>, View<T, In, D> dy, View<T, In, D> dx,
                Stream& s, Nothing&) const {
    if (dx.data) apply(c, dy.data, dx.data, dx.size(), s.id);
  }
};

/// (batch, length, channels) -> (batch, 1, length x channels): positions are kept for the next layer.
struct Flatten : Elementwise {
  static constexpr std::string_view name = "Flatten";
  static constexpr unsigned uses = uses_none;
  static constexpr bool in_place = true;
  template <index_t B, index_t L, index_t C>
  constexpr auto out(Shape<B, L, C> s) const {
    return Shape<B, 1, (L < 0 || C < 0 ? dyn : L * C)>{s[0], 1, s[1] * s[2]};
  }
  constexpr Lengths after(const Lengths& before) const { return before.pooled(); }
  template <class D, class T, class In, class Out>
  void forward(Context<D>& c, const Nothing&, View<T, In, D> x, View<T, Out, D> y, Nothing&) const {
    if (x.data != y.data) map(c, x.size(), kernels::Copy<T>{x.data, y.data});
    if (c.lengths) rows(c, x.shape.rows(), kernels::ZeroPadding<T>{y.data, c.lengths, x.shape[1], x.shape[2]});
  }
  template <class D, class T, class In, class Out>
  void backward(Context<D>& c, const Nothing&, View<T, In, D>, View<T, Out, D>, View<T, Out, D> dy, View<T, In, D> dx,
                Nothing&, Nothing&) const {
    if (!dx.data) return;
    map(c, dx.size(), kernels::Copy<T>{dy.data, dx.data});
    if (c.lengths) rows(c, dx.shape.rows(), kernels::ZeroPadding<T>{dx.data, c.lengths, dx.shape[1], dx.shape[2]});
  }
};

}  // namespace l2g
