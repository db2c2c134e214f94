#pragma once
// The similarities of one position with all positions of all targets, and TOMTOM's scores of whole alignments.
#include <l2g/data/motif.hpp>
#include <l2g/interpret/tomtom_background.hpp>
#include <l2g/interpret/tomtom_options.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace l2g::interpret::detail {

/// The different positions of all targets (and of their other strands), each with how often it occurs.
struct TargetColumns {
  index_t count = 0, padded = 0;  // padded: a multiple of 8
  std::array<std::vector<double>, 4> bases;
  std::vector<double> norm;         // sum of squares
  std::vector<std::int32_t> times;  // how often each occurs; 0 behind `count`
  std::vector<double> weight;       // the same
  struct Sample {
    std::int32_t column, weight;
  };
  std::vector<Sample> sample;  // columns that stand for their neighbours, and each one that occurs often
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
  out.number.resize(all.size() + 12, 0);  // alignments look ahead
  out.count = index_t(out.times.size());
  out.padded = (out.count + 7) / 8 * 8;
  out.total = double(all.size());
  for (auto& b : out.bases) b.resize(std::size_t(out.padded), b[0]);
  out.norm.resize(std::size_t(out.padded), out.norm[0]);
  out.times.resize(std::size_t(out.padded), 0);
  out.weight.assign(out.times.begin(), out.times.end());
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

inline Eight root(Eight v) {
#if defined(__AVX512F__)
  return (Eight)_mm512_sqrt_pd((__m512d)v);
#else
  for (int i = 0; i < 8; ++i) v[i] = __builtin_sqrt(v[i]);
  return v;
#endif
}

/// similarity[j] of a prepared query position with the columns [from, to), which are whole registers; `least` and
/// `most` take them up.
inline void similarities(const Column& query, const TargetColumns& t, ColumnSimilarity kind, index_t from, index_t to,
                         double* similarity, double& least, double& most) {
  const Eight zero = {};
  Eight low = zero + least, high = zero + most;
  const double *a = t.bases[0].data(), *c = t.bases[1].data(), *g = t.bases[2].data(), *tt = t.bases[3].data();
  const double squares = squares_of(query);
  const Column twice{2 * query[0], 2 * query[1], 2 * query[2], 2 * query[3]};
  const bool euclidean = kind == ColumnSimilarity::euclidean;
  for (index_t j = from; j < to; j += 8) {
    Eight z;
    if (euclidean) {  // in the order of memesuite-lite, for the same rounding
      z = squares + eight_at(t.norm.data() + j);
      z = z - twice[0] * eight_at(a + j);
      z = z - twice[1] * eight_at(c + j);
      z = z - twice[2] * eight_at(g + j);
      z = z - twice[3] * eight_at(tt + j);
      z = zero - root(z > zero ? z : zero);
    } else {
      z = query[0] * eight_at(a + j) + query[1] * eight_at(c + j) + query[2] * eight_at(g + j) +
          query[3] * eight_at(tt + j);
    }
    low = z < low ? z : low;
    high = z > high ? z : high;
    store(similarity + j, z);
  }
  // Through memory: a vector whose lanes are named by a variable would live there all along.
  double lows[8], highs[8];
  store(lows, low), store(highs, high);
  for (int i = 0; i < 8; ++i) least = std::min(least, lows[i]), most = std::max(most, highs[i]);
}

/// v as whole numbers, towards 0.
inline void truncate(Eight v, std::int32_t* out) {
  typedef std::int32_t Whole __attribute__((vector_size(32)));
  const Whole w = __builtin_convertvector(v, Whole);
  __builtin_memcpy(out, &w, sizeof w);
}
/// One bit for each lane in which a < b.
inline unsigned lanes_below(Eight a, double b) {
#if defined(__AVX512F__)
  return _mm512_cmp_pd_mask((__m512d)a, _mm512_set1_pd(b), _CMP_LT_OQ);
#else
  unsigned bits = 0;
  for (unsigned i = 0; i < 8; ++i) bits |= unsigned(a[i] < b) << i;
  return bits;
#endif
}

/// Finds the bin in which the median of values lies, columns counted as often as they occur, and returns the mean of
/// that bin's values.
class BinnedMedian {
 public:
  double operator()(const double* x, const TargetColumns& t, double least, double most, index_t bins) {
    const double scale = double(bins - 1) / (most - least);
    // A sample says around which bins the median must lie; only values there are sorted into bins.
    count_.assign(std::size_t(bins), 0);
    for (const auto& c : t.sample) count_[std::size_t((x[c.column] - least) * scale)] += c.weight;
    index_t low = 0, high = bins - 1;
    if (t.count > 1024) {
      double below = 0;
      for (index_t b = 0; b < bins; ++b) {
        if (below < 0.485 * t.total) low = b;
        below += count_[std::size_t(b)];
        if (below >= 0.515 * t.total) {
          high = b;
          break;
        }
      }
    }
    double mean = 0;
    if (among(x, t, least, scale, low, high, mean)) return mean;
    among(x, t, least, scale, 0, bins - 1, mean);
    return mean;
  }

