#include "plot/figure.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "plot/words.hpp"

namespace l2g::plot {

Range range_of(std::initializer_list<const std::vector<double>*> values) {
  Range r{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const auto* list : values)
    for (const double v : *list)
      if (std::isfinite(v)) r.lo = std::min(r.lo, v), r.hi = std::max(r.hi, v);
  if (r.lo > r.hi) return {0, 1};
  // Values that differ by rounding only, or not at all, get room around them.
  const double scale = std::max(std::abs(r.lo), std::abs(r.hi));
  if (r.hi - r.lo <= 1e-9 * scale || r.hi == r.lo) {
    const double room = scale > 0 ? 0.1 * scale : 0.5;
    return {r.lo - room, r.hi + room};
  }
  return r;
}

Range widened(Range r, double share) {
  const double room = (r.hi - r.lo) * share;
  return {r.lo - room, r.hi + room};
}

std::vector<Tick> ticks(const Axis& axis, int wanted) {
  std::vector<Tick> all;
  if (!axis.names.empty()) {
    for (std::size_t i = 0; i < axis.names.size(); ++i) all.push_back({static_cast<double>(i), axis.names[i]});
    return all;
  }
  const double length = axis.hi - axis.lo;
  if (axis.logarithmic && length > 0 && length < 300) {
    // Powers of ten; 2 and 5 times as much where there is room for them.
    const int step = std::max(1, static_cast<int>(std::ceil(length / (1.5 * std::max(wanted, 1)))));
    const bool between = length * 3 <= 1.5 * wanted;
    for (double power = std::floor(axis.lo); power <= axis.hi + 1e-9; power += step)
      for (const double factor : {1.0, 2.0, 5.0}) {
        const double at = power + std::log10(factor);
        if (at < axis.lo - 1e-9 || at > axis.hi + 1e-9 || (factor > 1 && !between)) continue;
        all.push_back({at, short_number(factor * std::pow(10, power))});
      }
    return all;
  }
  if (!(length > 0) || !std::isfinite(length)) return all;
  double step = std::pow(10, std::floor(std::log10(length / std::max(wanted, 1))));
  for (const double factor : {2.0, 2.5, 2.0})  // 1, 2, 5, 10 times
    if (length / step > 1.5 * wanted) step *= factor;
  if (axis.whole) step = std::max(1.0, std::round(step));
  const int decimals = std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 12);
  const bool thousands = step >= 1000 && std::max(std::abs(axis.lo), std::abs(axis.hi)) >= 10000;
  const bool scientific = step >= 1e6 || step < 1e-6;
  for (double i = std::ceil(axis.lo / step - 1e-9); i * step <= axis.hi + 1e-9 * length; ++i) {
    const double at = i * step + 0.0;  // never -0
    std::string label = thousands ? number(at / 1000, 0) + (at == 0 ? "" : "k") : number(at, decimals);
    if (scientific) {
      char text[32];
      std::snprintf(text, sizeof text, "%.3g", at);
      label = text;
    }
    all.push_back({at, label});
  }
  return all;
}

}  // namespace l2g::plot
