#pragma once
#include <l2g/interpret/mutagenesis.hpp>

#include <algorithm>
#include <cmath>

namespace l2g::interpret {

L2G_INLINE double MutationMap::effect(index_t position, int base) const {
  double sum = 0;
  for (index_t k = 0; k < outputs; ++k)
    sum += weights[std::size_t(k)] * (prediction(position, base, k) - reference[std::size_t(k)]);
  return sum;
}
L2G_INLINE double MutationMap::output() const {
  double sum = 0;
  for (index_t k = 0; k < outputs; ++k) sum += weights[std::size_t(k)] * reference[std::size_t(k)];
  return sum;
}

L2G_INLINE std::string name_of(const Mutation& m) {
  return std::string(1, m.from) + std::to_string(m.position + 1) + m.to;
}

L2G_INLINE std::vector<Mutation> strongest(const MutationMap& map, index_t count) {
  std::vector<Mutation> all;
  each_mutation(map.sequence, map.first, map.length, [&](index_t i, int b) {
    all.push_back({i, map.sequence[std::size_t(i)], "ACGT"[b], map.effect(i, b)});
  });
  std::stable_sort(all.begin(), all.end(),
                   [](const Mutation& a, const Mutation& b) { return std::abs(a.effect) > std::abs(b.effect); });
  if (index_t(all.size()) > count) all.resize(std::size_t(count));
  return all;
}

L2G_INLINE Contributions contributions(const MutationMaps& maps) {
  Contributions found;
  found.method = "saturation mutagenesis";
  found.output_name = maps.output_name;
  for (const std::string& note : maps.notes) found.note += (found.note.empty() ? "" : "; ") + note;
  for (const MutationMap& map : maps.rows) {
    Contribution c;
    c.id = map.id, c.sequence = map.sequence, c.output = map.output();
    c.hypothetical.assign(map.sequence.size() * 4, 0.0);
    c.observed.assign(map.sequence.size(), 0.0);
    for (index_t i = map.first; i < map.first + map.length; ++i) {
      double effects[4], mean = 0;
      for (int b = 0; b < 4; ++b) mean += (effects[b] = map.effect(i, b)) / 4;
      for (int b = 0; b < 4; ++b) c.hypothetical[std::size_t(4 * i + b)] = effects[b] - mean;
      if (base_index(map.sequence[std::size_t(i)]) >= 0) c.observed[std::size_t(i)] = -mean;
    }
    found.rows.push_back(std::move(c));
  }
  return found;
}

}  // namespace l2g::interpret
