#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/interpret/seqlets.hpp>
#include <l2g/io/atomic_file.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>
#include <random>
#include <tuple>

namespace l2g::interpret {

namespace detail {

inline void check_tracks(const std::vector<Track>& tracks) {
  std::size_t bases = 0;
  for (std::size_t r = 0; r < tracks.size(); ++r)
    for (const double x : tracks[r]) {
      ++bases;
      if (!std::isfinite(x))
        throw error("seqlets: a contribution of row " + std::to_string(r + 1) + " is not a number");
    }
  if (bases == 0) throw error("seqlets: there are no contributions");
}

// P(a sum's bin > i) for sums of 1 .. longest independent values with the given shares of bins. Chances are summed from
// the upper end.
inline std::vector<std::vector<double>> sums_above(const std::vector<double>& shares, index_t longest) {
  const std::size_t bins = shares.size();
  std::vector<std::size_t> used;  // contributions heap up near 0: most bins are empty
  for (std::size_t b = 0; b < bins; ++b)
    if (shares[b] > 0) used.push_back(b);
  std::vector<std::vector<double>> above(std::size_t(longest) + 1);
  std::vector<double> now = shares;
  for (index_t length = 1; length <= longest; ++length) {
    if (length > 1) {
      std::vector<double> next(now.size() + bins);
      for (const std::size_t b : used)
        for (std::size_t i = 0; i < now.size(); ++i) next[i + b] += now[i] * shares[b];
      now.swap(next);
    }
    auto& tail = above[std::size_t(length)];
    tail.resize(now.size());
    double sum = 0;
    for (std::size_t i = now.size(); i-- > 0;) tail[i] = std::min(sum, 1.0), sum += now[i];
  }
  return above;
}

// Windows of one row: sums of `window` values, one for each start.
inline std::vector<double> window_sums(const Track& track, index_t window) {
  std::vector<double> sums;
  for (index_t i = 0; i + window <= index_t(track.size()); ++i)
    sums.push_back(std::accumulate(track.begin() + i, track.begin() + i + window, 0.0));
  return sums;
}

// The bin of a histogram over [least, most] that holds the most values.
struct Peak {
  double low, high;
};
inline Peak peak_of(const std::vector<double>& values, std::size_t bins) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double least = *low, width = (*high - *low) / double(bins);
  if (!(width > 0)) return {least, *high};
  std::vector<index_t> count(bins);
  for (const double v : values) ++count[std::min(bins - 1, std::size_t((v - least) / width))];
  const auto best = double(std::max_element(count.begin(), count.end()) - count.begin());
  return {least + best * width, least + (best + 1) * width};
}

// Linear interpolation between the sorted values, as NumPy has it.
inline double quantile(const std::vector<double>& sorted, double q) {
  const double at = q * double(sorted.size() - 1);
  const std::size_t i = std::min(sorted.size() - 1, std::size_t(at));
  const std::size_t j = std::min(sorted.size() - 1, i + 1);
  return sorted[i] + (at - double(i)) * (sorted[j] - sorted[i]);
}

struct LaplaceNull {
  std::vector<double> positive, negative;
};
inline LaplaceNull laplace_null(const std::vector<double>& values) {
  const Peak coarse = peak_of(values, 1000);
  std::vector<double> top;
  for (const double v : values)
    if (v > coarse.low && v < coarse.high) top.push_back(v);
  const Peak fine = top.empty() ? coarse : peak_of(top, 1000);
  const double mu = (fine.low + fine.high) / 2;
  std::vector<double> above, below;
  for (const double v : values) {
    if (v >= mu) above.push_back(v);
    if (v <= mu) below.push_back(v);
  }
  std::sort(above.begin(), above.end()), std::sort(below.begin(), below.end());
  const auto rate = [&](const std::vector<double>& side, bool upper) {
    double most = 0;
    for (int k = 1; k < 19 && !side.empty(); ++k) {
      const double q = k * 0.05, distance = std::abs(quantile(side, upper ? q : 1 - q) - mu);
      if (distance > 0) most = std::max(most, -std::log(1 - q) / distance);
    }
    return most;
  };
  const double up = rate(above, true), down = rate(below, false);
  const double share = double(above.size()) / double(values.size());
  LaplaceNull null;
  std::mt19937 bits(1234);
  const auto uniform = [&] {  // NumPy's 53 bits
    const auto a = bits() >> 5, b = bits() >> 6;
    return (double(a) * 67108864.0 + double(b)) / 9007199254740992.0;
  };
  for (int i = 0; i < 10000; ++i) {
    const double side = uniform(), log = std::log(1 - uniform());
    const double v = side < share ? mu - (up > 0 ? log / up : 0) : mu + (down > 0 ? log / down : 0);
    (v >= 0 ? null.positive : null.negative).push_back(v);
  }
  return null;
}

// The fitted value for each of `values` (label 1), with the null's values (label 0) weighing as much in sum: weighted
// isotonic regression by pooling adjacent violators, equal positions taken together.
struct Isotonic {
  std::vector<double> x, y;  // ascending x
  double operator()(double v) const {
    if (v <= x.front()) return y.front();
    if (v >= x.back()) return y.back();
    const auto j = std::size_t(std::lower_bound(x.begin(), x.end(), v) - x.begin());
    if (x[j] == v) return y[j];
    return y[j - 1] + (v - x[j - 1]) / (x[j] - x[j - 1]) * (y[j] - y[j - 1]);
  }
};
inline Isotonic isotonic_fit(const std::vector<double>& values, const std::vector<double>& null, bool increasing) {
  const double null_weight = double(values.size()) / double(null.size());
  struct Point {
    double x, label, weight;
  };
  std::vector<Point> points;
  for (const double v : values) points.push_back({v, 1, 1});
  for (const double v : null) points.push_back({v, 0, null_weight});
  std::sort(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.x < b.x; });
  struct Pool {
    double sum, weight;
    std::size_t count;
    double mean() const { return sum / weight; }
  };
  Isotonic fit;
  std::vector<Pool> pools;
  const double sign = increasing ? 1 : -1;
  for (std::size_t i = 0; i < points.size();) {
    Pool p{0, 0, 1};
    fit.x.push_back(points[i].x);
    for (const double x = points[i].x; i < points.size() && points[i].x == x; ++i)
      p.sum += sign * points[i].label * points[i].weight, p.weight += points[i].weight;
    while (!pools.empty() && pools.back().mean() >= p.mean()) {
      p = {p.sum + pools.back().sum, p.weight + pools.back().weight, p.count + pools.back().count};
      pools.pop_back();
    }
    pools.push_back(p);
  }
  for (const Pool& p : pools) fit.y.insert(fit.y.end(), p.count, sign * p.mean());
  return fit;
}

