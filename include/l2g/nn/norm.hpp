#pragma once
// Layer and root-mean-square normalisation over the channels, batch normalisation over batch and positions.
#include <l2g/core/layer.hpp>
#include <l2g/kernels/elementwise.hpp>
#include <l2g/kernels/norm.hpp>

namespace l2g {

/// Parameters of both: weight (C) = 1, bias (C) = 0.
template <class T, class D, index_t C>
struct NormParams {
  View<T, Shape<C>, D> weight, bias;
  constexpr void each(auto& v) {
    v.field("weight", weight, Init{Init::constant, 1});
    v.field("bias", bias, Init{Init::constant, 0});
  }
};

namespace detail {
constexpr double small(index_t digits) {  // 10^-digits
  double ten = 1;
  for (index_t i = 0; i < digits; ++i) ten *= 10;
  return 1 / ten;
}
}  // namespace detail

/// Ba, Kiros, Hinton 2016; epsilon = 10^-Digits. (batch, length, C) -> the same.
template <index_t C = dyn, index_t Digits = 5>
struct LayerNorm {
  static constexpr std::string_view name = "LayerNorm";
  static constexpr index_t wants = C;
  static constexpr unsigned uses = uses_x;
  [[no_unique_address]] Extent<C> in{};
  [[no_unique_address]] Extent<Digits> digits{};
  constexpr double epsilon() const { return detail::small(digits); }

  template <class T, class D>
  constexpr NormParams<T, D, C> params() const {
    return {{nullptr, {index_t(in)}}, {nullptr, {index_t(in)}}};
  }
  template <class T, class D, index_t B, index_t L>
  struct Saved {
    View<T, Shape<B, L>, D> mean, rstd;
    constexpr void each(auto& v) {
      v.field("mean", mean);
      v.field("rstd", rstd);
    }
  };
  template <class T, class D, index_t B, index_t L, index_t X>
  constexpr Saved<T, D, B, L> saved(Shape<B, L, X> s) const {
    return {{nullptr, {s[0], s[1]}}, {nullptr, {s[0], s[1]}}};
  }
  template <class T>
  constexpr std::size_t scratch(auto s) const {
    return bytes_of<T>(kernels::shards_of(s.rows()) * 2 * in);
  }
  constexpr auto out(auto s) const {
    expect(in, s.cols(), "l2g::LayerNorm: the input has another number of channels");
    return s;
  }
  template <class D, class T, class In>
  void forward(Context<D>& c, const NormParams<T, D, C>& p, View<T, In, D> x, View<T, In, D> y, auto& s) const {
    rows(c, x.shape.rows(),
         kernels::LayerNorm<T>{x.data, p.weight.data, p.bias.data, y.data, s.mean.data, s.rstd.data, in, T(epsilon())});
  }
  template <class D, class T, class In>
  void backward(Context<D>& c, const NormParams<T, D, C>& p, View<T, In, D> x, View<T, In, D>, View<T, In, D> dy,
                View<T, In, D> dx, auto& s, NormParams<T, D, C>& g) const {
    const index_t n = x.shape.rows(), ch = in;
    if (g.weight.data) {
      Frame frame(c.scratch);
      const index_t shards = kernels::shards_of(n);
      T* partial = c.scratch.template take<T>(shards * 2 * ch);
      rows(c, shards,
           kernels::LayerNormParamGrad<T>{x.data, dy.data, s.mean.data, s.rstd.data, partial, n, ch, shards});
      map(c, ch, kernels::AddShards<T>{partial, g.weight.data, shards, 2 * ch});
      map(c, ch, kernels::AddShards<T>{partial + ch, g.bias.data, shards, 2 * ch});
    }
    if (dx.data)
      rows(c, n, kernels::LayerNormGrad<T>{x.data, p.weight.data, dy.data, s.mean.data, s.rstd.data, dx.data, ch});
  }
};

/// Zhang and Sennrich 2019: y = x / sqrt(mean of x^2 + epsilon) * weight, epsilon = 10^-Digits, the mean over the
/// channels. (batch, length, C) -> the same. Parameter: weight (C) = 1.
template <index_t C = dyn, index_t Digits = 5>
struct RmsNorm {
  static constexpr std::string_view name = "RmsNorm";
  static constexpr index_t wants = C;
  static constexpr unsigned uses = uses_x;
  [[no_unique_address]] Extent<C> in{};
  [[no_unique_address]] Extent<Digits> digits{};
  constexpr double epsilon() const { return detail::small(digits); }

