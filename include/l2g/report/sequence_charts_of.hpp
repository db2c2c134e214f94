#pragma once
// From motifs, contributions and mutations to the charts that show them.
#include <l2g/core/number_text.hpp>
#include <l2g/data/motif.hpp>
#include <l2g/interpret/contributions.hpp>
#include <l2g/report/sequence_charts.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace l2g::report {

/// A motif in bits against a background (A C G T): each letter is as high as its probability times the information of
/// its position, sum over letters of p log2(p / q) (Schneider & Stephens 1990). No correction for small samples.
inline Logo logo_of(const data::Motif& motif, const std::array<double, 4>& background = {.25, .25, .25, .25}) {
  Logo logo;
  logo.title = motif.name.empty() ? "Motif" : motif.name;
  bool uniform = true;
  for (const double q : background) uniform = uniform && q == 0.25;
  if (uniform) logo.top = 2;
  for (const auto& p : motif.probabilities) {
    double information = 0;
    for (std::size_t b = 0; b < 4; ++b)
      if (p[b] > 0 && background[b] > 0) information += p[b] * std::log2(p[b] / background[b]);
    for (const double share : p) logo.heights.push_back(share * std::max(information, 0.0));
  }
  return logo;
}

/// The motif's probabilities as they are, without weighing positions.
inline Logo probability_logo(const data::Motif& motif) {
  Logo logo;
  logo.title = motif.name.empty() ? "Motif" : motif.name;
  logo.y_name = "probability", logo.top = 1;
  for (const auto& p : motif.probabilities) logo.heights.insert(logo.heights.end(), p.begin(), p.end());
  return logo;
}

/// The axis of contributions: they have the unit of what they explain.
inline std::string contribution_axis(const interpret::Contributions& all) {
  return all.output_name.find("logit") != std::string::npos ? "contribution (logit)" : "contribution";
}

/// What a picture calls a row: a bare number, which files without names give, says that it is one.
inline std::string row_words(const std::string& id, index_t row) {
  if (id.empty()) return "row " + std::to_string(row + 1);
  return only_digits(id) ? "row " + id : id;
}

/// What each base would contribute if it stood there, positions [from, to) of the sequence; without such numbers, what
/// the bases that stand there contribute.
inline Logo logo_of(const interpret::Contributions& all, index_t row, index_t from, index_t to) {
  const interpret::Contribution& c = all.rows[std::size_t(row)];
  Logo logo;
  logo.title = (c.hypothetical.empty() ? "Contributions of " : "What each base would contribute: ") +
               row_words(c.id, row) + (all.output_name.empty() ? "" : ", " + all.output_name);
  logo.y_name = contribution_axis(all), logo.first = from + 1;
  for (index_t i = from; i < to; ++i)
    for (int b = 0; b < 4; ++b)
      logo.heights.push_back(!c.hypothetical.empty() ? c.hypothetical[std::size_t(4 * i + b)]
                             : interpret::base_index(c.sequence[std::size_t(i)]) == b ? c.observed[std::size_t(i)]
                                                                                      : 0);
  return logo;
}

/// What the bases at positions [from, to) of a sequence contribute, with the parts of `hits` that lie there; their
/// places count from 0 in the whole sequence.
inline ContributionTrack track_of(const interpret::Contributions& all, index_t row, index_t from, index_t to,
                                  const std::vector<Stretch>& hits = {}, const std::vector<Stretch>& features = {}) {
  const interpret::Contribution& c = all.rows[std::size_t(row)];
  ContributionTrack t;
  t.title = all.method + " of " + row_words(c.id, row);
  if (!all.output_name.empty()) t.title += ": " + all.output_name;
  t.y_name = contribution_axis(all);
  t.first = from + 1;
  t.sequence = c.sequence.substr(std::size_t(from), std::size_t(to - from));
  t.values.assign(c.observed.begin() + from, c.observed.begin() + to);
  const auto inside = [&](const std::vector<Stretch>& list, std::vector<Stretch>& out) {
    for (Stretch s : list) {
      s.start = std::max(s.start, from) - from, s.end = std::min(s.end, to) - from;
      if (s.start < s.end) out.push_back(std::move(s));
    }
  };
  inside(hits, t.hits), inside(features, t.features);
  return t;
}

}  // namespace l2g::report
