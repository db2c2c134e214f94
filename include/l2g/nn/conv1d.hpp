#pragma once
// Dilated, strided, grouped convolution over the positions.
#include <l2g/cpu/conv1d.hpp>
#include <l2g/nn/linear.hpp>

namespace l2g {

/// same: centred, output t looks (K - 1) / 2 taps back; causal: only back; valid: only whole windows.
enum class Padding { same, causal, valid };

/// (batch, length, I) -> (batch, length', O); length' is ceil(length / Stride), or that of the whole windows with
/// valid padding. Parameters: weight (O, K, I / Groups), bias (O), uniform in +-1/sqrt(K I / Groups).
template <index_t I = dyn, index_t O = dyn, index_t K = dyn, index_t Dilation = (K < 0 ? dyn : 1),
          Padding P = Padding::same, index_t Stride = (K < 0 ? dyn : 1), index_t Groups = (K < 0 ? dyn : 1)>
struct Conv1d {
  static_assert(I < 0 || Groups < 0 || I % Groups == 0, "l2g::Conv1d: the groups must divide the input channels");
  static_assert(O < 0 || Groups < 0 || O % Groups == 0, "l2g::Conv1d: the groups must divide the output channels");
  static constexpr std::string_view name = "Conv1d";
  static constexpr index_t wants = I;
  static constexpr unsigned uses = uses_x;
  [[no_unique_address]] Extent<I> in{};
  [[no_unique_address]] Extent<O> features{};
  [[no_unique_address]] Extent<K> kernel{};
  [[no_unique_address]] Extent<Dilation> dilation{};
  [[no_unique_address]] Extent<Stride> stride{};
  [[no_unique_address]] Extent<Groups> groups{};

  static constexpr index_t per_group = I < 0 || Groups < 0 ? dyn : I / (Groups < 1 ? 1 : Groups);
  template <class T, class D>
  struct Params {
    View<T, Shape<O, K, per_group>, D> weight;
    View<T, Shape<O>, D> bias;
    constexpr void each(auto& v) {
      const Init init{Init::uniform, detail::inverse_root(multiplied(weight.shape[1], weight.shape[2]))};
      v.field("weight", weight, init);
      v.field("bias", bias, init);
    }
  };
  template <class T, class D>
  constexpr Params<T, D> params() const {
    return {{nullptr, {index_t(features), index_t(kernel), in / groups}}, {nullptr, {index_t(features)}}};
  }
  template <class T, class D>
  constexpr Nothing saved(auto) const {
    return {};
  }
  constexpr index_t window() const { return (kernel - 1) * dilation + 1; }
  constexpr index_t out_length(index_t l) const {
    if (P != Padding::valid) return (l + stride - 1) / stride;
    return l < window() ? 0 : (l - window()) / stride + 1;
  }
  constexpr Conv1dSpec spec(auto s) const {
    const index_t left = P == Padding::valid ? 0 : P == Padding::causal ? window() - 1 : (window() - 1) / 2;
    return {s[0], s[1], out_length(s[1]), in, features, kernel, stride, dilation, left, groups};
  }
  template <class T>
  constexpr std::size_t scratch(auto s) const {
    const std::size_t bias = bytes_of<T>(kernels::shards_of(s[0] * out_length(s[1])) * features);
    return cpu::conv1d_scratch<T>(spec(s)) + bias;
  }
  template <index_t B, index_t L, index_t C>
  constexpr auto out(Shape<B, L, C> s) const {
    expect(in, s[2], "l2g::Conv1d: the input has another number of channels");
    expect(0, in % groups, "l2g::Conv1d: the groups must divide the input channels");
    expect(0, features % groups, "l2g::Conv1d: the groups must divide the output channels");
    require(out_length(s[1]) >= 1, window(), s[1], "l2g::Conv1d: the sequence is shorter than the window");
    constexpr bool numbers = L >= 0 && K >= 0 && Dilation >= 0 && Stride >= 0;
    if constexpr (numbers)
      return Shape<B, Conv1d{}.out_length(L), O>{s[0], out_length(s[1]), index_t(features)};
    else
      return Shape < B, Stride == 1 && P != Padding::valid ? L : dyn, O > {s[0], out_length(s[1]), index_t(features)};
  }
  constexpr Lengths after(const Lengths& before) const {
    if (P != Padding::valid && stride == 1) return before;
    return before.then({P == Padding::valid ? window() : 1, stride, 0});
  }

  template <class D, class T, class In, class Out>
  void forward(Context<D>& c, const Params<T, D>& p, View<T, In, D> x, View<T, Out, D> y, Nothing&) const {
    conv1d(c, spec(x.shape), x.data, p.weight.data, p.bias.data, y.data);
  }
  template <class D, class T, class In, class Out>
  void backward(Context<D>& c, const Params<T, D>& p, View<T, In, D> x, View<T, Out, D>, View<T, Out, D> dy,
                View<T, In, D> dx, Nothing&, Params<T, D>& g) const {
    const Conv1dSpec s = spec(x.shape);
    if (g.weight.data) {
      conv1d_weight_grad(c, s, x.data, dy.data, g.weight.data);
      kernels::add_column_sums(c, dy.data, s.out_rows(), features, g.bias.data);
    }
    if (dx.data) conv1d_input_grad(c, s, p.weight.data, dy.data, dx.data);
  }
};

}  // namespace l2g
