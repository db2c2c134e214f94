#pragma once
// Principal components, and how alike two sets of features of the same rows are.
#include <l2g/core/progress.hpp>

#include <span>
#include <vector>

namespace l2g::eval {

/// Principal components of centred rows.
struct Components {
  index_t rows = 0, width = 0, count = 0;
  std::vector<double> mean;      ///< (width)
  std::vector<double> axes;      ///< (count, width), of length 1; the entry of the largest size is positive
  std::vector<double> scores;    ///< (rows, count): the rows on the axes
  std::vector<double> variance;  ///< (count), over rows - 1
  double total = 0;              ///< variance of all columns together
  double share(index_t i) const { return total > 0 ? variance[static_cast<std::size_t>(i)] / total : 0; }
};
/// The first `count` components of values (rows, width). Where the smaller side is at most `exact` they come from the
/// eigenvectors of covariance or Gram matrix: exact for the large ones, noise below 1e-14 of the total variance. Else
/// by randomised subspace iteration (Halko, Martinsson & Tropp 2011) from a fixed start, until no variance moves by
/// more than 1e-10 of itself: variances and shares to about 1e-8. Fewer are given when there are fewer rows - 1 or
/// columns. Throws l2g::error with less than two rows, or for a value that is not finite, and Interrupted.
Components principal_components(std::span<const double> values, index_t width, index_t count,
                                const Progress& progress = {}, index_t exact = 1500);

/// Linear centred-kernel alignment of x (rows, width) and y (rows, other width), 0..1: 1 where one is a rotation of the
/// other, scaled (Kornblith et al. 2019). With few rows and wide features it is near 1 for anything; `debiased` takes
/// that away (Nguyen et al. 2021, by the unbiased HSIC of Song et al. 2012; needs four rows, may be below 0). NaN where
/// one side is constant.
double linear_alignment(std::span<const double> x, index_t width, std::span<const double> y, index_t other_width,
                        bool debiased = false);

}  // namespace l2g::eval

#ifndef L2G_COMPILED
#include <l2g/eval/components-inl.hpp>
#endif
