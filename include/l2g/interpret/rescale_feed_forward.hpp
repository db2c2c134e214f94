#pragma once
// Feed-forward layers: linear maps, an activation between them, and with a gate the product rule: m of a factor is g
// times the mean of the other factor over input and reference.
#include <l2g/interpret/rescale_activation.hpp>
#include <l2g/interpret/rescale_containers.hpp>
#include <l2g/nn/attention.hpp>
#include <l2g/nn/gated_feed_forward.hpp>

namespace l2g::interpret {
namespace rules {

template <class T, Activation A>
struct RescaleGate {  // y = A(gate) up
  const T *gate, *up, *g;
  T *to_gate, *to_up;
  void operator()(auto& cx, index_t pair, index_t a, index_t b, index_t j, index_t end) const {
    using F = kernels::Activate<T, A>;
    const auto x = cx.load(gate + a, j, end), x0 = cx.load(gate + b, j, end), d = cx.load(g + pair, j, end);
    const auto y = F::value(cx, x), y0 = F::value(cx, x0);
    cx.store(to_up + pair, j, end, d * (y + y0) * T(0.5));
    const auto other = (cx.load(up + a, j, end) + cx.load(up + b, j, end)) * T(0.5);
    cx.store(to_gate + pair, j, end, d * other * RuleOf<T, A>::ratio(cx, x, x0, y, y0));
  }
};

}  // namespace rules

namespace detail {

template <class T, Activation A>
class Hidden final : public Link<T> {
 public:
  Hidden(Tape<T>& tape, const T* u, const T* a, index_t size, LinkPtr<T> up, LinkPtr<T> down)
      : u_(u),
        a_(a),
        size_(size),
        pairs_(tape.pairs),
        place_(tape.place("activation")),
        up_(std::move(up)),
        down_(std::move(down)) {}
  void rescale(Tape<T>& tape, T* g, T* m) override {
    const ArenaFrame frame(tape.arena);
    const index_t n = pairs_.count() * size_;
    T *const ga = tape.take(n), *const gu = tape.take(n);
    down_->rescale(tape, g, ga);
    if (tape.gradient())
      map(tape.context, n, kernels::ActivateGrad<T, A>{u_, ga, gu});
    else
      through<rules::RuleOf<T, A>>(tape.context, pairs_, size_, u_, a_, ga, gu);
    if (tape.blaming) blame<T>(tape, pairs_, place_, {{gu, u_, size_}}, {ga, a_, size_});
    up_->rescale(tape, gu, m);
  }

 private:
  const T *u_, *a_;
  index_t size_;
  Pairs pairs_;
  std::string place_;
  LinkPtr<T> up_, down_;
};

template <class T, Activation A>
class Gated final : public Link<T> {
 public:
  Gated(Tape<T>& tape, const T* gate, const T* up, const T* a, index_t size, index_t input, LinkPtr<T> to_gate,
        LinkPtr<T> to_up, LinkPtr<T> down)
      : gate_(gate),
        up_(up),
        a_(a),
        size_(size),
        input_(input),
        pairs_(tape.pairs),
        place_(tape.place("gate")),
        to_gate_(std::move(to_gate)),
        to_up_(std::move(to_up)),
        down_(std::move(down)) {}
  void rescale(Tape<T>& tape, T* g, T* m) override {
    const ArenaFrame frame(tape.arena);
    const index_t n = pairs_.count() * size_, in = pairs_.count() * input_;
    T *const ga = tape.take(n), *const gg = tape.take(n), *const gu = tape.take(n), *const more = tape.take(in);
    down_->rescale(tape, g, ga);
    if (tape.gradient())
      map(tape.context, n, kernels::GateGrad<T, A>{gate_, up_, ga, gg, gu});
    else
      each_element<T>(tape.context, pairs_, size_, rules::RescaleGate<T, A>{gate_, up_, ga, gg, gu});
    if (tape.blaming) blame<T>(tape, pairs_, place_, {{gg, gate_, size_}, {gu, up_, size_}}, {ga, a_, size_});
    to_gate_->rescale(tape, gg, m);
    to_up_->rescale(tape, gu, more);
    map(tape.context, in, kernels::Add<T>{m, more, m});
  }

 private:
  const T *gate_, *up_, *a_;
  index_t size_, input_;
  Pairs pairs_;
  std::string place_;
  LinkPtr<T> to_gate_, to_up_, down_;
};

}  // namespace detail

template <class T, index_t C, index_t F, Activation A, class Up, class Down, class P, class S>
LinkPtr<T> trace_parts(Tape<T>& tape, const FeedForward<C, F, A, Up, Down>& l, const P& p, View<T, S> x, View<T, S> y) {
  const auto u = detail::new_view<T>(tape, with_channels(x.shape, Extent<F>(l.hidden)));
  const auto a = detail::new_view<T>(tape, u.shape);
  LinkPtr<T> up = tape.within("up", [&] { return trace(tape, l.up, p.up, x, u); });
  map(tape.context, u.size(), kernels::Activate<T, A>{u.data, a.data});
  LinkPtr<T> down = tape.within("down", [&] { return trace(tape, l.down, p.down, a, y); });
  return std::make_unique<detail::Hidden<T, A>>(tape, u.data, a.data, u.size() / tape.pairs.rows(), std::move(up),
                                                std::move(down));
}

template <class T, index_t C, index_t F, Activation A, class Gate, class Up, class Down, class P, class S>
LinkPtr<T> trace_parts(Tape<T>& tape, const GatedFeedForward<C, F, A, Gate, Up, Down>& l, const P& p, View<T, S> x,
                       View<T, S> y) {
  const auto gate = detail::new_view<T>(tape, with_channels(x.shape, Extent<F>(l.hidden)));
  const auto up = detail::new_view<T>(tape, gate.shape), a = detail::new_view<T>(tape, gate.shape);
  LinkPtr<T> to_gate = tape.within("gate", [&] { return trace(tape, l.gate, p.gate, x, gate); });
  LinkPtr<T> to_up = tape.within("up", [&] { return trace(tape, l.up, p.up, x, up); });
  map(tape.context, a.size(), kernels::Gate<T, A>{gate.data, up.data, a.data});
  LinkPtr<T> down = tape.within("down", [&] { return trace(tape, l.down, p.down, a, y); });
  const index_t n = tape.pairs.rows();
  return std::make_unique<detail::Gated<T, A>>(tape, gate.data, up.data, a.data, a.size() / n, x.size() / n,
                                               std::move(to_gate), std::move(to_up), std::move(down));
}

}  // namespace l2g::interpret
