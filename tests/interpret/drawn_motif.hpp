#pragma once
// A random motif.
#include <l2g/core/philox.hpp>
#include <l2g/data/motif.hpp>

#include <array>
#include <cmath>
#include <string>

inline l2g::data::Motif drawn_motif(l2g::index_t length, std::uint64_t seed, const std::string& name = "m") {
  const l2g::Rng rng{seed, 0};
  l2g::data::Motif m{name, {}};
  for (l2g::index_t i = 0; i < length; ++i) {
    std::array<double, 4> p{};
    double sum = 0;
    for (std::size_t b = 0; b < 4; ++b)
      sum += p[b] = std::pow(double(rng.below(1, std::uint64_t(4 * i) + b, 1000)) / 1000 + 1e-3, 3);
    for (double& x : p) x /= sum;
    m.probabilities.push_back(p);
  }
  return m;
}
