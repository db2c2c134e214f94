#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/interpret/hits.hpp>
#include <l2g/interpret/tomtom.hpp>
#include <l2g/interpret/tomtom_alignment.hpp>
#include <l2g/interpret/tomtom_background.hpp>
#include <l2g/interpret/tomtom_median.hpp>

#include <cmath>
#include <limits>

namespace l2g::interpret {

namespace detail {

// What the comparison of one query needs; each thread reuses its own.
class TomtomQuery {
 public:
  TomtomQuery(const std::vector<data::Motif>& targets, const TargetColumns& columns, const std::vector<bool>& lengths,
              const TomtomOptions& options)
      : targets_(targets), columns_(columns), lengths_(lengths), o_(options) {}

  std::vector<MotifMatch> compare(const data::Motif& query) {
    const index_t n = query.length();
    std::vector<MotifMatch> matches(targets_.size());
    for (std::size_t i = 0; i < matches.size(); ++i) {
      matches[i].target = std::int32_t(i);
      matches[i].e = double(targets_.size());
    }
    if (!bin_similarities(query)) return matches;
    set_penalties(n);
    std::int32_t least = std::numeric_limits<std::int32_t>::max();
    for (std::size_t i = 0; i < matches.size(); ++i) {
      align(i, n, matches[i]);
      least = std::min(least, matches[i].score);
    }
    chances_.build(shares_, n, o_.score_bins, offset_, o_.min_overlap, lengths_, least);
    for (auto& m : matches) {
      m.p = chances_.p(targets_[std::size_t(m.target)].length(), m.score);
      if (o_.both_strands) m.p *= 2 - m.p;  // of two tries
      m.e = m.p * double(targets_.size());
    }
    std::vector<double> p;
    for (const auto& m : matches) p.push_back(m.p);
    const auto q = q_values(p, index_t(p.size()));
    for (std::size_t i = 0; i < q.size(); ++i) matches[i].q = q[i];
    if (o_.nearest > 0) {
      std::stable_sort(matches.begin(), matches.end(), [](const auto& a, const auto& b) { return a.p < b.p; });
      matches.resize(std::min(matches.size(), std::size_t(o_.nearest)));
    }
    return matches;
  }

 private:
  static constexpr index_t block = 512;  // columns

