#pragma once
// SVD-LoRA: a frozen linear map plus a low-rank change P diag(lambda o mask) Q.
#include <l2g/nn/lora.hpp>

namespace l2g {

/// A policy of rank masks. Here the mask of each training step is drawn afresh: Bernoulli(keep) / keep for each rank,
/// keep = KeepPerMille / 1000; ones in evaluation.
template <index_t KeepPerMille = dyn>
struct PerStep {
  [[no_unique_address]] Extent<KeepPerMille> per_mille{};
  template <class D, class T>
  void fill(Context<D>& c, T* mask, index_t rank, std::uint32_t stream) const {
    const double keep = double(per_mille) / 1000;
    map(c, rank, kernels::RankMask<T>{c.state, stream, keep_word(keep), T(1 / keep), c.training && keep < 1, mask});
  }
};

/// y = base(x) + s B ((lambda o mask) o (A drop(x))), s = Scale of the rank (Zhang et al. 2023, with the names of
/// PEFT). Parameters: lora_A (R, I) and lora_B (O, R) normal 0.02, lora_E (R) zero; base frozen; lora_mask (R) a buffer
/// that Policy fills. DropPerMille: share of the adapter's input that is dropped in training, in per mille.
template <class Base, index_t R = dyn, class Policy = PerStep<1000>, class Scale = FixedScale<1>,
          index_t DropPerMille = 0>
struct SvdLora;

template <index_t I, index_t O, bool Bias, index_t R, class Policy, class Scale, index_t DropPerMille>
struct SvdLora<Linear<I, O, Bias>, R, Policy, Scale, DropPerMille> {
  static_assert(R < 0 || I < 0 || O < 0 || (R <= I && R <= O), "l2g::SvdLora: the rank is larger than the weight");
  using Base = Frozen<Linear<I, O, Bias>>;
  static constexpr std::string_view name = "SvdLora";
  static constexpr index_t wants = I;
  static constexpr unsigned uses = uses_x;
  [[no_unique_address]] Base base{};
  [[no_unique_address]] Extent<R> rank{};
  [[no_unique_address]] Policy policy{};
  [[no_unique_address]] Scale scaling{};
  [[no_unique_address]] detail::AdapterDropout<DropPerMille> dropout{};

  constexpr double scale() const { return scaling.of(rank); }

  template <class T, class D>
  struct Params {
    typename Base::template Params<T, D> base;
    View<T, Shape<R, I>, D> a;
    View<T, Shape<R>, D> e;
    View<T, Shape<O, R>, D> b;
    View<T, Shape<R>, D> mask;
    constexpr void each(auto& v) {
      scope(v, "base_layer", [&] { base.each(v); });
      v.field("lora_A", a, Init{Init::normal, 0.02});
      v.field("lora_E", e, Init{Init::constant, 0});
      v.field("lora_B", b, Init{Init::normal, 0.02});
      v.buffer("lora_mask", mask, Init{Init::constant, 1});
    }
  };
  template <class T, class D>
  constexpr Params<T, D> params() const {
    const index_t i = base.layer.in, o = base.layer.features, r = rank;
    return {base.template params<T, D>(), {nullptr, {r, i}}, {nullptr, {r}}, {nullptr, {o, r}}, {nullptr, {r}}};
  }
  template <class T, class D, class S>
  struct Saved {
    View<T, S, D> u;  // drop(x) A^T
    Stream stream, mask;
    bool drops;
    constexpr void each(auto& v) {
      v.field("u", u);
      stream.each(v);
      if (drops) mask.each(v);
    }
  };
  template <class T, class D, class In>
  constexpr auto saved(In s) const {
    const auto u = with_channels(s, Extent<R>(rank));
    return Saved<T, D, std::remove_const_t<decltype(u)>>{{nullptr, u}, {}, {}, dropout.drops()};
  }
  template <class T, class S>
  constexpr std::size_t scratch(S s) const {
    const std::size_t own = 2 * bytes_of<T>(s.rows() * rank) + bytes_of<T>(kernels::shards_of(s.rows()) * rank) +
                            dropout.template bytes<T>(s.size());
    const std::size_t inner = base.template scratch<T>(s);
    return own > inner ? own : inner;
  }
  constexpr auto out(auto s) const {
    expect(1, rank >= 1 && rank <= base.layer.in && rank <= base.layer.features,
           "l2g::SvdLora: the rank must lie between 1 and the sizes of the weight");
    return base.out(s);
  }
  constexpr bool trains() const { return true; }

