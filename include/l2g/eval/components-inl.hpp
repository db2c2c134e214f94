#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/eval/components.hpp>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

namespace l2g::eval {

namespace detail {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The rows less their mean.
inline Rows centred(const char* what, std::span<const double> values, index_t width, Eigen::RowVectorXd* mean) {
  if (width < 1 || values.size() % static_cast<std::size_t>(std::max<index_t>(width, 1)))
    throw error(std::string(what) + ": " + std::to_string(values.size()) + " numbers are not rows of width " +
                std::to_string(width));
  const Eigen::Index n = static_cast<Eigen::Index>(values.size()) / width;
  if (n < 2) throw error(std::string(what) + ": needs at least two rows, got " + std::to_string(n));
  if (std::any_of(values.begin(), values.end(), [](double v) { return !std::isfinite(v); }))
    throw error(std::string(what) + ": a value is not finite");
  Rows x = Eigen::Map<const Rows>(values.data(), n, width);
  const Eigen::RowVectorXd middle = x.colwise().mean();
  x.rowwise() -= middle;
  if (mean) *mean = middle;
  return x;
}

/// Song et al. 2012, equation 5: inner product of two Gram matrices (rows, rows) without their diagonals, unbiased.
inline double unbiased_inner(const Eigen::MatrixXd& k, const Eigen::MatrixXd& l) {
  const double n = static_cast<double>(k.rows());
  const Eigen::VectorXd a = k.rowwise().sum(), b = l.rowwise().sum();
  return (k.cwiseProduct(l).sum() + a.sum() * b.sum() / ((n - 1) * (n - 2)) - 2 * a.dot(b) / (n - 2)) / (n * (n - 3));
}

}  // namespace detail

L2G_INLINE Components principal_components(std::span<const double> values, index_t width, index_t count) {
  if (count < 1) throw error("principal components: at least one is asked for, got " + std::to_string(count));
  Eigen::RowVectorXd mean;
  const detail::Rows x = detail::centred("principal components", values, width, &mean);
  const Eigen::Index n = x.rows();
  Components p;
  p.rows = n, p.width = width, p.count = std::min({count, width, index_t(n - 1)});
  p.mean.assign(mean.data(), mean.data() + width);
  p.total = x.squaredNorm() / static_cast<double>(n - 1);
  const bool by_columns = width <= n;
  const Eigen::MatrixXd square = by_columns ? Eigen::MatrixXd(x.transpose() * x) : Eigen::MatrixXd(x * x.transpose());
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(square);
  if (solver.info() != Eigen::Success) throw error("principal components: the eigenvectors did not converge");
  p.scores.resize(static_cast<std::size_t>(n * p.count));
  for (index_t i = 0; i < p.count; ++i) {
    const Eigen::Index at = square.rows() - 1 - i;  // eigenvalues rise
    const double value = std::max(0.0, solver.eigenvalues()(at));
    p.variance.push_back(value / static_cast<double>(n - 1));
    Eigen::VectorXd axis = solver.eigenvectors().col(at);
    if (!by_columns) {
      axis = x.transpose() * axis;
      if (const double length = axis.norm(); length > 0) axis /= length;
    }
    Eigen::Index largest = 0;
    axis.cwiseAbs().maxCoeff(&largest);
    if (axis(largest) < 0) axis = -axis;
    p.axes.insert(p.axes.end(), axis.data(), axis.data() + width);
    const Eigen::VectorXd scores = x * axis;
    for (Eigen::Index r = 0; r < n; ++r) p.scores[static_cast<std::size_t>(r * p.count + i)] = scores(r);
  }
  return p;
}

L2G_INLINE double linear_alignment(std::span<const double> x, index_t width, std::span<const double> y,
                                   index_t other_width, bool debiased) {
  const detail::Rows a = detail::centred("kernel alignment", x, width, nullptr);
  const detail::Rows b = detail::centred("kernel alignment", y, other_width, nullptr);
  if (a.rows() != b.rows())
    throw error("kernel alignment: features of " + std::to_string(a.rows()) + " rows against " +
                std::to_string(b.rows()) + "; both have to be of the same sequences");
  double together, own, other;
  if (debiased) {
    if (a.rows() < 4) throw error("kernel alignment: without bias it needs four rows, got " + std::to_string(a.rows()));
    Eigen::MatrixXd k = a * a.transpose(), l = b * b.transpose();
    k.diagonal().setZero(), l.diagonal().setZero();
    together = detail::unbiased_inner(k, l), own = detail::unbiased_inner(k, k), other = detail::unbiased_inner(l, l);
  } else if (width + other_width <= a.rows()) {
    together = (a.transpose() * b).squaredNorm();
    own = (a.transpose() * a).norm(), other = (b.transpose() * b).norm();
    return own > 0 && other > 0 ? together / (own * other) : std::numeric_limits<double>::quiet_NaN();
  } else {
    const Eigen::MatrixXd k = a * a.transpose(), l = b * b.transpose();
    together = k.cwiseProduct(l).sum(), own = k.squaredNorm(), other = l.squaredNorm();
  }
  return own > 0 && other > 0 ? together / std::sqrt(own * other) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace l2g::eval
