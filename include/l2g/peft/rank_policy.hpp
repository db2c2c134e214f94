#pragma once
// Which of the triplets (P_i, lambda_i, Q_i) of SVD-LoRA a model keeps: the formulas of AdaLoRA (Zhang et al. 2023,
// with the code of its authors and of PEFT) and of adaptive rank sampling (Lingo, Zhan et al. 2024), on plain spans.
#include <l2g/core/errors.hpp>
#include <l2g/core/philox.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace l2g::peft {

// --- importance -----------------------------------------------------------------------------------------------------

/// How the mean that the uncertainty is measured from is taken: after its own update (AdaLoRA's code) or before it
/// (Lingo's Eq. 3). The second is beta1 times the first, for all elements alike: the ranking is the same.
enum class UncertaintyFrom { new_mean, old_mean };

/// Sensitivity I = |w g| of each element, smoothed (AdaLoRA, Eq. 8 to 10; all start at 0, no bias correction):
///   mean   <- beta1 mean + (1 - beta1) I
///   spread <- beta2 spread + (1 - beta2) |I - mean|
/// `scale` is what the gradient is multiplied by before it is used.
template <class T>
void update_importance(std::span<const T> w, std::span<const T> g, double scale, double beta1, double beta2,
                       std::span<T> mean, std::span<T> spread, UncertaintyFrom from = UncertaintyFrom::new_mean) {
  const T s = T(scale), b1 = T(beta1), c1 = T(1 - beta1), b2 = T(beta2), c2 = T(1 - beta2);
  for (std::size_t i = 0; i < w.size(); ++i) {
    const T sensitivity = std::abs(w[i] * (g[i] * s)), old = mean[i];
    mean[i] = b1 * old + c1 * sensitivity;
    spread[i] = b2 * spread[i] + c2 * std::abs(sensitivity - (from == UncertaintyFrom::new_mean ? mean[i] : old));
  }
}

/// Mean and spread of the three parts of one matrix's triplets: Q (r, in), lambda (r), P (out, r).
template <class T>
struct Importance {
  std::span<const T> mean_q, spread_q, mean_lambda, spread_lambda, mean_p, spread_p;
};

/// S_i = s(lambda_i) + mean over j of s(P_ji) + mean over j of s(Q_ij), s = mean spread (AdaLoRA, Eq. 7 and 11).
template <class T>
void triplet_scores(const Importance<T>& m, std::span<double> scores) {
  const std::size_t r = m.mean_lambda.size(), in = m.mean_q.size() / r, out = m.mean_p.size() / r;
  for (std::size_t i = 0; i < r; ++i) {
    double q = 0, p = 0;
    for (std::size_t j = 0; j < in; ++j) q += double(m.mean_q[i * in + j]) * double(m.spread_q[i * in + j]);
    for (std::size_t j = 0; j < out; ++j) p += double(m.mean_p[j * r + i]) * double(m.spread_p[j * r + i]);
    scores[i] = double(m.mean_lambda[i]) * double(m.spread_lambda[i]) + p / double(out) + q / double(in);
  }
}

// --- budget ---------------------------------------------------------------------------------------------------------

/// How many triplets of all matrices together are kept at step t (from 0), and when they are chosen anew.
struct BudgetSchedule {
  std::int64_t first = 0, last = 0;    // triplets at the start (b0) and at the end (bT)
  std::int64_t total = 0;              // steps of the training (T)
  std::int64_t tinit = 0, tfinal = 0;  // steps of warm-up before, and of plain tuning behind the pruning
  std::int64_t interval = 1;           // a choice every `interval` steps (Delta T)

  /// Steps before this one prune.
  constexpr std::int64_t end() const { return total - tfinal; }
  /// t <= tinit: b0; t > T - tfinal: bT; between them int(bT + (b0 - bT) (1 - (t - tinit) / (T - tfinal - tinit))^3)
  /// (AdaLoRA's code; its paper prints (t - ti - tf) / (T - ti - tf). With tinit = 0 it is Lingo's formula.)
  constexpr std::int64_t operator()(std::int64_t t) const {
    if (t <= tinit) return first;
    if (t > end()) return last;
    const double rest = 1 - double(t - tinit) / double(end() - tinit);
    return std::int64_t(double(first - last) * (rest * rest * rest) + double(last));
  }
  /// Is there a choice at step t of AdaLoRA? Behind the end at every step.
  constexpr bool masks(std::int64_t t) const { return t > tinit && (t > end() || t % interval == 0); }
};

// --- choice ---------------------------------------------------------------------------------------------------------

/// The score of the k-th worst triplet, k from 1; `room` holds as many numbers as `scores`.
inline double kth_worst(std::span<const double> scores, std::int64_t k, std::span<double> room) {
  std::copy(scores.begin(), scores.end(), room.begin());
  const auto at = room.begin() + (k - 1);
  std::nth_element(room.begin(), at, room.begin() + std::ptrdiff_t(scores.size()));
  return *at;
}

