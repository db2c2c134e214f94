#pragma once
// with_lora<Model, R, ...>: an SVD-LoRA on each Linear whose key a predicate chooses, everything else frozen;
// with_plain_lora<Model, R, ...>: the same with plain LoRA.
#include <l2g/nn/attention.hpp>
#include <l2g/nn/gated_feed_forward.hpp>
#include <l2g/nn/grouped_attention.hpp>
#include <l2g/nn/language_model.hpp>
#include <l2g/nn/repeat.hpp>
#include <l2g/nn/svd_lora.hpp>

namespace l2g {

/// Chooses every Linear.
struct EveryLinear {
  static constexpr bool chooses(std::string_view) { return true; }
};
/// Chooses a Linear whose own key is one of these ("qkv", "proj", "up", "down", or its number).
template <Text... Keys>
struct Only {
  static constexpr bool chooses(std::string_view key) { return (... || (key == Keys.view())); }
};

/// How a layer type changes; specialise for a container of your own. Key is the layer's own key.
template <class L, class How, Text Key>
struct Rewrite {
  using type = typename How::template leaf<L, Key>;
};
template <class L, class How, Text Key = "">
using rewritten = typename Rewrite<L, How, Key>::type;

namespace detail {
template <std::size_t N>
constexpr auto key_text() {
  constexpr std::string_view k = number_key(N);
  Text<k.size() + 1> t{{}};
  for (std::size_t i = 0; i < k.size(); ++i) t.s[i] = k[i];
  return t;
}
template <class How, class Indices, class... L>
struct RewriteEach;
template <class How, std::size_t... I, class... L>
struct RewriteEach<How, std::index_sequence<I...>, L...> {
  using type = Sequential<rewritten<L, How, key_text<I>()>...>;
};
}  // namespace detail

template <class... L, class How, Text Key>
struct Rewrite<Sequential<L...>, How, Key> {
  using type = typename detail::RewriteEach<How, std::index_sequence_for<L...>, L...>::type;
};
template <class F, class Skip, class How, Text Key>
struct Rewrite<Residual<F, Skip>, How, Key> {
  using type = Residual<rewritten<F, How, Key>,
                        std::conditional_t<std::same_as<Skip, Identity>, Identity, rewritten<Skip, How, "skip">>>;
};
template <index_t N, class F, class How, Text Key>
struct Rewrite<Repeat<N, F>, How, Key> {
  using type = Repeat<N, rewritten<F, How, Key>>;
};
template <Text Own, class F, class How, Text Key>
struct Rewrite<Named<Own, F>, How, Key> {
  using type = Named<Own, rewritten<F, How, Own>>;
};
template <index_t C, index_t H, index_t P, bool Causal, class Qkv, class Proj, class How, Text Key>
struct Rewrite<SelfAttention<C, H, P, Causal, Qkv, Proj>, How, Key> {
  using type = SelfAttention<C, H, P, Causal, rewritten<Qkv, How, "qkv">, rewritten<Proj, How, "proj">>;
};
template <index_t C, index_t F, Activation A, class Up, class Down, class How, Text Key>
struct Rewrite<FeedForward<C, F, A, Up, Down>, How, Key> {
  using type = FeedForward<C, F, A, rewritten<Up, How, "up">, rewritten<Down, How, "down">>;
};
template <index_t C, index_t F, Activation A, class Gate, class Up, class Down, class How, Text Key>
struct Rewrite<GatedFeedForward<C, F, A, Gate, Up, Down>, How, Key> {
  using type =
      GatedFeedForward<C, F, A, rewritten<Gate, How, "gate">, rewritten<Up, How, "up">, rewritten<Down, How, "down">>;
};
template <index_t C, index_t H, index_t KV, index_t P, bool Causal, class Place, class Q, class K, class V, class Proj,
          class How, Text Key>
struct Rewrite<Attention<C, H, KV, P, Causal, Place, Q, K, V, Proj>, How, Key> {
  using type = Attention<C, H, KV, P, Causal, Place, rewritten<Q, How, "query">, rewritten<K, How, "key">,
                         rewritten<V, How, "value">, rewritten<Proj, How, "proj">>;
};
template <class Words, class Body, class Transform, class Bias, class How, Text Key>
struct Rewrite<TiedLanguageModel<Words, Body, Transform, Bias>, How, Key> {
  using type = TiedLanguageModel<rewritten<Words, How, "words">, rewritten<Body, How, "body">,
                                 rewritten<Transform, How, "transform">, rewritten<Bias, How, "bias">>;
};

namespace detail {
template <class L>
struct IsLinear : std::false_type {};
template <index_t I, index_t O, bool Bias>
struct IsLinear<Linear<I, O, Bias>> : std::true_type {};

/// Adapter<L> where Which chooses a Linear, frozen elsewhere.
template <class Which, template <class> class Adapter>
struct AddAdapter {
  template <class L, Text Key>
  static auto change() {
    if constexpr (IsLinear<L>::value && Which::chooses(Key.view()))
      return Adapter<L>{};
    else
      return Frozen<L>{};
  }
  template <class L, Text Key>
  using leaf = decltype(change<L, Key>());
};
template <index_t R, class Policy, class Scale, index_t Drop>
struct SvdAdapter {
  template <class L>
  using on = SvdLora<L, R, Policy, Scale, Drop>;
};
template <index_t R, class Scale, index_t Drop>
struct PlainAdapter {
  template <class L>
  using on = Lora<L, R, Scale, Drop>;
};
struct RemoveLora {
  template <class L>
  struct Of {
    using type = L;
  };
  template <class L, index_t R, class Policy, class Scale, index_t Drop>
  struct Of<SvdLora<L, R, Policy, Scale, Drop>> {
    using type = L;
  };
  template <class L, index_t R, class Scale, index_t Drop>
  struct Of<Lora<L, R, Scale, Drop>> {
    using type = L;
  };
  template <class L>
  struct Of<Frozen<L>> {
    using type = L;
  };
  template <class L, Text>
  using leaf = typename Of<L>::type;
};
}  // namespace detail

/// The model with SVD adapters of rank R; `Which` names the Linear layers, Policy fills the rank masks, Scale gives the
/// factor of the change, DropPerMille the dropout of the adapter's input.
template <class Model, index_t R, class Which = EveryLinear, class Policy = PerStep<1000>, class Scale = FixedScale<1>,
          index_t DropPerMille = 0>
using with_lora =
    rewritten<Model, detail::AddAdapter<Which, detail::SvdAdapter<R, Policy, Scale, DropPerMille>::template on>>;

/// The model with plain LoRA adapters of rank R.
template <class Model, index_t R, class Which = EveryLinear, class Scale = Alpha<1>, index_t DropPerMille = 0>
using with_plain_lora =
    rewritten<Model, detail::AddAdapter<Which, detail::PlainAdapter<R, Scale, DropPerMille>::template on>>;

/// The model as it was before with_lora or with_plain_lora, all of it trained again: what merged weights are loaded
/// into.
template <class Model>
using without_lora = rewritten<Model, detail::RemoveLora>;

}  // namespace l2g