  // Similarities as whole numbers 0..score_bins and their shares for each query position; false when nothing differs.
  bool bin_similarities(const data::Motif& query) {
    const index_t n = query.length(), width = columns_.padded;
    std::vector<PositionSimilarity> positions;
    for (const auto& p : query.probabilities) positions.emplace_back(p, columns_, o_.similarity);
    similarity_.resize(std::size_t(n * width));
    medians_.resize(std::size_t(n));
    double least = 1e300, most = -1e300;
    // A few positions at a time, so that their similarities stay in a near cache, and a block of columns for all these.
    constexpr index_t few = 4;
    for (index_t first = 0; first < n; first += few) {
      const index_t last = std::min(n, first + few);
      for (index_t from = 0; from < width; from += block)
        for (index_t i = first; i < last; ++i)
          positions[std::size_t(i)].with(from, std::min(width, from + block), similarity_.data() + i * width);
      for (index_t i = first; i < last; ++i) {
        const float* line = similarity_.data() + i * width;
        const auto& exact = positions[std::size_t(i)];
        const auto [low, high] = exact.range(line);
        const double median = high - low > 1e-12 ? median_(line, exact, columns_, low, high, o_.median_bins) : low;
        medians_[std::size_t(i)] = median;
        least = std::min(least, low - median), most = std::max(most, high - median);
      }
    }
    if (!(most - least > 1e-9)) return false;
    const double floor = std::floor(least);
    const index_t scale = index_t(std::floor(double(o_.score_bins) / (most - floor)));
    if (scale < 1 || !(most - floor > 1e-6)) return false;
    offset_ = -index_t(floor) * scale;

    const index_t bins = o_.score_bins + 1;
    row_ = n <= 16 ? 16 : 32;
    blocks_ = (n + row_ - 1) / row_;
    rows_.resize(std::size_t(blocks_ * width * row_));
    bins_.assign(std::size_t(blocks_ * row_ * block), 0);
    counts_.assign(std::size_t(4 * n * bins), 0);
    for (index_t from = 0; from < width; from += block) {
      const index_t size = std::min(block, width - from);
      for (index_t i = 0; i < n; ++i) {
        // Query positions lie from the last to the first, as alignment_scores wants them.
        std::uint8_t* const line = bins_.data() + (n - 1 - i) * block;
        bin(positions[std::size_t(i)], medians_[std::size_t(i)] + floor, double(scale), i, from, size, line);
        count(line, columns_.times.data() + from, size, counts_.data() + 4 * i * bins, bins);
      }
      for (index_t place = 0; place < blocks_ * row_; place += 16) {
        std::uint8_t* const out = rows_.data() + (place / row_ * width + from) * row_ + place % row_;
        for (index_t j = 0; j < size; j += 16) transpose(bins_.data() + place * block + j, block, out + j * row_, row_);
      }
    }
    shares_.resize(std::size_t(n * bins));
    for (index_t i = 0; i < n; ++i)
      for (index_t b = 0; b < bins; ++b) {
        const std::int32_t* c = counts_.data() + 4 * i * bins + b;
        shares_[std::size_t(i * bins + b)] = double(c[0] + c[bins] + c[2 * bins] + c[3 * bins]) / columns_.total;
      }
    return true;
  }
  // Bins of position i with `size` columns; those near a border from the exact similarity.
  void bin(const PositionSimilarity& exact, double lower, double scale, index_t i, index_t from, index_t size,
           std::uint8_t* out) const {
    const float* x = similarity_.data() + i * columns_.padded + from;
    const double shift = 0.5 - lower * scale;
    const double error = PositionSimilarity::error * 1.5 * scale + (256 + std::abs(shift)) * 2e-7;
    const Singles zero = {}, times = zero + float(scale), more = zero + float(shift),
                  middle = zero + float(0.5 - error);
    for (index_t j = 0; j < size; j += singles) {
      const Singles v = multiply_add(lanes_at<Singles>(x + j), times, more);
      const auto whole = __builtin_convertvector(v, Wholes);
      const Singles side = v - __builtin_convertvector(whole, Singles) - 0.5f;
      store(out + j, __builtin_convertvector(whole, Bytes));
      for (unsigned bits = lanes_below(middle, side < zero ? -side : side); bits; bits &= bits - 1) {
        const index_t k = j + __builtin_ctz(bits);
        out[k] = std::uint8_t(std::floor((exact(from + k) - lower) * scale + 0.5));
      }
    }
  }
  // Adds how often each bin occurs. Four counts, so that equal neighbours do not wait for each other.
  static void count(const std::uint8_t* b, const std::int32_t* times, index_t size, std::int32_t* counts,
                    index_t bins) {
    std::int32_t *const second = counts + bins, *const third = second + bins, *const fourth = third + bins;
    for (index_t j = 0; j < size; j += 4) {
      counts[b[j]] += times[j];
      second[b[j + 1]] += times[j + 1];
      third[b[j + 2]] += times[j + 2];
      fourth[b[j + 3]] += times[j + 3];
    }
  }

  // What an alignment counts for the positions outside of it, for targets of each length that exists.
  void set_penalties(index_t n) {
    reach_ = index_t(lengths_.size()) + n + 2 * row_;
    penalties_.assign(lengths_.size() * std::size_t(reach_), -32000);
    for (index_t t = 1; t < index_t(lengths_.size()); ++t)
      for (index_t k = 0; lengths_[std::size_t(t)] && k < t + n - 1; ++k) {
        const index_t overlap = overlap_of(k, t, n);
        if (overlap < std::min({o_.min_overlap, n, t})) continue;
        penalties_[std::size_t(t * reach_ + k)] = std::int16_t(offset_ * (n - overlap));
      }
    for (auto& s : scores_) s.resize(std::size_t(reach_));
  }
  static index_t overlap_of(index_t k, index_t target, index_t query) {
    return std::min(k + 1, query) - std::max(index_t(0), k - target + 1);
  }

