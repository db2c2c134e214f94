#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/chromosome_names.hpp>
#include <l2g/data/intervals.hpp>
#include <l2g/data/shown-inl.hpp>
#include <l2g/data/split_by_chromosome.hpp>

#include <map>

namespace l2g::data {

namespace detail {

struct ByNaturalOrder {
  bool operator()(const std::string& a, const std::string& b) const { return natural_less(a, b); }
};

inline std::vector<std::string> chromosomes_of(const Dataset& dataset) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < dataset.sequences.size(); ++i) {
    const auto place = dataset.ids.empty() ? std::nullopt : parse_interval(dataset.ids[i]);
    if (!place)
      throw error("split by chromosome: row " + std::to_string(i + 1) + " has " +
                  (dataset.ids.empty() ? "no id" : "the id '" + shown(dataset.ids[i]) + "'") +
                  ", and not a place such as chrI:100-612, as rows that were read from a genome have");
    out.push_back(place->chromosome);
  }
  return out;
}

}  // namespace detail

L2G_INLINE SplitRows split_rows_by_chromosome(const Dataset& dataset, const ChromosomeParts& parts) {
  const std::vector<std::string> chromosomes = detail::chromosomes_of(dataset);
  std::map<std::string, index_t, detail::ByNaturalOrder> rows;
  for (const auto& name : chromosomes) ++rows[name];
  std::vector<std::string> names;
  std::string list;
  for (const auto& [name, count] : rows) {
    names.push_back(name);
    if (names.size() <= 12)
      list += (list.empty() ? "" : ", ") + detail::shown(name) + " (" + std::to_string(count) + " rows)";
  }
  if (names.size() > 12) list += ", ...";
  const ChromosomeNames known(names);
  std::map<std::string, const char*> part_of;
  const auto claim = [&](const std::vector<std::string>& wanted, const char* part) {
    for (const auto& name : wanted) {
      const index_t at = known.find(name);
      if (at < 0) throw error("split by chromosome: no row lies on '" + detail::shown(name) + "'; there are " + list);
      const auto [place, is_new] = part_of.try_emplace(names[static_cast<std::size_t>(at)], part);
      if (!is_new) throw error("split by chromosome: '" + detail::shown(name) + "' is asked for twice");
    }
  };
  claim(parts.dev, "dev");
  claim(parts.test, "test");
  if (part_of.empty()) throw error("split by chromosome: say which are dev and which are test; there are " + list);
  if (part_of.size() == names.size()) throw error("split by chromosome: nothing is left for train; there are " + list);
  SplitRows out;
  for (std::size_t i = 0; i < chromosomes.size(); ++i) {
    const auto part = part_of.find(chromosomes[i]);
    auto& to = part == part_of.end() ? out.train : part->second[0] == 'd' ? out.dev : out.test;
    to.push_back(static_cast<index_t>(i));
  }
  return out;
}

L2G_INLINE Splits split_by_chromosome(const Dataset& dataset, const ChromosomeParts& parts) {
  const SplitRows rows = split_rows_by_chromosome(dataset, parts);
  Splits out{select(dataset, rows.train), select(dataset, rows.dev), select(dataset, rows.test)};
  out.train.name += "/train";
  out.dev.name += "/dev";
  out.test.name += "/test";
  return out;
}

}  // namespace l2g::data
