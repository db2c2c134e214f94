#pragma once
// Layers whose rule is their transpose.
#include <l2g/interpret/tape.hpp>
#include <l2g/nn/conv1d.hpp>
#include <l2g/nn/embedding.hpp>
#include <l2g/nn/language_model.hpp>
#include <l2g/nn/pool.hpp>
#include <l2g/nn/svd_lora.hpp>

namespace l2g::interpret {

template <>
inline constexpr bool affine<Identity> = true;
template <>
inline constexpr bool affine<Flatten> = true;
template <>
inline constexpr bool affine<MeanPool> = true;
template <bool Last>
inline constexpr bool affine<TakenPosition<Last>> = true;
template <index_t PerMille>
inline constexpr bool affine<Dropout<PerMille>> = true;
template <index_t W, index_t S>
inline constexpr bool affine<AveragePool<W, S>> = true;
template <index_t I, index_t O, bool Bias>
inline constexpr bool affine<Linear<I, O, Bias>> = true;
template <index_t I, index_t O, index_t K, index_t Dilation, Padding P, index_t Stride, index_t Groups>
inline constexpr bool affine<Conv1d<I, O, K, Dilation, P, Stride, Groups>> = true;
template <class Base, index_t R, class Scale, index_t Drop>
inline constexpr bool affine<Lora<Base, R, Scale, Drop>> = true;
template <class Base, index_t R, class Policy, class Scale, index_t Drop>
inline constexpr bool affine<SvdLora<Base, R, Policy, Scale, Drop>> = true;
template <index_t C>
inline constexpr bool affine<ChannelBias<C>> = true;
template <index_t Positions, index_t C, index_t Offset>
inline constexpr bool affine<LearnedPositions<Positions, C, Offset>> = true;
template <index_t Types, index_t C>
inline constexpr bool affine<SegmentEmbedding<Types, C>> = true;

}  // namespace l2g::interpret
