#pragma once
// A language model whose decoder is its own table of words.
#include <l2g/kernels/reduce.hpp>
#include <l2g/nn/activation.hpp>
#include <l2g/nn/embedding.hpp>

namespace l2g {

/// y = x + bias (C): the bias of a decoder without weights of its own.
template <index_t C = dyn>
struct ChannelBias : Elementwise {
  static constexpr std::string_view name = "ChannelBias";
  static constexpr index_t wants = C;
  static constexpr unsigned uses = uses_none;
  static constexpr bool in_place = true;
  [[no_unique_address]] Extent<C> in{};

  template <class T, class D>
  struct Params {
    View<T, Shape<C>, D> bias;
    constexpr void each(auto& v) { v.field("bias", bias, Init{Init::constant, 0}); }
  };
  template <class T, class D>
  constexpr Params<T, D> params() const {
    return {{nullptr, {index_t(in)}}};
  }
  template <class T>
  constexpr std::size_t scratch(auto s) const {
    return bytes_of<T>(kernels::shards_of(s.rows()) * in);
  }
  constexpr auto out(auto s) const {
    expect(in, s.cols(), "l2g::ChannelBias: the input has another number of channels");
    return s;
  }
  template <class D, class T, class In>
  void forward(Context<D>& c, const auto& p, View<T, In, D> x, View<T, In, D> y, Nothing&) const {
    if (x.data != y.data) map(c, x.size(), kernels::Copy<T>{x.data, y.data});
    rows(c, x.shape.rows(), kernels::AddRow<T>{p.bias.data, y.data, in, true});
  }
  template <class D, class T, class In>
  void backward(Context<D>& c, const auto&, View<T, In, D>, View<T, In, D>, View<T, In, D> dy, View<T, In, D> dx,
                Nothing&, auto& g) const {
    if (g.bias.data) {
      Frame frame(c.scratch);
      const index_t n = dy.shape.rows(), ch = in, shards = kernels::shards_of(n);
      T* partial = c.scratch.template take<T>(shards * ch);
      rows(c, shards, kernels::ColumnSum<T>{dy.data, partial, n, ch, shards});
      map(c, ch, kernels::AddShards<T>{partial, g.bias.data, shards, ch});
    }
    if (dx.data) map(c, dx.size(), kernels::Copy<T>{dy.data, dx.data});
  }
};

namespace detail {
/// Finds the table (rows, columns) that a record calls "weight"; deeper ones are not looked at.
template <class T>
struct FindTable : Visitor {
  T* data = nullptr;
  int depth = 0;
  template <class S, class D>
  constexpr void field(std::string_view name, View<T, S, D>& v, Init = {}) {
    if (depth == 0 && name == "weight") data = v.data;
  }
  template <class S, class D>
  constexpr void buffer(std::string_view, View<T, S, D>&, Init = {}) {}
  constexpr void enter(std::string_view) { ++depth; }
  constexpr void leave() { --depth; }
};
template <class T, class Record>
T* table_of(const Record& record) {
  FindTable<T> find;
  const_cast<Record&>(record).each(find);  // shows views; nothing is changed
  return find.data;
}

/// The entries of an embedding as an extent; dyn where the type does not say them.
template <class Words>
constexpr index_t static_entries() {
  if constexpr (requires { Words::entries; })
    return decltype(Words::entries)::static_value;
  else if constexpr (requires { Words::layer; })
    return static_entries<decltype(Words::layer)>();
  else
    return dyn;
}
template <class Words>
constexpr index_t entries_of(const Words& words, index_t otherwise) {
  if constexpr (requires { words.entries; })
    return words.entries;
  else if constexpr (requires { words.layer; })
    return entries_of(words.layer, otherwise);
  else
    return otherwise;
}
}  // namespace detail

/// Ids (batch, length, 1) -> logits (batch, length, Entries): x = Transform(Body(Words(ids))), logits = x E^T + bias
/// where E (Entries, C) is the table of Words (Press and Wolf 2017). Words: an embedding; Body: (batch, length, C) ->
/// the same length; Transform ends in C channels (BERT: Linear, Gelu, LayerNorm; causal models: Identity); Bias:
/// Identity or ChannelBias<Entries>. The gradient of E is that of both its uses. Parameters: words.*, body.*,
/// transform.*, bias.
template <class Words, class Body, class Transform = Identity, class Bias = Identity>
struct TiedLanguageModel {
  static constexpr std::string_view name = "TiedLanguageModel";
  static constexpr index_t wants = 1;
  static constexpr unsigned uses = uses_x;
  static constexpr Input input = Input::ids;
  [[no_unique_address]] Words words{};
  [[no_unique_address]] Body body{};
  [[no_unique_address]] Transform transform{};
  [[no_unique_address]] Bias bias{};
  [[no_unique_address]] Extent<detail::static_entries<Words>()> entries{};  // for Words that do not say it themselves

