#pragma once
// A string as a template argument: Named<"head", ...>.
#include <l2g/core/config.hpp>

#include <string_view>

namespace l2g {
namespace detail {
struct ThreeDigits {
  char s[1000][3]{};
  constexpr ThreeDigits() {
    for (int n = 0; n < 1000; ++n)
      s[n][0] = char('0' + n / 100), s[n][1] = char('0' + n / 10 % 10), s[n][2] = char('0' + n % 10);
  }
};
inline constexpr ThreeDigits three_digits{};
}  // namespace detail

template <std::size_t N>
struct Text {
  char s[N]{};
  constexpr Text(const char (&text)[N]) {
    for (std::size_t i = 0; i < N; ++i) s[i] = text[i];
  }
  constexpr std::string_view view() const { return {s, N - 1}; }
};

/// The decimal text of a number below 1000, for keys: number_key(12) is "12".
constexpr std::string_view number_key(std::size_t i) {
  const std::size_t skip = i < 10 ? 2 : i < 100 ? 1 : 0;
  return {detail::three_digits.s[i % 1000] + skip, 3 - skip};
}

}  // namespace l2g
