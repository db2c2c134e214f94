#pragma once
// LoRA: a frozen linear map plus a low-rank change B A.
#include <l2g/kernels/lora.hpp>
#include <l2g/nn/activation.hpp>
#include <l2g/nn/lora_scale.hpp>
#include <l2g/nn/wrapper.hpp>

namespace l2g {

namespace detail {

/// What an adapter reads: its input with some elements dropped in training. The mask is drawn again in the backward
/// pass, never stored.
template <index_t PerMille>
struct AdapterDropout : Dropout<PerMille> {
  constexpr bool drops() const { return this->per_mille > 0; }
  /// Bytes of scratch that input() and add() take for n numbers.
  template <class T>
  constexpr std::size_t bytes(index_t n) const {
    return drops() ? bytes_of<T>(n) : 0;
  }
  /// The dropped input in `room`, or x itself where nothing is dropped.
  template <class D, class T>
  const T* input(Context<D>& c, const T* x, T* room, index_t n, std::uint32_t stream) const {
    if (!drops() || !c.training) return x;
    this->apply(c, x, room, n, stream);
    return room;
  }
  /// dx += mask o (v A) for v (m, r), A (r, i).
  template <class D, class T>
  void add(Context<D>& c, const T* v, const T* a, T* dx, T* room, index_t m, index_t r, index_t i,
           std::uint32_t stream) const {
    if (!drops() || !c.training) return gemm(c, m, i, r, T(1), v, {r}, a, {i}, T(1), dx, {i});
    gemm(c, m, i, r, T(1), v, {r}, a, {i}, T(0), room, {i});
    map(c, kernels::dropout_counters(m * i),
        kernels::DropoutAdd<T>{c.state, stream, keep_word(this->keep()), T(1 / this->keep()), room, dx, m * i});
  }
};

}  // namespace detail

/// weight (o, i) += factor B diag(lambda) A for A (r, i), B (o, r), lambda (r) or null for ones. The change of an
/// element is summed up in double and added once, so that adding the negative of it leaves at most one rounding.
template <class T>
void add_low_rank(T* weight, const T* a, const T* lambda, const T* b, index_t o, index_t i, index_t r, double factor) {
  constexpr index_t block = 64;
  for (index_t row = 0; row < o; ++row)
    for (index_t first = 0; first < i; first += block) {
      const index_t n = i - first < block ? i - first : block;
      double change[block] = {};
      for (index_t k = 0; k < r; ++k) {
        const double f = factor * double(b[row * r + k]) * (lambda ? double(lambda[k]) : 1.0);
        for (index_t j = 0; j < n; ++j) change[j] += f * double(a[k * i + first + j]);
      }
      for (index_t j = 0; j < n; ++j) weight[row * i + first + j] += T(change[j]);
    }
}

/// y = base(x) + s B A drop(x), s = Scale of the rank (Hu et al. 2021). Parameters: lora_A (R, I) uniform in
/// +-1/sqrt(I), lora_B (O, R) zero (loralib and PEFT; the paper says normal for A); base frozen. DropPerMille: share of
/// the adapter's input that is dropped in training, in per mille.
template <class Base, index_t R = dyn, class Scale = Alpha<1>, index_t DropPerMille = 0>
struct Lora;

template <index_t I, index_t O, bool Bias, index_t R, class Scale, index_t DropPerMille>
struct Lora<Linear<I, O, Bias>, R, Scale, DropPerMille> {
  static_assert(R < 0 || I < 0 || O < 0 || (R >= 1 && R <= I && R <= O),
                "l2g::Lora: the rank must lie between 1 and the sizes of the weight");
  using Base = Frozen<Linear<I, O, Bias>>;
  static constexpr std::string_view name = "Lora";
  static constexpr index_t wants = I;
  static constexpr unsigned uses = uses_x;
  [[no_unique_address]] Base base{};
  [[no_unique_address]] Extent<R> rank{};
  [[no_unique_address]] Scale scaling{};
  [[no_unique_address]] detail::AdapterDropout<DropPerMille> dropout{};

  constexpr double scale() const { return scaling.of(rank); }

