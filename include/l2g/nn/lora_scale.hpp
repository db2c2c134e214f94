#pragma once
// The factor s of an adapter's change: written as a type in static models, carried as numbers in those built at run
// time. Both compute it by one function, so both have the same bits.
#include <l2g/nn/linear.hpp>

namespace l2g {

/// fixed: s = alpha. rank: s = alpha / r (Hu et al. 2021). root: s = alpha / sqrt(r) (rank-stabilised LoRA,
/// Kalajdzievski 2023). adalora: s = alpha / (r + 1e-5), and r / (r + 1e-5) when alpha is not positive (PEFT's AdaLoRA;
/// r is the initial rank for ever, however many of its parts are pruned).
enum class ScaleRule : unsigned char { fixed, rank, root, adalora };

/// The factor s of an adapter of rank r.
constexpr double lora_scale(ScaleRule rule, double alpha, index_t r) {
  switch (rule) {
    case ScaleRule::rank:
      return alpha / double(r);
    case ScaleRule::root:
      return alpha * detail::inverse_root(r);
    case ScaleRule::adalora:
      return (alpha > 0 ? alpha : double(r)) / (double(r) + 1e-5);
    default:
      return alpha;
  }
}

/// alpha = Numerator / Denominator, as a type.
template <ScaleRule Rule, index_t Numerator, index_t Denominator = 1>
struct LoraScale {
  static_assert(Denominator > 0, "l2g::LoraScale: alpha is Numerator / Denominator, the second positive");
  static constexpr ScaleRule rule = Rule;
  static constexpr double alpha = double(Numerator) / double(Denominator);
  constexpr double of(index_t rank) const { return lora_scale(rule, alpha, rank); }
};
/// s = alpha / r with alpha = Numerator / Denominator.
template <index_t Numerator, index_t Denominator = 1>
using Alpha = LoraScale<ScaleRule::rank, Numerator, Denominator>;
/// s itself.
template <index_t Numerator, index_t Denominator = 1>
using FixedScale = LoraScale<ScaleRule::fixed, Numerator, Denominator>;

/// The same at run time.
struct AnyLoraScale {
  ScaleRule rule = ScaleRule::fixed;
  double alpha = 1;
  constexpr double of(index_t rank) const { return lora_scale(rule, alpha, rank); }
};

}  // namespace l2g
