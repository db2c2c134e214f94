#pragma once
#include <l2g/eval/classification-inl.hpp>
#include <l2g/eval/clustering.hpp>

#include <Eigen/Core>
#include <map>

namespace l2g::eval {

namespace detail {

using Points = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The rows with a label, their labels as 0..classes-1, and where each came from.
struct Classed {
  Points points;
  std::vector<std::int32_t> labels;
  std::vector<std::size_t> from;
  index_t classes = 0;
};

inline Classed classed(const char* measure, std::span<const double> values, index_t width,
                       std::span<const std::int32_t> labels, bool several = true) {
  if (width < 1 || values.size() != labels.size() * static_cast<std::size_t>(std::max<index_t>(width, 0)))
    throw error(std::string(measure) + ": " + std::to_string(values.size()) + " numbers are not " +
                std::to_string(labels.size()) + " rows of width " + std::to_string(width));
  Classed c;
  std::map<std::int32_t, std::int32_t> number;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0) continue;
    c.from.push_back(i);
    c.labels.push_back(number.emplace(labels[i], static_cast<std::int32_t>(number.size())).first->second);
  }
  c.classes = static_cast<index_t>(number.size());
  if (several && c.classes < 2)
    throw error(std::string(measure) + ": needs at least two classes, got " + std::to_string(c.classes));
  if (several && static_cast<std::size_t>(c.classes) == c.from.size())
    throw error(std::string(measure) + ": every row is a class of its own");
  c.points.resize(static_cast<Eigen::Index>(c.from.size()), width);
  for (std::size_t i = 0; i < c.from.size(); ++i)
    for (index_t k = 0; k < width; ++k)
      c.points(static_cast<Eigen::Index>(i), k) = values[c.from[i] * std::size_t(width) + std::size_t(k)];
  return c;
}

/// Centred, so that squared distances by the product of points lose few digits; for cosine of length 1.
inline void prepare(Points& points, Distance distance) {
  if (distance == Distance::euclidean) {
    points.rowwise() -= points.colwise().mean().eval();
    return;
  }
  for (Eigen::Index i = 0; i < points.rows(); ++i)
    if (const double length = points.row(i).norm(); length > 0) points.row(i) /= length;
}

/// Distances of rows from .. from + count to all rows.
inline Points distances(const Points& points, const Eigen::VectorXd& squares, Eigen::Index from, Eigen::Index count,
                        Distance distance) {
  Points d = points.middleRows(from, count) * points.transpose();
  for (Eigen::Index i = 0; i < count; ++i)
    for (Eigen::Index j = 0; j < points.rows(); ++j)
      d(i, j) = distance == Distance::cosine ? 1 - d(i, j)
                                             : std::sqrt(std::max(0.0, squares(from + i) + squares(j) - 2 * d(i, j)));
  for (Eigen::Index i = 0; i < count; ++i) d(i, from + i) = 0;
  return d;
}

inline constexpr Eigen::Index rows_at_a_time = 256;

/// Means of the classes (classes, width) and their numbers of rows.
inline Points centres_of(const Classed& c, Eigen::VectorXd& rows) {
  Points centres = Points::Zero(c.classes, c.points.cols());
  rows = Eigen::VectorXd::Zero(c.classes);
  for (std::size_t i = 0; i < c.labels.size(); ++i)
    centres.row(c.labels[i]) += c.points.row(static_cast<Eigen::Index>(i)), rows(c.labels[i]) += 1;
  for (Eigen::Index k = 0; k < centres.rows(); ++k) centres.row(k) /= rows(k);
  return centres;
}

/// The mutual information (nats) that two divisions with these counts have by chance (Vinh et al. 2010, equation 24a).
inline double expected_mutual(const std::vector<double>& a, const std::vector<double>& b, double n) {
  double sum = 0;
  for (const double x : a)
    for (const double y : b) {
      const double least = std::max(1.0, x + y - n), most = std::min(x, y);
      const double fixed = std::lgamma(x + 1) + std::lgamma(y + 1) + std::lgamma(n - x + 1) + std::lgamma(n - y + 1) -
                           std::lgamma(n + 1);
      for (double k = least; k <= most; ++k) {
        const double share = std::exp(fixed - std::lgamma(k + 1) - std::lgamma(x - k + 1) - std::lgamma(y - k + 1) -
                                      std::lgamma(n - x - y + k + 1));
        sum += k / n * std::log(n * k / (x * y)) * share;
      }
    }
  return sum;
}

