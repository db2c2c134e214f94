#pragma once
#include <l2g/io/convert.hpp>

#include <cstring>
#include <type_traits>
#include <utility>

namespace l2g::io {
namespace detail {

template <class T>
inline constexpr bool is_half = std::is_same_v<T, f16> || std::is_same_v<T, bf16>;
template <class T>
inline constexpr bool is_float = std::is_floating_point_v<T> || is_half<T>;

template <class To, class From>
To convert_one(From x) {
  if constexpr (is_half<To>) {
    if constexpr (std::is_integral_v<From>) {
      return To(static_cast<double>(x));  // exact below 2^53
    } else if constexpr (is_half<From>) {
      return To(static_cast<float>(x));
    } else {
      return To(x);
    }
  } else if constexpr (is_half<From>) {
    return static_cast<To>(static_cast<float>(x));
  } else if constexpr (std::is_same_v<To, bool>) {
    if (x != From(0) && x != From(1)) throw error("the value " + std::to_string(x) + " is not a truth value");
    return x != From(0);
  } else if constexpr (std::is_integral_v<To> && !std::is_same_v<From, bool>) {
    if (!std::in_range<To>(x))
      throw error("the value " + std::to_string(x) + " does not fit into " + name_of(dtype_of<To>));
    return static_cast<To>(x);
  } else {
    return static_cast<To>(x);
  }
}

template <class From, class To>
void convert_all(const void* from, void* to, std::size_t count) {
  if constexpr (is_float<From> && !is_float<To>) {
    throw error(std::string("numbers with a fraction (") + name_of(dtype_of<From>) +
                ") are not read as whole numbers (" + name_of(dtype_of<To>) + ")");
  } else {
    const auto* in = static_cast<const unsigned char*>(from);
    auto* out = static_cast<To*>(to);
    for (std::size_t i = 0; i < count; ++i) {
      // A byte of a file may be neither 0 nor 1, which a bool must not hold.
      using Stored = std::conditional_t<std::is_same_v<From, bool>, std::uint8_t, From>;
      Stored x;
      std::memcpy(&x, in + i * sizeof x, sizeof x);
      if constexpr (std::is_same_v<From, bool>) {
        out[i] = convert_one<To>(x != 0);
      } else {
        out[i] = convert_one<To>(x);
      }
    }
  }
}

template <class Visit>
void with_type(Dtype type, Visit&& visit) {
  switch (type) {
    case Dtype::f64:
      return visit(double{});
    case Dtype::f32:
      return visit(float{});
    case Dtype::f16:
      return visit(f16{});
    case Dtype::bf16:
      return visit(bf16{});
    case Dtype::i64:
      return visit(std::int64_t{});
    case Dtype::i32:
      return visit(std::int32_t{});
    case Dtype::i16:
      return visit(std::int16_t{});
    case Dtype::i8:
      return visit(std::int8_t{});
    case Dtype::u64:
      return visit(std::uint64_t{});
    case Dtype::u32:
      return visit(std::uint32_t{});
    case Dtype::u16:
      return visit(std::uint16_t{});
    case Dtype::u8:
      return visit(std::uint8_t{});
    case Dtype::boolean:
      return visit(bool{});
  }
}

}  // namespace detail

L2G_INLINE void convert(Dtype from_type, const void* from, Dtype to_type, void* to, std::size_t count) {
  if (from_type == to_type && from_type != Dtype::boolean) {
    if (count > 0) std::memcpy(to, from, count * size_of(from_type));
    return;
  }
  detail::with_type(from_type, [&](auto in) {
    detail::with_type(to_type, [&](auto out) { detail::convert_all<decltype(in), decltype(out)>(from, to, count); });
  });
}

}  // namespace l2g::io
