#pragma once
// BERT (Devlin et al. 2019), MiniLM and DNABERT (Ji et al. 2021): post-norm encoders with learned positions.
#include <l2g/models/transformer.hpp>

namespace l2g {

namespace models {
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary, index_t Length, index_t PerMille>
struct BertParts {
  using Norm = LayerNorm<C, 12>;
  using Words = Embedding<Vocabulary, C, 0, 0>;
  using Embed = Layers<Named<"positions", LearnedPositions<Length, C, 0>>, Named<"segments", SegmentEmbedding<2, C>>,
                       Named<"norm", Norm>, Dropout<PerMille>>;
  using Block = PostNormBlock<Norm, Attention<C, H, H, PerMille>, FeedForward<C, F>, PerMille>;
  using Top = Layers<Named<"encoder", Repeat<N, Block>>>;
};
}  // namespace models

/// N layers of C channels with H heads and F hidden channels: ids (batch, length, 1) -> (batch, length, C).
/// BERT base: Bert<12, 768, 12, 3072>; MiniLM-L6: Bert<6, 384, 12, 1536>.
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 30522, index_t Length = 512,
          index_t PerMille = 100, class P = models::BertParts<N, C, H, F, Vocabulary, Length, PerMille>>
using Bert = models::Body<typename P::Words, typename P::Embed, typename P::Top>;

/// Ids -> tanh(W h of the first token + b) (batch, 1, C): the publisher's pooled output.
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 30522, index_t Length = 512,
          index_t PerMille = 100>
using BertPooler = Sequential<Named<"body", Bert<N, C, H, F, Vocabulary, Length, PerMille>>, FirstToken,
                              Named<"dense", Linear<C, C>>, Tanh>;

/// Ids -> logits (batch, length, Vocabulary).
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 30522, index_t Length = 512,
          index_t PerMille = 100, class P = models::BertParts<N, C, H, F, Vocabulary, Length, PerMille>>
using BertLanguageModel = models::TiedModel<typename P::Words, typename P::Embed, typename P::Top,
                                            models::Transform<C, Gelu, typename P::Norm>, ChannelBias<Vocabulary>>;

/// Ids -> logits (batch, 1, Classes).
template <index_t Classes, index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 30522, index_t Length = 512,
          index_t PerMille = 100>
using BertClassifier = models::PooledClassifier<Classes, C, Bert<N, C, H, F, Vocabulary, Length, PerMille>, PerMille>;

/// DNABERT with overlapping words of K = 3 to 6 bases.
template <index_t K, index_t PerMille = 100>
using Dnabert = Bert<12, 768, 12, 3072, (index_t(1) << (2 * K)) + 5, 512, PerMille>;

}  // namespace l2g
