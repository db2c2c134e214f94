#pragma once
// The feed-forward pair with a gate: GEGLU and SwiGLU (Shazeer 2020).
#include <l2g/nn/linear.hpp>

namespace l2g {

/// y = down(A(gate(x)) o up(x)): (batch, length, C) -> C over F. A = gelu: GEGLU (DNABERT-2), silu: SwiGLU (Llama,
/// Nucleotide Transformer v2). The product is computed again in backward, not kept. Parameters: gate (F, C), up (F, C),
/// down (C, F), which with_lora may replace.
template <index_t C = dyn, index_t F = dyn, Activation A = Activation::silu, class GateMap = Linear<C, F, false>,
          class Up = Linear<C, F, false>, class Down = Linear<F, C, false>>
struct GatedFeedForward {
  static constexpr std::string_view name = "GatedFeedForward";
  static constexpr index_t wants = C;
  static constexpr unsigned uses = uses_x;
  [[no_unique_address]] Extent<C> in{};
  [[no_unique_address]] Extent<F> hidden{};
  [[no_unique_address]] GateMap gate{};
  [[no_unique_address]] Up up{};
  [[no_unique_address]] Down down{};

  template <class T, class D>
  struct Params {
    decltype(std::declval<const GateMap&>().template params<T, D>()) gate;
    decltype(std::declval<const Up&>().template params<T, D>()) up;
    decltype(std::declval<const Down&>().template params<T, D>()) down;
    constexpr void each(auto& v) {
      scope(v, "gate", [&] { gate.each(v); });
      scope(v, "up", [&] { up.each(v); });
      scope(v, "down", [&] { down.each(v); });
    }
  };
  template <class T, class D>
  constexpr Params<T, D> params() const {
    return {gate.template params<T, D>(), up.template params<T, D>(), down.template params<T, D>()};
  }
  template <class T, class D, index_t B, index_t L>
  struct Saved {
    using Row = Shape<B, L, C>;
    using Inner = Shape<B, L, F>;
    decltype(std::declval<const GateMap&>().template saved<T, D>(std::declval<Row>())) gate_saved;
    decltype(std::declval<const Up&>().template saved<T, D>(std::declval<Row>())) up_saved;
    decltype(std::declval<const Down&>().template saved<T, D>(std::declval<Inner>())) down_saved;
    View<T, Inner, D> gate, up;
    constexpr void each(auto& v) {
      scope(v, "gate", [&] { gate_saved.each(v); });
      scope(v, "up", [&] { up_saved.each(v); });
      scope(v, "down", [&] { down_saved.each(v); });
      v.field("gate", gate);
      v.field("up", up);
    }
  };
  template <class T, class D, index_t B, index_t L, index_t X>
  constexpr Saved<T, D, B, L> saved(Shape<B, L, X> s) const {
    const Shape<B, L, C> row{s[0], s[1], index_t(in)};
    const Shape<B, L, F> inner{s[0], s[1], index_t(hidden)};
    return {gate.template saved<T, D>(row),
            up.template saved<T, D>(row),
            down.template saved<T, D>(inner),
            {nullptr, inner},
            {nullptr, inner}};
  }
  template <class T, index_t B, index_t L, index_t X>
  constexpr std::size_t scratch(Shape<B, L, X> s) const {
    const Shape<B, L, C> row{s[0], s[1], index_t(in)};
    const std::size_t each[] = {gate.template scratch<T>(row), up.template scratch<T>(row),
                                down.template scratch<T>(Shape<B, L, F>{s[0], s[1], index_t(hidden)})};
    std::size_t inner = 0;
    for (const std::size_t e : each) inner = e > inner ? e : inner;
    return 2 * bytes_of<T>(s.rows() * hidden) + bytes_of<T>(s.rows() * in) + inner;
  }
  constexpr auto out(auto s) const {
    expect(in, s.cols(), "l2g::GatedFeedForward: the input has another number of channels");
    return s;
  }
  template <class D, class T, class In>
  void forward(Context<D>& c, const auto& p, View<T, In, D> x, View<T, In, D> y, auto& s) const {
    gate.forward(c, p.gate, x, s.gate, s.gate_saved);
    up.forward(c, p.up, x, s.up, s.up_saved);
    Frame frame(c.scratch);
    auto a = s.up;
    a.data = c.scratch.template take<T>(a.size());
    map(c, a.size(), kernels::Gate<T, A>{s.gate.data, s.up.data, a.data});
    down.forward(c, p.down, a, y, s.down_saved);
  }
  template <class D, class T, class In>
  void backward(Context<D>& c, const auto& p, View<T, In, D> x, View<T, In, D> y, View<T, In, D> dy, View<T, In, D> dx,
                auto& s, auto& g) const {
    const bool below = dx.data || l2g::trains(gate) || l2g::trains(up);
    Frame frame(c.scratch);
    auto a = s.up, da = s.up;
    a.data = c.scratch.template take<T>(a.size());
    da.data = below ? c.scratch.template take<T>(a.size()) : nullptr;
    map(c, a.size(), kernels::Gate<T, A>{s.gate.data, s.up.data, a.data});
    down.backward(c, p.down, a, y, dy, da, s.down_saved, g.down);
    if (!below) return;
    map(c, a.size(), kernels::GateGrad<T, A>{s.gate.data, s.up.data, da.data, a.data, da.data});
    gate.backward(c, p.gate, x, s.gate, a, dx, s.gate_saved, g.gate);
    auto more = dx;
    if (dx.data) more.data = c.scratch.template take<T>(dx.size());
    up.backward(c, p.up, x, s.up, da, more, s.up_saved, g.up);
    if (dx.data) map(c, dx.size(), kernels::Add<T>{dx.data, more.data, dx.data});
  }
};

}  // namespace l2g