inline double entropy(const std::vector<double>& counts, double n) {
  double h = 0;
  for (const double c : counts) h -= c / n * std::log(c / n);
  return h;
}

}  // namespace detail

L2G_INLINE std::vector<double> silhouette_samples(std::span<const double> values, index_t width,
                                                  std::span<const std::int32_t> labels, Distance distance,
                                                  const Progress& progress) {
  auto c = detail::classed("silhouette", values, width, labels);
  detail::prepare(c.points, distance);
  const Eigen::VectorXd squares = c.points.rowwise().squaredNorm();
  std::vector<double> rows_of(static_cast<std::size_t>(c.classes)), result(labels.size(), detail::undefined);
  for (const auto l : c.labels) ++rows_of[static_cast<std::size_t>(l)];
  const Eigen::Index n = c.points.rows();
  for (Eigen::Index from = 0; from < n; from += detail::rows_at_a_time) {
    progress(static_cast<double>(from) / static_cast<double>(n), "silhouette");
    const Eigen::Index count = std::min(detail::rows_at_a_time, n - from);
    const detail::Points d = detail::distances(c.points, squares, from, count, distance);
    for (Eigen::Index i = 0; i < count; ++i) {
      std::vector<double> sum(rows_of.size());
      for (Eigen::Index j = 0; j < n; ++j)
        sum[static_cast<std::size_t>(c.labels[static_cast<std::size_t>(j)])] += d(i, j);
      const auto own = static_cast<std::size_t>(c.labels[static_cast<std::size_t>(from + i)]);
      double& s = result[c.from[static_cast<std::size_t>(from + i)]];
      s = 0;
      if (rows_of[own] < 2) continue;
      const double a = sum[own] / (rows_of[own] - 1);
      double b = std::numeric_limits<double>::infinity();
      for (std::size_t k = 0; k < sum.size(); ++k)
        if (k != own) b = std::min(b, sum[k] / rows_of[k]);
      if (const double most = std::max(a, b); most > 0) s = (b - a) / most;
    }
  }
  return result;
}

L2G_INLINE double silhouette(std::span<const double> values, index_t width, std::span<const std::int32_t> labels,
                             Distance distance, const Progress& progress) {
  double sum = 0, rows = 0;
  for (const double s : silhouette_samples(values, width, labels, distance, progress))
    if (!std::isnan(s)) sum += s, ++rows;
  return sum / rows;
}

L2G_INLINE double calinski_harabasz(std::span<const double> values, index_t width,
                                    std::span<const std::int32_t> labels) {
  const auto c = detail::classed("Calinski-Harabasz", values, width, labels);
  Eigen::VectorXd rows;
  const detail::Points centres = detail::centres_of(c, rows);
  const Eigen::RowVectorXd middle = c.points.colwise().mean();
  double between = 0, within = 0;
  for (Eigen::Index k = 0; k < centres.rows(); ++k) between += rows(k) * (centres.row(k) - middle).squaredNorm();
  for (std::size_t i = 0; i < c.labels.size(); ++i)
    within += (c.points.row(static_cast<Eigen::Index>(i)) - centres.row(c.labels[i])).squaredNorm();
  const double n = static_cast<double>(c.labels.size()), k = static_cast<double>(c.classes);
  return within > 0 ? between * (n - k) / (within * (k - 1)) : detail::undefined;
}

L2G_INLINE double davies_bouldin(std::span<const double> values, index_t width, std::span<const std::int32_t> labels) {
  const auto c = detail::classed("Davies-Bouldin", values, width, labels);
  Eigen::VectorXd rows;
  const detail::Points centres = detail::centres_of(c, rows);
  Eigen::VectorXd spread = Eigen::VectorXd::Zero(c.classes);
  for (std::size_t i = 0; i < c.labels.size(); ++i)
    spread(c.labels[i]) += (c.points.row(static_cast<Eigen::Index>(i)) - centres.row(c.labels[i])).norm();
  spread.array() /= rows.array();
  double sum = 0;
  for (Eigen::Index i = 0; i < centres.rows(); ++i) {
    double worst = 0;
    for (Eigen::Index j = 0; j < centres.rows(); ++j)
      if (j != i) worst = std::max(worst, (spread(i) + spread(j)) / (centres.row(i) - centres.row(j)).norm());
    sum += worst;
  }
  return sum / static_cast<double>(c.classes);
}

