#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/interpret/seqlet_motifs.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace l2g::interpret {

namespace detail {

using Positions = std::vector<std::array<double, 4>>;

inline Positions other_strand(const Positions& p) {
  Positions out;
  for (auto it = p.rbegin(); it != p.rend(); ++it) out.push_back({(*it)[3], (*it)[2], (*it)[1], (*it)[0]});
  return out;
}

// A seqlet's surroundings: `width` bases around its peak and `shift` more on both sides.
struct Patch {
  Seqlet seqlet;
  index_t from = 0;            // base of the row at which it starts; may be outside
  Positions forward, reverse;  // contributions of the bases that are there
};

struct Alignment {
  double similarity = -1;
  index_t at = 0;  // position of the patch at which the motif starts
  bool reverse = false;
};

class SeqletClusters {
 public:
  SeqletClusters(const Contributions& contributions, const SeqletMotifOptions& o)
      : contributions_(contributions), o_(o) {}

  void add(const Seqlet& s) {
    const Contribution& row = contributions_.rows[std::size_t(s.row)];
    // The peak: the middle of the five bases with the largest sum, of the seqlet's sign.
    const double sign = s.attribution < 0 ? -1 : 1;
    double best = -1e300;
    index_t peak = s.start;
    for (index_t i = s.start; i < s.end; ++i) {
      double sum = 0;
      for (index_t k = std::max(s.start, i - 2); k < std::min(s.end, i + 3); ++k)
        sum += sign * row.observed[std::size_t(k)];
      if (sum > best) best = sum, peak = i;
    }
    Patch p;
    p.seqlet = s;
    p.from = peak - o_.width / 2 - o_.shift;
    p.forward.resize(std::size_t(o_.width + 2 * o_.shift));
    for (index_t k = 0; k < index_t(p.forward.size()); ++k) {
      const index_t i = p.from + k;
      if (i < 0 || i >= row.length()) continue;
      if (const int b = base_index(row.sequence[std::size_t(i)]); b >= 0)
        p.forward[std::size_t(k)][std::size_t(b)] = row.observed[std::size_t(i)];
    }
    p.reverse = other_strand(p.forward);
    patches_.push_back(std::move(p));
  }

  void run() {
    motif_.assign(patches_.size(), -1);
    place_.resize(patches_.size());
    for (std::size_t i = 0; i < patches_.size(); ++i) {
      if (i % 256 == 0) o_.progress(0.5 * double(i) / double(patches_.size()), "comparing seqlets");
      join_best(i, true);
    }
    for (index_t round = 0; round < o_.rounds; ++round) {
      o_.progress(0.5 + 0.5 * double(round) / double(o_.rounds), "sorting seqlets");
      merge();
      drop_small();
      for (std::size_t i = 0; i < patches_.size(); ++i) join_best(i, false);
      average();
    }
    merge();
    drop_small();
  }

  std::vector<SeqletMotif> result() const {
    std::vector<SeqletMotif> out;
    for (std::size_t m = 0; m < sums_.size(); ++m) out.push_back(finished(index_t(m)));
    std::stable_sort(out.begin(), out.end(),
                     [](const auto& a, const auto& b) { return a.members.size() > b.members.size(); });
    for (std::size_t m = 0; m < out.size(); ++m) out[m].motif.name = "pattern_" + std::to_string(m + 1);
    return out;
  }

