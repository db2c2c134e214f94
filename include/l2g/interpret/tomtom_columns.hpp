#pragma once
// The similarities of one position with all positions of all targets, and TOMTOM's scores of whole alignments.
#include <l2g/cpu/lanes.hpp>
#include <l2g/interpret/tomtom.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace l2g::interpret::detail {

/// The different positions of all targets (and of their other strands), each with how often it occurs.
struct TargetColumns {
  index_t count = 0, padded = 0;  // padded: a multiple of 16
  std::array<std::vector<double>, 4> bases;
  std::vector<double> norm;         // sum of squares
  std::vector<std::int32_t> times;  // how often each occurs; 0 behind `count`
  double total = 0;
  std::vector<std::int32_t> number;  // of each position of each target, one target after the other
  std::vector<index_t> start;        // where a target's positions start; one more than there are targets
};

using Column = std::array<double, 4>;

/// As it is, or centred and of length 1 (a position of equal shares becomes 0).
inline Column prepared(Column c, ColumnSimilarity similarity) {
  if (similarity == ColumnSimilarity::euclidean) return c;
  const double mean = (c[0] + c[1] + c[2] + c[3]) / 4;
  double squares = 0;
  for (double& x : c) x -= mean, squares += x * x;
  for (double& x : c) x = squares > 1e-20 ? x / std::sqrt(squares) : 0;
  return c;
}
inline double squares_of(const Column& c) { return c[0] * c[0] + c[1] * c[1] + c[2] * c[2] + c[3] * c[3]; }

inline TargetColumns columns_of(const std::vector<data::Motif>& targets, const TomtomOptions& options) {
  std::vector<Column> all;
  TargetColumns out;
  const auto add = [&](const data::Motif& m) {
    out.start.push_back(index_t(all.size()));
    all.insert(all.end(), m.probabilities.begin(), m.probabilities.end());
  };
  for (const auto& m : targets) add(m);
  if (options.both_strands)
    for (const auto& m : targets) add(data::reverse_complement(m));
  out.start.push_back(index_t(all.size()));

  // A position's key: its shares in steps. Equal keys are one column, the first one's.
  std::vector<double> key(all.size());
  const index_t steps = options.target_bins;
  if (steps > 0) {
    double weight = 1;
    for (std::size_t b = 0; b < 4; ++b, weight *= double(steps)) {
      double least = all[0][b], most = least;
      for (const auto& c : all) least = std::min(least, c[b]), most = std::max(most, c[b]);
      if (most == least) most = least + 1;
      for (std::size_t i = 0; i < all.size(); ++i)
        key[i] += weight * std::nearbyint((all[i][b] - least) / (most - least) * double(steps - 1));
    }
  } else {
    for (std::size_t i = 0; i < all.size(); ++i) key[i] = double(i);
  }
  std::vector<std::size_t> order(all.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key[a] < key[b]; });
  out.number.resize(all.size());
  for (std::size_t k = 0; k < order.size(); ++k) {
    if (k == 0 || key[order[k]] != key[order[k - 1]]) {
      const Column c = prepared(all[order[k]], options.similarity);
      for (std::size_t b = 0; b < 4; ++b) out.bases[b].push_back(c[b]);
      out.norm.push_back(squares_of(c));
      out.times.push_back(0);
    }
    ++out.times.back();
    out.number[order[k]] = std::int32_t(out.times.size()) - 1;
  }
  out.count = index_t(out.times.size());
  out.padded = (out.count + 15) / 16 * 16;
  out.total = double(all.size());
  for (auto& b : out.bases) b.resize(std::size_t(out.padded), b[0]);
  out.norm.resize(std::size_t(out.padded), out.norm[0]);
  out.times.resize(std::size_t(out.padded), 0);
  return out;
}

using Sixteen = cpu::Vec<double>;

inline Sixteen root(Sixteen v) {
#if defined(__AVX512F__)
  __m512d half[2];
  __builtin_memcpy(half, &v, sizeof v);
  half[0] = _mm512_sqrt_pd(half[0]), half[1] = _mm512_sqrt_pd(half[1]);
  __builtin_memcpy(&v, half, sizeof v);
#else
  for (int i = 0; i < 16; ++i) v[i] = __builtin_sqrt(v[i]);
#endif
  return v;
}

