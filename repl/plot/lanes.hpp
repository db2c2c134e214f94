#pragma once
// Names that do not fit beside each other stand in lanes above each other.
#include <algorithm>
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

}  // namespace l2g::plot