  constexpr index_t vocabulary() const { return detail::entries_of(words, entries); }
  /// The transform may work over the body's output.
  constexpr bool shares() const {
    if (uses_of(transform) & uses_x || uses_of(body) & uses_y) return false;
    if constexpr (requires { transform.in_place_now(); })
      return transform.in_place_now();
    else
      return works_in_place<Transform>();
  }
  constexpr bool trains() const {
    return l2g::trains(words) || l2g::trains(body) || l2g::trains(transform) || l2g::trains(bias);
  }

  template <class T, class D>
  struct Params {
    decltype(std::declval<const Words&>().template params<T, D>()) words;
    decltype(std::declval<const Body&>().template params<T, D>()) body;
    decltype(std::declval<const Transform&>().template params<T, D>()) transform;
    decltype(std::declval<const Bias&>().template params<T, D>()) bias;
    constexpr void each(auto& v) {
      scope(v, "words", [&] { words.each(v); });
      scope(v, "body", [&] { body.each(v); });
      scope(v, "transform", [&] { transform.each(v); });
      bias.each(v);
    }
  };
  template <class T, class D>
  constexpr Params<T, D> params() const {
    return {words.template params<T, D>(), body.template params<T, D>(), transform.template params<T, D>(),
            bias.template params<T, D>()};
  }

  template <class In>
  using WordShape = std::remove_cvref_t<decltype(std::declval<const Words&>().out(std::declval<In>()))>;
  template <class In>
  using BodyShape = std::remove_cvref_t<decltype(std::declval<const Body&>().out(std::declval<WordShape<In>>()))>;
  template <class In>
  using TopShape = std::remove_cvref_t<decltype(std::declval<const Transform&>().out(std::declval<BodyShape<In>>()))>;
  template <class In>
  constexpr auto out(In s) const {
    const auto w = words.out(s);
    const auto h = body.out(w);
    const auto z = transform.out(h);
    expect(s[1], z[1], "l2g::TiedLanguageModel: the body must keep the length");
    expect(w[2], z[2], "l2g::TiedLanguageModel: the transform must end in as many channels as the table of words has");
    return with_channels(s, Extent<detail::static_entries<Words>()>(vocabulary()));
  }
  template <class T, class D, class In>
  struct Saved {
    decltype(std::declval<const Words&>().template saved<T, D>(std::declval<In>())) words_saved;
    decltype(std::declval<const Body&>().template saved<T, D>(std::declval<WordShape<In>>())) body_saved;
    decltype(std::declval<const Transform&>().template saved<T, D>(std::declval<BodyShape<In>>())) transform_saved;
    View<T, WordShape<In>, D> w;
    View<T, BodyShape<In>, D> h;
    View<T, TopShape<In>, D> z;
    bool shares = false;
    constexpr void each(auto& v) {
      scope(v, "words", [&] {
        words_saved.each(v);
        v.field("out", w);
      });
      scope(v, "body", [&] {
        body_saved.each(v);
        v.field("out", h);
      });
      scope(v, "transform", [&] {
        transform_saved.each(v);
        if (!shares) v.field("out", z);
      });
    }
  };
  template <class T, class D, class In>
  constexpr Saved<T, D, In> saved(In s) const {
    const auto w = words.out(s);
    const auto h = body.out(w);
    return {words.template saved<T, D>(s),
            body.template saved<T, D>(w),
            transform.template saved<T, D>(h),
            {nullptr, w},
            {nullptr, h},
            {nullptr, transform.out(h)},
            shares()};
  }
  template <class T, class In>
  constexpr std::size_t scratch(In s) const {
    const auto w = words.out(s);
    const auto h = body.out(w);
    const auto z = transform.out(h);
    const std::size_t each[] = {words.template scratch<T>(s), body.template scratch<T>(w),
                                transform.template scratch<T>(h), bias.template scratch<T>(out(s))};
    std::size_t inner = 0;
    for (const std::size_t e : each) inner = e > inner ? e : inner;
    return bytes_of<T>(w.size()) + bytes_of<T>(h.size()) + bytes_of<T>(z.size()) + inner;
  }

