#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/train/sampler.hpp>

#include <utility>

namespace l2g {

L2G_INLINE Sampler::Sampler(index_t rows, std::uint64_t seed) : seed_(seed) {
  if (rows < 1) throw error("there are no rows to train on");
  if (rows > index_t(UINT32_MAX)) throw error("there are more than 2^32 rows");
  order_.resize(std::size_t(rows));
}

// Fisher and Yates, with the epoch as the step of the random numbers.
L2G_INLINE void Sampler::permute(std::int64_t epoch) {
  constexpr std::uint32_t stream = 0x5A3B1E00u;
  const Rng rng{seed_, std::uint64_t(epoch)};
  for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = std::uint32_t(i);
  for (std::size_t i = order_.size(); i-- > 1;) std::swap(order_[i], order_[rng.below(stream, i, i + 1)]);
  epoch_ = epoch;
}

L2G_INLINE void Sampler::take(std::int64_t position, std::span<index_t> out) {
  for (index_t& row : out) {
    if (const std::int64_t epoch = position / rows(); epoch != epoch_) permute(epoch);
    row = order_[std::size_t(position++ % rows())];
  }
}

}  // namespace l2g