 private:
  // The same from the values of the bins low..high and the number of those below; false when the median is not there.
  bool among(const double* x, const TargetColumns& t, double least, double scale, index_t low, index_t high,
             double& mean) {
    near_.resize(std::size_t(t.padded));
    near_scaled_.resize(std::size_t(t.padded));
    std::int32_t* number = near_.data();
    double* scaled = near_scaled_.data();
    const Eight zero = {};
    Eight under = zero;  // columns in lower bins
    for (index_t j = 0; j < t.padded; j += 8) {
      const Eight v = (eight_at(x + j) - least) * scale;
      under += v < double(low) ? eight_at(t.weight.data() + j) : zero;
      for (unsigned bits = lanes_below(v, double(high + 1)) & ~lanes_below(v, double(low)); bits; bits &= bits - 1) {
        const int lane = __builtin_ctz(bits);
        *number++ = std::int32_t(j + lane);
        *scaled++ = (x[j + lane] - least) * scale;
      }
    }
    const std::size_t near = std::size_t(number - near_.data());
    double below = 0;
    double lanes[8];
    store(lanes, under);
    for (const double lane : lanes) below += lane;
    count_.assign(std::size_t(high - low + 1), 0);
    for (std::size_t k = 0; k < near; ++k)
      count_[std::size_t(near_scaled_[k]) - std::size_t(low)] += t.times[std::size_t(near_[k])];
    double sum = below;
    if (low > 0 && 2 * sum >= t.total) return false;
    index_t bin = 0;
    for (; bin <= high - low; ++bin)
      if (2 * (sum += count_[std::size_t(bin)]) >= t.total) break;
    if (bin > high - low) return false;
    double all = 0;
    for (std::size_t k = 0; k < near; ++k)
      if (index_t(near_scaled_[k]) == low + bin) {
        const auto i = std::size_t(near_[k]);
        all += x[i] * double(t.times[i]);
      }
    mean = all / count_[std::size_t(bin)];
    return true;
  }

  std::vector<std::int32_t> count_, near_;  // near_: the columns whose bins are looked at
  std::vector<double> near_scaled_;
};

template <index_t Width>
struct Row {
  typedef std::int16_t Lanes __attribute__((vector_size(2 * Width)));
  typedef std::uint8_t Bytes __attribute__((vector_size(Width)));
};

/// Scores of all alignments: out[k] for k = 0 .. target + query - 2 is the sum of the bins of target position c and
/// query position query - 1 - l over c + l = k, plus penalty[k]. `rows` holds Width >= query bytes for each column, the
/// query's positions from the last to the first. Everything has room for a register behind its end; returns the largest
/// score.
template <index_t Width>
inline std::int32_t alignment_scores(const std::int32_t* columns, index_t target, const std::uint8_t* rows,
                                     index_t query, const std::int16_t* penalty, std::int16_t* out) {
  using Lanes = typename Row<Width>::Lanes;
  using Bytes = typename Row<Width>::Bytes;
  const Lanes zero = {};
  Lanes sum = zero;
  const auto down = [&](Lanes v) {
    if constexpr (Width == 16)
      return __builtin_shufflevector(v, zero, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
    else
      return __builtin_shufflevector(v, zero, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                     22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32);
  };
  for (index_t c = 0; c < target; ++c) {
    Bytes row;
    __builtin_prefetch(rows + index_t(columns[c + 12]) * Width);  // rows lie anywhere
    __builtin_memcpy(&row, rows + index_t(columns[c]) * Width, sizeof row);
    sum += __builtin_convertvector(row, Lanes);
    out[c] = sum[0];
    sum = down(sum);
  }
  __builtin_memcpy(out + target, &sum, sizeof sum);
  __builtin_memcpy(out + target + Width, &zero, sizeof zero);
  const index_t all = target + query - 1;
  Lanes most = zero - std::int16_t(32767);
  for (index_t k = 0; k < all; k += Width) {
    Lanes v, p;
    __builtin_memcpy(&v, out + k, sizeof v);
    __builtin_memcpy(&p, penalty + k, sizeof p);
    v += p;
    most = v > most ? v : most;
    __builtin_memcpy(out + k, &v, sizeof v);
  }
  std::int16_t lanes[Width];
  __builtin_memcpy(lanes, &most, sizeof most);
  const std::int32_t best = *std::max_element(lanes, lanes + Width);
  return best;
}

}  // namespace l2g::interpret::detail
