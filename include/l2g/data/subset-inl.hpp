#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/core/philox.hpp>
#include <l2g/data/subset.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace l2g::data {

L2G_INLINE std::vector<index_t> nested_order(const Dataset& dataset, std::uint64_t seed) {
  std::map<std::int32_t, std::vector<index_t>> of_class;
  for (index_t i = 0; i < dataset.rows(); ++i)
    of_class[dataset.labelled() ? dataset.labels[static_cast<std::size_t>(i)] : 0].push_back(i);
  // Row j of a class with n rows stands at (j + 1/2) / n: sorted by that, every beginning has all classes in
  // proportion.
  std::vector<std::pair<double, index_t>> places;
  for (auto& [label, rows] : of_class) {
    const Rng rng{seed, static_cast<std::uint64_t>(label)};
    constexpr std::uint32_t stream = 0x6e657374;  // "nest"
    for (std::size_t i = rows.size(); i-- > 1;) std::swap(rows[i], rows[std::size_t(rng.below(stream, i, i + 1))]);
    for (std::size_t j = 0; j < rows.size(); ++j)
      places.emplace_back((static_cast<double>(j) + 0.5) / static_cast<double>(rows.size()), rows[j]);
  }
  std::sort(places.begin(), places.end());
  std::vector<index_t> order;
  for (const auto& [place, row] : places) order.push_back(row);
  return order;
}

L2G_INLINE Dataset fraction_of(const Dataset& dataset, double fraction, std::uint64_t seed) {
  if (!(fraction > 0 && fraction <= 1))
    throw error("a fraction of the rows lies above 0 and is at most 1, got " + std::to_string(fraction));
  if (dataset.empty()) throw error("a fraction of no rows");
  const std::vector<index_t> order = nested_order(dataset, seed);
  const auto rows = std::max<index_t>(1, std::llround(fraction * static_cast<double>(dataset.rows())));
  return select(dataset, std::span(order).first(static_cast<std::size_t>(rows)));
}

}  // namespace l2g::data
