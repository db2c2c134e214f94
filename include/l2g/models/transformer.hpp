#pragma once
// What the published transformers are put together from: blocks, bodies and heads with the keys that dyn/ gives them
// too.
#include <l2g/nn/attention.hpp>
#include <l2g/nn/embedding.hpp>
#include <l2g/nn/gated_feed_forward.hpp>
#include <l2g/nn/grouped_attention.hpp>
#include <l2g/nn/language_model.hpp>
#include <l2g/nn/pool.hpp>
#include <l2g/nn/repeat.hpp>

namespace l2g::models {

/// x = norm1(x + attention(x)); x = norm2(x + feed_forward(x)).
template <class Norm, class Attend, class Feed, index_t PerMille>
using PostNormBlock =
    Sequential<Named<"attention", Residual<Sequential<Named<"self", Attend>, Dropout<PerMille>>>>, Named<"norm1", Norm>,
               Named<"feed_forward", Residual<Sequential<Named<"mlp", Feed>, Dropout<PerMille>>>>,
               Named<"norm2", Norm>>;
/// x = x + attention(norm(x)); x = x + feed_forward(norm(x)).
template <class Norm, class Attend, class Feed, index_t PerMille>
using PreNormBlock =
    Sequential<Named<"attention", Residual<Sequential<Named<"norm", Norm>, Named<"self", Attend>, Dropout<PerMille>>>>,
               Named<"feed_forward", Residual<Sequential<Named<"norm", Norm>, Named<"mlp", Feed>, Dropout<PerMille>>>>>;

/// The layers between the table of words and the blocks, and those from the first block on.
template <class... L>
struct Layers {};

namespace detail {
template <class Words, class Embed, class Top>
struct Put;
template <class Words, class... Embed, class... Top>
struct Put<Words, Layers<Embed...>, Layers<Top...>> {
  using body = Sequential<Named<"embeddings", Sequential<Named<"words", Words>, Embed...>>, Top...>;
  using behind_words = Sequential<Named<"embeddings", Sequential<Embed...>>, Top...>;
};
template <class Words, class... Top>
struct Put<Words, Layers<>, Layers<Top...>> {
  using body = Sequential<Named<"embeddings", Sequential<Named<"words", Words>>>, Top...>;
  using behind_words = Sequential<Top...>;
};
}  // namespace detail

/// Ids (batch, length, 1) -> features (batch, length, width).
template <class Words, class Embed, class Top>
using Body = typename detail::Put<Words, Embed, Top>::body;

/// Ids -> logits (batch, length, vocabulary), with the table of words as decoder.
template <class Words, class Embed, class Top, class Transform = Identity, class Bias = Identity>
using TiedModel = TiedLanguageModel<Words, typename detail::Put<Words, Embed, Top>::behind_words, Transform, Bias>;

/// What stands between an encoder and its decoder.
template <index_t C, class Activate, class Norm>
using Transform = Sequential<Named<"dense", Linear<C, C>>, Activate, Named<"norm", Norm>>;

/// Ids -> logits of classes (batch, 1, Classes), from the first token; BERT's pooler. Drop before it too: RoBERTa, ESM.
template <index_t Classes, index_t C, class Body, index_t PerMille, class Activate = Tanh>
using PooledClassifier = Sequential<Named<"body", Body>, FirstToken, Named<"dense", Linear<C, C>>, Activate,
                                    Dropout<PerMille>, Named<"head", Linear<C, Classes>>>;
template <index_t Classes, index_t C, class Body, index_t PerMille>
using DenseClassifier = Sequential<Named<"body", Body>, FirstToken, Dropout<PerMille>, Named<"dense", Linear<C, C>>,
                                   Tanh, Dropout<PerMille>, Named<"head", Linear<C, Classes>>>;
/// Causal models: from the last real token, without a bias.
template <index_t Classes, index_t C, class Body>
using LastTokenClassifier = Sequential<Named<"body", Body>, LastToken, Named<"head", Linear<C, Classes, false>>>;

}  // namespace l2g::models
