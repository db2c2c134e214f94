// Numbers drawn one after another: they are those of the generator, and come as often as they should.
#include <l2g/core/draws.hpp>

#include <vector>

#include <catch2/catch.hpp>

using l2g::Draws;
using l2g::Rng;

TEST_CASE("draws of a stream are its words in order", "[core]") {
  const Rng rng{7, 3};
  Draws draws(rng, 5), uniform(rng, 5);
  for (std::uint64_t i = 0; i < 9; ++i) {
    CHECK(draws.word() == rng.word(5, i));
    CHECK(uniform.uniform() == rng.uniform(5, i));
  }
}

TEST_CASE("draws of a copy of a row follow from its numbers alone", "[core]") {
  Draws a(1, 2, 3), same(1, 2, 3);
  for (int i = 0; i < 9; ++i) CHECK(a.word() == same.word());
  CHECK(Draws(1, 2, 3).word() != Draws(1, 3, 2).word());
  CHECK(Draws(1, 2, 3).word() != Draws(2, 2, 3).word());
}

TEST_CASE("numbers below a bound are equally frequent", "[core]") {
  Draws draws(4, 0, 0);
  std::vector<int> bins(7);
  for (int i = 0; i < 14000; ++i) ++bins.at(draws.below(7));
  double chi = 0;
  for (const int n : bins) chi += (n - 2000.0) * (n - 2000.0) / 2000.0;
  CHECK(chi < 22.5);  // the 99.9 % point of chi square with 6 degrees of freedom
}

TEST_CASE("one of several is drawn as often as its probability says", "[core]") {
  Draws draws(5, 0, 0);
  const std::array<double, 4> p{0.1, 0, 0.6, 0.3};
  std::vector<int> bins(4);
  for (int i = 0; i < 10000; ++i) ++bins[draws.one_of(p)];
  CHECK(bins[1] == 0);
  double chi = 0;
  for (const std::size_t i : {0u, 2u, 3u}) chi += (bins[i] - 1e4 * p[i]) * (bins[i] - 1e4 * p[i]) / (1e4 * p[i]);
  CHECK(chi < 13.8);  // the 99.9 % point of chi square with 2 degrees of freedom
}

TEST_CASE("probabilities a little below 1 in sum do not draw what cannot be", "[core]") {
  Draws draws(6, 0, 0);
  const std::array<double, 4> p{0.25, 0.25, 0.25, 0};  // a quarter is missing, so that it shows
  for (int i = 0; i < 100; ++i) CHECK(draws.one_of(p) < 3);
}