  template <class D, class T, class In, class Out>
  void forward(Context<D>& c, const auto& p, View<std::int32_t, In, D> x, View<T, Out, D> y, auto& s) const {
    if (s.shares) s.z.data = s.h.data;
    words.forward(c, p.words, x, s.w, s.words_saved);
    body.forward(c, p.body, s.w, s.h, s.body_saved);
    transform.forward(c, p.transform, s.h, s.z, s.transform_saved);
    const index_t m = s.z.shape.rows(), ch = s.z.shape[2], v = vocabulary();
    const T* const table = detail::table_of<T>(p.words);
    gemm(c, m, v, ch, T(1), s.z.data, {ch}, table, {ch, true}, T(0), y.data, {v});
    auto none = bias.template saved<T, D>(y.shape);
    bias.forward(c, p.bias, y, y, none);
  }
  template <class D, class T, class In, class Out>
  void backward(Context<D>& c, const auto& p, View<std::int32_t, In, D> x, View<T, Out, D> y, View<T, Out, D> dy,
                View<std::int32_t, In, D>, auto& s, auto& g) const {
    const index_t m = s.z.shape.rows(), ch = s.z.shape[2], v = vocabulary();
    const bool to_words = l2g::trains(words), to_body = to_words || l2g::trains(body);
    auto none = bias.template saved<T, D>(y.shape);
    auto nothing = dy;
    nothing.data = nullptr;
    bias.backward(c, p.bias, y, y, dy, nothing, none, g.bias);
    if (T* const dtable = detail::table_of<T>(g.words))
      gemm(c, v, ch, m, T(1), dy.data, {v, true}, s.z.data, {ch}, T(1), dtable, {ch});
    if (!to_body && !l2g::trains(transform)) return;
    Frame frame(c.scratch);
    auto dz = s.z;
    auto dh = s.h;
    auto dw = s.w;
    dz.data = c.scratch.template take<T>(dz.size());
    gemm(c, m, ch, v, T(1), dy.data, {v}, detail::table_of<T>(p.words), {ch}, T(0), dz.data, {ch});
    dh.data = to_body ? c.scratch.template take<T>(dh.size()) : nullptr;
    transform.backward(c, p.transform, s.h, s.z, dz, dh, s.transform_saved, g.transform);
    if (!to_body) return;
    dw.data = to_words ? c.scratch.template take<T>(dw.size()) : nullptr;
    body.backward(c, p.body, s.w, s.h, dh, dw, s.body_saved, g.body);
    if (to_words) words.backward(c, p.words, x, s.w, dw, decltype(x){nullptr, x.shape}, s.words_saved, g.words);
  }
};

}  // namespace l2g