 private:
  static double norm(const Positions& p, index_t from, index_t n) {
    double sum = 0;
    for (index_t i = from; i < from + n; ++i)
      for (const double x : p[std::size_t(i)]) sum += x * x;
    return std::sqrt(sum);
  }
  static double product(const Positions& patch, index_t at, const Positions& motif) {
    double sum = 0;
    for (std::size_t i = 0; i < motif.size(); ++i)
      for (std::size_t b = 0; b < 4; ++b) sum += patch[std::size_t(at) + i][b] * motif[i][b];
    return sum;
  }
  Alignment best_place(const Positions& forward, const Positions& reverse, const Positions& motif) const {
    Alignment best;
    const double size = norm(motif, 0, o_.width);
    for (const bool turned : {false, true})
      for (index_t at = 0; at <= 2 * o_.shift; ++at) {
        const Positions& patch = turned ? reverse : forward;
        const double both = size * norm(patch, at, o_.width);
        const double similarity = both > 0 ? product(patch, at, motif) / both : -1;
        if (similarity > best.similarity) best = {similarity, at, turned};
      }
    return best;
  }
  Positions piece(const Patch& p, const Alignment& a) const {
    const auto& from = a.reverse ? p.reverse : p.forward;
    return {from.begin() + a.at, from.begin() + a.at + o_.width};
  }
  void add_to(index_t motif, const Patch& p, const Alignment& a) {
    const Positions more = piece(p, a);
    auto& sum = sums_[std::size_t(motif)];
    for (std::size_t i = 0; i < sum.size(); ++i)
      for (std::size_t b = 0; b < 4; ++b) sum[i][b] += more[i][b];
  }
  // The seqlet joins the motif that it resembles most, opens one, or is left alone.
  void join_best(std::size_t i, bool open) {
    const Patch& p = patches_[i];
    Alignment best;
    index_t motif = -1;
    for (std::size_t m = 0; m < sums_.size(); ++m) {
      if (positive_[m] != (p.seqlet.attribution >= 0)) continue;
      const Alignment a = best_place(p.forward, p.reverse, sums_[m]);
      if (a.similarity > best.similarity) best = a, motif = index_t(m);
    }
    if (best.similarity < o_.similarity) motif = -1;
    if (open && motif < 0) {
      best = {1, o_.shift, false};
      motif = index_t(sums_.size());
      sums_.emplace_back(std::size_t(o_.width));
      positive_.push_back(p.seqlet.attribution >= 0);
    }
    motif_[i] = motif, place_[i] = best;
    if (open) add_to(motif, p, best);
  }
  void average() {
    for (auto& s : sums_) s.assign(std::size_t(o_.width), {});
    for (std::size_t i = 0; i < patches_.size(); ++i)
      if (motif_[i] >= 0) add_to(motif_[i], patches_[i], place_[i]);
  }
  // Each motif that resembles a larger one gives its seqlets to it.
  void merge() {
    const std::vector<index_t> size = sizes();
    std::vector<std::size_t> order(sums_.size());
    for (std::size_t m = 0; m < order.size(); ++m) order[m] = m;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return size[a] > size[b]; });
    std::vector<bool> gone(sums_.size(), false);
    for (std::size_t x = 0; x < order.size(); ++x)
      for (std::size_t y = x + 1; y < order.size(); ++y) {
        const std::size_t large = order[x], small = order[y];
        if (gone[large] || gone[small] || positive_[large] != positive_[small]) continue;
        Positions padded(std::size_t(o_.width + 2 * o_.shift));
        std::copy(sums_[small].begin(), sums_[small].end(), padded.begin() + o_.shift);
        if (best_place(padded, other_strand(padded), sums_[large]).similarity < o_.merge) continue;
        gone[small] = true;
        for (std::size_t i = 0; i < patches_.size(); ++i)
          if (motif_[i] == index_t(small)) {
            motif_[i] = index_t(large);
            place_[i] = best_place(patches_[i].forward, patches_[i].reverse, sums_[large]);
          }
      }
    average();
  }
  std::vector<index_t> sizes() const {
    std::vector<index_t> n(sums_.size());
    for (const index_t m : motif_)
      if (m >= 0) ++n[std::size_t(m)];
    return n;
  }
  void drop_small() {
    const auto size = sizes();
    std::vector<index_t> number(sums_.size(), -1);
    index_t kept = 0;
    for (std::size_t m = 0; m < sums_.size(); ++m) {
      if (size[m] < o_.least) continue;
      number[m] = kept;
      sums_[std::size_t(kept)] = sums_[m];
      positive_[std::size_t(kept)] = positive_[m];
      ++kept;
    }
    sums_.resize(std::size_t(kept));
    positive_.resize(std::size_t(kept));
    for (index_t& m : motif_) m = m < 0 ? -1 : number[std::size_t(m)];
  }

  SeqletMotif finished(index_t m) const {
    SeqletMotif out;
    Positions counts(std::size_t(o_.width)), sum(std::size_t(o_.width));
    for (std::size_t i = 0; i < patches_.size(); ++i) {
      if (motif_[i] != m) continue;
      const Patch& p = patches_[i];
      const Alignment& a = place_[i];
      const Contribution& row = contributions_.rows[std::size_t(p.seqlet.row)];
      // A place on the other strand counts from the patch's end.
      const index_t start = a.reverse ? p.from + index_t(p.forward.size()) - a.at - o_.width : p.from + a.at;
      for (index_t k = 0; k < o_.width; ++k) {
        const index_t at = start + (a.reverse ? o_.width - 1 - k : k);
        if (at < 0 || at >= row.length()) continue;
        const int b = base_index(row.sequence[std::size_t(at)]);
        if (b < 0) continue;
        const std::size_t base = std::size_t(a.reverse ? 3 - b : b);
        counts[std::size_t(k)][base] += 1;
        sum[std::size_t(k)][base] += row.observed[std::size_t(at)];
      }
      out.members.push_back({p.seqlet, start, a.reverse ? '-' : '+', a.similarity});
      out.attribution += p.seqlet.attribution;
    }
    const double n = double(std::max(out.members.size(), std::size_t(1)));
    out.attribution /= n;

    std::vector<double> size;
    for (const auto& s : sum) size.push_back(std::abs(s[0] + s[1] + s[2] + s[3]));
    const double limit = o_.trim * *std::max_element(size.begin(), size.end());
    index_t first = 0, last = o_.width - 1;
    while (first < last && size[std::size_t(first)] < limit) ++first;
    while (last > first && size[std::size_t(last)] < limit) --last;
    for (index_t k = first; k <= last; ++k) {
      std::array<double, 4> p{};
      double all = 4 * o_.pseudocount;
      for (const double c : counts[std::size_t(k)]) all += c;
      for (std::size_t b = 0; b < 4; ++b) {
        p[b] = all > 0 ? (counts[std::size_t(k)][b] + o_.pseudocount) / all : .25;
        out.contribution.push_back(sum[std::size_t(k)][b] / n);
      }
      out.motif.probabilities.push_back(p);
    }
    for (auto& member : out.members) member.start += member.strand == '-' ? o_.width - 1 - last : first;
    return out;
  }

  const Contributions& contributions_;
  const SeqletMotifOptions& o_;
  std::vector<Patch> patches_;
  std::vector<index_t> motif_;  // of each patch; -1: none
  std::vector<Alignment> place_;
  std::vector<Positions> sums_;  // of the members' contributions, for each motif
  std::vector<bool> positive_;
};

}  // namespace detail

