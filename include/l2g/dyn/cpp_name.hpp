#pragma once
// How a layer with run-time extents is written as a C++ type with static ones.
#include <l2g/nn/concat.hpp>
#include <l2g/nn/conv1d.hpp>
#include <l2g/nn/embedding.hpp>
#include <l2g/nn/kmer_bag.hpp>
#include <l2g/nn/pool.hpp>
#include <l2g/nn/strand_mean.hpp>
#include <l2g/nn/with_lora.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace l2g {

namespace detail {
template <class... N>
std::string type_of(const char* name, N... n) {
  std::string s = name;
  const char* separator = "<";
  ((s += separator + std::to_string(n), separator = ", "), ...);
  return s + (sizeof...(n) ? ">" : "");
}
inline std::string wrapped(const char* name, const std::string& a) { return name + ("<" + a + ">"); }
inline std::string wrapped(const char* name, const std::string& a, const std::string& b) {
  return name + ("<" + a + ", " + b + ">");
}
inline std::string norm_name(const char* name, index_t channels, index_t digits) {
  return digits == 5 ? type_of(name, channels) : type_of(name, channels, digits);
}
inline std::string activation_name(Activation a) {
  const char* names[] = {"gelu", "gelu_tanh", "relu", "silu"};
  return std::string("l2g::Activation::") + names[int(a)];  // exported into l2g::models, which has its own
}

/// Two whole numbers whose quotient is exactly x: over a power of ten as people write it, else over a power of two.
inline std::pair<index_t, index_t> fraction_of(double x) {
  for (index_t ten = 1; ten <= 100'000'000'000'000'000; ten *= 10) {
    const double n = std::round(x * double(ten));
    if (std::abs(n) < 0x1p53 && n / double(ten) == x) return {index_t(n), ten};
  }
  int exponent = 0;
  const double mantissa = std::ldexp(std::frexp(x, &exponent), 53);
  const int bits = std::min(53 - exponent, 62);  // below 1e-3 what no short decimal says is rounded
  return {index_t(std::ldexp(mantissa, exponent - 53 + bits)), index_t(1) << bits};
}
inline std::string cpp_name_of_scale(ScaleRule rule, index_t numerator, index_t denominator) {
  const char* rules[] = {"fixed", "rank", "root", "adalora"};
  const std::string number = std::to_string(numerator) + (denominator == 1 ? "" : ", " + std::to_string(denominator));
  if (rule == ScaleRule::fixed) return "FixedScale<" + number + ">";
  if (rule == ScaleRule::rank) return "Alpha<" + number + ">";
  return "LoraScale<ScaleRule::" + std::string(rules[int(rule)]) + ", " + number + ">";
}
}  // namespace detail