/// kept[i] = is triplet i among the best `budget`? Scores equal to that of the best one that goes go too, as in
/// AdaLoRA. A budget of all triplets or more keeps them all (there torch.kthvalue fails, PEFT issue 2337).
inline void best_triplets(std::span<const double> scores, std::int64_t budget, std::span<double> room,
                          std::span<std::uint8_t> kept) {
  for (const double s : scores)
    if (std::isnan(s)) throw error("rank allocation: the importance of a triplet is not a number");
  const std::int64_t k = std::int64_t(scores.size()) - budget;
  std::fill(kept.begin(), kept.end(), std::uint8_t{1});
  if (k <= 0) return;
  const double threshold = kth_worst(scores, std::min<std::int64_t>(k, std::int64_t(scores.size())), room);
  for (std::size_t i = 0; i < scores.size(); ++i) kept[i] = !(scores[i] <= threshold);
}

namespace detail {
/// Bernoulli(p) of triplet i at step t, independent of the order of the data.
inline bool drawn(std::uint64_t seed, std::uint32_t stream, std::int64_t t, std::size_t i, double p) {
  return p > 0 && Rng{seed, std::uint64_t(t)}.word(stream, i) < keep_word(p);
}
inline constexpr std::uint32_t sampling_stream = 0x41525321, chance_stream = 0x41525322, prune_stream = 0x41525323;
}  // namespace detail

/// Adaptive rank sampling, Lingo's Eq. 4: of the best triplets each is zeroed with probability p, of the others each
/// keeps its lambda with probability p. With p = 0 it is AdaLoRA's choice. `kept` enters as best_triplets() left it.
inline void sample_ranks(std::uint64_t seed, std::int64_t t, double p, std::span<std::uint8_t> kept) {
  for (std::size_t i = 0; i < kept.size(); ++i)
    kept[i] ^= std::uint8_t(detail::drawn(seed, detail::sampling_stream, t, i, p));
}

/// Adaptive rank sampling as Lingo's code does it (its fork of PEFT): every triplet below the threshold loses its
/// lambda; of those each is written down as kept with probability p, which matters later only; of the best each is
/// zeroed with probability p. On entry `kept` is as best_triplets() left it; on return it says whose lambda stays, and
/// `pattern` what the code remembers as kept.
inline void sample_ranks_as_lingo_code(std::uint64_t seed, std::int64_t t, double p, std::span<std::uint8_t> kept,
                                       std::span<std::uint8_t> pattern) {
  for (std::size_t i = 0; i < kept.size(); ++i)
    if (kept[i])
      pattern[i] = kept[i] = !detail::drawn(seed, detail::prune_stream, t, i, p);
    else
      pattern[i] = detail::drawn(seed, detail::chance_stream, t, i, p);
}

// --- orthogonality --------------------------------------------------------------------------------------------------

/// norm: mean over all 2n matrices of ||P^T P - I||_F and ||Q Q^T - I||_F (the code of AdaLoRA and PEFT);
/// squared: their squares, summed over all matrices (AdaLoRA's paper, Eq. 4).
enum class Orthogonality { norm, squared };

/// One factor M of a triplet: r vectors of n numbers each, element j of vector i at data[i along + j across].
template <class T>
struct Factor {
  const T* data;
  T* gradient;  // null: none is wanted
  index_t r, n, along, across;
};

/// The term of one factor (norm or square of M M^T - I); adds `weight` times its gradient:
/// 2 (M M^T - I) M / ||M M^T - I||, nothing where the norm is 0, or 4 (M M^T - I) M. `room` holds r r numbers.
template <class T>
double orthogonality(const Factor<T>& m, Orthogonality form, double weight, std::span<double> room) {
  double square = 0;
  for (index_t i = 0; i < m.r; ++i)
    for (index_t k = 0; k <= i; ++k) {
      double dot = i == k ? -1 : 0;
      const T *a = m.data + i * m.along, *b = m.data + k * m.along;
      for (index_t j = 0; j < m.n; ++j) dot += double(a[j * m.across]) * double(b[j * m.across]);
      room[std::size_t(i * m.r + k)] = room[std::size_t(k * m.r + i)] = dot;
      square += (i == k ? 1 : 2) * dot * dot;
    }
  const double norm = std::sqrt(square);
  const double factor = form == Orthogonality::squared ? 4 : norm > 0 ? 2 / norm : 0;
  if (m.gradient && factor != 0)
    for (index_t i = 0; i < m.r; ++i)
      for (index_t j = 0; j < m.n; ++j) {
        double sum = 0;
        for (index_t k = 0; k < m.r; ++k)
          sum += room[std::size_t(i * m.r + k)] * double(m.data[k * m.along + j * m.across]);
        m.gradient[i * m.along + j * m.across] += T(weight * factor * sum);
      }
  return form == Orthogonality::squared ? square : norm;
}

}  // namespace l2g::peft