  template <class D, class T, class In, class Out>
  void forward(Context<D>& c, const Params<T, D>& p, View<T, In, D> x, View<T, Out, D> y, auto& s) const {
    const index_t m = x.shape.rows(), i = base.layer.in, o = base.layer.features, r = rank;
    Nothing none;
    base.forward(c, p.base, x, y, none);
    policy.fill(c, p.mask.data, r, s.stream.id);
    Frame frame(c.scratch);
    T* v = c.scratch.template take<T>(m * r);
    T* room = dropout.drops() ? c.scratch.template take<T>(m * i) : nullptr;
    const T* read = dropout.input(c, x.data, room, m * i, s.mask.id);
    gemm(c, m, r, i, T(1), read, {i}, p.a.data, {i, true}, T(0), s.u.data, {r});
    rows(c, m, kernels::RankScale<T>{s.u.data, p.e.data, p.mask.data, v, r, T(scale())});
    gemm(c, m, o, r, T(1), v, {r}, p.b.data, {r, true}, T(1), y.data, {o});
  }
  template <class D, class T, class In, class Out>
  void backward(Context<D>& c, const Params<T, D>& p, View<T, In, D> x, View<T, Out, D> y, View<T, Out, D> dy,
                View<T, In, D> dx, auto& s, Params<T, D>& g) const {
    const index_t m = x.shape.rows(), i = base.layer.in, o = base.layer.features, r = rank;
    Nothing none;
    base.backward(c, p.base, x, y, dy, dx, none, g.base);
    if (!g.a.data && !dx.data) return;
    Frame frame(c.scratch);
    T *v = c.scratch.template take<T>(m * r), *dv = c.scratch.template take<T>(m * r);
    T* room = dropout.drops() ? c.scratch.template take<T>(m * i) : nullptr;
    gemm(c, m, r, o, T(1), dy.data, {o}, p.b.data, {r}, T(0), dv, {r});
    if (g.a.data) {
      const index_t shards = kernels::shards_of(m);
      T* partial = c.scratch.template take<T>(shards * r);
      rows(c, m, kernels::RankScale<T>{s.u.data, p.e.data, p.mask.data, v, r, T(scale())});
      gemm(c, o, r, m, T(1), dy.data, {o, true}, v, {r}, T(1), g.b.data, {r});
      rows(c, shards, kernels::RankGrad<T>{s.u.data, dv, p.mask.data, partial, m, r, shards, T(scale())});
      map(c, r, kernels::AddShards<T>{partial, g.e.data, shards, r});
    }
    rows(c, m, kernels::RankScale<T>{dv, p.e.data, p.mask.data, v, r, T(scale())});
    if (g.a.data) {
      const T* read = dropout.input(c, x.data, room, m * i, s.mask.id);
      gemm(c, r, i, m, T(1), v, {r, true}, read, {i}, T(1), g.a.data, {i});
    }
    if (dx.data) dropout.add(c, v, p.a.data, dx.data, room, m, r, i, s.mask.id);
  }
};

/// The base's weight += sign s B diag(lambda) A; the mask is one, as in evaluation.
template <index_t I, index_t O, bool Bias, index_t R, class Policy, class Scale, index_t Drop, class Params>
void merge(const SvdLora<Linear<I, O, Bias>, R, Policy, Scale, Drop>& lora, Params& p, int sign = 1) {
  auto& w = p.base.inner.weight;
  using T = std::remove_cvref_t<decltype(w.data[0])>;
  add_low_rank<T>(w.data, p.a.data, p.e.data, p.b.data, w.shape[0], w.shape[1], lora.rank, sign * lora.scale());
}

}  // namespace l2g
