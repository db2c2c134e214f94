#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/core/philox.hpp>
#include <l2g/eval/components.hpp>

#include <Eigen/Eigenvalues>
#include <Eigen/QR>
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

/// Eigenvalues of x' x, highest first, and its eigenvectors (width, count).
struct Eigenpairs {
  Eigen::VectorXd values;
  Eigen::MatrixXd vectors;
};

inline Eigenpairs exact_pairs(const Rows& x, Eigen::Index count) {
  const bool by_columns = x.cols() <= x.rows();
  const Eigen::MatrixXd square = by_columns ? Eigen::MatrixXd(x.transpose() * x) : Eigen::MatrixXd(x * x.transpose());
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(square);
  if (solver.info() != Eigen::Success) throw error("principal components: the eigenvectors did not converge");
  Eigenpairs p{solver.eigenvalues().tail(count).reverse(), solver.eigenvectors().rightCols(count).rowwise().reverse()};
  if (by_columns) return p;
  p.vectors = Eigen::MatrixXd(x.transpose() * p.vectors);
  for (Eigen::Index i = 0; i < count; ++i)
    if (const double length = p.vectors.col(i).norm(); length > 0) p.vectors.col(i) /= length;
  return p;
}

inline Eigenpairs iterated_pairs(const Rows& x, Eigen::Index count, const Progress& progress) {
  constexpr int most_turns = 300;
  const Eigen::Index block = std::min<Eigen::Index>(count + 10, std::min(x.rows(), x.cols()));
  Eigen::MatrixXd v(x.cols(), block);
  constexpr std::uint32_t stream = 0x70636121;
  for (Eigen::Index i = 0; i < v.size(); ++i) v(i) = Rng{1, 0}.uniform(stream, static_cast<std::uint64_t>(i)) - 0.5;
  Eigen::VectorXd before = Eigen::VectorXd::Zero(block);
  for (int turn = 0;; ++turn) {
    progress(double(turn) / most_turns, "components");
    v = Eigen::HouseholderQR<Eigen::MatrixXd>(v).householderQ() * Eigen::MatrixXd::Identity(x.cols(), block);
    const Eigen::MatrixXd y = x * v;
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> inner(Eigen::MatrixXd(y.transpose() * y));
    const Eigen::VectorXd values = inner.eigenvalues().reverse();
    const bool settled = ((values - before).head(count).cwiseAbs().array() <= 1e-10 * values.head(count).array()).all();
    if (settled || turn == most_turns)
      return {values.head(count), v * inner.eigenvectors().rightCols(count).rowwise().reverse()};
    before = values;
    v = x.transpose() * y;
  }
}

}  // namespace detail

L2G_INLINE Components principal_components(std::span<const double> values, index_t width, index_t count,
                                           const Progress& progress, index_t exact) {
  if (count < 1) throw error("principal components: at least one is asked for, got " + std::to_string(count));
  Eigen::RowVectorXd mean;
  const detail::Rows x = detail::centred("principal components", values, width, &mean);
  const Eigen::Index n = x.rows();
  Components p;
  p.rows = n, p.width = width, p.count = std::min({count, width, index_t(n - 1)});
  p.mean.assign(mean.data(), mean.data() + width);
  p.total = x.squaredNorm() / static_cast<double>(n - 1);
  const auto pairs =
      std::min(n, x.cols()) <= exact ? detail::exact_pairs(x, p.count) : detail::iterated_pairs(x, p.count, progress);
  p.scores.resize(static_cast<std::size_t>(n * p.count));
  for (index_t i = 0; i < p.count; ++i) {
    p.variance.push_back(std::max(0.0, pairs.values(i)) / static_cast<double>(n - 1));
    Eigen::VectorXd axis = pairs.vectors.col(i);
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
