#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/features.hpp>
#include <l2g/data/letters.hpp>

#include <algorithm>
#include <cmath>

namespace l2g::data {

L2G_INLINE index_t Features::rows() const { return blocks.empty() ? 0 : static_cast<index_t>(blocks[0]->scale.size()); }
L2G_INLINE index_t Features::features() const {
  index_t n = 0;
  for (const auto& b : blocks) n += b->features;
  return n;
}

namespace detail {

// Calls use(position, word) for every k-mer of plain bases; word is its number in base 4, first letter highest.
template <class Use>
void each_kmer(std::string_view sequence, index_t k, Use&& use) {
  const std::uint64_t mask = (std::uint64_t(1) << (2 * k)) - 1;
  std::uint64_t word = 0;
  index_t plain = 0;
  for (std::size_t i = 0; i < sequence.size(); ++i) {
    const int code = base_code(sequence[i]);
    plain = code < 4 ? plain + 1 : 0;
    word = ((word << 2) | static_cast<std::uint64_t>(code & 3)) & mask;
    if (plain >= k) use(static_cast<index_t>(i) + 1 - k, word);
  }
}

inline void check_k(index_t k, index_t largest) {
  if (k < 1 || k > largest)
    throw error("k-mers of " + std::to_string(k) + " letters: k must be 1 to " + std::to_string(largest));
}

}  // namespace detail

L2G_INLINE std::shared_ptr<const FeatureBlock> kmer_counts(std::span<const std::string> sequences, index_t k) {
  detail::check_k(k, 12);
  auto block = std::make_shared<FeatureBlock>();
  block->features = index_t(1) << (2 * k);
  block->start.push_back(0);
  for (const auto& s : sequences) {
    detail::each_kmer(s, k,
                      [&](index_t, std::uint64_t word) { block->ids.push_back(static_cast<std::uint32_t>(word)); });
    block->start.push_back(block->ids.size());
    block->scale.push_back(
        4 / std::sqrt(static_cast<double>(std::max<index_t>(1, static_cast<index_t>(s.size()) - k + 1))));
  }
  return block;
}

L2G_INLINE std::shared_ptr<const FeatureBlock> positional_kmers(std::span<const std::string> sequences, index_t k,
                                                                index_t positions) {
  detail::check_k(k, 8);
  auto block = std::make_shared<FeatureBlock>();
  const index_t words = index_t(1) << (2 * k);
  if (positions > index_t(0xffffffff) / words)
    throw error("positional k-mers: " + std::to_string(positions) + " positions are too many");
  block->features = positions * words;
  block->start.push_back(0);
  for (const auto& s : sequences) {
    const auto seen = std::string_view(s).substr(0, static_cast<std::size_t>(positions));
    detail::each_kmer(seen, k, [&](index_t position, std::uint64_t word) {
      block->ids.push_back(static_cast<std::uint32_t>(position * words) + static_cast<std::uint32_t>(word));
    });
    block->start.push_back(block->ids.size());
    block->scale.push_back(1);
  }
  return block;
}

L2G_INLINE Standardisation standardisation_of(std::span<const float> values, index_t width) {
  const auto w = static_cast<std::size_t>(width);
  if (w == 0 || values.size() % w != 0 || values.empty())
    throw error("features: " + std::to_string(values.size()) + " numbers are no rows of " + std::to_string(width));
  const std::size_t count = values.size() / w;
  const double rows = static_cast<double>(count);
  Standardisation s{std::vector<double>(w), std::vector<double>(w)};
  for (std::size_t i = 0; i < values.size(); ++i) s.mean[i % w] += double(values[i]) / rows;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double d = double(values[i]) - s.mean[i % w];
    s.deviation[i % w] += d * d / rows;
  }
  for (double& d : s.deviation) d = d > 0 ? std::sqrt(d) : 1;  // what is always the same is left at zero
  return s;
}

L2G_INLINE std::shared_ptr<const FeatureBlock> dense_features(std::span<const float> values,
                                                              const Standardisation& columns) {
  const std::size_t width = columns.mean.size();
  if (width == 0 || values.size() % width != 0)
    throw error("features: " + std::to_string(values.size()) + " numbers are no rows of " + std::to_string(width));
  auto block = std::make_shared<FeatureBlock>();
  block->features = static_cast<index_t>(width);
  block->scale.assign(values.size() / width, 1.0);
  block->values.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    block->values[i] = static_cast<float>((double(values[i]) - columns.mean[i % width]) / columns.deviation[i % width]);
  return block;
}

}  // namespace l2g::data
