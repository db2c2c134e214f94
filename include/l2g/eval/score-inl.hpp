#pragma once
#include <l2g/eval/score.hpp>

#include <cmath>
#include <cstdio>

namespace l2g::eval {

namespace detail {
/// Two decimals; never "-0.00".
inline std::string two_decimals(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", std::abs(x) < 0.005 ? 0.0 : x);
  return text;
}
}  // namespace detail

L2G_INLINE std::string to_text(const Score& s) {
  std::string text =
      s.split + " " + s.metric + " " + (std::isnan(s.value) ? "undefined" : detail::two_decimals(s.value));
  if (!std::isnan(s.lo) && !std::isnan(s.hi))
    text += " [" + detail::two_decimals(s.lo) + ", " + detail::two_decimals(s.hi) + "]";
  text += " (" + s.protocol + ", seed " + std::to_string(s.seed) + ", " + std::to_string(s.rows) +
          (s.rows == 1 ? " row" : " rows");
  const char* before = "; floors: ";
  const auto floor = [&](const std::string& name, double value) {
    if (std::isnan(value)) return;
    text += before + name + " " + detail::two_decimals(value);
    before = ", ";
  };
  floor("gc", s.floors.gc);
  floor(std::to_string(s.floors.k) + "-mer", s.floors.kmer);
  floor("positional", s.floors.positional);
  floor("joint", s.floors.joint);
  return text + ")";
}

}  // namespace l2g::eval