  template <class T, class D>
  struct Params {
    typename Base::template Params<T, D> base;
    View<T, Shape<R, I>, D> a;
    View<T, Shape<O, R>, D> b;
    constexpr void each(auto& v) {
      scope(v, "base_layer", [&] { base.each(v); });
      v.field("lora_A", a, Init{Init::uniform, detail::inverse_root(a.shape[1])});
      v.field("lora_B", b, Init{Init::constant, 0});
    }
  };
  template <class T, class D>
  constexpr Params<T, D> params() const {
    const index_t i = base.layer.in, o = base.layer.features, r = rank;
    return {base.template params<T, D>(), {nullptr, {r, i}}, {nullptr, {o, r}}};
  }
  template <class T, class D, class S>
  struct Saved {
    View<T, S, D> u;  // drop(x) A^T
    Stream mask;
    bool drops;
    constexpr void each(auto& v) {
      v.field("u", u);
      if (drops) mask.each(v);
    }
  };
  template <class T, class D, class In>
  constexpr auto saved(In s) const {
    const auto u = with_channels(s, Extent<R>(rank));
    return Saved<T, D, std::remove_const_t<decltype(u)>>{{nullptr, u}, {}, dropout.drops()};
  }
  template <class T, class S>
  constexpr std::size_t scratch(S s) const {
    const std::size_t own = bytes_of<T>(s.rows() * rank) + dropout.template bytes<T>(s.size());
    const std::size_t inner = base.template scratch<T>(s);
    return own > inner ? own : inner;
  }
  constexpr auto out(auto s) const {
    expect(1, rank >= 1 && rank <= base.layer.in && rank <= base.layer.features,
           "l2g::Lora: the rank must lie between 1 and the sizes of the weight");
    return base.out(s);
  }
  constexpr bool trains() const { return true; }

  template <class D, class T, class In, class Out>
  void forward(Context<D>& c, const Params<T, D>& p, View<T, In, D> x, View<T, Out, D> y, auto& s) const {
    const index_t m = x.shape.rows(), i = base.layer.in, o = base.layer.features, r = rank;
    Nothing none;
    base.forward(c, p.base, x, y, none);
    Frame frame(c.scratch);
    T* room = dropout.drops() ? c.scratch.template take<T>(m * i) : nullptr;
    const T* read = dropout.input(c, x.data, room, m * i, s.mask.id);
    gemm(c, m, r, i, T(1), read, {i}, p.a.data, {i, true}, T(0), s.u.data, {r});
    gemm(c, m, o, r, T(scale()), s.u.data, {r}, p.b.data, {r, true}, T(1), y.data, {o});
  }
  template <class D, class T, class In, class Out>
  void backward(Context<D>& c, const Params<T, D>& p, View<T, In, D> x, View<T, Out, D> y, View<T, Out, D> dy,
                View<T, In, D> dx, auto& s, Params<T, D>& g) const {
    const index_t m = x.shape.rows(), i = base.layer.in, o = base.layer.features, r = rank;
    Nothing none;
    base.backward(c, p.base, x, y, dy, dx, none, g.base);
    if (!g.a.data && !dx.data) return;
    Frame frame(c.scratch);
    T* v = c.scratch.template take<T>(m * r);
    T* room = dropout.drops() ? c.scratch.template take<T>(m * i) : nullptr;
    gemm(c, m, r, o, T(scale()), dy.data, {o}, p.b.data, {r}, T(0), v, {r});
    if (g.a.data) {
      gemm(c, o, r, m, T(scale()), dy.data, {o, true}, s.u.data, {r}, T(1), g.b.data, {r});
      const T* read = dropout.input(c, x.data, room, m * i, s.mask.id);
      gemm(c, r, i, m, T(1), v, {r, true}, read, {i}, T(1), g.a.data, {i});
    }
    if (dx.data) dropout.add(c, v, p.a.data, dx.data, room, m, r, i, s.mask.id);
  }
};

/// The base's weight += sign s B A: with sign = 1 it does alone what base and adapter did, with -1 it is as before (up
/// to one rounding).
template <index_t I, index_t O, bool Bias, index_t R, class Scale, index_t Drop, class Params>
void merge(const Lora<Linear<I, O, Bias>, R, Scale, Drop>& lora, Params& p, int sign = 1) {
  auto& w = p.base.inner.weight;
  using T = std::remove_cvref_t<decltype(w.data[0])>;
  add_low_rank<T>(w.data, p.a.data, nullptr, p.b.data, w.shape[0], w.shape[1], lora.rank, sign * lora.scale());
}

}  // namespace l2g
