#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/core/philox.hpp>
#include <l2g/data/split.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <unordered_map>

namespace l2g::data {

namespace detail {

using Group = std::vector<index_t>;

// Rows that must stay together, in order of their first row.
inline std::vector<Group> row_groups(const Dataset& d, bool keep_identical) {
  std::vector<Group> groups;
  std::unordered_map<std::string, std::size_t> known;
  for (index_t row = 0; row < d.rows(); ++row) {
    std::size_t at = groups.size();
    if (keep_identical) {
      const auto& s = d.sequences[static_cast<std::size_t>(row)];
      std::string other = reverse_complement(s);
      at = known.try_emplace(std::min(s, other), at).first->second;
    }
    if (at == groups.size()) groups.emplace_back();
    groups[at].push_back(row);
  }
  return groups;
}

inline void shuffle(std::vector<const Group*>& groups, const Rng& rng, std::uint32_t stream) {
  for (std::size_t i = groups.size(); i > 1; --i)
    std::swap(groups[i - 1], groups[static_cast<std::size_t>(rng.below(stream, i, i))]);
}

inline bool uses_all(const Fractions& f) { return f.train + f.dev + f.test > 1 - 1e-6; }

// Cuts shuffled groups where the running number of rows reaches each share; a group goes where its middle falls.
inline void deal(const std::vector<const Group*>& groups, const Fractions& f, SplitRows& out) {
  double total = 0, seen = 0;
  for (const Group* g : groups) total += static_cast<double>(g->size());
  const double test_end = std::round(f.test * total), dev_end = test_end + std::round(f.dev * total);
  const double train_end = uses_all(f) ? total : dev_end + std::round(f.train * total);
  for (const Group* g : groups) {
    const double middle = seen + static_cast<double>(g->size()) / 2;
    if (middle >= train_end) break;
    auto& part = middle < test_end ? out.test : middle < dev_end ? out.dev : out.train;
    part.insert(part.end(), g->begin(), g->end());
    seen += static_cast<double>(g->size());
  }
}

inline void check_fractions(const Fractions& f) {
  const double sum = f.train + f.dev + f.test;
  if (f.train >= 0 && f.dev >= 0 && f.test >= 0 && sum > 0 && sum < 1 + 1e-6) return;
  char text[160];
  std::snprintf(
      text, sizeof text,
      "split: the fractions train %g, dev %g, test %g add up to %g; they must be 0 to 1 and add up to 1 or less",
      f.train, f.dev, f.test, sum);
  throw error(text);
}

}  // namespace detail

L2G_INLINE SplitRows split_rows(const Dataset& dataset, const Fractions& fractions, const SplitOptions& options) {
  using namespace detail;
  check_fractions(fractions);
  const auto groups = row_groups(dataset, options.keep_identical);
  const bool stratified = options.stratified && dataset.labelled();
  std::vector<std::vector<const Group*>> strata(stratified ? static_cast<std::size_t>(dataset.class_count()) : 1);
  for (const auto& g : groups)
    strata[stratified ? static_cast<std::size_t>(dataset.labels[static_cast<std::size_t>(g[0])]) : 0].push_back(&g);
  SplitRows out;
  const Rng rng{options.seed};
  for (std::size_t k = 0; k < strata.size(); ++k) {
    shuffle(strata[k], rng, 0x73706c00u + static_cast<std::uint32_t>(k));  // "spl" and the class
    deal(strata[k], fractions, out);
  }
  for (auto* part : {&out.train, &out.dev, &out.test}) std::sort(part->begin(), part->end());
  const auto check = [&](double fraction, const std::vector<index_t>& part, const char* name) {
    if (fraction > 0 && part.empty())
      throw error("split: " + std::to_string(dataset.rows()) + " rows" +
                  (index_t(groups.size()) < dataset.rows()
                       ? " (" + std::to_string(groups.size()) + " that differ; equal ones stay in one part)"
                       : "") +
                  " are too few, the " + name + " part would be empty");
  };
  check(fractions.train, out.train, "train");
  check(fractions.dev, out.dev, "dev");
  check(fractions.test, out.test, "test");
  return out;
}

L2G_INLINE Splits split(const Dataset& dataset, const Fractions& fractions, const SplitOptions& options) {
  const SplitRows rows = split_rows(dataset, fractions, options);
  Splits out{select(dataset, rows.train), select(dataset, rows.dev), select(dataset, rows.test)};
  out.train.name += "/train";
  out.dev.name += "/dev";
  out.test.name += "/test";
  if (const index_t left = dataset.rows() - out.train.rows() - out.dev.rows() - out.test.rows();
      left > 0 && !detail::uses_all(fractions))
    out.train.notes.push_back("split: " + std::to_string(left) + " of " + std::to_string(dataset.rows()) +
                              " rows were left out, as the fractions ask");
  return out;
}

}  // namespace l2g::data
