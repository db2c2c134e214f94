// Sections 3 and 4 of AdaLoRA and adaptive rank sampling, formula by formula.
#include <catch2/catch.hpp>
#include <l2g/peft/rank_policy.hpp>

#include <numeric>

using namespace l2g;
using namespace l2g::peft;

namespace {
std::vector<double> uniform(std::size_t n, std::uint32_t stream) {
  std::vector<double> v(n);
  for (std::size_t i = 0; i < n; ++i) v[i] = Rng{3, 0}.uniform(stream, i);
  return v;
}
std::vector<std::uint8_t> best(const std::vector<double>& scores, std::int64_t budget) {
  std::vector<double> room(scores.size());
  std::vector<std::uint8_t> kept(scores.size());
  best_triplets(scores, budget, room, kept);
  return kept;
}
std::int64_t count(const std::vector<std::uint8_t>& kept) { return std::accumulate(kept.begin(), kept.end(), 0); }
}  // namespace

TEST_CASE("the budget of Lingo's settings at known steps", "[peft]") {
  constexpr BudgetSchedule budget{8 * 60, 4 * 60, 7485, 200, 200, 5000};
  STATIC_REQUIRE(budget(0) == 480);
  STATIC_REQUIRE(budget(200) == 480);
  STATIC_REQUIRE(budget(500) == 450);
  STATIC_REQUIRE(budget(1000) == 407);
  STATIC_REQUIRE(budget(2000) == 339);
  STATIC_REQUIRE(budget(3000) == 293);
  STATIC_REQUIRE(budget(4000) == 263);
  STATIC_REQUIRE(budget(5000) == 248);
  STATIC_REQUIRE(budget(7000) == 240);
  STATIC_REQUIRE(budget(7400) == 240);
  int choices = 0;
  for (std::int64_t t = 0; t <= budget.end(); ++t) choices += budget.masks(t);
  REQUIRE(choices == 1);  // t = 5000
  REQUIRE(budget.masks(7286));
  REQUIRE_FALSE(budget.masks(0));
}

TEST_CASE("the smoothed importance, written out, and its ranking from either mean", "[peft]") {
  const std::size_t n = 40;
  std::vector<double> mean(n), spread(n), mean_old(n), spread_old(n);
  double m0 = 0, u0 = 0;
  for (int t = 0; t < 30; ++t) {
    const auto w = uniform(n, std::uint32_t(100 + t)), g = uniform(n, std::uint32_t(200 + t));
    update_importance<double>(w, g, -0.5, 0.85, 0.9, mean, spread);
    update_importance<double>(w, g, -0.5, 0.85, 0.9, mean_old, spread_old, UncertaintyFrom::old_mean);
    const double now = w[7] * g[7] * 0.5;
    m0 = 0.85 * m0 + 0.15 * now;
    u0 = 0.9 * u0 + 0.1 * std::abs(now - m0);
    REQUIRE(mean[7] == Approx(m0).epsilon(1e-13));
    REQUIRE(spread[7] == Approx(u0).epsilon(1e-13));
  }
  std::vector<std::size_t> a(n), b(n);
  std::iota(a.begin(), a.end(), 0u), std::iota(b.begin(), b.end(), 0u);
  std::sort(a.begin(), a.end(), [&](auto i, auto j) { return mean[i] * spread[i] < mean[j] * spread[j]; });
  std::sort(b.begin(), b.end(), [&](auto i, auto j) { return mean[i] * spread_old[i] < mean[j] * spread_old[j]; });
  REQUIRE(a == b);
  for (std::size_t i = 0; i < n; ++i) REQUIRE(spread[i] == Approx(0.85 * spread_old[i]).epsilon(1e-12));
}

TEST_CASE("the score of a triplet is that of its lambda and the means of its vectors", "[peft]") {
  const std::size_t r = 3, in = 4, out = 5;
  const auto mq = uniform(r * in, 1), sq = uniform(r * in, 2), ml = uniform(r, 3), sl = uniform(r, 4),
             mp = uniform(out * r, 5), sp = uniform(out * r, 6);
  std::vector<double> scores(r);
  triplet_scores<double>({mq, sq, ml, sl, mp, sp}, scores);
  for (std::size_t i = 0; i < r; ++i) {
    double expected = ml[i] * sl[i];
    for (std::size_t j = 0; j < in; ++j) expected += mq[i * in + j] * sq[i * in + j] / 4;
    for (std::size_t j = 0; j < out; ++j) expected += mp[j * r + i] * sp[j * r + i] / 5;
    REQUIRE(scores[i] == Approx(expected).epsilon(1e-14));
  }
}

TEST_CASE("exactly the budget is kept without ties, ties go, nothing to prune is no error", "[peft]") {
  const auto scores = uniform(480, 9);
  for (const std::int64_t budget : {0, 1, 240, 479}) {
    const auto kept = best(scores, budget);
    REQUIRE(count(kept) == budget);
    double worst_kept = 2, best_gone = -1;
    for (std::size_t i = 0; i < scores.size(); ++i)
      (kept[i] ? worst_kept : best_gone) = kept[i] ? std::min(worst_kept, scores[i]) : std::max(best_gone, scores[i]);
    if (budget > 0) REQUIRE(worst_kept > best_gone);
  }
  REQUIRE(count(best(scores, 480)) == 480);
  REQUIRE(count(best(scores, 500)) == 480);
  REQUIRE(count(best({1, 2, 2, 2, 3}, 3)) == 1);  // the second worst is 2: all three of them go
  REQUIRE_THROWS_WITH(best({1, std::nan(""), 2}, 1), Catch::Contains("not a number"));
}

