#pragma once
// The models of the race against PyTorch; bench/peer.py has their twins.
#include <l2g/loss/mmd.hpp>
#include <l2g/nn/attention.hpp>
#include <l2g/nn/conv1d.hpp>
#include <l2g/nn/pool.hpp>
#include <l2g/nn/repeat.hpp>
#include <l2g/train/step.hpp>
#include <l2g/train/tensors.hpp>

namespace bench {

using namespace l2g;

template <index_t I, index_t O, index_t K>
using Unit = Sequential<Conv1d<I, O, K>, BatchNorm1d<O>, Relu>;
template <index_t I, index_t O>
using Units = Sequential<Unit<I, O, 3>, Unit<O, O, 7>, Unit<O, O, 15>>;

/// ResNet1D: a projection skip where the channels change, plain stacks where they stay.
using Backbone = Sequential<Residual<Units<4, 128>, Sequential<Conv1d<4, 128, 1>, BatchNorm1d<128>>>, Units<128, 128>,
                            Units<128, 128>>;
using Resnet = Sequential<Backbone, MeanPool, Linear<128, 2>>;

template <index_t PerMille>
using Block = TransformerBlock<384, 12, 1536, NormPlace::post, PerMille>;

/// The transfer: ResNet1D at length 300, five positions a token, six layers of width 384, mean pool, head.
template <index_t PerMille>
using Transfer = Sequential<Backbone, Conv1d<128, 384, 5, 1, Padding::valid, 5>, LayerNorm<384>,
                            Repeat<6, Block<PerMille>>, MeanPool, Linear<384, 2>>;

/// Numbers in [-1, 1) that depend on the stream and the place only.
inline void fill(float* x, index_t n, std::uint32_t stream) {
  const Rng rng{7, 0};
  for (index_t i = 0; i < n; ++i) x[i] = float(2 * rng.uniform(stream, std::uint64_t(i)) - 1);
}
/// One-hot letters.
inline void fill_letters(float* x, index_t rows, index_t channels, std::uint32_t stream) {
  const Rng rng{7, 0};
  for (index_t i = 0; i < rows; ++i)
    for (index_t c = 0; c < channels; ++c)
      x[i * channels + c] = c == index_t(rng.below(stream, std::uint64_t(i), std::uint64_t(channels))) ? 1.0f : 0.0f;
}

}  // namespace bench
