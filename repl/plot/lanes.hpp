#pragma once
// Names that do not fit beside each other stand in lanes above each other.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace l2g::plot {

struct Extent {
  double from, to;
};

/// The first lane in which each extent touches none before it; -1 when all `most` lanes are taken there.
inline std::vector<int> lanes_of(const std::vector<Extent>& extents, int most) {
  std::vector<int> lanes;
  for (std::size_t i = 0; i < extents.size(); ++i) {
    int lane = 0;
    const auto taken = [&] {
      for (std::size_t j = 0; j < i; ++j)
        if (lanes[j] == lane && extents[j].from < extents[i].to && extents[i].from < extents[j].to) return true;
      return false;
    };
    while (lane < most && taken()) ++lane;
    lanes.push_back(lane < most ? lane : -1);
  }
  return lanes;
}

/// The same in the given order while there is room for all, else the highest scores first; unknown scores come last.
inline std::vector<int> lanes_by_score(const std::vector<Extent>& extents, const std::vector<double>& scores,
                                       int most) {
  std::vector<int> lanes = lanes_of(extents, most);
  if (std::find(lanes.begin(), lanes.end(), -1) == lanes.end()) return lanes;
  std::vector<std::size_t> order(extents.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    return std::isnan(scores[j]) ? !std::isnan(scores[i]) : scores[i] > scores[j];
  });
  std::vector<Extent> sorted;
  for (const std::size_t i : order) sorted.push_back(extents[i]);
  const std::vector<int> found = lanes_of(sorted, most);
  for (std::size_t k = 0; k < order.size(); ++k) lanes[order[k]] = found[k];
  return lanes;
}

}  // namespace l2g::plot
