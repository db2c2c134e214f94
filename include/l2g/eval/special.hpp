#pragma once
// Special functions and the distributions that the tests of this folder need. Relative errors are about 1e-13 while the
// arguments stay below some thousands; they grow with the logarithm of a gamma function beyond (1e-10 at 1e5).
#include <l2g/core/config.hpp>

namespace l2g::eval {

/// Regularised incomplete beta function I_x(a, b), a and b > 0, x in 0..1: continued fraction (Lentz; Numerical Recipes
/// 6.4). Throws l2g::error outside.
double incomplete_beta(double a, double b, double x);
/// The x with I_x(a, b) = p, p in 0..1.
double incomplete_beta_inverse(double a, double b, double p);
/// Regularised upper incomplete gamma function Q(a, x), a > 0, x >= 0.
double incomplete_gamma_upper(double a, double x);

/// Share of a standard normal distribution below z.
double normal_below(double z);
/// Share outside -|z|..|z|.
double normal_two_sided(double z);
/// The z below which a share p (0..1) of a standard normal distribution lies.
double normal_quantile(double p);

/// Share of Student's t outside -|t|..|t|; `freedom` > 0 need not be whole.
double student_two_sided(double t, double freedom);
/// The t > 0 with `share` of the distribution inside -t..t.
double student_quantile(double share, double freedom);

/// Share of chi squared above x.
double chi_squared_above(double x, double freedom);

/// Share of a binomial (n, probability) at k or below.
double binomial_below(index_t k, index_t n, double probability);

/// Share of the range of `groups` standard normal numbers above q: the studentised range with infinite freedom.
double range_above(double q, index_t groups);
/// The q above which `share` of it lies.
double range_quantile(double share, index_t groups);

}  // namespace l2g::eval

#ifndef L2G_COMPILED
#include <l2g/eval/special-inl.hpp>
#endif