L2G_INLINE std::vector<SeqletMotif> seqlet_motifs(const Contributions& contributions,
                                                  const std::vector<Seqlet>& seqlets, const SeqletMotifOptions& o) {
  if (o.width < 4 || o.width > 100) throw error("width must be 4 to 100");
  if (o.shift < 0 || o.shift >= o.width) throw error("shift must be at least 0 and less than width");
  if (!(o.similarity > 0 && o.similarity < 1) || !(o.merge > 0 && o.merge < 1))
    throw error("similarity and merge must be above 0 and below 1");
  if (o.least < 1 || o.most < 1 || o.rounds < 0) throw error("least and most must be at least 1, rounds at least 0");
  if (!(o.trim >= 0 && o.trim <= 1) || !(o.pseudocount >= 0))
    throw error("trim must be 0 to 1, pseudocount at least 0");
  std::vector<Seqlet> strongest = seqlets;
  for (const Seqlet& s : strongest)
    if (s.row < 0 || s.row >= contributions.size() || s.start < 0 || s.end <= s.start ||
        s.end > contributions.rows[std::size_t(s.row)].length() ||
        contributions.rows[std::size_t(s.row)].observed.size() !=
            contributions.rows[std::size_t(s.row)].sequence.size())
      throw error("a seqlet lies outside of its row; do the contributions belong to it?");
  std::stable_sort(strongest.begin(), strongest.end(),
                   [](const Seqlet& a, const Seqlet& b) { return std::abs(a.attribution) > std::abs(b.attribution); });
  if (index_t(strongest.size()) > o.most) strongest.resize(std::size_t(o.most));
  detail::SeqletClusters clusters(contributions, o);
  for (const Seqlet& s : strongest) clusters.add(s);
  clusters.run();
  return clusters.result();
}

}  // namespace l2g::interpret