  template <class T, class D>
  struct Params {
    View<T, Shape<C>, D> weight;
    constexpr void each(auto& v) { v.field("weight", weight, Init{Init::constant, 1}); }
  };
  template <class T, class D>
  constexpr Params<T, D> params() const {
    return {{nullptr, {index_t(in)}}};
  }
  template <class T, class D, index_t B, index_t L>
  struct Saved {
    View<T, Shape<B, L>, D> rstd;
    constexpr void each(auto& v) { v.field("rstd", rstd); }
  };
  template <class T, class D, index_t B, index_t L, index_t X>
  constexpr Saved<T, D, B, L> saved(Shape<B, L, X> s) const {
    return {{nullptr, {s[0], s[1]}}};
  }
  template <class T>
  constexpr std::size_t scratch(auto s) const {
    return bytes_of<T>(kernels::shards_of(s.rows()) * in);
  }
  constexpr auto out(auto s) const {
    expect(in, s.cols(), "l2g::RmsNorm: the input has another number of channels");
    return s;
  }
  template <class D, class T, class In>
  void forward(Context<D>& c, const Params<T, D>& p, View<T, In, D> x, View<T, In, D> y, auto& s) const {
    rows(c, x.shape.rows(), kernels::RmsNorm<T>{x.data, p.weight.data, y.data, s.rstd.data, in, T(epsilon())});
  }
  template <class D, class T, class In>
  void backward(Context<D>& c, const Params<T, D>& p, View<T, In, D> x, View<T, In, D>, View<T, In, D> dy,
                View<T, In, D> dx, auto& s, Params<T, D>& g) const {
    const index_t n = x.shape.rows(), ch = in;
    if (g.weight.data) {
      Frame frame(c.scratch);
      const index_t shards = kernels::shards_of(n);
      T* partial = c.scratch.template take<T>(shards * ch);
      rows(c, shards, kernels::RmsNormWeightGrad<T>{x.data, dy.data, s.rstd.data, partial, n, ch, shards});
      map(c, ch, kernels::AddShards<T>{partial, g.weight.data, shards, ch});
    }
    if (dx.data) rows(c, n, kernels::RmsNormGrad<T>{x.data, p.weight.data, dy.data, s.rstd.data, dx.data, ch});
  }
};

/// Ioffe and Szegedy 2015 over batch and real positions; epsilon 1e-5, momentum 0.1, running statistics are buffers.
template <index_t C = dyn>
struct BatchNorm1d {
  static constexpr std::string_view name = "BatchNorm1d";
  static constexpr index_t wants = C;
  static constexpr unsigned uses = uses_x;
  static constexpr double epsilon = 1e-5, momentum = 0.1;
  [[no_unique_address]] Extent<C> in{};

  template <class T, class D>
  struct Params : NormParams<T, D, C> {
    View<T, Shape<C>, D> running_mean, running_var;
    constexpr void each(auto& v) {
      NormParams<T, D, C>::each(v);
      v.buffer("running_mean", running_mean, Init{Init::constant, 0});
      v.buffer("running_var", running_var, Init{Init::constant, 1});
    }
  };
  template <class T, class D>
  constexpr Params<T, D> params() const {
    const Shape<C> s{index_t(in)};
    return {{{nullptr, s}, {nullptr, s}}, {nullptr, s}, {nullptr, s}};
  }
  template <class T, class D>
  struct Saved {
    View<T, Shape<C>, D> mean, rstd, share;
    constexpr void each(auto& v) {
      v.field("mean", mean);
      v.field("rstd", rstd);
      v.field("share", share);
    }
  };
  template <class T, class D>
  constexpr Saved<T, D> saved(auto) const {
    const Shape<C> s{index_t(in)};
    return {{nullptr, s}, {nullptr, s}, {nullptr, s}};
  }
  template <class T>
  constexpr std::size_t scratch(auto s) const {
    const index_t shards = kernels::shards_of(s.rows());
    return bytes_of<T>(shards * 2 * in) + bytes_of<T>(2 * in) + bytes_of<T>(shards);
  }
  constexpr auto out(auto s) const {
    expect(in, s.cols(), "l2g::BatchNorm1d: the input has another number of channels");
    return s;
  }
  template <class D, class T, class In>
  void forward(Context<D>& c, const Params<T, D>& p, View<T, In, D> x, View<T, In, D> y, auto& s) const {
    const index_t n = x.shape.rows(), ch = in, shards = kernels::shards_of(n);
    if (c.training || c.batch_statistics) {
      Frame frame(c.scratch);
      T *mean = c.scratch.template take<T>(shards * 2 * ch), *m2 = mean + shards * ch;
      T* count = c.scratch.template take<T>(shards);
      rows(c, shards, kernels::BatchMoments<T>{x.data, mean, m2, count, c.lengths, n, x.shape[1], ch, shards});
      map(c, ch,
          kernels::BatchStatistics<T>{mean, m2, count, s.mean.data, s.rstd.data, s.share.data, p.running_mean.data,
                                      p.running_var.data, ch, shards, T(epsilon), T(momentum)});
    } else {
      map(c, ch,
          kernels::RunningStatistics<T>{p.running_mean.data, p.running_var.data, s.mean.data, s.rstd.data, s.share.data,
                                        T(epsilon)});
    }
    rows(c, n, kernels::BatchNorm<T>{x.data, p.weight.data, p.bias.data, s.mean.data, s.rstd.data, y.data, ch});
  }
  template <class D, class T, class In>
  void backward(Context<D>& c, const Params<T, D>& p, View<T, In, D> x, View<T, In, D>, View<T, In, D> dy,
                View<T, In, D> dx, auto& s, Params<T, D>& g) const {
    const index_t n = x.shape.rows(), l = x.shape[1], ch = in, shards = kernels::shards_of(n);
    Frame frame(c.scratch);
    T *partial = c.scratch.template take<T>(shards * 2 * ch), *sums = c.scratch.template take<T>(2 * ch);
    rows(c, shards,
         kernels::BatchNormSums<T>{x.data, dy.data, s.mean.data, s.rstd.data, partial, c.lengths, n, l, ch, shards});
    map(c, 2 * ch, kernels::Fill<T>{T(0), sums});
    map(c, 2 * ch, kernels::AddShards<T>{partial, sums, shards, 2 * ch});
    if (g.weight.data) {
      map(c, ch, kernels::Add<T>{sums, g.weight.data, g.weight.data});
      map(c, ch, kernels::Add<T>{sums + ch, g.bias.data, g.bias.data});
    }
    if (dx.data)
      rows(c, n,
           kernels::BatchNormGrad<T>{x.data, dy.data, p.weight.data, s.mean.data, s.rstd.data, s.share.data, sums,
                                     dx.data, c.lengths, l, ch});
  }
};

}  // namespace l2g
