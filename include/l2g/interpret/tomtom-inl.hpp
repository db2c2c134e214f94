#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/interpret/hits.hpp>
#include <l2g/interpret/tomtom.hpp>
#include <l2g/interpret/tomtom_background.hpp>
#include <l2g/interpret/tomtom_columns.hpp>

#include <atomic>

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
    chances_.build(shares_, n, o_.score_bins, offset_, o_.min_overlap, lengths_);
    set_penalties(n);
    for (std::size_t i = 0; i < matches.size(); ++i) {
      MotifMatch& m = matches[i];
      const double forward = align(i, n, false, m);
      m.p = forward;
      if (o_.both_strands) {
        MotifMatch other;
        const double reverse = align(targets_.size() + i, n, true, other);
        const double least = std::min(forward, reverse);
        if (m.score <= other.score) other.target = m.target, m = other;
        m.p = least * (2 - least);  // of two tries
      }
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
  // Similarities as whole numbers 0..score_bins and their shares for each query position; false when nothing differs.
  bool bin_similarities(const data::Motif& query) {
    const index_t n = query.length(), width = columns_.padded;
    similarity_.resize(std::size_t(n * width));
    medians_.resize(std::size_t(n));
    // A block of columns at a time: it is read once for all positions.
    constexpr index_t block = 512;
    std::vector<Column> positions;
    for (const auto& p : query.probabilities) positions.push_back(prepared(p, o_.similarity));
    std::vector<double> low(std::size_t(n), 1e300), high(std::size_t(n), -1e300);
    for (index_t from = 0; from < width; from += block)
      for (std::size_t i = 0; i < std::size_t(n); ++i)
        similarities(positions[i], columns_, o_.similarity, from, std::min(width, from + block),
                     similarity_.data() + index_t(i) * width, low[i], high[i]);
    double least = 1e300, most = -1e300;
    for (std::size_t i = 0; i < std::size_t(n); ++i) {
      const double* line = similarity_.data() + index_t(i) * width;
      medians_[i] = high[i] - low[i] > 1e-12 ? median_(line, columns_, low[i], high[i], o_.median_bins) : low[i];
      least = std::min(least, low[i] - medians_[i]), most = std::max(most, high[i] - medians_[i]);
    }
    if (!(most - least > 1e-9)) return false;
    const double floor = std::floor(least);
    const index_t scale = index_t(std::floor(double(o_.score_bins) / (most - floor)));
    if (scale < 1 || !(most - floor > 1e-6)) return false;
    offset_ = -index_t(floor) * scale;

    const std::size_t bins = std::size_t(o_.score_bins) + 1;
    shares_.assign(std::size_t(n) * bins, 0.0);
    row_ = n <= 16 ? 16 : 32;
    blocks_ = (n + row_ - 1) / row_;
    rows_.assign(std::size_t(blocks_ * width * row_), 0);
    // Here too, so that the rows stay in a near cache while all positions are written.
    counts_.assign(4 * std::size_t(n) * bins, 0);
    std::array<std::int32_t, std::size_t(block)> x{};
    const index_t row = row_;  // bytes that are written may be anything's, also row_'s
    for (index_t from = 0; from < width; from += block) {
      const index_t size = std::min(block, width - from);
      const std::int32_t* times = columns_.times.data() + from;
      for (index_t i = 0; i < n; ++i) {
        const double lower = medians_[std::size_t(i)] + floor;
        const double* line = similarity_.data() + i * width + from;
        for (index_t j = 0; j < size; j += 8) {
          __builtin_prefetch(line + j + 128);
          truncate((eight_at(line + j) - lower) * double(scale) + 0.5, x.data() + j);
        }
        // Query positions lie from the last to the first, as alignment_scores wants them.
        const index_t place = n - 1 - i;
        std::uint8_t* out = rows_.data() + (place / row * width + from) * row + place % row;
        std::int32_t* const count = counts_.data() + 4 * std::size_t(i) * bins;
        std::int32_t *const count_1 = count + bins, *const count_2 = count_1 + bins, *const count_3 = count_2 + bins;
        // Four counts, so that equal neighbours do not wait for each other; size is a multiple of 8.
        for (index_t j = 0; j < size; j += 4) {
          const std::int32_t b[4] = {x[std::size_t(j)], x[std::size_t(j) + 1], x[std::size_t(j) + 2],
                                     x[std::size_t(j) + 3]};
          const std::int32_t* w = times + j;
          count[b[0]] += w[0];
          count_1[b[1]] += w[1];
          count_2[b[2]] += w[2];
          count_3[b[3]] += w[3];
          std::uint8_t* place_of_four = out + j * row;
          place_of_four[0] = std::uint8_t(b[0]);
          place_of_four[row] = std::uint8_t(b[1]);
          place_of_four[2 * row] = std::uint8_t(b[2]);
          place_of_four[3 * row] = std::uint8_t(b[3]);
        }
      }
    }
    for (index_t i = 0; i < n; ++i) {
      const std::int32_t* count = counts_.data() + 4 * std::size_t(i) * bins;
      for (std::size_t b = 0; b < bins; ++b)
        shares_[std::size_t(i) * bins + b] =
            double(count[b] + count[bins + b] + count[2 * bins + b] + count[3 * bins + b]) / columns_.total;
    }
    return true;
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
    scores_.resize(std::size_t(reach_));
  }
  static index_t overlap_of(index_t k, index_t target, index_t query) {
    return std::min(k + 1, query) - std::max(index_t(0), k - target + 1);
  }

  // Finds the best alignment with one target's strand; returns its p.
  double align(std::size_t target, index_t n, bool reverse, MotifMatch& best) {
    const index_t from = columns_.start[target], t = columns_.start[target + 1] - from, all = t + n - 1;
    const std::int32_t* numbers = columns_.number.data() + from;
    const std::int16_t* penalty = penalties_.data() + t * reach_;
    if (blocks_ == 1) {
      const auto scores = row_ == 16 ? alignment_scores<16> : alignment_scores<32>;
      best.score = scores(numbers, t, rows_.data(), n, penalty, scores_.data());
    } else {  // longer queries, place by place
      std::copy(penalty, penalty + all, scores_.begin());
      for (index_t c = 0; c < t; ++c)
        for (index_t l = 0; l < n; ++l) {
          const auto bin = rows_[std::size_t((l / row_ * columns_.padded + index_t(numbers[c])) * row_ + l % row_)];
          auto& score = scores_[std::size_t(c + l)];
          score = std::int16_t(score + bin);
        }
      best.score = *std::max_element(scores_.begin(), scores_.begin() + all);
    }
    bool any = false;
    for (index_t k = 0; k < all; ++k) {
      if (scores_[std::size_t(k)] != best.score) continue;
      // memesuite-lite compares the offset so far with the new overlap, which decides between equal scores.
      const index_t overlap = overlap_of(k, t, n);
      if (any && best.offset >= overlap) continue;
      best.overlap = std::int32_t(overlap), best.offset = std::int32_t(k - n + 1);
      any = true;
    }
    best.reverse = reverse;
    return chances_.p(t, best.score);
  }

  const std::vector<data::Motif>& targets_;
  const TargetColumns& columns_;
  const std::vector<bool>& lengths_;
  const TomtomOptions& o_;
  std::vector<double> similarity_, medians_, shares_;
  std::vector<std::int32_t> counts_;
  std::vector<std::uint8_t> rows_;  // bins of a column with the query's positions, from the last to the first
  std::vector<std::int16_t> penalties_, scores_;
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
