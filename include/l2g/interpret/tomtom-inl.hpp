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
  static constexpr index_t row = 32;  // positions of a query that fit into one row

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
    for (std::size_t i = 0; i < matches.size(); ++i) {
      MotifMatch& m = matches[i];
      m.score = -1;
      const double forward = align(i, n, false, m);
      m.p = forward;
      if (o_.both_strands) {
        MotifMatch other;
        other.score = -1;
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
    double least = 1e300, most = -1e300;
    for (index_t i = 0; i < n; ++i) {
      double low = 0, high = 0;
      double* line = similarity_.data() + i * width;
      similarities(prepared(query.probabilities[std::size_t(i)], o_.similarity), columns_, o_.similarity, line, low,
                   high);
      const double median =
          high - low > 1e-12 ? binned_median(line, columns_, low, high, o_.median_bins, numbers_, histogram_) : low;
      medians_[std::size_t(i)] = median;
      least = std::min(least, low - median), most = std::max(most, high - median);
    }
    if (!(most - least > 1e-9)) return false;
    const double floor = std::floor(least);
    const index_t scale = index_t(std::floor(double(o_.score_bins) / (most - floor)));
    if (scale < 1 || !(most - floor > 1e-6)) return false;
    offset_ = -index_t(floor) * scale;

    const std::size_t bins = std::size_t(o_.score_bins) + 1;
    shares_.assign(std::size_t(n) * bins, 0.0);
    blocks_ = (n + row - 1) / row;
    rows_.assign(std::size_t(blocks_ * width * row), 0);
    std::array<std::vector<std::int32_t>, 4> count;
    for (index_t i = 0; i < n; ++i) {
      for (auto& c : count) c.assign(bins, 0);
      const double lower = medians_[std::size_t(i)] + floor;
      // Query positions lie from the last to the first, as diagonal_sums wants them.
      const index_t place = n - 1 - i;
      std::uint8_t* out = rows_.data() + place / row * width * row + place % row;
      const double* line = similarity_.data() + i * width;
      for (index_t j = 0; j < width; j += 16) {
        Sixteen v;
        __builtin_memcpy(&v, line + j, sizeof v);
        const auto x = __builtin_convertvector((v - lower) * double(scale) + 0.5, cpu::Vec<std::int32_t>);
        for (int k = 0; k < 16; ++k) {
          out[(j + k) * row] = std::uint8_t(x[k]);
          count[std::size_t(k & 3)][std::size_t(x[k])] += columns_.times[std::size_t(j + k)];
        }
      }
      for (std::size_t b = 0; b < bins; ++b)
        shares_[std::size_t(i) * bins + b] =
            double(count[0][b] + count[1][b] + count[2][b] + count[3][b]) / columns_.total;
    }
    return true;
  }

  // Finds the best alignment with one target's strand; returns its p.
  double align(std::size_t target, index_t n, bool reverse, MotifMatch& best) {
    const index_t from = columns_.start[target], t = columns_.start[target + 1] - from, all = t + n - 1;
    const std::int32_t* numbers = columns_.number.data() + from;
    sums_.resize(std::size_t(all));
    if (blocks_ == 1) {
      diagonal_sums(numbers, t, rows_.data(), n, sums_.data());
    } else {  // longer queries, place by place
      std::fill(sums_.begin(), sums_.end(), std::int16_t(0));
      for (index_t c = 0; c < t; ++c)
        for (index_t l = 0; l < n; ++l)
          sums_[std::size_t(c + l)] =
              std::int16_t(sums_[std::size_t(c + l)] +
                           rows_[std::size_t((l / row * columns_.padded + index_t(numbers[c])) * row + l % row)]);
    }
    const index_t least = std::min({o_.min_overlap, n, t});
    for (index_t k = 0; k < all; ++k) {
      const index_t overlap = std::min(k + 1, n) - std::max(index_t(0), k - t + 1);
      const index_t score = sums_[std::size_t(k)] + offset_ * (n - overlap);
      if (overlap < least || score < best.score) continue;
      // memesuite-lite compares the offset so far with the new overlap, which decides between equal scores.
      if (score == best.score && best.offset >= overlap) continue;
      best.score = std::int32_t(score), best.overlap = std::int32_t(overlap);
      best.offset = std::int32_t(k - n + 1);
    }
    best.reverse = reverse;
    return chances_.p(t, best.score);
  }

  const std::vector<data::Motif>& targets_;
  const TargetColumns& columns_;
  const std::vector<bool>& lengths_;
  const TomtomOptions& o_;
  std::vector<double> similarity_, medians_, shares_;
  std::vector<std::int32_t> numbers_;
  std::vector<index_t> histogram_;
  std::vector<std::uint8_t> rows_;
  std::vector<std::int16_t> sums_;
  index_t offset_ = 0, blocks_ = 1;
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
