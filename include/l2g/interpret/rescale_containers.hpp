#pragma once
// Layers that are made of layers.
#include <l2g/interpret/tape.hpp>
#include <l2g/kernels/mmd.hpp>
#include <l2g/nn/concat.hpp>
#include <l2g/nn/repeat.hpp>
#include <l2g/nn/residual.hpp>
#include <l2g/nn/sequential.hpp>
#include <l2g/nn/wrapper.hpp>

#include <vector>

namespace l2g::interpret {

/// One operation after the other. A layer of yours that is a chain fills one in trace_parts.
template <class T>
class Chain final : public Link<T> {
 public:
  /// Traces a layer under its key behind the ones before; `lengths` of the tape follow.
  template <class L, class P, class X, class In, class Out>
  void add(Tape<T>& tape, std::string_view key, const L& layer, const P& params, View<X, In> x, View<T, Out> y) {
    pairs_ = tape.pairs;
    inputs_.push_back(x.size() / pairs_.rows());
    tape.within(key, [&] { links_.push_back(trace(tape, layer, params, x, y)); });
    tape.context.lengths = lengths_after(layer, tape.context.lengths);
  }
  void rescale(Tape<T>& tape, T* g, T* m) override {
    const ArenaFrame frame(tape.arena);
    index_t widest = 0;
    for (std::size_t i = 1; i < inputs_.size(); ++i) widest = inputs_[i] > widest ? inputs_[i] : widest;
    T* const turn[2] = {tape.take(widest * pairs_.count()), tape.take(widest * pairs_.count())};
    for (std::size_t i = links_.size(); i-- > 0;)
      links_[i]->rescale(tape, i + 1 == links_.size() ? g : turn[(i + 1) % 2], i == 0 ? m : turn[i % 2]);
  }

 private:
  Pairs pairs_{};
  std::vector<LinkPtr<T>> links_;
  std::vector<index_t> inputs_;
};

namespace detail {

/// The lengths of the rows stay as they are when a scope ends.
template <class T>
struct KeepLengths {
  Tape<T>& tape;
  const Lengths before = tape.context.lengths;
  explicit KeepLengths(Tape<T>& t) : tape(t) {}
  ~KeepLengths() { tape.context.lengths = before; }
  KeepLengths(const KeepLengths&) = delete;
  KeepLengths& operator=(const KeepLengths&) = delete;
};
template <class T, class S>
View<T, S> new_view(Tape<T>& tape, const S& shape) {
  return {tape.take(shape.size()), shape};
}

/// f(x) + skip(x); no skip: f(x) + x.
template <class T>
class Sum final : public Link<T> {
 public:
  Sum(const Pairs& pairs, index_t size, LinkPtr<T> f, LinkPtr<T> skip)
      : pairs_(pairs), size_(size), f_(std::move(f)), skip_(std::move(skip)) {}
  void rescale(Tape<T>& tape, T* g, T* m) override {
    const ArenaFrame frame(tape.arena);
    const index_t n = pairs_.count() * size_;
    f_->rescale(tape, g, m);
    T* other = m && skip_ ? tape.take(n) : nullptr;
    if (skip_)
      skip_->rescale(tape, g, other);
    else
      other = g;
    if (m) map(tape.context, n, kernels::Add<T>{m, other, m});
  }

 private:
  Pairs pairs_;
  index_t size_;
  LinkPtr<T> f_, skip_;
};

/// The channels of two branches, side by side.
template <class T>
class SideBySide final : public Link<T> {
 public:
  SideBySide(const Pairs& pairs, index_t input, index_t length, index_t a, index_t b, LinkPtr<T> first,
             LinkPtr<T> second)
      : pairs_(pairs),
        input_(input),
        length_(length),
        a_(a),
        b_(b),
        first_(std::move(first)),
        second_(std::move(second)) {}
  void rescale(Tape<T>& tape, T* g, T* m) override {
    const ArenaFrame frame(tape.arena);
    const index_t n = pairs_.count() * length_, ld = a_ + b_;
    T *const ga = tape.take(n * a_), *const gb = tape.take(n * b_);
    rows(tape.context, n, kernels::CopyColumns<T>{g, ga, nullptr, a_, ld, a_});
    rows(tape.context, n, kernels::CopyColumns<T>{g + a_, gb, nullptr, b_, ld, b_});
    T* const other = m ? tape.take(pairs_.count() * input_) : nullptr;
    first_->rescale(tape, ga, m);
    second_->rescale(tape, gb, other);
    if (m) map(tape.context, pairs_.count() * input_, kernels::Add<T>{m, other, m});
  }