L2G_INLINE Agreement agreement(std::span<const std::int32_t> first, std::span<const std::int32_t> second) {
  detail::same_rows("agreement", first.size(), second.size(), "labels of the second");
  std::map<std::pair<std::int32_t, std::int32_t>, double> cells;
  std::map<std::int32_t, double> in_first, in_second;
  double n = 0;
  for (std::size_t i = 0; i < first.size(); ++i)
    if (first[i] >= 0 && second[i] >= 0)
      ++cells[{first[i], second[i]}], ++in_first[first[i]], ++in_second[second[i]], ++n;
  if (n == 0) return {detail::undefined, detail::undefined, detail::undefined};
  std::vector<double> a, b;
  for (const auto& [label, count] : in_first) a.push_back(count);
  for (const auto& [label, count] : in_second) b.push_back(count);
  const auto pairs = [](const std::vector<double>& counts) {
    double sum = 0;
    for (const double c : counts) sum += c * (c - 1) / 2;
    return sum;
  };
  double together = 0, mutual = 0;
  for (const auto& [cell, count] : cells) {
    together += count * (count - 1) / 2;
    mutual += count / n * std::log(n * count / (in_first[cell.first] * in_second[cell.second]));
  }
  Agreement g;
  const double all = n * (n - 1) / 2, chance = all > 0 ? pairs(a) * pairs(b) / all : 0;
  const double most = (pairs(a) + pairs(b)) / 2;
  g.rand = most != chance ? (together - chance) / (most - chance) : 1.0;
  // Two divisions that are both one class, or both all single rows, agree.
  if ((a.size() == 1 && b.size() == 1) || (a.size() == b.size() && static_cast<double>(a.size()) == n)) {
    g.mutual = g.adjusted_mutual = 1;
    return g;
  }
  const double entropies = (detail::entropy(a, n) + detail::entropy(b, n)) / 2;
  const double by_chance = detail::expected_mutual(a, b, n);
  g.mutual = entropies > 0 ? std::max(0.0, mutual) / entropies : 0.0;
  const double room = entropies - by_chance;
  g.adjusted_mutual = (mutual - by_chance) / (room < 0 ? std::min(room, -1e-16) : std::max(room, 1e-16));
  return g;
}

L2G_INLINE double neighbour_purity(std::span<const double> values, index_t width, std::span<const std::int32_t> labels,
                                   index_t k) {
  auto c = detail::classed("neighbour purity", values, width, labels, false);
  const Eigen::Index n = c.points.rows();
  if (k < 1 || k >= n)
    throw error("neighbour purity: k must be between 1 and the other rows (" + std::to_string(n - 1) + "), got " +
                std::to_string(k));
  detail::prepare(c.points, Distance::euclidean);
  const Eigen::VectorXd squares = c.points.rowwise().squaredNorm();
  double pure = 0;
  for (Eigen::Index from = 0; from < n; from += detail::rows_at_a_time) {
    throw_if_interrupted();
    const Eigen::Index count = std::min(detail::rows_at_a_time, n - from);
    const detail::Points d = detail::distances(c.points, squares, from, count, Distance::euclidean);
    for (Eigen::Index i = 0; i < count; ++i) {
      std::vector<std::pair<double, Eigen::Index>> near;
      for (Eigen::Index j = 0; j < n; ++j)
        if (j != from + i) near.emplace_back(d(i, j), j);
      std::partial_sort(near.begin(), near.begin() + k, near.end());
      std::vector<index_t> votes(static_cast<std::size_t>(c.classes));
      for (index_t m = 0; m < k; ++m)
        ++votes[static_cast<std::size_t>(c.labels[static_cast<std::size_t>(near[static_cast<std::size_t>(m)].second)])];
      const auto most = std::max_element(votes.begin(), votes.end()) - votes.begin();
      pure += most == c.labels[static_cast<std::size_t>(from + i)] ? 1.0 : 0.0;
    }
  }
  return pure / static_cast<double>(n);
}

}  // namespace l2g::eval