  // Finds the best alignment with a target.
  void align(std::size_t target, index_t n, MotifMatch& best) {
    const std::size_t other = target + (o_.both_strands ? targets_.size() : 0);
    const index_t t = columns_.start[target + 1] - columns_.start[target], all = t + n - 1;
    const std::int32_t* const numbers[2] = {columns_.number.data() + columns_.start[target],
                                            columns_.number.data() + columns_.start[other]};
    const std::int16_t* penalty = penalties_.data() + t * reach_;
    std::int16_t* const scores[2] = {scores_[0].data(), scores_[1].data()};
    std::int32_t most[2];
    if (blocks_ == 1) {
      const auto score = row_ == 16 ? alignment_scores<16> : alignment_scores<32>;
      score(numbers, t, rows_.data(), n, penalty, scores, most);
    } else {
      for (int strand = 0; strand < 2; ++strand)
        most[strand] = long_alignment_scores(numbers[strand], t, n, penalty, scores[strand]);
    }
    best.reverse = o_.both_strands && most[1] >= most[0];
    best.score = most[best.reverse];
    const std::int16_t* const of_strand = scores[best.reverse];
    bool any = false;
    for (index_t k = 0; k < all; ++k) {
      if (of_strand[k] != best.score) continue;
      // memesuite-lite compares the offset so far with the new overlap, which decides between equal scores.
      const index_t overlap = overlap_of(k, t, n);
      if (any && best.offset >= overlap) continue;
      best.overlap = std::int32_t(overlap), best.offset = std::int32_t(k - n + 1);
      any = true;
    }
  }
  // Longer queries than a row holds, place by place.
  std::int32_t long_alignment_scores(const std::int32_t* numbers, index_t t, index_t n, const std::int16_t* penalty,
                                     std::int16_t* scores) const {
    std::copy(penalty, penalty + t + n - 1, scores);
    for (index_t c = 0; c < t; ++c)
      for (index_t l = 0; l < n; ++l) {
        const auto bin = rows_[std::size_t((l / row_ * columns_.padded + index_t(numbers[c])) * row_ + l % row_)];
        scores[c + l] = std::int16_t(scores[c + l] + bin);
      }
    return *std::max_element(scores, scores + t + n - 1);
  }

  const std::vector<data::Motif>& targets_;
  const TargetColumns& columns_;
  const std::vector<bool>& lengths_;
  const TomtomOptions& o_;
  std::vector<float> similarity_;
  std::vector<double> medians_, shares_;
  std::vector<std::int32_t> counts_;
  std::vector<std::uint8_t> bins_;  // of a block of columns, a line for each query position, the last one first
  std::vector<std::uint8_t> rows_;  // the same of all columns, a row for each column
  std::vector<std::int16_t> penalties_, scores_[2];
  index_t offset_ = 0, row_ = 16, blocks_ = 1, reach_ = 0;  // row_: positions that fit into a row of rows_
  BinnedMedian median_;
  AlignmentChances chances_;
};

inline void check_tomtom(const std::vector<data::Motif>& queries, const std::vector<data::Motif>& targets,
                         const TomtomOptions& o) {
  if (targets.empty()) throw error("there is no target to compare with");
  if (o.score_bins < 10 || o.score_bins > 250) throw error("score_bins must be 10 to 250");
  if (o.median_bins < 10 || o.median_bins > 100000) throw error("median_bins must be 10 to 100000");
  if (o.target_bins < 0 || o.target_bins == 1 || o.target_bins > 1000)
    throw error("target_bins must be 0 or 2 to 1000");
  if (o.min_overlap < 1) throw error("min_overlap must be at least 1");
  if (o.nearest < 0) throw error("nearest must be at least 0");
  for (const auto* set : {&queries, &targets})
    for (const auto& m : *set) {
      data::check(m);
      if (m.length() > 120) throw error("motif '" + m.name + "' has more than 120 positions, too many to compare");
    }
}

}  // namespace detail

L2G_INLINE std::vector<std::vector<MotifMatch>> tomtom(const std::vector<data::Motif>& queries,
                                                       const std::vector<data::Motif>& targets,
                                                       const TomtomOptions& options) {
  detail::check_tomtom(queries, targets, options);
  const auto columns = detail::columns_of(targets, options);
  std::vector<bool> lengths;
  for (const auto& m : targets) {
    if (m.length() >= index_t(lengths.size())) lengths.resize(std::size_t(m.length()) + 1);
    lengths[std::size_t(m.length())] = true;
  }
  std::vector<std::vector<MotifMatch>> out(queries.size());
  // A stripe of queries for each thread, so that its buffers serve many.
  const index_t n = index_t(queries.size()), stripe = 16, stripes = (n + stripe - 1) / stripe;
  const index_t round = std::max(4 * index_t(cpu::threads_of(options.pool)), index_t(1));
  for (index_t at = 0; at < stripes; at += round) {
    options.progress(double(at) / double(stripes), std::to_string(at * stripe) + " of " + std::to_string(n));
    cpu::parallel(options.pool, std::min(round, stripes - at), [&](index_t s) {
      detail::TomtomQuery query(targets, columns, lengths, options);
      for (index_t i = (at + s) * stripe; i < std::min(n, (at + s + 1) * stripe); ++i)
        out[std::size_t(i)] = query.compare(queries[std::size_t(i)]);
    });
  }
  return out;
}

}  // namespace l2g::interpret
