#pragma once
// One network for both strands of DNA.
#include <l2g/core/layer.hpp>
#include <l2g/kernels/elementwise.hpp>
#include <l2g/kernels/strands.hpp>

namespace l2g {

/// (batch, length, 4 or 5 channels A, C, G, T and N) -> the mean of f(x) and f(reverse complement of x), in training
/// and in evaluation: the network cannot tell the strands apart (the siamese form of reverse-complement conjoined
/// networks, Zhou et al. 2022). f sees a batch of both strands, (2 batch, length, channels): the rows as they are, then
/// their reverse complements. Positions without a base at either end of a row (padding, N) stay where they are, as
/// data::encode pads either strand on the same side; so does what lies behind the length of a row. The parameters are
/// those of f, under the same keys.
template <class F>
struct StrandMean {
  static constexpr std::string_view name = "StrandMean";
  static constexpr unsigned uses = uses_x;  // the ends of the rows
  [[no_unique_address]] F f{};

  template <index_t B, index_t L, index_t C>
  static constexpr auto doubled(Shape<B, L, C> s) {
    return Shape<multiple<B, 2>, L, C>{2 * s[0], s[1], s[2]};
  }
  template <class In>
  using Inner = decltype(doubled(std::declval<In>()));

  template <class T, class D>
  constexpr auto params() const {
    return f.template params<T, D>();
  }
  template <class T, class D, class In>
  struct Saved {
    decltype(std::declval<const F&>().template saved<T, D>(std::declval<Inner<In>>())) f;
    View<T, std::remove_cvref_t<decltype(std::declval<const F&>().out(std::declval<Inner<In>>()))>, D> f_out;
    bool keeps_f = false;
    constexpr void each(auto& v) {
      f.each(v);
      if (keeps_f) v.field("f", f_out);
    }
  };
  template <class T, class D, class In>
  constexpr Saved<T, D, In> saved(In s) const {
    const auto both = doubled(s);
    return {f.template saved<T, D>(both), {nullptr, f.out(both)}, bool(uses_of(f) & uses_y)};
  }
  template <class T, class In>
  constexpr std::size_t scratch(In s) const {
    const auto both = doubled(s);
    return f.template scratch<T>(both) + 2 * bytes_of<T>(both.size()) + bytes_of<T>(f.out(both).size()) +
           2 * bytes_of<std::int32_t>(2 * s[0]);
  }
  template <index_t B, index_t L, index_t C>
  constexpr auto out(Shape<B, L, C> s) const {
    require(s[2] == 4 || s[2] == 5, 5, s[2], "l2g::StrandMean: the channels must be A, C, G, T and perhaps N");
    const auto o = f.out(doubled(s));
    using O = std::remove_cvref_t<decltype(o)>;
    return Shape<B, O::static_extent(1), O::static_extent(2)>{s[0], o[1], o[2]};
  }
  constexpr Lengths after(const Lengths& l) const { return lengths_after(f, l); }
  constexpr bool trains() const { return l2g::trains(f); }

  template <class D, class T, class In, class Out>
  void forward(Context<D>& c, const auto& p, View<T, In, D> x, View<T, Out, D> y, auto& s) const {
    Frame frame(c.scratch);
    const Rows r = rows_of(c, x);
    const auto z = both_strands(c, x, r);
    auto fy = s.f_out;
    if (!s.keeps_f) fy.data = c.scratch.template take<T>(fy.size());
    {
      const BothLengths<D> both(c, r.lengths);
      f.forward(c, p, z, fy, s.f);
    }
    map(c, y.size(), kernels::Mean<T>{fy.data, fy.data + y.size(), y.data});
  }
  template <class D, class T, class In, class Out>
  void backward(Context<D>& c, const auto& p, View<T, In, D> x, View<T, Out, D>, View<T, Out, D> dy, View<T, In, D> dx,
                auto& s, auto& g) const {
    Frame frame(c.scratch);
    const Rows r = rows_of(c, x);
    View<T, Inner<In>, D> z{nullptr, doubled(x.shape)}, dz = z;
    if (uses_of(f) & uses_x) z = both_strands(c, x, r);
    if (dx.data) dz.data = c.scratch.template take<T>(dz.size());
    auto dfy = s.f_out;
    dfy.data = c.scratch.template take<T>(dfy.size());
    for (const index_t strand : {0, 1})
      map(c, dy.size(), kernels::Copy<T>{dy.data, dfy.data + strand * dy.size(), T(0.5)});
    {
      const BothLengths<D> both(c, r.lengths);
      f.backward(c, p, z, s.f_out, dfy, dz, s.f, g);
    }
    if (dx.data)
      rows(c, x.shape.rows(), kernels::BothStrandsGrad<T>{dz.data, r.ends, dx.data, x.shape[1], x.shape[2], x.size()});
  }

 private:
  struct Rows {
    std::int32_t *ends, *lengths;  // (batch, 2) and (2 batch)
  };
  template <class D, class T, class In>
  static Rows rows_of(Context<D>& c, View<T, In, D> x) {
    const index_t n = 2 * x.shape[0];
    const Rows r{c.scratch.template take<std::int32_t>(n), c.scratch.template take<std::int32_t>(n)};
    rows(c, x.shape[0],
         kernels::StrandEnds<T>{x.data, r.ends, r.lengths, x.shape[0], x.shape[1], x.shape[2], c.lengths});
    return r;
  }
  template <class D, class T, class In>
  static View<T, Inner<In>, D> both_strands(Context<D>& c, View<T, In, D> x, const Rows& r) {
    View<T, Inner<In>, D> z{nullptr, doubled(x.shape)};
    z.data = c.scratch.template take<T>(z.size());
    rows(c, x.shape.rows(), kernels::BothStrands<T>{x.data, r.ends, z.data, x.shape[1], x.shape[2], x.size()});
    return z;
  }
  /// The lengths of both strands as long as f works.
  template <class D>
  struct BothLengths {
    Context<D>& c;
    const Lengths before = c.lengths;
    BothLengths(Context<D>& context, const std::int32_t* twice) : c(context) {
      if (before) c.lengths = Lengths{twice};
    }
    ~BothLengths() { c.lengths = before; }
    BothLengths(const BothLengths&) = delete;
    BothLengths& operator=(const BothLengths&) = delete;
  };
};

}  // namespace l2g
