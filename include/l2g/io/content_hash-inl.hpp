#pragma once
#include <l2g/io/content_hash.hpp>

#include <algorithm>
#include <bit>
#include <cstring>

namespace l2g::io {
namespace detail {

inline constexpr std::uint64_t murmur_c1 = 0x87c37b91114253d5u, murmur_c2 = 0x4cf5ad432745937fu;

inline std::uint64_t murmur_first(std::uint64_t k) { return std::rotl(k * murmur_c1, 31) * murmur_c2; }
inline std::uint64_t murmur_second(std::uint64_t k) { return std::rotl(k * murmur_c2, 33) * murmur_c1; }
inline std::uint64_t murmur_last(std::uint64_t k) {
  k = (k ^ (k >> 33)) * 0xff51afd7ed558ccdu;
  k = (k ^ (k >> 33)) * 0xc4ceb9fe1a85ec53u;
  return k ^ (k >> 33);
}

}  // namespace detail

L2G_INLINE void ContentHash::block(const std::byte* data) {
  std::uint64_t k[2];
  std::memcpy(k, data, sizeof k);
  a_ ^= detail::murmur_first(k[0]);
  a_ = (std::rotl(a_, 27) + b_) * 5 + 0x52dce729;
  b_ ^= detail::murmur_second(k[1]);
  b_ = (std::rotl(b_, 31) + a_) * 5 + 0x38495ab5;
}

L2G_INLINE ContentHash& ContentHash::bytes(std::span<const std::byte> data) {
  const std::size_t waiting = static_cast<std::size_t>(size_ % 16);
  size_ += data.size();
  if (waiting > 0) {
    const std::size_t n = std::min(16 - waiting, data.size());
    std::copy_n(data.begin(), n, rest_ + waiting);
    data = data.subspan(n);
    if (waiting + n < 16) return *this;
    block(rest_);
  }
  for (; data.size() >= 16; data = data.subspan(16)) block(data.data());
  std::copy(data.begin(), data.end(), rest_);
  return *this;
}

L2G_INLINE ContentHash& ContentHash::add(std::string_view text) {
  add(static_cast<std::uint64_t>(text.size()));
  return bytes(std::as_bytes(std::span(text)));
}

L2G_INLINE std::string ContentHash::text() const {
  std::byte padded[16] = {};
  std::copy_n(rest_, size_ % 16, padded);
  std::uint64_t k[2];
  std::memcpy(k, padded, sizeof k);
  std::uint64_t a = a_ ^ detail::murmur_first(k[0]) ^ size_, b = b_ ^ detail::murmur_second(k[1]) ^ size_;
  a += b;
  b += a;
  a = detail::murmur_last(a);
  b = detail::murmur_last(b);
  a += b;
  b += a;
  constexpr char digits[] = "0123456789abcdef";
  std::string s;
  for (const std::uint64_t half : {a, b})
    for (int i = 60; i >= 0; i -= 4) s += digits[half >> i & 15];
  return s;
}

}  // namespace l2g::io
