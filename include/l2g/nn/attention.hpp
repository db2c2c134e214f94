#pragma once
// Multi-head self-attention, the feed-forward pair, and the transformer block made of them.
#include <l2g/cpu/attention.hpp>
#include <l2g/nn/linear.hpp>
#include <l2g/nn/norm.hpp>
#include <l2g/nn/residual.hpp>
#include <l2g/nn/sequential.hpp>
#include <l2g/nn/wrapper.hpp>

namespace l2g {

/// Vaswani et al. 2017 with H heads on (batch, length, C); keys behind the end of a sequence are not seen, Causal hides
/// those ahead; attention probabilities are dropped with PerMille / 1000. No length x length matrix is kept.
/// Parameters: qkv (3C, C) and proj (C, C), which with_lora may replace.
template <index_t C = dyn, index_t H = dyn, index_t PerMille = (C < 0 ? dyn : 0), bool Causal = false,
          class Qkv = Linear<C, multiple<C, 3>>, class Proj = Linear<C, C>>
struct SelfAttention {
  static_assert(C < 0 || H < 0 || C % H == 0, "l2g::SelfAttention: the heads must divide the channels");
  static constexpr std::string_view name = "SelfAttention";
  static constexpr index_t wants = C;
  static constexpr unsigned uses = uses_x;
  static constexpr index_t C3 = multiple<C, 3>;
  [[no_unique_address]] Extent<C> in{};
  [[no_unique_address]] Extent<H> heads{};
  [[no_unique_address]] Extent<PerMille> per_mille{};
  [[no_unique_address]] Qkv qkv{};
  [[no_unique_address]] Proj proj{};

