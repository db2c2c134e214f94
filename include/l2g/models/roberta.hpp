#pragma once
// RoBERTa (Liu et al. 2019): post-norm encoder with learned positions from row 2 on.
#include <l2g/models/transformer.hpp>

namespace l2g {

namespace models {
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary, index_t Length, index_t PerMille>
struct RobertaParts {
  using Norm = LayerNorm<C, 5>;
  using Words = Embedding<Vocabulary, C, 0, 0>;
  using Embed = Layers<Named<"positions", LearnedPositions<Length + 2, C, 2>>,
                       Named<"segments", SegmentEmbedding<1, C>>, Named<"norm", Norm>, Dropout<PerMille>>;
  using Block = PostNormBlock<Norm, Attention<C, H, H, PerMille>, FeedForward<C, F>, PerMille>;
  using Top = Layers<Named<"encoder", Repeat<N, Block>>>;
};
}  // namespace models

/// N layers of C channels with H heads and F hidden channels: ids (batch, length, 1) -> (batch, length, C).
/// RoBERTa-base: Roberta<12, 768, 12, 3072>, 124,055,040 numbers; large: Roberta<24, 1024, 16, 4096>.
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 50265, index_t Length = 512,
          index_t PerMille = 100, class P = models::RobertaParts<N, C, H, F, Vocabulary, Length, PerMille>>
using Roberta = models::Body<typename P::Words, typename P::Embed, typename P::Top>;

/// Ids -> logits (batch, length, Vocabulary).
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 50265, index_t Length = 512,
          index_t PerMille = 100, class P = models::RobertaParts<N, C, H, F, Vocabulary, Length, PerMille>>
using RobertaLanguageModel = models::TiedModel<typename P::Words, typename P::Embed, typename P::Top,
                                               models::Transform<C, Gelu, typename P::Norm>, ChannelBias<Vocabulary>>;

/// Ids -> logits (batch, 1, Classes).
template <index_t Classes, index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 50265, index_t Length = 512,
          index_t PerMille = 100>
using RobertaClassifier =
    models::DenseClassifier<Classes, C, Roberta<N, C, H, F, Vocabulary, Length, PerMille>, PerMille>;

}  // namespace l2g
