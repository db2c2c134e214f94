#pragma once
// How well points fall into classes, and how well two divisions of the same rows agree. Distances in the original
// space: those between clusters of a two-dimensional map mean nothing.
#include <l2g/core/progress.hpp>

#include <span>
#include <vector>

namespace l2g::eval {

enum class Distance { euclidean, cosine };

/// s = (b - a) / max(a, b) of each row, in -1..1: a is the mean distance to the other rows of its class, b to the
/// nearest other class; 0 for a class of one row (Rousseeuw 1987). values (rows, width); a negative label leaves a row
/// out (its value is NaN). O(rows^2 width) time, O(rows) memory. Throws l2g::error with less than two classes, and
/// Interrupted.
std::vector<double> silhouette_samples(std::span<const double> values, index_t width,
                                       std::span<const std::int32_t> labels, Distance distance = Distance::euclidean,
                                       const Progress& progress = {});
/// The mean over the rows.
double silhouette(std::span<const double> values, index_t width, std::span<const std::int32_t> labels,
                  Distance distance = Distance::euclidean, const Progress& progress = {});

/// Dispersion between classes over that within, each by its degrees of freedom (Calinski & Harabasz 1974).
double calinski_harabasz(std::span<const double> values, index_t width, std::span<const std::int32_t> labels);
/// Mean over classes of the worst (spread + spread) / distance of centres; lower is better (Davies & Bouldin 1979).
double davies_bouldin(std::span<const double> values, index_t width, std::span<const std::int32_t> labels);

/// Agreement of two divisions of the same rows, whatever the numbers mean. Rows that are negative in either are left
/// out.
struct Agreement {
  double rand = 0;             ///< adjusted Rand index: 0 by chance, 1 equal (Hubert & Arabie 1985)
  double mutual = 0;           ///< mutual information, normalised by the mean entropy (NMI, V-measure)
  double adjusted_mutual = 0;  ///< the same less what chance gives (AMI; Vinh et al. 2010)
};
Agreement agreement(std::span<const std::int32_t> first, std::span<const std::int32_t> second);

/// Share of rows whose label most of their k nearest other rows have (Euclidean; ties to the smaller label).
double neighbour_purity(std::span<const double> values, index_t width, std::span<const std::int32_t> labels, index_t k);

}  // namespace l2g::eval

#ifndef L2G_COMPILED
#include <l2g/eval/clustering-inl.hpp>
#endif
