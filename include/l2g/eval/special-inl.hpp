#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/eval/special.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace l2g::eval {

namespace detail {

/// The continued fraction of I_x(a, b), without the factor in front.
inline double beta_fraction(double a, double b, double x) {
  constexpr double tiny = 1e-300;
  const auto away = [](double v) { return std::abs(v) < tiny ? tiny : v; };
  double c = 1, d = 1 / away(1 - (a + b) * x / (a + 1)), f = d;
  for (int i = 1; i < 100000; ++i) {
    const double m = i;
    double step = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + step * d), c = away(1 + step / c), f *= d * c;
    step = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + step * d), c = away(1 + step / c);
    f *= d * c;
    if (std::abs(d * c - 1) < 1e-16) break;
  }
  return f;
}

/// I_x(a, b) with y = 1 - x given, so that neither loses digits near 0.
inline double incomplete_beta_of(double a, double b, double x, double y) {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * (x < 0.5 ? std::log(x) : std::log1p(-y)) +
               b * (y < 0.5 ? std::log(y) : std::log1p(-x)));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, y) / b;
}

/// The place in low..high where a rising function crosses `wanted`.
template <class Function>
double crossing(Function&& rising, double wanted, double low, double high) {
  for (int i = 0; i < 200; ++i) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    (rising(middle) < wanted ? low : high) = middle;
  }
  return low + (high - low) / 2;
}

}  // namespace detail

L2G_INLINE double incomplete_beta(double a, double b, double x) {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) throw error("incomplete beta: needs a, b > 0 and x in 0..1");
  return detail::incomplete_beta_of(a, b, x, 1 - x);
}

L2G_INLINE double incomplete_beta_inverse(double a, double b, double p) {
  if (!(p >= 0 && p <= 1)) throw error("incomplete beta: the share must lie in 0..1");
  if (p == 0 || p == 1) return p;
  // Below a half the share is found in x, above in 1 - x: no digits are lost at either end.
  if (incomplete_beta(a, b, 0.5) < p) return 1 - incomplete_beta_inverse(b, a, 1 - p);
  return detail::crossing([&](double x) { return incomplete_beta(a, b, x); }, p, 0.0, 0.5);
}

L2G_INLINE double incomplete_gamma_upper(double a, double x) {
  if (!(a > 0 && x >= 0)) throw error("incomplete gamma: needs a > 0 and x >= 0");
  if (x == 0) return 1;
  const double front = std::exp(a * std::log(x) - x - std::lgamma(a));
  if (x < a + 1) {  // series of the lower function
    double term = 1 / a, sum = term;
    for (double n = a + 1; std::abs(term) > 1e-17 * std::abs(sum); ++n) term *= x / n, sum += term;
    return 1 - front * sum;
  }
  constexpr double tiny = 1e-300;
  double b = x + 1 - a, c = 1 / tiny, d = 1 / b, f = d;
  for (int i = 1; i < 100000; ++i) {
    const double step = -i * (i - a);
    b += 2;
    d = step * d + b, c = b + step / c;
    d = 1 / (std::abs(d) < tiny ? tiny : d), c = std::abs(c) < tiny ? tiny : c;
    f *= d * c;
    if (std::abs(d * c - 1) < 1e-16) break;
  }
  return front * f;
}

L2G_INLINE double normal_below(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }
L2G_INLINE double normal_two_sided(double z) { return std::erfc(std::abs(z) / std::sqrt(2.0)); }

L2G_INLINE double normal_quantile(double p) {
  if (!(p >= 0 && p <= 1)) throw error("normal quantile: the share must lie in 0..1");
  if (p > 0.5) return -normal_quantile(1 - p);
  if (p == 0) return -std::numeric_limits<double>::infinity();
  if (p == 0.5) return 0;
  // A first guess (Abramowitz & Stegun 26.2.23), then Halley's steps on the distribution itself.
  const double t = std::sqrt(-2 * std::log(p));
  double z = -(t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
  for (int i = 0; i < 3; ++i) {
    const double u = (normal_below(z) - p) * std::sqrt(2 * 3.141592653589793) * std::exp(z * z / 2);
    z -= u / (1 + z * u / 2);
  }
  return z;
}

L2G_INLINE double student_two_sided(double t, double freedom) {
  if (!(freedom > 0)) throw error("Student's t: needs degrees of freedom above 0");
  if (std::isinf(t)) return 0;
  const double all = freedom + t * t;
  return detail::incomplete_beta_of(freedom / 2, 0.5, freedom / all, t * t / all);
}

L2G_INLINE double student_quantile(double share, double freedom) {
  if (!(share >= 0 && share < 1)) throw error("Student's t: the share inside must be at least 0 and below 1");
  double high = 1;
  while (1 - student_two_sided(high, freedom) < share) high *= 2;
  // Outside shares are compared: near 1 the inside share has no digits left.
  return detail::crossing([&](double t) { return -student_two_sided(t, freedom); }, share - 1, 0.0, high);
}

L2G_INLINE double chi_squared_above(double x, double freedom) { return incomplete_gamma_upper(freedom / 2, x / 2); }

L2G_INLINE double binomial_below(index_t k, index_t n, double probability) {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return detail::incomplete_beta_of(static_cast<double>(n - k), static_cast<double>(k + 1), 1 - probability,
                                    probability);
}

L2G_INLINE double range_above(double q, index_t groups) {
  if (groups < 2) throw error("studentised range: needs at least two groups, got " + std::to_string(groups));
  if (!(q > 0)) return 1;
  // 1 - k integral of phi(z) (Phi(z) - Phi(z - q))^(k-1): the trapezoidal rule on a function that vanishes at both
  // ends.
  constexpr double step = 0.02;
  double sum = 0;
  for (double z = -9; z <= 9 + q; z += step)
    sum += std::exp(-z * z / 2) * std::pow(normal_below(z) - normal_below(z - q), static_cast<double>(groups - 1));
  return std::max(0.0, 1 - static_cast<double>(groups) * sum * step / std::sqrt(2 * 3.141592653589793));
}

L2G_INLINE double range_quantile(double share, index_t groups) {
  if (!(share > 0 && share < 1)) throw error("studentised range: the share above must lie between 0 and 1");
  return detail::crossing([&](double q) { return -range_above(q, groups); }, -share, 0.0, 40.0);
}

}  // namespace l2g::eval