// The weakest value whose precision is 1 - fdr or more.
inline double isotonic_threshold(const std::vector<double>& values, const std::vector<double>& null, bool increasing,
                                 double fdr) {
  const double strongest = values.empty() ? 0
                           : increasing   ? *std::max_element(values.begin(), values.end())
                                          : *std::min_element(values.begin(), values.end());
  if (values.empty() || null.empty()) return strongest;
  const Isotonic fit = isotonic_fit(values, null, increasing);
  const double weakest = std::max(increasing ? fit.y.front() : fit.y.back(), 1e-7);
  const double share = std::clamp(-1 / (1 - 1 / weakest), 0.95, 1.0);
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end(), [&](double a, double b) { return increasing ? a < b : a > b; });
  for (const double v : sorted)
    if (std::clamp(1 + share * (1 - 1 / std::max(fit(v), 1e-7)), 0.0, 1.0) >= 1 - fdr) return v;
  return strongest;
}

}  // namespace detail

L2G_INLINE std::vector<Track> tracks_of(const Contributions& contributions) {
  std::vector<Track> tracks;
  for (const auto& row : contributions.rows) tracks.push_back(row.observed);
  return tracks;
}

L2G_INLINE std::vector<Seqlet> recursive_seqlets(const std::vector<Track>& given, const RecursiveOptions& o) {
  if (!(o.p > 0 && o.p < 1)) throw error("p must be above 0 and below 1");
  if (o.shortest < 1 || o.longest < o.shortest || o.longest > 200)
    throw error("the shortest seqlet has at least 1 base, the longest at least as many and at most 200");
  if (o.bins < 10 || o.bins > 10000) throw error("bins must be 10 to 10000");
  if (o.flank < 0) throw error("flank must be at least 0");
  detail::check_tracks(given);
  std::vector<Track> tracks = given;
  if (o.negative)
    for (auto& t : tracks)
      for (double& x : t) x = -x;

  double least = std::numeric_limits<double>::infinity(), most = -least, bases = 0;
  for (const auto& t : tracks)
    for (const double x : t) least = std::min(least, x), most = std::max(most, x), ++bases;
  const double width = (most - least) / double(o.bins - 1);
  if (!(width > 0)) return {};  // all are equal: nothing stands out
  std::vector<double> shares(std::size_t(o.bins));
  for (const auto& t : tracks)
    for (const double x : t) shares[std::min(std::size_t(o.bins) - 1, std::size_t((x - least) / width))] += 1 / bases;
  const auto above = detail::sums_above(shares, o.longest);

  std::vector<Seqlet> seqlets;
  for (std::size_t r = 0; r < tracks.size(); ++r) {
    const index_t n = index_t(tracks[r].size());
    if (n < o.shortest) continue;
    std::vector<double> sum(std::size_t(n) + 1);
    for (index_t i = 0; i < n; ++i) sum[std::size_t(i + 1)] = sum[std::size_t(i)] + tracks[r][std::size_t(i)];
    // p[length][start]; too short stretches are 0, taken places and stretches beyond the end are 1.
    std::vector<std::vector<double>> p(std::size_t(o.longest) + 1, std::vector<double>(std::size_t(n), 1.0));
    for (index_t length = 0; length < o.shortest; ++length)
      std::fill(p[std::size_t(length)].begin(), p[std::size_t(length)].end(), 0.0);
    if (o.as_published)
      for (auto& row : p) row[std::size_t(n - o.shortest)] = 1;
    for (index_t length = o.shortest; length <= o.longest; ++length)
      for (index_t i = 0; i + length <= n; ++i) {
        const double x = (sum[std::size_t(i + length)] - sum[std::size_t(i)] - least * double(length)) / width;
        const auto& tail = above[std::size_t(length)];
        const auto bin = std::size_t(std::clamp(std::floor(x), 0.0, double(tail.size() - 1)));
        p[std::size_t(length)][std::size_t(i)] = std::max(tail[bin], p[std::size_t(length - 1)][std::size_t(i)]);
      }
    const index_t end_of_row = o.as_published ? n - 1 : n;
    for (index_t length = o.longest; length >= o.shortest; --length) {
      auto& row = p[std::size_t(length)];
      std::vector<std::pair<double, index_t>> candidates;
      for (index_t i = 0; i < n; ++i)
        if (row[std::size_t(i)] < o.p) candidates.emplace_back(row[std::size_t(i)], i);
      std::sort(candidates.begin(), candidates.end());
      for (const auto& [value, start] : candidates) {
        if (row[std::size_t(start)] >= o.p) continue;  // taken since
        row[std::size_t(start)] = 1;
        bool inside = true;
        for (index_t k = 1; k < length && inside; ++k)
          inside = start + k < n && p[std::size_t(length - k)][std::size_t(start + k)] < o.p;
        if (!inside) continue;
        for (auto& taken : p)
          std::fill(taken.begin() + start, taken.begin() + std::min(start + length, end_of_row), 1.0);
        const index_t end = std::min(start + length + o.flank, end_of_row),
                      from = std::max(start - o.flank, index_t(0));
        const double total = sum[std::size_t(end)] - sum[std::size_t(from)];
        seqlets.push_back({index_t(r), from, end, o.negative ? -total : total, value});
      }
    }
  }
  std::sort(seqlets.begin(), seqlets.end(), [](const Seqlet& a, const Seqlet& b) {
    return std::tuple(a.p, a.row, a.start) < std::tuple(b.p, b.row, b.start);
  });
  return seqlets;
}

