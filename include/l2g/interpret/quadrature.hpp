#pragma once
// Gauss and Legendre's nodes.
#include <l2g/core/config.hpp>

#include <cmath>
#include <vector>

namespace l2g::interpret {

struct Node {
  double at, weight;
};

/// n nodes on [0, 1], exact for polynomials of degree 2 n - 1 (Newton's method on the Legendre polynomial).
inline std::vector<Node> gauss_legendre(index_t n) {
  std::vector<Node> nodes(static_cast<std::size_t>(n));
  for (index_t i = 0; i < n; ++i) {
    double x = std::cos(3.14159265358979323846 * (double(i) + 0.75) / (double(n) + 0.5)), slope = 1;
    for (int step = 0; step < 100; ++step) {
      double p = 1, before = 0;
      for (index_t k = 1; k <= n; ++k) {
        const double next = (double(2 * k - 1) * x * p - double(k - 1) * before) / double(k);
        before = p, p = next;
      }
      slope = double(n) * (x * p - before) / (x * x - 1);
      const double move = p / slope;
      x -= move;
      if (std::abs(move) < 1e-16) break;
    }
    nodes[std::size_t(n - 1 - i)] = {(1 + x) / 2, 1 / ((1 - x * x) * slope * slope)};
  }
  return nodes;
}

}  // namespace l2g::interpret