  template <class T, class D>
  struct Params {
    decltype(std::declval<const Qkv&>().template params<T, D>()) qkv;
    decltype(std::declval<const Proj&>().template params<T, D>()) proj;
    constexpr void each(auto& v) {
      scope(v, "qkv", [&] { qkv.each(v); });
      scope(v, "proj", [&] { proj.each(v); });
    }
  };
  template <class T, class D>
  constexpr Params<T, D> params() const {
    return {qkv.template params<T, D>(), proj.template params<T, D>()};
  }
  template <class T, class D, index_t B, index_t L>
  struct Saved {
    using Row = Shape<B, L, C>;
    decltype(std::declval<const Qkv&>().template saved<T, D>(std::declval<Row>())) qkv_saved;
    decltype(std::declval<const Proj&>().template saved<T, D>(std::declval<Row>())) proj_saved;
    View<T, Shape<B, L, C3>, D> qkv;
    View<T, Row, D> mixed;
    View<T, Shape<B, H, L>, D> log_sum;
    Stream stream;
    constexpr void each(auto& v) {
      scope(v, "qkv", [&] { qkv_saved.each(v); });
      scope(v, "proj", [&] { proj_saved.each(v); });
      v.field("qkv", qkv);
      v.field("mixed", mixed);
      v.field("log_sum", log_sum);
      stream.each(v);
    }
  };
  template <class T, class D, index_t B, index_t L, index_t X>
  constexpr Saved<T, D, B, L> saved(Shape<B, L, X> s) const {
    const index_t b = s[0], l = s[1], ch = in, h = heads;
    const Shape<B, L, C> row{b, l, ch};
    return {qkv.template saved<T, D>(row), proj.template saved<T, D>(row), {nullptr, {b, l, 3 * ch}},
            {nullptr, {b, l, ch}},         {nullptr, {b, h, l}},           {}};
  }
  template <class T>
  constexpr std::size_t scratch(auto s) const {
    const std::size_t a = qkv.template scratch<T>(s), b = proj.template scratch<T>(s),
                      attend = cpu::attention_scratch<T>(s[1], in / heads);
    const std::size_t inner = a > b ? a : b;
    return bytes_of<T>(s.rows() * in) + bytes_of<T>(s.rows() * 3 * in) + (inner > attend ? inner : attend);
  }
  constexpr auto out(auto s) const {
    expect(in, s.cols(), "l2g::SelfAttention: the input has another number of channels");
    expect(0, in % heads, "l2g::SelfAttention: the heads must divide the channels");
    return s;
  }
  constexpr AttentionSpec spec(auto s, bool training, std::uint32_t stream) const {
    const double keep = 1 - double(per_mille) / 1000;
    return {s[0],    s[1], heads, heads, in / heads, Causal, false, training && per_mille > 0, stream, keep_word(keep),
            1 / keep};
  }
  /// Queries, keys and values lie side by side.
  template <class T>
  constexpr Projections<T> parts(T* rows) const {
    return {rows, rows + in, rows + 2 * in, 3 * in, 3 * in};
  }
  template <class D, class T, class In>
  void forward(Context<D>& c, const auto& p, View<T, In, D> x, View<T, In, D> y, auto& s) const {
    qkv.forward(c, p.qkv, x, s.qkv, s.qkv_saved);
    attention(c, spec(x.shape, c.training, s.stream.id), parts<const T>(s.qkv.data), s.mixed.data, s.log_sum.data);
    proj.forward(c, p.proj, s.mixed, y, s.proj_saved);
  }
  template <class D, class T, class In>
  void backward(Context<D>& c, const auto& p, View<T, In, D> x, View<T, In, D> y, View<T, In, D> dy, View<T, In, D> dx,
                auto& s, auto& g) const {
    const bool below = dx.data || l2g::trains(qkv);
    Frame frame(c.scratch);
    auto dmixed = s.mixed;
    auto dqkv = s.qkv;
    dmixed.data = below ? c.scratch.template take<T>(dmixed.size()) : nullptr;
    proj.backward(c, p.proj, s.mixed, y, dy, dmixed, s.proj_saved, g.proj);
    if (!below) return;
    dqkv.data = c.scratch.template take<T>(dqkv.size());
    attention_grad(c, spec(x.shape, c.training, s.stream.id), parts<const T>(s.qkv.data), s.mixed.data, s.log_sum.data,
                   dmixed.data, parts<T>(dqkv.data));
    qkv.backward(c, p.qkv, x, s.qkv, dqkv, dx, s.qkv_saved, g.qkv);
  }
};

/// y = down(A(up(x))): (batch, length, C) -> C over F. The activation is computed again in backward, not kept.
template <index_t C = dyn, index_t F = dyn, Activation A = Activation::gelu, class Up = Linear<C, F>,
          class Down = Linear<F, C>>
struct FeedForward {
  static constexpr std::string_view name = "FeedForward";
  static constexpr index_t wants = C;
  static constexpr unsigned uses = uses_x;
  [[no_unique_address]] Extent<C> in{};
  [[no_unique_address]] Extent<F> hidden{};
  [[no_unique_address]] Up up{};
  [[no_unique_address]] Down down{};

