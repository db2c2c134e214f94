#pragma once
// Llama (Touvron et al. 2023): causal, pre-norm by root mean square, SwiGLU, rotary positions, fewer heads of keys and
// values than of queries, no biases.
#include <l2g/models/transformer.hpp>

namespace l2g {

namespace models {
template <index_t N, index_t C, index_t H, index_t KV, index_t F, index_t Vocabulary, index_t Digits, class Place>
struct LlamaParts {
  using Norm = RmsNorm<C, Digits>;
  using Words = Embedding<Vocabulary, C, 0, 0>;
  using Embed = Layers<>;
  using Attend = Attention<C, H, KV, 0, true, Place, Linear<C, C, false>, Linear<C, C / H * KV, false>,
                           Linear<C, C / H * KV, false>, Linear<C, C, false>>;
  using Block = PreNormBlock<Norm, Attend, GatedFeedForward<C, F, Activation::silu>, 0>;
  using Top = Layers<Named<"encoder", Repeat<N, Block>>, Named<"norm", Norm>>;
};
}  // namespace models

/// N layers of C channels with H heads, KV of them for keys and values, F hidden channels: ids (batch, length, 1) ->
/// (batch, length, C). Norms add 10^-Digits. Place: Rotary<> (transformers) or RotaryPairs<> (llama2.c).
template <index_t N, index_t C, index_t H, index_t KV, index_t F, index_t Vocabulary = 32000, index_t Digits = 5,
          class Place = Rotary<>, class P = models::LlamaParts<N, C, H, KV, F, Vocabulary, Digits, Place>>
using Llama = models::Body<typename P::Words, typename P::Embed, typename P::Top>;

/// Ids -> logits of the next token (batch, length, Vocabulary); the decoder is the table of words.
/// The TinyStories model of llama2.c: TiedLlama<5, 128, 8, 4, 352, 105, 5, RotaryPairs<>>.
template <index_t N, index_t C, index_t H, index_t KV, index_t F, index_t Vocabulary = 32000, index_t Digits = 5,
          class Place = Rotary<>, class P = models::LlamaParts<N, C, H, KV, F, Vocabulary, Digits, Place>>
using TiedLlama = models::TiedModel<typename P::Words, typename P::Embed, typename P::Top>;

/// The same with a decoder of its own.
template <index_t N, index_t C, index_t H, index_t KV, index_t F, index_t Vocabulary = 32000, index_t Digits = 5,
          class Place = Rotary<>>
using LlamaLanguageModel = Sequential<Named<"body", Llama<N, C, H, KV, F, Vocabulary, Digits, Place>>,
                                      Named<"decoder", Linear<C, Vocabulary, false>>>;

/// Ids -> logits (batch, 1, Classes).
template <index_t Classes, index_t N, index_t C, index_t H, index_t KV, index_t F, index_t Vocabulary = 32000,
          index_t Digits = 5, class Place = Rotary<>>
using LlamaClassifier = models::LastTokenClassifier<Classes, C, Llama<N, C, H, KV, F, Vocabulary, Digits, Place>>;

}  // namespace l2g
