#pragma once
// y = x W^T + b over the channels.
#include <l2g/core/layer.hpp>
#include <l2g/kernels/elementwise.hpp>
#include <l2g/kernels/reduce.hpp>

#include <cmath>

namespace l2g {

namespace detail {
constexpr double inverse_root(index_t n) {  // 1 / sqrt(n) in a constant expression
  double r = 1;
  for (int i = 0; i < 60; ++i) r = 0.5 * (r + double(n) / r);
  return n > 0 ? 1 / r : 0;
}
}  // namespace detail

/// (batch, length, I) -> (batch, length, O). Parameters: weight (O, I), bias (O), both uniform in +-1/sqrt(I).
template <index_t I = dyn, index_t O = dyn, bool Bias = true>
struct Linear {
  static constexpr std::string_view name = "Linear";
  static constexpr index_t wants = I;
  static constexpr unsigned uses = uses_x;
  [[no_unique_address]] Extent<I> in{};
  [[no_unique_address]] Extent<O> features{};

  template <class T, class D>
  struct Params {
    View<T, Shape<O, I>, D> weight;
    View<T, Shape<Bias ? O : 0>, D> bias;
    constexpr void each(auto& v) {
      const Init init{Init::uniform, detail::inverse_root(weight.shape[1])};
      v.field("weight", weight, init);
      if constexpr (Bias) v.field("bias", bias, init);
    }
  };
  template <class T, class D>
  constexpr Params<T, D> params() const {
    if constexpr (Bias)
      return {{nullptr, {index_t(features), index_t(in)}}, {nullptr, {index_t(features)}}};
    else
      return {{nullptr, {index_t(features), index_t(in)}}, {}};
  }
  template <class T, class D>
  constexpr Nothing saved(auto) const {
    return {};
  }
  template <class T>
  constexpr std::size_t scratch(auto s) const {
    return bytes_of<T>(kernels::shards_of(s.rows()) * features);
  }
  template <class S>
  constexpr auto out(S s) const {
    expect(in, s.cols(), "l2g::Linear: the input has another number of channels");
    return with_channels(s, Extent<O>(features));
  }

  template <class D, class T, class In, class Out>
  void forward(Context<D>& c, const Params<T, D>& p, View<T, In, D> x, View<T, Out, D> y, Nothing&) const {
    const index_t m = x.shape.rows(), i = in, o = features;
    const T* start = nullptr;
    if constexpr (Bias) start = p.bias.data;
    gemm(c, m, o, i, T(1), x.data, {i}, p.weight.data, {i, true}, T(0), y.data, {o}, 1, start);
  }
  template <class D, class T, class In, class Out>
  void backward(Context<D>& c, const Params<T, D>& p, View<T, In, D> x, View<T, Out, D>, View<T, Out, D> dy,
                View<T, In, D> dx, Nothing&, Params<T, D>& g) const {
    const index_t m = x.shape.rows(), i = in, o = features;
    if (g.weight.data) gemm(c, o, i, m, T(1), dy.data, {o, true}, x.data, {i}, T(1), g.weight.data, {i});
    if (Bias && g.bias.data) kernels::add_column_sums(c, dy.data, m, o, g.bias.data);
    if (dx.data) gemm(c, m, i, o, T(1), dy.data, {o}, p.weight.data, {i}, T(0), dx.data, {i});
  }
};

}  // namespace l2g