L2G_INLINE std::vector<Seqlet> modisco_seqlets(const std::vector<Track>& tracks, const ModiscoOptions& o) {
  if (o.window < 1 || o.flank < 0) throw error("the window has at least 1 base, the flank at least 0");
  if (!(o.fdr > 0 && o.fdr < 1)) throw error("fdr must be above 0 and below 1");
  if (!(o.least_passing >= 0 && o.least_passing <= o.most_passing && o.most_passing <= 1))
    throw error("the shares of passing windows must be 0 to 1, least before most");
  detail::check_tracks(tracks);
  std::vector<std::vector<double>> sums;
  std::vector<double> values, positive, negative, sizes;
  for (const auto& t : tracks) {
    sums.push_back(detail::window_sums(t, o.window));
    values.insert(values.end(), sums.back().begin(), sums.back().end());
  }
  if (values.empty()) return {};
  for (const double v : values) (v >= 0 ? positive : negative).push_back(v), sizes.push_back(std::abs(v));
  std::sort(sizes.begin(), sizes.end());
  const auto null = detail::laplace_null(values);
  double high = detail::isotonic_threshold(positive, null.positive, true, o.fdr),
         low = detail::isotonic_threshold(negative, null.negative, false, o.fdr);
  const auto passes = [&](double v) { return v >= high || v <= low; };
  const double passing = double(std::count_if(values.begin(), values.end(), passes)) / double(values.size());
  if (passing < o.least_passing) high = detail::quantile(sizes, 1 - o.least_passing), low = -high;
  if (passing > o.most_passing) high = detail::quantile(sizes, 1 - o.most_passing), low = -high;

  const index_t suppress = o.window / 2 + o.flank;
  std::vector<Seqlet> seqlets;
  for (std::size_t r = 0; r < tracks.size(); ++r) {
    const index_t n = index_t(sums[r].size());
    std::vector<std::pair<double, index_t>> order;
    for (index_t i = o.flank; i < n - o.flank; ++i)
      if (const double v = sums[r][std::size_t(i)]; passes(v)) order.emplace_back(-std::abs(v), i);
    std::sort(order.begin(), order.end());
    std::vector<bool> taken(std::size_t(n), false);
    for (const auto& [size, i] : order) {
      if (taken[std::size_t(i)]) continue;
      seqlets.push_back({index_t(r), i - o.flank, i + o.window + o.flank, sums[r][std::size_t(i)], -1});
      // From floor(i + 0.5 - suppress) up to, without, ceil(i + 0.5 + suppress).
      for (index_t k = std::max(index_t(0), i - suppress); k < std::min(n, i + suppress + 1); ++k)
        taken[std::size_t(k)] = true;
    }
  }
  return seqlets;
}

L2G_INLINE void write_bed(const std::vector<Seqlet>& seqlets, const Contributions& contributions,
                          const std::string& path) {
  io::AtomicFile file(path);
  for (const Seqlet& s : seqlets) {
    char text[128];
    std::snprintf(text, sizeof text, "\t%lld\t%lld\tseqlet\t%.6g\t.\n", static_cast<long long>(s.start),
                  static_cast<long long>(s.end), s.attribution);
    file.write(contributions.rows[std::size_t(s.row)].id + text);
  }
  file.commit();
}

}  // namespace l2g::interpret
