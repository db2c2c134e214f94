#pragma once
// DistilBERT (Sanh et al. 2019): BERT without segments and pooler.
#include <l2g/models/transformer.hpp>

namespace l2g {

namespace models {
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary, index_t Length, index_t PerMille>
struct DistilBertParts {
  using Norm = LayerNorm<C, 12>;
  using Words = Embedding<Vocabulary, C, 0, 0>;
  using Embed = Layers<Named<"positions", LearnedPositions<Length, C, 0>>, Named<"norm", Norm>, Dropout<PerMille>>;
  using Block = PostNormBlock<Norm, Attention<C, H, H, PerMille>, FeedForward<C, F>, PerMille>;
  using Top = Layers<Named<"encoder", Repeat<N, Block>>>;
};
}  // namespace models

/// N layers of C channels with H heads and F hidden channels: ids (batch, length, 1) -> (batch, length, C).
/// The published one: DistilBert<6, 768, 12, 3072>.
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 30522, index_t Length = 512,
          index_t PerMille = 100, class P = models::DistilBertParts<N, C, H, F, Vocabulary, Length, PerMille>>
using DistilBert = models::Body<typename P::Words, typename P::Embed, typename P::Top>;

/// Ids -> logits (batch, length, Vocabulary).
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 30522, index_t Length = 512,
          index_t PerMille = 100, class P = models::DistilBertParts<N, C, H, F, Vocabulary, Length, PerMille>>
using DistilBertLanguageModel =
    models::TiedModel<typename P::Words, typename P::Embed, typename P::Top,
                      models::Transform<C, Gelu, typename P::Norm>, ChannelBias<Vocabulary>>;

/// Ids -> logits (batch, 1, Classes).
template <index_t Classes, index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 30522, index_t Length = 512,
          index_t PerMille = 100>
using DistilBertClassifier =
    models::PooledClassifier<Classes, C, DistilBert<N, C, H, F, Vocabulary, Length, PerMille>, 2 * PerMille, Relu>;

}  // namespace l2g
