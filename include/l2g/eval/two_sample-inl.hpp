#pragma once
#include <l2g/core/philox.hpp>
#include <l2g/eval/two_sample.hpp>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

namespace l2g::eval {

L2G_INLINE Discrepancy discrepancy(std::span<const double> first, std::span<const double> second, index_t width,
                                   double sigma, index_t permutations, std::uint64_t seed, const Progress& progress) {
  if (width < 1 || first.empty() || second.empty() || first.size() % std::size_t(width) ||
      second.size() % std::size_t(width))
    throw error("discrepancy: " + std::to_string(first.size()) + " and " + std::to_string(second.size()) +
                " numbers are not two sets of points of width " + std::to_string(width));
  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Index n = static_cast<Eigen::Index>(first.size()) / width;
  const Eigen::Index m = static_cast<Eigen::Index>(second.size()) / width, rows = n + m;
  Rows z(rows, width);
  z.topRows(n) = Eigen::Map<const Rows>(first.data(), n, width);
  z.bottomRows(m) = Eigen::Map<const Rows>(second.data(), m, width);
  z.rowwise() -= z.colwise().mean().eval();
  const Eigen::VectorXd squares = z.rowwise().squaredNorm();
  Eigen::MatrixXd kernel = (-2 * z * z.transpose()).colwise() + squares;
  kernel.rowwise() += squares.transpose();
  kernel = kernel.cwiseMax(0);
  kernel.diagonal().setZero();
  Discrepancy d;
  d.sigma = sigma > 0 ? sigma : kernel.sum() / (double(rows) * double(rows - 1));
  if (!(d.sigma > 0)) return {0, 0, 0, 1};  // all points are one
  for (Eigen::Index j = 0; j < rows; ++j) {
    throw_if_interrupted();
    for (Eigen::Index i = 0; i < rows; ++i) {
      const double distance = kernel(i, j) / d.sigma;
      double sum = 0;
      for (const double scale : {0.25, 0.5, 1.0, 2.0, 4.0}) sum += std::exp(-distance / scale);
      kernel(i, j) = sum;
    }
  }
  // With weights 1/n and -1/m it is w' K w.
  std::vector<std::size_t> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto value_of = [&] {
    Eigen::VectorXd weight(rows);
    for (Eigen::Index i = 0; i < rows; ++i)
      weight(static_cast<Eigen::Index>(order[std::size_t(i)])) = i < n ? 1 / double(n) : -1 / double(m);
    return weight.dot(kernel * weight);
  };
  d.value = value_of();
  if (permutations < 1) {
    d.expected = d.p = std::numeric_limits<double>::quiet_NaN();
    return d;
  }
  double sum = 0, extreme = 1;
  for (index_t r = 0; r < permutations; ++r) {
    progress(double(r) / double(permutations), "permutations");
    const Rng rng{seed, static_cast<std::uint64_t>(r)};
    constexpr std::uint32_t stream = 0x3a3d;
    for (std::size_t i = order.size(); i-- > 1;) std::swap(order[i], order[std::size_t(rng.below(stream, i, i + 1))]);
    const double value = value_of();
    sum += value, extreme += value >= d.value ? 1.0 : 0.0;
  }
  d.expected = sum / double(permutations);
  d.p = extreme / double(permutations + 1);
  return d;
}

}  // namespace l2g::eval