template <index_t I, index_t O, bool Bias>
std::string cpp_name(const Linear<I, O, Bias>& l) {
  const std::string head = "Linear<" + std::to_string(l.in) + ", " + std::to_string(l.features);
  return head + (Bias ? ">" : ", false>");
}
template <index_t I, index_t O, index_t K, index_t Dil, Padding P, index_t S, index_t G>
std::string cpp_name(const Conv1d<I, O, K, Dil, P, S, G>& l) {
  const char* padding = P == Padding::same ? "same" : P == Padding::causal ? "causal" : "valid";
  std::string s = "Conv1d<";
  for (const index_t n : {index_t(l.in), index_t(l.features), index_t(l.kernel), index_t(l.dilation)})
    s += std::to_string(n) + ", ";
  return s + "Padding::" + padding + ", " + std::to_string(l.stride) + ", " + std::to_string(l.groups) + ">";
}
template <index_t E, index_t C, index_t P, index_t O>
std::string cpp_name(const Embedding<E, C, P, O>& l) {
  return detail::type_of("Embedding", index_t(l.entries), index_t(l.features), index_t(l.positions), index_t(l.offset));
}
template <index_t C, index_t Digits>
std::string cpp_name(const LayerNorm<C, Digits>& l) {
  return detail::norm_name("LayerNorm", l.in, l.digits);
}
template <index_t C, index_t Digits>
std::string cpp_name(const RmsNorm<C, Digits>& l) {
  return detail::norm_name("RmsNorm", l.in, l.digits);
}
template <index_t E, index_t C, index_t M>
std::string cpp_name(const TokenDropoutEmbedding<E, C, M>& l) {
  return detail::type_of("TokenDropoutEmbedding", index_t(l.entries), index_t(l.features), index_t(l.mask));
}
template <index_t P, index_t C, index_t O>
std::string cpp_name(const LearnedPositions<P, C, O>& l) {
  return detail::type_of("LearnedPositions", index_t(l.table_rows), index_t(l.in), index_t(l.offset));
}
template <index_t N, index_t C>
std::string cpp_name(const SegmentEmbedding<N, C>& l) {
  return detail::type_of("SegmentEmbedding", index_t(l.table_rows), index_t(l.in));
}
template <index_t C>
std::string cpp_name(const ChannelBias<C>& l) {
  return detail::type_of("ChannelBias", index_t(l.in));
}
template <index_t C>
std::string cpp_name(const BatchNorm1d<C>& l) {
  return detail::type_of("BatchNorm1d", index_t(l.in));
}
template <index_t W, index_t S>
std::string cpp_name(const MaxPool<W, S>& l) {
  return detail::type_of("MaxPool", index_t(l.window), index_t(l.stride));
}
template <index_t W, index_t S>
std::string cpp_name(const AveragePool<W, S>& l) {
  return detail::type_of("AveragePool", index_t(l.window), index_t(l.stride));
}
template <index_t P>
std::string cpp_name(const Dropout<P>& l) {
  return detail::type_of("Dropout", index_t(l.per_mille));
}
/// Layers without numbers are called by their name.
template <class L>
requires std::derived_from<L, Elementwise> && std::is_empty_v<L> std::string cpp_name(const L&) {
  return std::string(L::name);
}
template <index_t C, index_t H, index_t P, bool Causal, class Qkv, class Proj>
std::string cpp_name(const SelfAttention<C, H, P, Causal, Qkv, Proj>& l) {
  std::string s = "SelfAttention<";
  for (const index_t n : {index_t(l.in), index_t(l.heads), index_t(l.per_mille)}) s += std::to_string(n) + ", ";
  return s + (Causal ? "true, " : "false, ") + cpp_name(l.qkv) + ", " + cpp_name(l.proj) + ">";
}
template <index_t C, index_t F, Activation A, class Up, class Down>
std::string cpp_name(const FeedForward<C, F, A, Up, Down>& l) {
  return "FeedForward<" + std::to_string(l.in) + ", " + std::to_string(l.hidden) + ", " + detail::activation_name(A) +
         ", " + cpp_name(l.up) + ", " + cpp_name(l.down) + ">";
}
template <index_t C, index_t F, Activation A, class Gate, class Up, class Down>
std::string cpp_name(const GatedFeedForward<C, F, A, Gate, Up, Down>& l) {
  return "GatedFeedForward<" + std::to_string(l.in) + ", " + std::to_string(l.hidden) + ", " +
         detail::activation_name(A) + ", " + cpp_name(l.gate) + ", " + cpp_name(l.up) + ", " + cpp_name(l.down) + ">";
}
template <index_t C, index_t H, index_t KV, index_t P, bool Causal, class Place, class Q, class K, class V, class Proj>
std::string cpp_name(const Attention<C, H, KV, P, Causal, Place, Q, K, V, Proj>& l) {
  std::string s = "Attention<";
  for (const index_t n : {index_t(l.in), index_t(l.heads), index_t(l.kv_heads), index_t(l.per_mille)})
    s += std::to_string(n) + ", ";
  s += Causal ? "true, " : "false, ";
  if (l.place.rotates())
    s += (l.place.pairs_neighbours() ? "RotaryPairs<" : "Rotary<") + std::to_string(l.place.base()) + ">";
  else
    s += l.place.alibi() ? "Alibi" : "NoPositions";
  return s + ", " + cpp_name(l.to_query) + ", " + cpp_name(l.to_key) + ", " + cpp_name(l.to_value) + ", " +
         cpp_name(l.proj) + ">";
}
template <index_t K>
std::string cpp_name(const PerStep<K>& p) {
  return detail::type_of("PerStep", index_t(p.per_mille));
}
template <ScaleRule Rule, index_t Numerator, index_t Denominator>
std::string cpp_name(const LoraScale<Rule, Numerator, Denominator>&) {
  return detail::cpp_name_of_scale(Rule, Numerator, Denominator);
}
inline std::string cpp_name(const AnyLoraScale& s) {
  const auto [numerator, denominator] = detail::fraction_of(s.alpha);
  return detail::cpp_name_of_scale(s.rule, numerator, denominator);
}
template <class Base, index_t R, class Policy, class Scale, index_t Drop>
std::string cpp_name(const SvdLora<Base, R, Policy, Scale, Drop>& l) {
  return "SvdLora<" + cpp_name(l.base.layer) + ", " + std::to_string(l.rank) + ", " + cpp_name(l.policy) + ", " +
         cpp_name(l.scaling) + ", " + std::to_string(l.dropout.per_mille) + ">";
}
template <class Base, index_t R, class Scale, index_t Drop>
std::string cpp_name(const Lora<Base, R, Scale, Drop>& l) {
  return "Lora<" + cpp_name(l.base.layer) + ", " + std::to_string(l.rank) + ", " + cpp_name(l.scaling) + ", " +
         std::to_string(l.dropout.per_mille) + ">";
}
template <class... L>
std::string cpp_name(const Sequential<L...>& s);
template <index_t N, class L>
std::string cpp_name(const Repeat<N, L>& r);
template <class A, class B>
std::string cpp_name(const Concat<A, B>& c);
template <class F, class Skip>
std::string cpp_name(const Residual<F, Skip>& r);
template <class W, class B, class T, class Bias>
std::string cpp_name(const TiedLanguageModel<W, B, T, Bias>& m);
template <index_t K, index_t O, bool Canonical>
std::string cpp_name(const KmerBag<K, O, Canonical>& l) {
  return "KmerBag<" + std::to_string(l.k) + ", " + std::to_string(l.features) + (Canonical ? ", true>" : ">");
}
template <class F>
std::string cpp_name(const StrandMean<F>& m) {
  return detail::wrapped("StrandMean", cpp_name(m.f));
}
template <class L>
std::string cpp_name(const Frozen<L>& f) {
  return detail::wrapped("Frozen", cpp_name(f.layer));
}
template <Text Key, class L>
std::string cpp_name(const Named<Key, L>& f) {
  return "Named<\"" + std::string(Key.view()) + "\", " + cpp_name(f.layer) + ">";
}
template <class F, class Skip>
std::string cpp_name(const Residual<F, Skip>& r) {
  return Residual<F, Skip>::plain ? detail::wrapped("Residual", cpp_name(r.f))
                                  : detail::wrapped("Residual", cpp_name(r.f), cpp_name(r.skip));
}
template <class A, class B>
std::string cpp_name(const Concat<A, B>& c) {
  return detail::wrapped("Concat", cpp_name(c.first), cpp_name(c.second));
}
template <index_t N, class L>
std::string cpp_name(const Repeat<N, L>& r) {
  return "Repeat<" + std::to_string(N) + ", " + cpp_name(r.layer) + ">";
}
template <class... L>
std::string cpp_name(const Sequential<L...>& s) {
  std::string t;
  times<sizeof...(L)>([&](auto i) { t += (i ? ", " : "") + cpp_name(get<i>(s.layers)); });
  return detail::wrapped("Sequential", t);
}

template <class W, class B, class T, class Bias>
std::string cpp_name(const TiedLanguageModel<W, B, T, Bias>& m) {
  return "TiedLanguageModel<" + cpp_name(m.words) + ", " + cpp_name(m.body) + ", " + cpp_name(m.transform) + ", " +
         cpp_name(m.bias) + ">";
}

}  // namespace l2g
