#pragma once
// Whether contributions add up to the difference of outputs.
#include <l2g/interpret/contributions.hpp>

#include <algorithm>
#include <cmath>

namespace l2g::interpret {

/// Residuals relative to max(|output - reference output|, 1e-3) of the sequence.
struct Certificate {
  double largest = 0, mean = 0;
  index_t worst = 0;  ///< the sequence of the largest one, from 0
};
inline double relative_residual(const Contribution& c) {
  return std::abs(c.residual) / std::max(std::abs(c.output - c.reference_output), 1e-3);
}
/// Of contributions that promise a sum.
inline Certificate certificate(const Contributions& all) {
  Certificate found;
  for (index_t i = 0; i < all.size(); ++i) {
    const double r = relative_residual(all.rows[std::size_t(i)]);
    found.mean += r / double(all.size());
    if (!(r <= found.largest)) found.largest = r, found.worst = i;
  }
  return found;
}

}  // namespace l2g::interpret
