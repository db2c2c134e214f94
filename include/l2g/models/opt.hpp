#pragma once
// OPT (Zhang et al. 2022): causal, ReLU, learned positions from row 2 on. The 350M model alone is post-norm and has
// words narrower than its blocks.
#include <l2g/models/transformer.hpp>

namespace l2g {

namespace models {
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary, index_t Length, index_t PerMille>
struct OptParts {
  using Norm = LayerNorm<C, 5>;
  using Words = Embedding<Vocabulary, C, 0, 0>;
  using Embed = Layers<Named<"positions", LearnedPositions<Length + 2, C, 2>>>;
  using Block = PreNormBlock<Norm, Attention<C, H, H, 0, true>, FeedForward<C, F, Activation::relu>, PerMille>;
  using Top = Layers<Named<"encoder", Repeat<N, Block>>, Named<"norm", Norm>>;
};
template <index_t N, index_t C, index_t W, index_t H, index_t F, index_t Vocabulary, index_t Length, index_t PerMille>
struct OptPostNormParts {
  using Norm = LayerNorm<C, 5>;
  using Words = Embedding<Vocabulary, W, 0, 0>;
  using Embed =
      Layers<Named<"project_in", Linear<W, C, false>>, Named<"positions", LearnedPositions<Length + 2, C, 2>>>;
  using Block = PostNormBlock<Norm, Attention<C, H, H, 0, true>, FeedForward<C, F, Activation::relu>, PerMille>;
  using Top = Layers<Named<"encoder", Repeat<N, Block>>, Named<"project_out", Linear<C, W, false>>>;
};
}  // namespace models

/// N layers of C channels with H heads and F hidden channels: ids (batch, length, 1) -> (batch, length, C).
/// OPT-125M: Opt<12, 768, 12, 3072>.
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 50272, index_t Length = 2048,
          index_t PerMille = 100, class P = models::OptParts<N, C, H, F, Vocabulary, Length, PerMille>>
using Opt = models::Body<typename P::Words, typename P::Embed, typename P::Top>;

/// Ids -> logits of the next token (batch, length, Vocabulary).
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 50272, index_t Length = 2048,
          index_t PerMille = 100, class P = models::OptParts<N, C, H, F, Vocabulary, Length, PerMille>>
using OptLanguageModel = models::TiedModel<typename P::Words, typename P::Embed, typename P::Top>;

/// Ids -> logits (batch, 1, Classes).
template <index_t Classes, index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 50272,
          index_t Length = 2048, index_t PerMille = 100>
using OptClassifier = models::LastTokenClassifier<Classes, C, Opt<N, C, H, F, Vocabulary, Length, PerMille>>;

/// Words of W channels: ids (batch, length, 1) -> (batch, length, W). OPT-350M: OptPostNorm<24, 1024, 512, 16, 4096>.
template <index_t N, index_t C, index_t W, index_t H, index_t F, index_t Vocabulary = 50272, index_t Length = 2048,
          index_t PerMille = 100, class P = models::OptPostNormParts<N, C, W, H, F, Vocabulary, Length, PerMille>>
using OptPostNorm = models::Body<typename P::Words, typename P::Embed, typename P::Top>;

/// Ids -> logits of the next token (batch, length, Vocabulary).
template <index_t N, index_t C, index_t W, index_t H, index_t F, index_t Vocabulary = 50272, index_t Length = 2048,
          index_t PerMille = 100, class P = models::OptPostNormParts<N, C, W, H, F, Vocabulary, Length, PerMille>>
using OptPostNormLanguageModel = models::TiedModel<typename P::Words, typename P::Embed, typename P::Top>;

}  // namespace l2g
