#pragma once
// The order of the rows: in each epoch another permutation, a pure function of (seed, epoch).
#include <l2g/core/philox.hpp>

#include <span>
#include <vector>

namespace l2g {

/// The training stream: position p holds row p % rows of the permutation of epoch p / rows. One permutation is kept.
class Sampler {
 public:
  /// Throws error without rows.
  Sampler(index_t rows, std::uint64_t seed);
  /// The rows at position, position + 1, ...; a batch may run over the end of an epoch.
  void take(std::int64_t position, std::span<index_t> out);
  index_t rows() const { return index_t(order_.size()); }

 private:
  void permute(std::int64_t epoch);
  std::vector<std::uint32_t> order_;
  std::uint64_t seed_;
  std::int64_t epoch_ = -1;
};

}  // namespace l2g

#ifndef L2G_COMPILED
#include <l2g/train/sampler-inl.hpp>
#endif
