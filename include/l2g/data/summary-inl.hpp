#pragma once
#include <l2g/data/summary.hpp>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <unordered_map>

namespace l2g::data {

namespace detail {

struct Bases {
  index_t gc = 0, plain = 0, all = 0;
  void add(std::string_view s) {
    for (const char c : s) {
      const int code = base_code(c);
      gc += code == 1 || code == 2;
      plain += code < 4;
    }
    all += static_cast<index_t>(s.size());
  }
  double gc_share() const {
    return plain ? static_cast<double>(gc) / static_cast<double>(plain) : std::numeric_limits<double>::quiet_NaN();
  }
};

}  // namespace detail

L2G_INLINE Summary summary(const Dataset& d) {
  using detail::Bases;
  Summary out;
  out.name = d.name;
  out.rows = d.rows();
  if (d.empty()) return out;
  std::vector<Bases> bases(d.labelled() ? static_cast<std::size_t>(d.class_count()) : 1);
  out.classes.resize(bases.size());
  std::vector<std::size_t> lengths;
  struct Copies {
    index_t rows = 0;
    std::int32_t label = -1;
    bool conflicting = false;
  };
  std::unordered_map<std::string_view, Copies> copies;
  Bases all;
  for (std::size_t i = 0; i < d.sequences.size(); ++i) {
    const auto& s = d.sequences[i];
    const std::int32_t label = d.labelled() ? d.labels[i] : 0;
    Bases row;
    row.add(s);
    for (Bases* sum : {&all, &bases[static_cast<std::size_t>(label)]})
      sum->gc += row.gc, sum->plain += row.plain, sum->all += row.all;
    out.rows_with_n += row.plain < row.all;
    ++out.classes[static_cast<std::size_t>(label)].rows;
    lengths.push_back(s.size());
    Copies& c = copies[s];
    if (c.rows++ == 0)
      c.label = label;
    else if (c.label != label)
      c.conflicting = true;
  }
  for (const auto& [sequence, c] : copies) {
    out.duplicates += c.rows - 1;
    if (c.conflicting) out.conflicting += c.rows;
  }
  for (std::size_t k = 0; k < bases.size(); ++k) {
    if (d.labelled()) out.classes[k].name = d.classes[k];
    out.classes[k].gc = bases[k].gc_share();
  }
  std::sort(lengths.begin(), lengths.end());
  out.shortest = static_cast<index_t>(lengths.front());
  out.longest = static_cast<index_t>(lengths.back());
  out.median_length = static_cast<double>(lengths[(lengths.size() - 1) / 2] + lengths[lengths.size() / 2]) / 2;
  out.gc = all.gc_share();
  out.n_share = static_cast<double>(all.all - all.plain) / static_cast<double>(all.all);
  return out;
}

L2G_INLINE std::string text(const Summary& s) {
  char line[160];
  std::string out = (s.name.empty() ? "data" : s.name) + ": " + std::to_string(s.rows) + " rows";
  if (s.rows == 0) return out + "\n";
  if (s.shortest == s.longest)
    std::snprintf(line, sizeof line, ", %lld bp", static_cast<long long>(s.longest));
  else
    std::snprintf(line, sizeof line, ", %lld to %lld bp (median %g)", static_cast<long long>(s.shortest),
                  static_cast<long long>(s.longest), s.median_length);
  out += line;
  std::snprintf(line, sizeof line, ", GC %.1f %%\n", 100 * s.gc);
  out += line;
  constexpr std::size_t shown = 12;
  for (std::size_t k = 0; k < s.classes.size() && k < shown; ++k) {
    const auto& c = s.classes[k];
    if (c.name.empty()) continue;
    std::snprintf(line, sizeof line, ": %lld rows (%.1f %%), GC %.1f %%\n", static_cast<long long>(c.rows),
                  100 * static_cast<double>(c.rows) / static_cast<double>(s.rows), 100 * c.gc);
    out += "  class " + c.name + line;
  }
  if (s.classes.size() > shown) out += "  ... " + std::to_string(s.classes.size()) + " classes\n";
  if (s.rows_with_n) {
    std::snprintf(line, sizeof line, "  N or IUPAC codes: %.3g %% of letters, in %lld rows\n", 100 * s.n_share,
                  static_cast<long long>(s.rows_with_n));
    out += line;
  }
  if (s.duplicates) {
    out += "  duplicates: " + std::to_string(s.duplicates) + " rows repeat an earlier one";
    if (s.conflicting) out += "; " + std::to_string(s.conflicting) + " rows stand in the data with another label too";
    out += "\n";
  }
  return out;
}

}  // namespace l2g::data
