#pragma once
// Sparse features of DNA for linear models: k-mer counts and position-specific k-mers.
#include <l2g/core/config.hpp>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace l2g::data {

/// Features of one kind. Sparse, row by row: row r holds ids[start[r]] to ids[start[r + 1] - 1], each with the value
/// scale[r]; an id that stands twice counts twice. Or dense: `values` instead of start and ids.
struct FeatureBlock {
  index_t features = 0;            ///< ids lie in 0..features-1
  std::vector<std::size_t> start;  ///< rows + 1
  std::vector<std::uint32_t> ids;
  std::vector<double> scale;    ///< rows
  std::vector<float> values{};  ///< (rows, features), times scale[row]
};

/// Blocks side by side: the ids of a block follow those of the block before it.
struct Features {
  std::vector<std::shared_ptr<const FeatureBlock>> blocks;
  index_t rows() const;
  index_t features() const;
};

/// Counts of k-mers times 4 / sqrt(n), n = length - k + 1 (at least 1). k-mers with a letter other than A C G T are
/// absent. k is 1..12.
std::shared_ptr<const FeatureBlock> kmer_counts(std::span<const std::string> sequences, index_t k);

/// One indicator for each (position, k-mer), positions counted from the left, only those before `positions`.
/// Feature number position * 4^k + k-mer. k-mers with a letter other than A C G T are absent. k is 1..8.
std::shared_ptr<const FeatureBlock> positional_kmers(std::span<const std::string> sequences, index_t k,
                                                     index_t positions);

/// Mean and deviation of each column of dense values (rows, width).
struct Standardisation {
  std::vector<double> mean, deviation;
};
Standardisation standardisation_of(std::span<const float> values, index_t width);
/// Dense features (rows, width): each column less its mean, over its deviation.
std::shared_ptr<const FeatureBlock> dense_features(std::span<const float> values, const Standardisation& columns);

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/features-inl.hpp>
#endif
