#pragma once
// Do two sets of points come from one distribution? The discrepancy of loss/mmd.hpp with its permutation test.
#include <l2g/core/progress.hpp>

#include <span>

namespace l2g::eval {

struct Discrepancy {
  double value = 0;     ///< biased MMD (squared distance of mean embeddings), the same formula as the loss Mmd
  double sigma = 0;     ///< bandwidth: mean squared distance off the diagonal, or what was given
  double expected = 0;  ///< mean over random divisions of all points into two sets of these sizes: what chance gives
  double p = 1;         ///< share of the divisions, the observed one among them, with at least this value
};

/// first (n, width), second (m, width); five Gaussian kernels, bandwidths sigma x {1/4, 1/2, 1, 2, 4} (Gretton et al.
/// 2012; Long et al. 2015). sigma 0: from the data; values under different sigmas do not compare. permutations 0:
/// expected and p are NaN. O((n + m)^2) memory. Throws l2g::error with an empty side, and Interrupted.
Discrepancy discrepancy(std::span<const double> first, std::span<const double> second, index_t width, double sigma = 0,
                        index_t permutations = 200, std::uint64_t seed = 1, const Progress& progress = {});

}  // namespace l2g::eval

#ifndef L2G_COMPILED
#include <l2g/eval/two_sample-inl.hpp>
#endif
