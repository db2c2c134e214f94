#pragma once
// A bag of k-mers is linear in each position of a window. Along the straight path from reference to input a word with s
// of its n differing places taken from the input and the others from the reference has the weight t^s (1 - t)^(n - s),
// whose integral is s! (n - s)! / (n + 1)!: the Shapley value of the positions, with no quadrature.
#include <l2g/interpret/tape.hpp>
#include <l2g/nn/kmer_bag.hpp>

#include <array>
#include <vector>

namespace l2g::interpret {
namespace rules {

/// Weights s! (n - s)! / (n + 1)! for n <= 12.
inline const auto& path_weights() {
  static const auto table = [] {
    constexpr int n = int(KmerBagSpec::most) + 1;
    std::array<std::array<double, std::size_t(n)>, std::size_t(n)> w{};
    for (int all = 0; all < n; ++all) {
      double v = 1.0 / (all + 1);  // s = 0: n! / (n + 1)!
      for (int s = 0; s <= all; ++s) {
        w[std::size_t(all)][std::size_t(s)] = v;
        if (s < all) v *= double(s + 1) / double(all - s);
      }
    }
    return w;
  }();
  return table;
}

/// What stands at a position of a one-hot row: 0 to 3, -1 for none of them, -2 for anything that is not one letter.
template <class T>
int letter_of(const T* p) {
  int found = -1;
  for (int j = 0; j < 4; ++j) {
    if (p[j] == T(0)) continue;
    if (p[j] != T(1) || found >= 0) return -2;
    found = j;
  }
  return found;
}

/// Adds, for one window with letters a of the input and b of the reference, what each base at each of its positions
/// counts: m (k, channels) += factor * mean of `value` of the words on the path.
template <class T>
void window_multipliers(const KmerBagSpec& s, const int* a, const int* b, const T* value, T factor, T* m) {
  const auto& weights = path_weights();
  for (index_t i = 0; i < s.k; ++i) {
    index_t differing[KmerBagSpec::most];
    int n = 0;
    bool possible = true;
    index_t word = 0, reverse = 0;  // of what is the same on both sides, with nothing at the others
    for (index_t j = 0; j < s.k; ++j) {
      if (j == i) continue;
      if (a[j] != b[j])
        differing[n++] = j;
      else if (a[j] < 0)
        possible = false;
      else
        word += index_t(a[j]) << (2 * (s.k - 1 - j)), reverse += index_t(3 - a[j]) << (2 * j);
    }
    if (!possible) continue;
    T sum[4] = {};
    for (unsigned chosen = 0; chosen < 1u << n; ++chosen) {  // which of them are the input's
      index_t w = word, r = reverse;
      int from_input = 0;
      bool letters = true;
      for (int d = 0; d < n; ++d) {
        const bool own = chosen >> d & 1u;
        const index_t j = differing[d];
        const int c = own ? a[j] : b[j];
        letters = letters && c >= 0;
        from_input += own;
        w += index_t(c < 0 ? 0 : c) << (2 * (s.k - 1 - j)), r += index_t(c < 0 ? 0 : 3 - c) << (2 * j);
      }
      if (!letters) continue;
      const T weight = T(weights[std::size_t(n)][std::size_t(from_input)]);
      for (index_t c = 0; c < 4; ++c) {
        const index_t forward = w + (c << (2 * (s.k - 1 - i))), other = r + ((3 - c) << (2 * i));
        sum[c] += weight * value[s.canonical && other < forward ? other : forward];
      }
    }
    for (index_t c = 0; c < 4; ++c) m[i * s.channels + c] += factor * sum[c];
  }
}

}  // namespace rules

template <index_t K, index_t Out, bool Canonical, class T, class In, class O>
void rescale_rule(const KmerBag<K, Out, Canonical>& l, Site<T>& site, const auto& p, View<T, In> x, View<T, O>,
                  Nothing&, View<T, O> g, View<T, In> m) {
  const KmerBagSpec s = l.spec(m.shape);
  const Pairs pairs = site.pairs;
  const index_t row = s.length * s.channels, entries = index_t(1) << (2 * s.k);
  std::vector<int> letters(std::size_t(pairs.rows() * s.length));
  bool one_hot = true;
  for (index_t i = 0; i < pairs.rows() * s.length; ++i) {
    letters[std::size_t(i)] = rules::letter_of(x.data + i * s.channels);
    one_hot = one_hot && letters[std::size_t(i)] > -2;
  }
  if (!one_hot) {  // shares of bases: the derivative is a polynomial of degree k - 1 on the path
    detail::along_path<T>(site, l, p, x, g, m, (s.k + 1) / 2);
    return;
  }
  T* const values = site.take(pairs.count() * entries);  // what each word of the table adds to the output, in all
  gemm(site.context, pairs.count(), entries, s.out, T(1), g.data, {s.out}, p.weight.data, {s.out, true}, T(0), values,
       {entries});
  rows(site.context, pairs.count(), [&](auto&, index_t pair) {
    T* const to = m.data + pair * row;
    std::fill_n(to, row, T(0));
    const index_t windows = kernels::windows_of(s, site.context.lengths, pair);
    if (windows == 0) return;
    const T factor = T(1) / std::sqrt(T(windows));
    const int *const a = letters.data() + pairs.input_of(pair) * s.length, *const b =
                                                                               letters.data() +
                                                                               pairs.reference_of(pair) * s.length;
    for (index_t t = 0; t < windows; ++t)
      rules::window_multipliers(s, a + t, b + t, values + pair * entries, factor, to + t * s.channels);
  });
}

}  // namespace l2g::interpret
