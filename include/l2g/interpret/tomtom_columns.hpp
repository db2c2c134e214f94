#pragma once
// The similarities of one position with all positions of all targets.
#include <l2g/data/motif.hpp>
#include <l2g/interpret/tomtom_lanes.hpp>
#include <l2g/interpret/tomtom_options.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace l2g::interpret::detail {

using Column = std::array<double, 4>;

/// The different positions of all targets (and of their other strands), each with how often it occurs.
struct TargetColumns {
  struct alignas(64) Exact {
    Column bases{};
    double squares = 0;
  };
  index_t count = 0, padded = 0;  // padded: a multiple of 16
  std::array<std::vector<float>, 4> bases;
  std::vector<Exact> exact;         // the same with all digits
  std::vector<std::int32_t> times;  // how often each occurs; 0 behind `count`
  struct Sample {
    std::int32_t column, weight;
  };
  std::vector<Sample> sample;  // columns that stand for their neighbours, and each one that occurs often
  double total = 0;
  std::vector<std::int32_t> number;  // of each position of each target, one target after the other
  std::vector<index_t> start;        // where a target's positions start; one more than there are targets
};

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
      for (std::size_t b = 0; b < 4; ++b) out.bases[b].push_back(float(c[b]));
      out.exact.push_back({c, squares_of(c)});
      out.times.push_back(0);
    }
    ++out.times.back();
    out.number[order[k]] = std::int32_t(out.times.size()) - 1;
  }
  out.number.resize(all.size() + 12, 0);  // alignments look ahead
  out.count = index_t(out.times.size());
  out.padded = (out.count + 15) / 16 * 16;
  out.total = double(all.size());
  for (auto& b : out.bases) b.resize(std::size_t(out.padded), b[0]);
  out.exact.resize(std::size_t(out.padded), out.exact[0]);
  out.times.resize(std::size_t(out.padded), 0);
  constexpr index_t step = 16, often = 4;
  for (index_t from = 0; from < out.count; from += step) {
    std::int32_t seldom = 0, last = -1;
    for (index_t j = from; j < std::min(out.count, from + step); ++j) {
      const std::int32_t times = out.times[std::size_t(j)], column = std::int32_t(j);
      if (times > often)
        out.sample.push_back({column, times});
      else
        seldom += times, last = last < 0 || j - from <= step / 2 ? column : last;
    }
    if (last >= 0) out.sample.push_back({last, seldom});
  }
  return out;
}

/// Similarities of one query position.
class PositionSimilarity {
 public:
  /// Those in single precision differ from the exact ones by less.
  static constexpr double error = 2e-6;

  PositionSimilarity(const Column& position, const TargetColumns& targets, ColumnSimilarity kind)
      : targets_(targets), euclidean_(kind == ColumnSimilarity::euclidean), query_(prepared(position, kind)) {
    squares_ = squares_of(query_);
    for (std::size_t b = 0; b < 4; ++b) twice_[b] = 2 * query_[b];
  }

  /// With column j.
  double operator()(index_t j) const {
    const auto& [c, squares] = targets_.exact[std::size_t(j)];
    if (!euclidean_) return query_[0] * c[0] + query_[1] * c[1] + query_[2] * c[2] + query_[3] * c[3];
    double z = squares_ + squares;  // in the order of memesuite-lite, for the same rounding
    for (std::size_t b = 0; b < 4; ++b) z -= twice_[b] * c[b];
    return z > 0 ? -std::sqrt(z) : 0;
  }

  /// With the columns [from, to), which are whole registers, in single precision.
  void with(index_t from, index_t to, float* out) {
    const Singles zero = {};
    const float *a = targets_.bases[0].data(), *c = targets_.bases[1].data(), *g = targets_.bases[2].data(),
                *t = targets_.bases[3].data();
    const Singles qa = zero + float(query_[0]), qc = zero + float(query_[1]), qg = zero + float(query_[2]),
                  qt = zero + float(query_[3]);
    Singles low = low_, high = high_;
    for (index_t j = from; j < to; j += singles) {
      const Singles xa = lanes_at<Singles>(a + j), xc = lanes_at<Singles>(c + j), xg = lanes_at<Singles>(g + j),
                    xt = lanes_at<Singles>(t + j);
      Singles z;
      if (euclidean_) {
        const Singles da = qa - xa, dc = qc - xc, dg = qg - xg, dt = qt - xt;
        z = zero - root(multiply_add(dt, dt, multiply_add(dg, dg, multiply_add(dc, dc, da * da))));
      } else {
        z = multiply_add(qt, xt, multiply_add(qg, xg, multiply_add(qc, xc, qa * xa)));
      }
      low = z < low ? z : low;
      high = z > high ? z : high;
      store(out + j, z);
    }
    low_ = low, high_ = high;
  }

  /// The least and the largest similarity, from those in single precision, all of which with() has found.
  std::pair<double, double> range(const float* x) const {
    float lows[singles], highs[singles];
    store(lows, low_), store(highs, high_);
    const Singles zero = {};
    const Singles low = zero + (*std::min_element(lows, lows + singles) + float(2 * error));
    const Singles high = zero + (*std::max_element(highs, highs + singles) - float(2 * error));
    double least = 1e300, most = -1e300;
    for (index_t j = 0; j < targets_.padded; j += singles) {
      const Singles v = lanes_at<Singles>(x + j);
      for (unsigned bits = lanes_below(v, low) | lanes_below(high, v); bits; bits &= bits - 1) {
        const double z = (*this)(j + __builtin_ctz(bits));
        least = std::min(least, z), most = std::max(most, z);
      }
    }
    return {least, most};
  }

 private:
  const TargetColumns& targets_;
  bool euclidean_;
  Column query_, twice_{};
  double squares_ = 0;
  Singles low_ = Singles{} + 1e30f, high_ = Singles{} - 1e30f;
};

}  // namespace l2g::interpret::detail
