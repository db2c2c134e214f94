#pragma once
// ResNet1D, the embedder of L2G: blocks of three dilated convolutions with a projection beside them.
#include <l2g/nn/activation.hpp>
#include <l2g/nn/conv1d.hpp>
#include <l2g/nn/norm.hpp>
#include <l2g/nn/pool.hpp>
#include <l2g/nn/residual.hpp>
#include <l2g/nn/sequential.hpp>
#include <l2g/nn/wrapper.hpp>

namespace l2g {

/// Convolution, dropout, batch normalisation, ReLU: (batch, length, I) -> (batch, length, O).
template <index_t I, index_t O, index_t Kernel, index_t Dilation = 1, Padding P = Padding::same, index_t PerMille = 0>
using ConvUnit =
    std::conditional_t<PerMille == 0, Sequential<Conv1d<I, O, Kernel, Dilation, P>, BatchNorm1d<O>, Relu>,
                       Sequential<Conv1d<I, O, Kernel, Dilation, P>, Dropout<PerMille>, BatchNorm1d<O>, Relu>>;

/// Three units beside a 1 x 1 convolution with batch normalisation; no ReLU behind the sum (L2G, ResNet1D). Where the
/// channels stay the same the published code has no skip at all; here the input itself is added.
template <index_t I, index_t O, index_t K1, index_t K2, index_t K3, index_t D1 = 1, index_t D2 = 1, index_t D3 = 1,
          Padding P = Padding::same, index_t PerMille = 0>
using ResNet1DBlock = Residual<Sequential<ConvUnit<I, O, K1, D1, P, PerMille>, ConvUnit<O, O, K2, D2, P, PerMille>,
                                          ConvUnit<O, O, K3, D3, P, PerMille>>,
                               std::conditional_t<I == O, Identity, Sequential<Conv1d<I, O, 1>, BatchNorm1d<O>>>>;

/// Three blocks I -> A -> B -> C with kernels K1, K2, K3 in each.
template <index_t I, index_t A, index_t B, index_t C, index_t K1 = 3, index_t K2 = 3, index_t K3 = 3,
          Padding P = Padding::same, index_t PerMille = 0>
using ResNet1D = Sequential<ResNet1DBlock<I, A, K1, K2, K3, 1, 1, 1, P, PerMille>,
                            ResNet1DBlock<A, B, K1, K2, K3, 1, 1, 1, P, PerMille>,
                            ResNet1DBlock<B, C, K1, K2, K3, 1, 1, 1, P, PerMille>>;

/// Features (batch, length, C) to about length / Window tokens of width D: the mean of each window, a linear map and a
/// layer norm, so that they can stand where a language model's embeddings stand.
template <index_t C, index_t D, index_t Window>
using Tokens = Sequential<AveragePool<Window>, Named<"projection", Linear<C, D>>, Named<"norm", LayerNorm<D>>>;

}  // namespace l2g
