#pragma once
// Multi-head attention with separate projections: what pre-trained models are made of. Fewer heads of keys and values
// than of queries, rotary positions and ALiBi.
#include <l2g/cpu/attention.hpp>
#include <l2g/nn/linear.hpp>
#include <l2g/nn/positions.hpp>

namespace l2g {

namespace detail {
template <index_t C, index_t H, index_t KV>
inline constexpr index_t key_width = C < 0 || H < 0 || KV < 0 ? dyn : C / H* KV;
}

/// Attention of H heads on (batch, length, C) with KV heads of keys and values (Ainslie et al. 2023: query head h reads
/// head h / (H / KV)); keys behind the end of a sequence are not seen, Causal hides those ahead; probabilities are
/// dropped with PerMille / 1000. Place: NoPositions, Rotary<Base>, RotaryPairs<Base>, Alibi. Parameters: query (C, C),
/// key and value (C / H * KV, C), proj (C, C), with or without bias, which with_lora may replace.
template <index_t C = dyn, index_t H = dyn, index_t KV = H, index_t PerMille = (C < 0 ? dyn : 0), bool Causal = false,
          class Place = NoPositions, class Query = Linear<C, C>, class Key = Linear<C, detail::key_width<C, H, KV>>,
          class Value = Key, class Proj = Linear<C, C>>
struct Attention {
  static_assert(C < 0 || H < 0 || C % H == 0, "l2g::Attention: the heads must divide the channels");
  static_assert(KV < 0 || H < 0 || H % KV == 0, "l2g::Attention: the heads of keys and values must divide the heads");
  static constexpr std::string_view name = "Attention";
  static constexpr index_t wants = C;
  static constexpr unsigned uses = uses_x;
  static constexpr index_t W = detail::key_width<C, H, KV>;
  [[no_unique_address]] Extent<C> in{};
  [[no_unique_address]] Extent<H> heads{};
  [[no_unique_address]] Extent<KV> kv_heads{};
  [[no_unique_address]] Extent<PerMille> per_mille{};
  [[no_unique_address]] Place place{};
  [[no_unique_address]] Query to_query{};
  [[no_unique_address]] Key to_key{};
  [[no_unique_address]] Value to_value{};
  [[no_unique_address]] Proj proj{};

  constexpr index_t head_width() const { return in / heads; }
  constexpr index_t key_width() const { return head_width() * kv_heads; }

