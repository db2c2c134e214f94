#pragma once
#include <l2g/core/draws.hpp>
#include <l2g/core/errors.hpp>
#include <l2g/interpret/contributions.hpp>
#include <l2g/interpret/perturb.hpp>
#include <l2g/interpret/shuffle.hpp>

#include <algorithm>

namespace l2g::interpret {
namespace detail {

inline std::array<double, 4> shares_of(std::string_view sequence) {
  std::array<double, 4> n{};
  double sum = 0;
  for (const char c : sequence)
    if (const int b = base_index(c); b >= 0) ++n[std::size_t(b)], ++sum;
  for (double& x : n) x = sum > 0 ? x / sum : 0.25;
  return n;
}

}  // namespace detail

L2G_INLINE std::string put_in(std::string sequence, std::string_view letters, index_t position) {
  const auto length = index_t(sequence.size()), width = index_t(letters.size());
  if (position < 0 || position + width > length)
    throw error("a motif of " + std::to_string(width) + " bases does not fit at base " + std::to_string(position + 1) +
                " of a sequence of " + std::to_string(length));
  std::copy(letters.begin(), letters.end(), sequence.begin() + position);
  return sequence;
}

L2G_INLINE std::string drawn_site(const data::Motif& motif, std::uint64_t seed, std::uint64_t row,
                                  std::uint64_t index) {
  Draws draws(seed, row, index);
  std::string site;
  for (const auto& p : motif.probabilities) site += "ACGT"[draws.one_of(p)];
  return site;
}

L2G_INLINE std::string taken_out(const std::string& sequence, const std::vector<Span>& spans, Replacement with, int k,
                                 std::uint64_t seed, std::uint64_t row, std::uint64_t index) {
  std::string left = sequence, result = sequence;
  for (const Span& s : spans) {
    if (s.start < 0 || s.start >= s.end || s.end > index_t(sequence.size()))
      throw error("bases " + std::to_string(s.start + 1) + " to " + std::to_string(s.end) +
                  " are to be taken out of a sequence of " + std::to_string(sequence.size()));
    std::fill(left.begin() + s.start, left.begin() + s.end, 'N');
  }
  const std::array<double, 4> shares = detail::shares_of(left);
  Draws draws(seed, row, index);
  for (std::size_t begin = 0; begin < left.size();) {
    // Spans may overlap: what is taken out is what any of them holds.
    const auto inside = [&](std::size_t i) {
      return std::any_of(spans.begin(), spans.end(),
                         [&](const Span& s) { return index_t(i) >= s.start && index_t(i) < s.end; });
    };
    std::size_t end = begin;
    while (end < left.size() && inside(end)) ++end;
    if (end == begin) {
      ++begin;
      continue;
    }
    const std::string_view taken = std::string_view(sequence).substr(begin, end - begin);
    // Each stretch of a row draws from a place of its own.
    const std::string other = with == Replacement::shuffle
                                  ? shuffle(taken, k, seed, row, index ^ (std::uint64_t(begin) << 32))
                                  : std::string(taken);
    for (std::size_t i = begin; i < end; ++i)
      result[i] = with == Replacement::shuffle ? other[i - begin] : "ACGT"[draws.one_of(shares)];
    begin = end;
  }
  return result;
}

L2G_INLINE data::Dataset backgrounds_of(const data::Dataset& rows, index_t copies, int k, std::uint64_t seed) {
  if (copies == 0) return rows;
  data::Dataset d;
  d.name = rows.name + " shuffled";
  for (std::size_t r = 0; r < rows.sequences.size(); ++r)
    for (index_t i = 0; i < copies; ++i) {
      d.sequences.push_back(shuffle(rows.sequences[r], k, seed, r, std::uint64_t(i)));
      if (!rows.ids.empty()) d.ids.push_back(rows.ids[r] + " shuffle " + std::to_string(i + 1));
      if (rows.labelled()) d.labels.push_back(rows.labels[r]);
    }
  d.classes = rows.classes;
  return d;
}

L2G_INLINE void judge(Change& change, std::uint64_t seed, const std::vector<std::int32_t>& groups) {
  const std::size_t n = change.before.size();
  std::vector<double> d(n);
  for (std::size_t i = 0; i < n; ++i) d[i] = change.after[i] - change.before[i];
  change.difference = eval::bootstrap(index_t(n),
                                      [&](std::span<const index_t> rows) {
                                        double sum = 0;
                                        for (const index_t r : rows) sum += d[std::size_t(r)];
                                        return sum / double(rows.size());
                                      },
                                      {.seed = seed, .groups = groups});
}

}  // namespace l2g::interpret