TEST_CASE("Eq. 4: over many draws 1 - p of the best and p of the others are kept", "[peft]") {
  const auto scores = uniform(480, 9);
  const auto top = best(scores, 200);
  const double p = 0.1;
  double kept_top = 0, kept_rest = 0;
  const int draws = 400;
  for (int t = 0; t < draws; ++t) {
    auto kept = top;
    sample_ranks(7, t, p, kept);
    for (std::size_t i = 0; i < kept.size(); ++i) (top[i] ? kept_top : kept_rest) += kept[i];
  }
  // Four standard errors of 80,000 and 112,000 draws.
  REQUIRE(kept_top / (200.0 * draws) == Approx(1 - p).margin(4 * 0.3 / std::sqrt(200.0 * draws)));
  REQUIRE(kept_rest / (280.0 * draws) == Approx(p).margin(4 * 0.3 / std::sqrt(280.0 * draws)));
  auto same = top;
  sample_ranks(7, 3, 0, same);
  REQUIRE(same == top);
  auto a = top, b = top, c = top;
  sample_ranks(7, 3, p, a), sample_ranks(7, 3, p, b), sample_ranks(8, 3, p, c);
  REQUIRE(a == b);
  REQUIRE(a != c);
}

TEST_CASE("Lingo's code: what is pruned loses its lambda for sure, a tenth of it is written down as kept", "[peft]") {
  const auto scores = uniform(480, 9);
  const auto top = best(scores, 200);
  double kept_top = 0, written = 0;
  for (int t = 0; t < 400; ++t) {
    auto kept = top;
    std::vector<std::uint8_t> pattern(kept.size());
    sample_ranks_as_lingo_code(7, t, 0.1, kept, pattern);
    for (std::size_t i = 0; i < kept.size(); ++i) {
      if (top[i]) {
        REQUIRE(pattern[i] == kept[i]);
        kept_top += kept[i];
      } else {
        REQUIRE(kept[i] == 0);
        written += pattern[i];
      }
    }
  }
  REQUIRE(kept_top / 80000 == Approx(0.9).margin(0.005));
  REQUIRE(written / 112000 == Approx(0.1).margin(0.005));
}

TEST_CASE("orthogonality: value, and gradient against central differences, in both layouts", "[peft]") {
  const index_t r = 4, n = 9;
  for (const auto form : {Orthogonality::norm, Orthogonality::squared})
    for (const bool columns : {false, true}) {  // Q (r, n) or P (n, r)
      auto m = uniform(std::size_t(r * n), 11);
      std::vector<double> room(std::size_t(r * r)), g(m.size());
      const auto factor = [&](double* gradient) {
        return Factor<double>{m.data(), gradient, r, n, columns ? 1 : n, columns ? r : 1};
      };
      const double value = orthogonality(factor(g.data()), form, 0.5, room);
      double square = 0;
      for (index_t i = 0; i < r; ++i)
        for (index_t k = 0; k < r; ++k) {
          double dot = i == k ? -1 : 0;
          for (index_t j = 0; j < n; ++j)
            dot += columns ? m[std::size_t(j * r + i)] * m[std::size_t(j * r + k)]
                           : m[std::size_t(i * n + j)] * m[std::size_t(k * n + j)];
          square += dot * dot;
        }
      REQUIRE(value == Approx(form == Orthogonality::squared ? square : std::sqrt(square)).epsilon(1e-13));
      for (std::size_t i = 0; i < m.size(); ++i) {
        const double x = m[i], h = 1e-6;
        m[i] = x + h;
        const double up = orthogonality(factor(nullptr), form, 0, room);
        m[i] = x - h;
        const double down = orthogonality(factor(nullptr), form, 0, room);
        m[i] = x;
        REQUIRE(g[i] == Approx(0.5 * (up - down) / (2 * h)).margin(1e-7).epsilon(1e-7));
      }
    }
  // At exact orthogonality the norm has no slope: nothing is added.
  std::vector<double> identity{1, 0, 0, 1}, gradient(4), room(4);
  REQUIRE(orthogonality(Factor<double>{identity.data(), gradient.data(), 2, 2, 2, 1}, Orthogonality::norm, 1, room) ==
          0);
  REQUIRE(gradient == std::vector<double>(4));
}

TEST_CASE("gamma R of OPT-125M at the start is 0.855", "[peft]") {
  const index_t r = 8;
  std::vector<double> room(64);
  double sum = 0;
  std::uint32_t stream = 1;
  const auto normal = [&](index_t n) {  // Box and Muller, standard deviation 0.02
    std::vector<float> v(std::size_t(n), 0.0f);
    const Rng rng{1, 0};
    ++stream;
    for (std::size_t i = 0; i < v.size(); ++i)
      v[i] = float(0.02 * std::sqrt(-2 * std::log((rng.word(stream, 2 * i) + 0.5) * 0x1p-32)) *
                   std::cos(6.283185307179586 * rng.uniform(stream, 2 * i + 1)));
    return v;
  };
  const index_t sizes[][2] = {{768, 768}, {768, 768}, {768, 768}, {768, 3072}, {3072, 768}};  // q, k, v, fc1, fc2
  for (const auto& [in, out] : sizes) {
    const auto q = normal(r * in), p = normal(out * r);
    const double of_q = orthogonality(Factor<float>{q.data(), nullptr, r, in, in, 1}, Orthogonality::norm, 0, room);
    const double of_p = orthogonality(Factor<float>{p.data(), nullptr, r, out, 1, r}, Orthogonality::norm, 0, room);
    REQUIRE(of_q == Approx(in == 768 ? 1.968 : 0.680).margin(0.15));
    REQUIRE(of_p == Approx(out == 768 ? 1.968 : 0.680).margin(0.15));
    sum += of_q + of_p;
  }
  REQUIRE(0.5 * sum / 10 == Approx(0.855).epsilon(0.01));
}
