#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/eval/proportions.hpp>
#include <l2g/eval/special.hpp>

#include <algorithm>
#include <cmath>

namespace l2g::eval {

namespace detail {

/// What the formulas share: the row count, the share of right ones and the normal quantile of the level.
struct Share {
  double right, rows, share, z, tail;
};

inline Share share_of(index_t right, index_t rows, double level) {
  if (rows < 1) throw error("interval of a share: needs at least one row, got " + std::to_string(rows));
  if (right < 0 || right > rows)
    throw error("interval of a share: " + std::to_string(right) + " of " + std::to_string(rows) + " rows are right");
  if (!(level > 0 && level < 1))
    throw error("interval of a share: 'level' must lie between 0 and 1, got " + std::to_string(level));
  const double k = static_cast<double>(right), n = static_cast<double>(rows);
  return {k, n, k / n, -normal_quantile((1 - level) / 2), (1 - level) / 2};
}

inline ShareInterval around(double centre, double half) {
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

}  // namespace detail

L2G_INLINE ShareInterval normal_interval(index_t right, index_t rows, double level) {
  const auto s = detail::share_of(right, rows, level);
  return detail::around(s.share, s.z * std::sqrt(s.share * (1 - s.share) / s.rows));
}

L2G_INLINE ShareInterval wilson_interval(index_t right, index_t rows, double level) {
  const auto s = detail::share_of(right, rows, level);
  const double z2 = s.z * s.z, scale = 1 + z2 / s.rows;
  return detail::around((s.share + z2 / (2 * s.rows)) / scale,
                        s.z * std::sqrt((s.share * (1 - s.share) + z2 / (4 * s.rows)) / s.rows) / scale);
}

L2G_INLINE ShareInterval clopper_pearson_interval(index_t right, index_t rows, double level) {
  const auto s = detail::share_of(right, rows, level);
  const double wrong = s.rows - s.right;
  return {right == 0 ? 0.0 : incomplete_beta_inverse(s.right, wrong + 1, s.tail),
          right == rows ? 1.0 : 1 - incomplete_beta_inverse(wrong, s.right + 1, s.tail)};
}

L2G_INLINE ShareInterval jeffreys_interval(index_t right, index_t rows, double level) {
  const auto s = detail::share_of(right, rows, level);
  const double wrong = s.rows - s.right;
  return {right == 0 ? 0.0 : incomplete_beta_inverse(s.right + 0.5, wrong + 0.5, s.tail),
          right == rows ? 1.0 : 1 - incomplete_beta_inverse(wrong + 0.5, s.right + 0.5, s.tail)};
}

L2G_INLINE ShareInterval agresti_coull_interval(index_t right, index_t rows, double level) {
  const auto s = detail::share_of(right, rows, level);
  const double z2 = s.z * s.z, n = s.rows + z2, share = (s.right + z2 / 2) / n;
  return detail::around(share, s.z * std::sqrt(share * (1 - share) / n));
}

}  // namespace l2g::eval
