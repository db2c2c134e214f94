#pragma once
// Nucleotide Transformer (Dalla-Torre et al. 2023), the layout of ESM: pre-norm encoders without dropout. Version 1 has
// learned positions and scales its embeddings by the share of masked tokens; version 2 has rotary positions and SwiGLU.
#include <l2g/models/transformer.hpp>

namespace l2g {

namespace models {
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary, index_t Length>
struct NucleotideTransformerParts {
  using Norm = LayerNorm<C, 12>;
  using Words = TokenDropoutEmbedding<Vocabulary, C, 2>;
  using Embed = Layers<Named<"positions", LearnedPositions<Length + 2, C, 2>>, Dropout<0>>;
  using Block = PreNormBlock<Norm, Attention<C, H, H, 0>, FeedForward<C, F>, 0>;
  using Top = Layers<Named<"encoder", Repeat<N, Block>>, Named<"norm", Norm>>;
};
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary>
struct NucleotideTransformer2Parts {
  using Norm = LayerNorm<C, 12>;
  using Words = Embedding<Vocabulary, C, 0, 0>;
  using Embed = Layers<Dropout<0>>;
  using Block = PreNormBlock<Norm, Attention<C, H, H, 0, false, Rotary<>>, GatedFeedForward<C, F, Activation::silu>, 0>;
  using Top = Layers<Named<"encoder", Repeat<N, Block>>, Named<"norm", Norm>>;
};
/// A decoder of its own behind a body.
template <index_t C, index_t Vocabulary, class Body>
using UntiedEncoderModel = Sequential<Named<"body", Body>, Named<"transform", Transform<C, Gelu, LayerNorm<C, 12>>>,
                                      Named<"decoder", Linear<C, Vocabulary>>>;
}  // namespace models

/// Version 1, N layers of C channels with H heads and F hidden channels: ids (batch, length, 1) -> (batch, length, C).
/// 500M: NucleotideTransformer<24, 1280, 20, 5120>; 2.5B: NucleotideTransformer<32, 2560, 20, 10240>.
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 4105, index_t Length = 1000,
          class P = models::NucleotideTransformerParts<N, C, H, F, Vocabulary, Length>>
using NucleotideTransformer = models::Body<typename P::Words, typename P::Embed, typename P::Top>;
/// Ids -> logits (batch, length, Vocabulary).
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 4105, index_t Length = 1000>
using NucleotideTransformerLanguageModel =
    models::UntiedEncoderModel<C, Vocabulary, NucleotideTransformer<N, C, H, F, Vocabulary, Length>>;
/// Ids -> logits (batch, 1, Classes).
template <index_t Classes, index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 4105, index_t Length = 1000>
using NucleotideTransformerClassifier =
    models::DenseClassifier<Classes, C, NucleotideTransformer<N, C, H, F, Vocabulary, Length>, 0>;

/// Version 2. 50M: NucleotideTransformer2<12, 512, 16, 2048>; 500M: NucleotideTransformer2<29, 1024, 16, 4096>.
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 4107,
          class P = models::NucleotideTransformer2Parts<N, C, H, F, Vocabulary>>
using NucleotideTransformer2 = models::Body<typename P::Words, typename P::Embed, typename P::Top>;
template <index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 4107>
using NucleotideTransformer2LanguageModel =
    models::UntiedEncoderModel<C, Vocabulary, NucleotideTransformer2<N, C, H, F, Vocabulary>>;
template <index_t Classes, index_t N, index_t C, index_t H, index_t F, index_t Vocabulary = 4107>
using NucleotideTransformer2Classifier =
    models::DenseClassifier<Classes, C, NucleotideTransformer2<N, C, H, F, Vocabulary>, 0>;

}  // namespace l2g