  template <class T, class D>
  struct Params {
    decltype(std::declval<const Up&>().template params<T, D>()) up;
    decltype(std::declval<const Down&>().template params<T, D>()) down;
    constexpr void each(auto& v) {
      scope(v, "up", [&] { up.each(v); });
      scope(v, "down", [&] { down.each(v); });
    }
  };
  template <class T, class D>
  constexpr Params<T, D> params() const {
    return {up.template params<T, D>(), down.template params<T, D>()};
  }
  template <class T, class D, index_t B, index_t L>
  struct Saved {
    using Inner = Shape<B, L, F>;
    decltype(std::declval<const Up&>().template saved<T, D>(std::declval<Shape<B, L, C>>())) up_saved;
    decltype(std::declval<const Down&>().template saved<T, D>(std::declval<Inner>())) down_saved;
    View<T, Inner, D> u;
    constexpr void each(auto& v) {
      scope(v, "up", [&] { up_saved.each(v); });
      scope(v, "down", [&] { down_saved.each(v); });
      v.field("u", u);
    }
  };
  template <class T, class D, index_t B, index_t L, index_t X>
  constexpr Saved<T, D, B, L> saved(Shape<B, L, X> s) const {
    const Shape<B, L, C> row{s[0], s[1], index_t(in)};
    const Shape<B, L, F> inner{s[0], s[1], index_t(hidden)};
    return {up.template saved<T, D>(row), down.template saved<T, D>(inner), {nullptr, inner}};
  }
  template <class T, index_t B, index_t L, index_t X>
  constexpr std::size_t scratch(Shape<B, L, X> s) const {
    const std::size_t a = up.template scratch<T>(Shape<B, L, C>{s[0], s[1], index_t(in)}),
                      b = down.template scratch<T>(Shape<B, L, F>{s[0], s[1], index_t(hidden)});
    return 2 * bytes_of<T>(s.rows() * hidden) + (a > b ? a : b);
  }
  constexpr auto out(auto s) const {
    expect(in, s.cols(), "l2g::FeedForward: the input has another number of channels");
    return s;
  }
  template <class D, class T, class In>
  void forward(Context<D>& c, const auto& p, View<T, In, D> x, View<T, In, D> y, auto& s) const {
    up.forward(c, p.up, x, s.u, s.up_saved);
    Frame frame(c.scratch);
    auto a = s.u;
    a.data = c.scratch.template take<T>(a.size());
    map(c, a.size(), kernels::Activate<T, A>{s.u.data, a.data});
    down.forward(c, p.down, a, y, s.down_saved);
  }
  template <class D, class T, class In>
  void backward(Context<D>& c, const auto& p, View<T, In, D> x, View<T, In, D> y, View<T, In, D> dy, View<T, In, D> dx,
                auto& s, auto& g) const {
    Frame frame(c.scratch);
    auto a = s.u, da = s.u;
    a.data = c.scratch.template take<T>(a.size());
    map(c, a.size(), kernels::Activate<T, A>{s.u.data, a.data});
    const bool below = dx.data || l2g::trains(up);
    da.data = below ? c.scratch.template take<T>(a.size()) : nullptr;
    down.backward(c, p.down, a, y, dy, da, s.down_saved, g.down);
    if (!below) return;
    map(c, a.size(), kernels::ActivateGrad<T, A>{s.u.data, da.data, da.data});
    up.backward(c, p.up, x, s.u, da, dx, s.up_saved, g.up);
  }
};

enum class NormPlace { pre, post };

namespace detail {
template <NormPlace Place, index_t C, class Attend, class Feed, index_t PerMille>
struct BlockType {
  using type = Sequential<
      Named<"attention", Residual<Sequential<Named<"self", Attend>, Dropout<PerMille>>>>, Named<"norm1", LayerNorm<C>>,
      Named<"feed_forward", Residual<Sequential<Named<"mlp", Feed>, Dropout<PerMille>>>>, Named<"norm2", LayerNorm<C>>>;
};
template <index_t C, class Attend, class Feed, index_t PerMille>
struct BlockType<NormPlace::pre, C, Attend, Feed, PerMille> {
  using type = Sequential<
      Named<"attention", Residual<Sequential<Named<"norm", LayerNorm<C>>, Named<"self", Attend>, Dropout<PerMille>>>>,
      Named<"feed_forward", Residual<Sequential<Named<"norm", LayerNorm<C>>, Named<"mlp", Feed>, Dropout<PerMille>>>>>;
};
}  // namespace detail

/// Post-norm (RoBERTa): x = norm(x + attention(x)); x = norm(x + feed_forward(x)). Pre-norm (GPT-2): the norms stand
/// before the branches. C channels, H heads, F hidden channels, dropout PerMille / 1000 of probabilities and branches.
template <index_t C, index_t H, index_t F, NormPlace Place = NormPlace::post, index_t PerMille = 0, bool Causal = false>
using TransformerBlock =
    typename detail::BlockType<Place, C, SelfAttention<C, H, PerMille, Causal>, FeedForward<C, F>, PerMille>::type;

}  // namespace l2g
