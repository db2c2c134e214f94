#pragma once
#include <l2g/interpret/hits.hpp>
#include <l2g/io/atomic_file.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <tuple>

namespace l2g::interpret {

L2G_INLINE std::vector<index_t> Hits::counts() const {
  std::vector<index_t> n(motifs.size());
  for (const Hit& h : list) ++n[std::size_t(h.motif)];
  return n;
}

L2G_INLINE void sort_hits(Hits& hits) {
  const auto key = [](const Hit& h) { return std::tuple(h.sequence, h.start, h.end, h.motif, h.strand); };
  std::sort(hits.list.begin(), hits.list.end(), [&](const Hit& a, const Hit& b) { return key(a) < key(b); });
}

L2G_INLINE std::vector<double> q_values(const std::vector<double>& p, index_t tests) {
  const std::size_t n = p.size();
  const double all = double(std::max(tests, index_t(n)));
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> q(n);
  double least = 1;
  for (std::size_t j = n; j-- > 0;) q[order[j]] = least = std::min(least, p[order[j]] * (all / double(j + 1)));
  return q;
}

L2G_INLINE void set_q_values(Hits& hits) {
  std::vector<std::vector<std::size_t>> of(hits.motifs.size());
  for (std::size_t i = 0; i < hits.list.size(); ++i) of[std::size_t(hits.list[i].motif)].push_back(i);
  for (std::size_t m = 0; m < of.size(); ++m) {
    std::vector<double> p;
    for (const auto i : of[m]) p.push_back(hits.list[i].p);
    const auto q = q_values(p, m < hits.tested.size() ? hits.tested[m] : 0);
    for (std::size_t k = 0; k < q.size(); ++k) hits.list[of[m][k]].q = q[k];
  }
}

L2G_INLINE std::string bed_line(const Hits& names, const Hit& h) {
  char text[96];
  const double score = std::clamp(-100 * std::log10(std::max(h.p, 1e-300)), 0.0, 1000.0);
  std::snprintf(text, sizeof text, "\t%lld\t%lld\t", static_cast<long long>(h.start), static_cast<long long>(h.end));
  std::string line = names.sequence(h) + text + names.motif(h);
  std::snprintf(text, sizeof text, "\t%.0f\t%c\n", score, h.strand);
  return line + text;
}

L2G_INLINE void write_bed(const Hits& hits, const std::string& path) {
  io::AtomicFile file(path);
  for (const Hit& h : hits.list) file.write(bed_line(hits, h));
  file.commit();
}

L2G_INLINE std::string fimo_header() {
  return "motif_id\tmotif_alt_id\tsequence_name\tstart\tstop\tstrand\tscore\tp-value\tq-value\tmatched_sequence\n";
}

L2G_INLINE std::string tsv_line(const Hits& names, const Hit& h) {
  char text[160], q[32] = "";
  if (h.q >= 0) std::snprintf(q, sizeof q, "%.3g", h.q);
  std::snprintf(text, sizeof text, "\t%lld\t%lld\t%c\t%.6g\t%.3g\t%s\t\n", static_cast<long long>(h.start) + 1,
                static_cast<long long>(h.end), h.strand, h.score, h.p, q);
  return names.motif(h) + "\t\t" + names.sequence(h) + text;
}

L2G_INLINE void write_tsv(const Hits& hits, const std::string& path) {
  io::AtomicFile file(path);
  file.write(fimo_header());
  for (const Hit& h : hits.list) file.write(tsv_line(hits, h));
  file.commit();
}

}  // namespace l2g::interpret
