#pragma once
// A linear model on the k-mers of a sequence, wherever they stand.
#include <l2g/core/layer.hpp>
#include <l2g/kernels/kmer_bag.hpp>

namespace l2g {

/// (batch, length, 4 or 5 channels A, C, G, T and N) -> (batch, 1, Out): the sum over all windows of K positions of the
/// table row of the k-mer that stands there, divided by the square root of the number of windows. A window with an N
/// adds nothing. Canonical: a k-mer and its reverse complement share a row, that of the smaller code. The table weight
/// (4^K, Out) has the code sum of letter_i 4^(K - 1 - i), A C G T = 0 1 2 3, and starts at zero: beside a network it
/// adds nothing at first (a wide path, Cheng et al. 2016). The gradient towards x is that of the sum as a function that
/// is linear in each position: what every base in that place would give.
template <index_t K = dyn, index_t Out = dyn, bool Canonical = false>
struct KmerBag {
  static constexpr std::string_view name = "KmerBag";
  static constexpr unsigned uses = uses_x;
  [[no_unique_address]] Extent<K> k{};
  [[no_unique_address]] Extent<Out> features{};

  static constexpr index_t entries = K < 0 ? dyn : index_t(1) << (2 * (K < 0 ? 0 : K));
  template <class T, class D>
  struct Params {
    View<T, Shape<entries, Out>, D> weight;
    constexpr void each(auto& v) { v.field("weight", weight); }
  };
  template <class T, class D>
  constexpr Params<T, D> params() const {
    return {{nullptr, {index_t(1) << (2 * k), index_t(features)}}};
  }
  template <class T, class D>
  constexpr Nothing saved(auto) const {
    return {};
  }
  template <class T>
  constexpr std::size_t scratch(auto) const {
    return 0;
  }
  template <index_t B, index_t L, index_t C>
  constexpr Shape<B, 1, Out> out(Shape<B, L, C> s) const {
    require(k >= 1 && k <= KmerBagSpec::most, KmerBagSpec::most, k, "l2g::KmerBag: too many letters, or none");
    require(s[1] >= k, k, s[1], "l2g::KmerBag: the sequence is shorter than the k-mer");
    require(s[2] == 4 || s[2] == 5, 5, s[2], "l2g::KmerBag: the channels must be A, C, G, T and perhaps N");
    return {s[0], 1, index_t(features)};
  }
  constexpr Lengths after(const Lengths& before) const { return before.pooled(); }
  constexpr KmerBagSpec spec(auto s) const { return {s[0], s[1], s[2], k, features, Canonical}; }

  template <class D, class T, class In, class O>
  void forward(Context<D>& c, const Params<T, D>& p, View<T, In, D> x, View<T, O, D> y, Nothing&) const {
    rows(c, x.shape[0], kernels::KmerBag<T>{x.data, p.weight.data, y.data, spec(x.shape), c.lengths});
  }
  template <class D, class T, class In, class O>
  void backward(Context<D>& c, const Params<T, D>& p, View<T, In, D> x, View<T, O, D>, View<T, O, D> dy,
                View<T, In, D> dx, Nothing&, Params<T, D>& g) const {
    const KmerBagSpec s = spec(x.shape);
    constexpr index_t chunk = 32;
    if (g.weight.data)
      rows(c, (s.out + chunk - 1) / chunk,
           kernels::KmerBagTableGrad<T>{x.data, dy.data, g.weight.data, s, c.lengths, chunk});
    if (dx.data)
      rows(c, x.shape.rows(), kernels::KmerBagInputGrad<T>{x.data, p.weight.data, dy.data, dx.data, s, c.lengths});
  }
};

}  // namespace l2g
