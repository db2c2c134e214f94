#pragma once
#include <l2g/report/comparison_charts.hpp>

#include <algorithm>
#include <map>

namespace l2g::report {

L2G_INLINE SetOverlap overlap_of(const std::vector<std::pair<std::string, std::vector<std::string>>>& sets) {
  SetOverlap overlap;
  std::map<std::string, std::vector<bool>> member;
  for (std::size_t k = 0; k < sets.size(); ++k) {
    overlap.sets.push_back(sets[k].first);
    for (const std::string& name : sets[k].second)
      member.try_emplace(name, std::vector<bool>(sets.size())).first->second[k] = true;
  }
  std::map<std::vector<bool>, index_t> counts;
  for (const auto& [name, in] : member) ++counts[in];
  for (const auto& [in, count] : counts) overlap.parts.push_back({in, count});
  std::stable_sort(overlap.parts.begin(), overlap.parts.end(),
                   [](const auto& a, const auto& b) { return a.count > b.count; });
  return overlap;
}

}  // namespace l2g::report
