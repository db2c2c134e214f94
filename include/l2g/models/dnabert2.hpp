#pragma once
// DNABERT-2 (Zhou et al. 2023): post-norm encoder with ALiBi and a gated feed-forward, for any length.
#include <l2g/models/transformer.hpp>

namespace l2g {

namespace models {
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary, index_t PerMille>
struct Dnabert2Parts {
  using Norm = LayerNorm<C, 12>;
  using Words = Embedding<Vocabulary, C, 0, 0>;
  using Embed = Layers<Named<"segments", SegmentEmbedding<2, C>>, Named<"norm", Norm>, Dropout<PerMille>>;
  using Feed = GatedFeedForward<C, F, Activation::gelu, Linear<C, F, false>, Linear<C, F, false>, Linear<F, C>>;
  using Block = PostNormBlock<Norm, Attention<C, H, H, 0, false, Alibi>, Feed, PerMille>;
  using Top = Layers<Named<"encoder", Repeat<N, Block>>>;
};
}  // namespace models

/// N layers of C channels with H heads and F hidden channels: ids (batch, length, 1) -> (batch, length, C).
/// DNABERT-2-117M: Dnabert2<12, 768, 12, 3072>. Lengths must be given for padded batches: its pad id is a real word.
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 4096, index_t PerMille = 100,
          class P = models::Dnabert2Parts<N, C, H, F, Vocabulary, PerMille>>
using Dnabert2 = models::Body<typename P::Words, typename P::Embed, typename P::Top>;

/// Ids -> logits (batch, length, Vocabulary).
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 4096, index_t PerMille = 100,
          class P = models::Dnabert2Parts<N, C, H, F, Vocabulary, PerMille>>
using Dnabert2LanguageModel = models::TiedModel<typename P::Words, typename P::Embed, typename P::Top,
                                                models::Transform<C, Gelu, typename P::Norm>, ChannelBias<Vocabulary>>;

/// Ids -> logits (batch, 1, Classes).
template <index_t Classes, index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 4096,
          index_t PerMille = 100>
using Dnabert2Classifier = models::PooledClassifier<Classes, C, Dnabert2<N, C, H, F, Vocabulary, PerMille>, PerMille>;

}  // namespace l2g
