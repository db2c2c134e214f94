// The sixteen lanes of the CPU against the standard library and against Rng.
#include <catch2/catch.hpp>
#include <l2g/cpu/lanes.hpp>

#include <vector>

using namespace l2g;
using Lanes = cpu::Lanes;

namespace {
template <class F, class G>
double worst(double from, double to, F&& lanes, G&& exact, bool relative) {
  double gap = 0;
  for (int i = 0; i <= 4000; ++i) {
    cpu::Vec<float> x = cpu::splat(0.0f);
    for (int k = 0; k < 16; ++k) x[k] = float(from + (to - from) * (i + k / 16.0) / 4001);
    const cpu::Vec<float> y = lanes(x);
    for (int k = 0; k < 16; ++k) {
      const double e = exact(double(x[k]));
      gap = std::max(gap, std::abs(double(y[k]) - e) / (relative ? std::abs(e) : 1.0));
    }
  }
  return gap;
}
}  // namespace

TEST_CASE("exp, erf, tanh and sqrt of floats", "[kernels]") {
  CHECK(worst(
            -87, 88.7228, [](auto v) { return Lanes::exp(v); }, [](double x) { return std::exp(x); }, true) < 2e-7);
  CHECK(worst(
            -1, 1, [](auto v) { return Lanes::exp(v); }, [](double x) { return std::exp(x); }, true) < 2e-7);
  CHECK(worst(
            -6, 6, [](auto v) { return Lanes::erf(v); }, [](double x) { return std::erf(x); }, false) < 4e-7);
  CHECK(worst(
            -50, 50, [](auto v) { return Lanes::tanh(v); }, [](double x) { return std::tanh(x); }, false) < 4e-7);
  CHECK(worst(
            1e-6, 9, [](auto v) { return Lanes::sqrt(v); }, [](double x) { return std::sqrt(x); }, true) < 1e-7);
  CHECK(Lanes::exp(cpu::splat(-1e30f))[3] == 0.0f);
  CHECK(std::isinf(Lanes::exp(cpu::splat(1e30f))[3]));
  CHECK(std::isinf(Lanes::exp(cpu::splat(88.7229f))[3]));
  CHECK(std::isfinite(Lanes::exp(cpu::splat(88.7228f))[3]));
}

TEST_CASE("functions of doubles are those of the standard library", "[kernels]") {
  cpu::Vec<double> x = cpu::splat(0.0);
  for (int k = 0; k < 16; ++k) x[k] = 0.3 * k - 2;
  for (int k = 0; k < 16; ++k) {
    CHECK(Lanes::exp(x)[k] == std::exp(x[k]));
    CHECK(Lanes::erf(x)[k] == std::erf(x[k]));
    CHECK(Lanes::tanh(x)[k] == std::tanh(x[k]));
  }
}

TEST_CASE("lanes draw the words of Rng", "[kernels]") {
  const Rng rng{0x123456789abcdefull, 0x1ffffffffull};
  for (const index_t i : {index_t(0), index_t(16), index_t(1) << 33}) {
    const auto words = Lanes::philox(rng, 0xfeedu, i);
    for (int k = 0; k < 16; ++k)
      for (int w = 0; w < 4; ++w) {
        CHECK(words.w[w][k] == rng.word(0xfeedu, std::uint64_t(4 * (i + k) + w)));
        CHECK(words.w[w][k] == rng.mask_word(0xfeedu, std::uint64_t(i / 16 * 64 + w * 16 + k)));
      }
  }
}

TEST_CASE("lanes behind the end are filled and not stored", "[kernels]") {
  std::vector<float> p(40, 3);
  const auto v = Lanes::load(p.data(), 32, 37, -1.0f);
  CHECK(v[4] == 3.0f);
  CHECK(v[5] == -1.0f);
  Lanes::store(p.data(), 32, 37, cpu::splat(9.0f));
  CHECK(p[36] == 9.0f);
  CHECK(p[37] == 3.0f);
  cpu::Vec<float> n = cpu::splat(0.0f);
  for (int k = 0; k < 16; ++k) n[k] = float(k);
  CHECK(Lanes::sum(n) == 120.0f);
  CHECK(Lanes::max(n) == 15.0f);
  const auto kept = Lanes::keep(cpu::Vec<std::uint32_t>{0, 5, 6, 0xffffffffu}, 6, cpu::splat(2.0f));
  CHECK((kept[0] == 2.0f && kept[1] == 2.0f && kept[2] == 0.0f && kept[3] == 0.0f));
}
