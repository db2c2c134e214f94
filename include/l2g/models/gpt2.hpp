#pragma once
// GPT-2 (Radford et al. 2019): causal, pre-norm, GELU by tanh, learned positions.
#include <l2g/models/transformer.hpp>

namespace l2g {

namespace models {
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary, index_t Length, index_t PerMille>
struct Gpt2Parts {
  using Norm = LayerNorm<C, 5>;
  using Words = Embedding<Vocabulary, C, 0, 0>;
  using Embed = Layers<Named<"positions", LearnedPositions<Length, C, 0>>, Dropout<PerMille>>;
  using Block =
      PreNormBlock<Norm, Attention<C, H, H, PerMille, true>, FeedForward<C, F, Activation::gelu_tanh>, PerMille>;
  using Top = Layers<Named<"encoder", Repeat<N, Block>>, Named<"norm", Norm>>;
};
}  // namespace models

/// N layers of C channels with H heads and F hidden channels: ids (batch, length, 1) -> (batch, length, C).
/// GPT-2: Gpt2<12, 768, 12>; medium: Gpt2<24, 1024, 16>.
template <index_t N, index_t C, index_t H, index_t F = 4 * C, index_t Vocabulary = 50257, index_t Length = 1024,
          index_t PerMille = 100, class P = models::Gpt2Parts<N, C, H, F, Vocabulary, Length, PerMille>>
using Gpt2 = models::Body<typename P::Words, typename P::Embed, typename P::Top>;

/// Ids -> logits of the next token (batch, length, Vocabulary).
template <index_t N, index_t C, index_t H, index_t F = 4 * C, index_t Vocabulary = 50257, index_t Length = 1024,
          index_t PerMille = 100, class P = models::Gpt2Parts<N, C, H, F, Vocabulary, Length, PerMille>>
using Gpt2LanguageModel = models::TiedModel<typename P::Words, typename P::Embed, typename P::Top>;

/// Ids -> logits (batch, 1, Classes).
template <index_t Classes, index_t N, index_t C, index_t H, index_t F = 4 * C, index_t Vocabulary = 50257,
          index_t Length = 1024, index_t PerMille = 100>
using Gpt2Classifier = models::LastTokenClassifier<Classes, C, Gpt2<N, C, H, F, Vocabulary, Length, PerMille>>;

}  // namespace l2g
