#include <l2g/core/dtype.hpp>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>

// The oracle knows the definition of a binary format only: sign * 2^(e - bias) * (1 + m / 2^mantissa).
namespace {
double value_of(std::uint16_t bits, int mantissa_bits) {
  const int exponent_bits = 15 - mantissa_bits, bias = (1 << (exponent_bits - 1)) - 1;
  const int exponent = (bits >> mantissa_bits) & ((1 << exponent_bits) - 1),
            mantissa = bits & ((1 << mantissa_bits) - 1);
  const double sign = bits & 0x8000 ? -1 : 1;
  if (exponent == (1 << exponent_bits) - 1)
    return mantissa ? std::numeric_limits<double>::quiet_NaN() : sign * std::numeric_limits<double>::infinity();
  const double fraction = std::ldexp(mantissa, -mantissa_bits);
  return sign * std::ldexp(exponent ? 1 + fraction : fraction, exponent ? exponent - bias : 1 - bias);
}

template <class Half>
void check_every_pattern(int mantissa_bits) {
  const std::uint16_t infinite = mantissa_bits == 10 ? 0x7c00 : 0x7f80;
  int wrong = 0;
  for (std::uint32_t pattern = 0; pattern < 65536; ++pattern) {
    Half h;
    h.bits = static_cast<std::uint16_t>(pattern);
    const double exact = value_of(h.bits, mantissa_bits);
    const float f = h;
    if (std::isnan(exact)) {
      wrong += !std::isnan(f) || !std::isnan(float(Half(f))) || !std::isnan(float(Half(exact)));
      continue;
    }
    const double as_double = f;
    wrong += std::memcmp(&as_double, &exact, sizeof exact) != 0;
    wrong += Half(f).bits != h.bits || Half(exact).bits != h.bits;
    // Between a finite value and its outer neighbour: nearest wins, the middle goes to the even one.
    if ((h.bits & 0x7fff) >= infinite) continue;
    const std::uint16_t up = static_cast<std::uint16_t>(h.bits + 1);
    const double outer = (up & 0x7fff) == infinite
                             ? std::copysign(std::ldexp(1.0, mantissa_bits == 10 ? 16 : 128), exact)
                             : value_of(up, mantissa_bits);
    const double middle = (exact + outer) / 2;
    const std::uint16_t even = h.bits & 1 ? up : h.bits;
    const double toward = std::copysign(0.0, exact), away = std::copysign(INFINITY, exact);
    wrong += Half(middle).bits != even || Half(std::nextafter(middle, toward)).bits != h.bits ||
             Half(std::nextafter(middle, away)).bits != up;
    const float middle_float = static_cast<float>(middle);
    if (middle_float != middle) continue;  // below the smallest float
    wrong += Half(middle_float).bits != even ||
             Half(std::nextafter(middle_float, static_cast<float>(toward))).bits != h.bits ||
             Half(std::nextafter(middle_float, static_cast<float>(away))).bits != up;
  }
  REQUIRE(wrong == 0);
}
}  // namespace

TEST_CASE("every f16 and bf16 pattern converts exactly, and rounding is to nearest, ties to even", "[io]") {
  check_every_pattern<l2g::f16>(10);
  check_every_pattern<l2g::bf16>(7);
  REQUIRE(l2g::f16(1e300).bits == 0x7c00);
  REQUIRE(l2g::bf16(-1e300).bits == 0xff80);
  REQUIRE(l2g::bf16(-std::numeric_limits<double>::infinity()).bits == 0xff80);
  REQUIRE(l2g::f16(1e-300).bits == 0);
  REQUIRE(l2g::f16(-1e-300).bits == 0x8000);
}