 private:
  Pairs pairs_;
  index_t input_, length_, a_, b_;
  LinkPtr<T> first_, second_;
};

}  // namespace detail

template <class T, class... L, class P, class X, class In, class Out>
LinkPtr<T> trace_parts(Tape<T>& tape, const Sequential<L...>& s, const P& p, View<X, In> x, View<T, Out> y) {
  const detail::KeepLengths<T> keep(tape);
  constexpr std::size_t n = sizeof...(L);
  const auto shapes = s.shapes(x.shape);
  auto chain = std::make_unique<Chain<T>>();
  const auto step = [&]<std::size_t I>(auto& self, std::integral_constant<std::size_t, I>, auto in) {
    constexpr std::string_view key = l2g::detail::key<typename Sequential<L...>::template at<I>>(I);
    if constexpr (I + 1 == n) {
      chain->add(tape, key, get<I>(s.layers), get<I>(p.sub), in, y);
    } else {
      const auto out = detail::new_view<T>(tape, get<I>(shapes));
      chain->add(tape, key, get<I>(s.layers), get<I>(p.sub), in, out);
      self(self, std::integral_constant<std::size_t, I + 1>{}, out);
    }
  };
  step(step, std::integral_constant<std::size_t, 0>{}, x);
  return chain;
}

template <class T, index_t N, class L, class P, class S>
LinkPtr<T> trace_parts(Tape<T>& tape, const Repeat<N, L>& r, const P& p, View<T, S> x, View<T, S> y) {
  const detail::KeepLengths<T> keep(tape);
  auto chain = std::make_unique<Chain<T>>();
  for (index_t i = 0; i < N; ++i) {
    const View<T, S> out = i + 1 == N ? y : detail::new_view<T>(tape, y.shape);
    chain->add(tape, number_key(std::size_t(i)), r.layer, p.sub[i], x, out);
    x = out;
  }
  return chain;
}

template <class T, Text Key, class L, class P, class X, class In, class Out>
LinkPtr<T> trace_parts(Tape<T>& tape, const Named<Key, L>& l, const P& p, View<X, In> x, View<T, Out> y) {
  return trace(tape, l.layer, p, x, y);
}
template <class T, class L, class P, class X, class In, class Out>
LinkPtr<T> trace_parts(Tape<T>& tape, const Frozen<L>& l, const P& p, View<X, In> x, View<T, Out> y) {
  return trace(tape, l.layer, p.inner, x, y);
}

template <class T, class F, class Skip, class P, class X, class In, class Out>
LinkPtr<T> trace_parts(Tape<T>& tape, const Residual<F, Skip>& r, const P& p, View<X, In> x, View<T, Out> y) {
  const auto fy = detail::new_view<T>(tape, y.shape);
  LinkPtr<T> f = trace(tape, r.f, p.f, x, fy), skip;
  if constexpr (Residual<F, Skip>::plain) {
    map(tape.context, y.size(), kernels::Add<T>{fy.data, x.data, y.data});
  } else {
    const auto ky = detail::new_view<T>(tape, y.shape);
    skip = tape.within("skip", [&] { return trace(tape, r.skip, p.skip, x, ky); });
    map(tape.context, y.size(), kernels::Add<T>{fy.data, ky.data, y.data});
  }
  return std::make_unique<detail::Sum<T>>(tape.pairs, x.size() / tape.pairs.rows(), std::move(f), std::move(skip));
}

template <class T, class First, class Second, class P, class X, class In, class Out>
LinkPtr<T> trace_parts(Tape<T>& tape, const Concat<First, Second>& l, const P& p, View<X, In> x, View<T, Out> y) {
  const auto a = detail::new_view<T>(tape, l.first.out(x.shape));
  const auto b = detail::new_view<T>(tape, l.second.out(x.shape));
  LinkPtr<T> first = tape.within("first", [&] { return trace(tape, l.first, p.first, x, a); });
  LinkPtr<T> second = tape.within("second", [&] { return trace(tape, l.second, p.second, x, b); });
  const index_t n = y.shape.rows(), ld = y.shape.cols(), ca = a.shape.cols(), cb = b.shape.cols();
  rows(tape.context, n, kernels::CopyColumns<T>{a.data, y.data, nullptr, ca, ca, ld});
  rows(tape.context, n, kernels::CopyColumns<T>{b.data, y.data + ca, nullptr, cb, cb, ld});
  return std::make_unique<detail::SideBySide<T>>(tape.pairs, x.size() / tape.pairs.rows(), y.shape[1], ca, cb,
                                                 std::move(first), std::move(second));
}

}  // namespace l2g::interpret
