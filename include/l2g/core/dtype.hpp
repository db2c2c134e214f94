#pragma once
// Element types: the two 16-bit floats as storage, and names for all types that files may hold.
#include <l2g/core/config.hpp>

namespace l2g {
namespace detail {

// The bits of a double rounded to float such that a second rounding, to 16 bits, is as good as one: what is lost sets
// the last bit ("round to odd", Boldo and Melquiond 2008).
L2G_HD constexpr std::uint32_t float_bits_round_to_odd(double x) {
  constexpr double largest = 0x1.fffffep127;
  if (x > largest) return __builtin_bit_cast(std::uint64_t, x) == 0x7ff0000000000000u ? 0x7f800000u : 0x7f7fffffu;
  if (x < -largest) return __builtin_bit_cast(std::uint64_t, x) == 0xfff0000000000000u ? 0xff800000u : 0xff7fffffu;
  const float rounded = static_cast<float>(x);
  std::uint32_t bits = __builtin_bit_cast(std::uint32_t, rounded);
  const double back = static_cast<double>(rounded);
  if (x == back || x != x) return bits;
  if ((x > 0 && back > x) || (x < 0 && back < x)) --bits;
  return bits | 1u;
}

L2G_HD constexpr std::uint16_t bf16_bits(std::uint32_t bits) {
  if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<std::uint16_t>((bits >> 16) | 0x40u);  // NaN stays NaN
  return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

L2G_HD constexpr std::uint16_t f16_bits(std::uint32_t bits) {
  const std::uint32_t sign = (bits >> 16) & 0x8000u, magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return static_cast<std::uint16_t>(sign | 0x7e00u | ((magnitude >> 13) & 0x3ffu));
  if (magnitude >= 0x477ff000u) return static_cast<std::uint16_t>(sign | 0x7c00u);  // 65520 and above
  if (magnitude < 0x38800000u) {                                                    // below 2^-14: subnormal or zero
    if (magnitude <= 0x33000000u) return static_cast<std::uint16_t>(sign);          // up to 2^-25, the tie goes to 0
    const std::uint32_t shift = 126u - (magnitude >> 23);
    const std::uint32_t mantissa = (magnitude & 0x7fffffu) | 0x800000u;
    const std::uint32_t kept = mantissa >> shift, lost = mantissa & ((1u << shift) - 1u), half = 1u << (shift - 1u);
    return static_cast<std::uint16_t>(sign | (kept + (lost > half || (lost == half && (kept & 1u)) ? 1u : 0u)));
  }
  const std::uint32_t rebased = magnitude - 0x38000000u;  // exponent bias 127 to 15
  return static_cast<std::uint16_t>(sign | ((rebased + 0xfffu + ((rebased >> 13) & 1u)) >> 13));
}

L2G_HD constexpr std::uint32_t float_bits_of_f16(std::uint16_t h) {
  const std::uint32_t sign = static_cast<std::uint32_t>(h & 0x8000u) << 16, exponent = (h >> 10) & 0x1fu;
  std::uint32_t mantissa = h & 0x3ffu;
  if (exponent == 31) return sign | 0x7f800000u | (mantissa << 13);
  if (exponent > 0) return sign | ((exponent + 112u) << 23) | (mantissa << 13);
  if (mantissa == 0) return sign;
  std::uint32_t shift = 0;
  for (; !(mantissa & 0x400u); mantissa <<= 1) ++shift;
  return sign | ((113u - shift) << 23) | ((mantissa & 0x3ffu) << 13);
}

}  // namespace detail

/// bfloat16: the upper half of a float; rounds to nearest, ties to even.
struct bf16 {
  std::uint16_t bits = 0;
  bf16() = default;
  L2G_HD constexpr explicit bf16(float x) : bits(detail::bf16_bits(__builtin_bit_cast(std::uint32_t, x))) {}
  L2G_HD constexpr explicit bf16(double x) : bits(detail::bf16_bits(detail::float_bits_round_to_odd(x))) {}
  L2G_HD constexpr operator float() const { return __builtin_bit_cast(float, static_cast<std::uint32_t>(bits) << 16); }
};

/// IEEE 754 binary16; rounds to nearest, ties to even; 65520 and above become infinite.
struct f16 {
  std::uint16_t bits = 0;
  f16() = default;
  L2G_HD constexpr explicit f16(float x) : bits(detail::f16_bits(__builtin_bit_cast(std::uint32_t, x))) {}
  L2G_HD constexpr explicit f16(double x) : bits(detail::f16_bits(detail::float_bits_round_to_odd(x))) {}
  L2G_HD constexpr operator float() const { return __builtin_bit_cast(float, detail::float_bits_of_f16(bits)); }
};

static_assert(sizeof(bf16) == 2 && sizeof(f16) == 2);
static_assert(bf16(1.00390625f).bits == 0x3f80 && bf16(1.01171875f).bits == 0x3f82);  // ties
static_assert(f16(65504.f).bits == 0x7bff && f16(65519.f).bits == 0x7bff && f16(65520.f).bits == 0x7c00);
static_assert(f16(0x1p-24f).bits == 1 && f16(0x1p-25f).bits == 0 && f16(0x1.8p-24f).bits == 2);

/// What sums of T are kept in.
template <class T>
struct accumulator {
  using type = float;
};
template <>
struct accumulator<double> {
  using type = double;
};
template <class T>
using acc_t = typename accumulator<T>::type;

/// Element types of files.
enum class Dtype : std::uint8_t { f64, f32, f16, bf16, i64, i32, i16, i8, u64, u32, u16, u8, boolean };

/// Bytes of one element.
L2G_HD constexpr std::size_t size_of(Dtype t) {
  switch (t) {
    case Dtype::f64:
    case Dtype::i64:
    case Dtype::u64:
      return 8;
    case Dtype::f32:
    case Dtype::i32:
    case Dtype::u32:
      return 4;
    case Dtype::f16:
    case Dtype::bf16:
    case Dtype::i16:
    case Dtype::u16:
      return 2;
    default:
      return 1;
  }
}

/// The name that safetensors gives it: "F32", "BF16", "I64", "BOOL", ...
constexpr const char* name_of(Dtype t) {
  constexpr const char* names[] = {"F64", "F32", "F16", "BF16", "I64", "I32", "I16",
                                   "I8",  "U64", "U32", "U16",  "U8",  "BOOL"};
  return names[static_cast<int>(t)];
}

/// The Dtype of a C++ type; other types do not compile.
template <class T>
inline constexpr Dtype dtype_of = T::not_an_element_type;
template <>
inline constexpr Dtype dtype_of<double> = Dtype::f64;
template <>
inline constexpr Dtype dtype_of<float> = Dtype::f32;
template <>
inline constexpr Dtype dtype_of<f16> = Dtype::f16;
template <>
inline constexpr Dtype dtype_of<bf16> = Dtype::bf16;
template <>
inline constexpr Dtype dtype_of<std::int64_t> = Dtype::i64;
template <>
inline constexpr Dtype dtype_of<std::int32_t> = Dtype::i32;
template <>
inline constexpr Dtype dtype_of<std::int16_t> = Dtype::i16;
template <>
inline constexpr Dtype dtype_of<std::int8_t> = Dtype::i8;
template <>
inline constexpr Dtype dtype_of<std::uint64_t> = Dtype::u64;
template <>
inline constexpr Dtype dtype_of<std::uint32_t> = Dtype::u32;
template <>
inline constexpr Dtype dtype_of<std::uint16_t> = Dtype::u16;
template <>
inline constexpr Dtype dtype_of<std::uint8_t> = Dtype::u8;
template <>
inline constexpr Dtype dtype_of<bool> = Dtype::boolean;

}  // namespace l2g