/// similarity[j] of a prepared query position with each column; the least and the largest of them.
inline void similarities(const Column& query, const TargetColumns& t, ColumnSimilarity kind, double* similarity,
                         double& least, double& most) {
  const double squares = squares_of(query);
  Sixteen low = cpu::splat(1e300), high = cpu::splat(-1e300);
  const auto at = [](const std::vector<double>& v, index_t j) {
    Sixteen x;
    __builtin_memcpy(&x, v.data() + j, sizeof x);
    return x;
  };
  for (index_t j = 0; j < t.padded; j += 16) {
    Sixteen z;
    if (kind == ColumnSimilarity::euclidean) {
      z = squares + at(t.norm, j);
      for (std::size_t b = 0; b < 4; ++b) z = z - 2 * query[b] * at(t.bases[b], j);
      z = z > 0.0 ? z : cpu::splat(0.0);
      z = 0.0 - root(z);
    } else {
      z = query[0] * at(t.bases[0], j);
      for (std::size_t b = 1; b < 4; ++b) z = z + query[b] * at(t.bases[b], j);
    }
    low = z < low ? z : low;
    high = z > high ? z : high;
    __builtin_memcpy(similarity + j, &z, sizeof z);
  }
  least = 1e300, most = -1e300;
  for (int i = 0; i < 16; ++i) least = std::min(least, low[i]), most = std::max(most, high[i]);
}

/// The mean of the bin in which the median lies, columns counted as often as they occur.
inline double binned_median(const double* x, const TargetColumns& t, double least, double most, index_t bins,
                            std::vector<std::int32_t>& number, std::vector<index_t>& histogram) {
  number.resize(std::size_t(t.padded));
  // Four histograms, so that equal neighbours do not wait for each other.
  histogram.assign(std::size_t(4 * bins), 0);
  const double range = most - least;
  for (index_t j = 0; j < t.padded; j += 16) {
    Sixteen v;
    __builtin_memcpy(&v, x + j, sizeof v);
    const auto n = __builtin_convertvector((v - least) / range * double(bins - 1), cpu::Vec<std::int32_t>);
    __builtin_memcpy(number.data() + j, &n, sizeof n);
    for (index_t i = j; i < j + 16; ++i)
      histogram[std::size_t((i & 3) * bins + number[std::size_t(i)])] += t.times[std::size_t(i)];
  }
  double count = 0;
  index_t bin = 0;
  for (; bin < bins; ++bin) {
    for (index_t h = 0; h < 4; ++h) count += double(histogram[std::size_t(h * bins + bin)]);
    if (2 * count >= t.total) break;
  }
  double sum = 0, in_bin = 0;
  for (index_t j = 0; j < t.count; ++j)
    if (number[std::size_t(j)] == bin) {
      sum += x[j] * double(t.times[std::size_t(j)]);
      in_bin += double(t.times[std::size_t(j)]);
    }
  return sum / in_bin;
}

/// Sums over the diagonals of an alignment: sums[k] += bins of (target position c, query position n - 1 - l), k = c +
/// l. `rows` holds `stride` bytes for each column, the query's positions from the last to the first; of 32 at most.
inline void diagonal_sums(const std::int32_t* columns, index_t target, const std::uint8_t* rows, index_t query,
                          std::int16_t* sums) {
  typedef std::int16_t Lanes __attribute__((vector_size(64)));
  typedef std::uint8_t Bytes __attribute__((vector_size(32)));
  const Lanes zero = {};
  Lanes sum = zero;
  for (index_t c = 0; c < target; ++c) {
    Bytes row;
    __builtin_memcpy(&row, rows + index_t(columns[c]) * 32, sizeof row);
    sum += __builtin_convertvector(row, Lanes);
    sums[c] = sum[0];
    sum = __builtin_shufflevector(sum, zero, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                  22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32);
  }
  for (index_t l = 0; l + 1 < query; ++l) sums[target + l] = sum[l];
}

}  // namespace l2g::interpret::detail