  template <class T, class D>
  struct Params {
    decltype(std::declval<const Query&>().template params<T, D>()) query;
    decltype(std::declval<const Key&>().template params<T, D>()) key;
    decltype(std::declval<const Value&>().template params<T, D>()) value;
    decltype(std::declval<const Proj&>().template params<T, D>()) proj;
    constexpr void each(auto& v) {
      scope(v, "query", [&] { query.each(v); });
      scope(v, "key", [&] { key.each(v); });
      scope(v, "value", [&] { value.each(v); });
      scope(v, "proj", [&] { proj.each(v); });
    }
  };
  template <class T, class D>
  constexpr Params<T, D> params() const {
    return {to_query.template params<T, D>(), to_key.template params<T, D>(), to_value.template params<T, D>(),
            proj.template params<T, D>()};
  }
  /// query and key are kept as they entered the products: turned, where the positions are rotary.
  template <class T, class D, index_t B, index_t L>
  struct Saved {
    using Row = Shape<B, L, C>;
    using KeyRow = Shape<B, L, W>;
    decltype(std::declval<const Query&>().template saved<T, D>(std::declval<Row>())) query_saved;
    decltype(std::declval<const Key&>().template saved<T, D>(std::declval<Row>())) key_saved;
    decltype(std::declval<const Value&>().template saved<T, D>(std::declval<Row>())) value_saved;
    decltype(std::declval<const Proj&>().template saved<T, D>(std::declval<Row>())) proj_saved;
    View<T, Row, D> query;
    View<T, KeyRow, D> key, value;
    View<T, Row, D> mixed;
    View<T, Shape<B, H, L>, D> log_sum;
    Stream stream;
    constexpr void each(auto& v) {
      scope(v, "query", [&] { query_saved.each(v); });
      scope(v, "key", [&] { key_saved.each(v); });
      scope(v, "value", [&] { value_saved.each(v); });
      scope(v, "proj", [&] { proj_saved.each(v); });
      v.field("query", query);
      v.field("key", key);
      v.field("value", value);
      v.field("mixed", mixed);
      v.field("log_sum", log_sum);
      stream.each(v);
    }
  };
  template <class T, class D, index_t B, index_t L, index_t X>
  constexpr Saved<T, D, B, L> saved(Shape<B, L, X> s) const {
    const index_t b = s[0], l = s[1], ch = in, h = heads;
    const Shape<B, L, C> row{b, l, ch};
    const Shape<B, L, W> narrow{b, l, key_width()};
    return {to_query.template saved<T, D>(row),
            to_key.template saved<T, D>(row),
            to_value.template saved<T, D>(row),
            proj.template saved<T, D>(row),
            {nullptr, row},
            {nullptr, narrow},
            {nullptr, narrow},
            {nullptr, row},
            {nullptr, {b, h, l}},
            {}};
  }
  template <class T>
  constexpr std::size_t scratch(auto s) const {
    const std::size_t each[] = {to_query.template scratch<T>(s),
                                to_key.template scratch<T>(s),
                                to_value.template scratch<T>(s),
                                proj.template scratch<T>(s),
                                cpu::attention_scratch<T>(s[1], head_width()),
                                place.rotates() ? detail::rotary_scratch<T>(s[1], head_width()) : 0};
    std::size_t inner = 0;
    for (const std::size_t e : each) inner = e > inner ? e : inner;
    return 3 * bytes_of<T>(s.rows() * in) + 2 * bytes_of<T>(s.rows() * key_width()) + inner;
  }
  constexpr auto out(auto s) const {
    expect(in, s.cols(), "l2g::Attention: the input has another number of channels");
    expect(0, in % heads, "l2g::Attention: the heads must divide the channels");
    expect(0, heads % kv_heads, "l2g::Attention: the heads of keys and values must divide the heads");
    if (place.rotates()) expect(0, head_width() % 2, "l2g::Attention: rotary positions need heads of an even width");
    expect(in, to_query.out(s)[2], "l2g::Attention: 'query' makes another number of channels");
    expect(key_width(), to_key.out(s)[2], "l2g::Attention: 'key' must make (channels / heads) * kv_heads channels");
    expect(key_width(), to_value.out(s)[2], "l2g::Attention: 'value' must make (channels / heads) * kv_heads channels");
    return s;
  }
  constexpr AttentionSpec spec(auto s, bool training, std::uint32_t stream) const {
    const double keep = 1 - double(per_mille) / 1000;
    return {s[0],          s[1],
            heads,         kv_heads,
            head_width(),  Causal,
            place.alibi(), training && per_mille > 0,
            stream,        keep_word(keep),
            1 / keep};
  }
  template <class T>
  constexpr Projections<T> parts(T* q, T* k, T* v) const {
    return {q, k, v, in, key_width()};
  }
  template <class D, class T, class In>
  void forward(Context<D>& c, const auto& p, View<T, In, D> x, View<T, In, D> y, auto& s) const {
    const AttentionSpec how = spec(x.shape, c.training, s.stream.id);
    to_query.forward(c, p.query, x, s.query, s.query_saved);
    to_key.forward(c, p.key, x, s.key, s.key_saved);
    to_value.forward(c, p.value, x, s.value, s.value_saved);
    if (place.rotates()) detail::rotate(c, how, place, s.query.data, s.key.data, T(1));
    attention(c, how, parts<const T>(s.query.data, s.key.data, s.value.data), s.mixed.data, s.log_sum.data);
    proj.forward(c, p.proj, s.mixed, y, s.proj_saved);
  }
  template <class D, class T, class In>
  void backward(Context<D>& c, const auto& p, View<T, In, D> x, View<T, In, D> y, View<T, In, D> dy, View<T, In, D> dx,
                auto& s, auto& g) const {
    const bool below = dx.data || l2g::trains(to_query) || l2g::trains(to_key) || l2g::trains(to_value);
    const AttentionSpec how = spec(x.shape, c.training, s.stream.id);
    Frame frame(c.scratch);
    auto dmixed = s.mixed, dquery = s.query;
    auto dkey = s.key, dvalue = s.value;
    dmixed.data = below ? c.scratch.template take<T>(dmixed.size()) : nullptr;
    proj.backward(c, p.proj, s.mixed, y, dy, dmixed, s.proj_saved, g.proj);
    if (!below) return;
    dquery.data = c.scratch.template take<T>(dquery.size());
    dkey.data = c.scratch.template take<T>(dkey.size());
    dvalue.data = c.scratch.template take<T>(dvalue.size());
    attention_grad(c, how, parts<const T>(s.query.data, s.key.data, s.value.data), s.mixed.data, s.log_sum.data,
                   dmixed.data, parts<T>(dquery.data, dkey.data, dvalue.data));
    if (place.rotates()) detail::rotate(c, how, place, dquery.data, dkey.data, T(-1));
    to_query.backward(c, p.query, x, s.query, dquery, dx, s.query_saved, g.query);
    auto more = dx;
    if (dx.data) more.data = c.scratch.template take<T>(dx.size());
    to_key.backward(c, p.key, x, s.key, dkey, more, s.key_saved, g.key);
    if (dx.data) map(c, dx.size(), kernels::Add<T>{dx.data, more.data, dx.data});
    to_value.backward(c, p.value, x, s.value, dvalue, more, s.value_saved, g.value);
    if (dx.data) map(c, dx.size(), kernels::Add<T>{dx.data, more.data, dx.data});
  }
};

}  // namespace l2g
