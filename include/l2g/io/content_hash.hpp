#pragma once
// A name for contents: equal inputs have equal hashes on every machine.
#include <l2g/core/config.hpp>

#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace l2g::io {

/// 128 bits over everything that was added, in its order: MurmurHash3 x64 128 (Appleby 2011), fed piece by piece. It
/// tells different inputs apart; it is not safe against somebody who makes two equal ones on purpose.
class ContentHash {
 public:
  /// Raw bytes; how they are cut into pieces does not matter.
  ContentHash& bytes(std::span<const std::byte> data);
  /// A field: its length and its bytes, so that ("ab", "c") and ("a", "bc") differ.
  ContentHash& add(std::string_view text);
  ContentHash& add(const char* text) { return add(std::string_view(text)); }
  template <class T>
  requires std::is_arithmetic_v<T> ContentHash& add(T number) {
    return bytes(std::as_bytes(std::span<const T, 1>(&number, 1)));
  }
  template <class T>
  requires std::is_arithmetic_v<T> ContentHash& add(std::span<const T> numbers) {
    add(static_cast<std::uint64_t>(numbers.size()));
    return bytes(std::as_bytes(numbers));
  }
  ContentHash& add(const ContentHash& other) { return add(std::string_view(other.text())); }

  /// 32 digits, of the 16 bytes in the order of the reference implementation's output.
  std::string text() const;

 private:
  void block(const std::byte* data);

  std::uint64_t a_ = 0, b_ = 0, size_ = 0;
  std::byte rest_[16] = {};  // size_ % 16 of them wait
};

}  // namespace l2g::io

#ifndef L2G_COMPILED
#include <l2g/io/content_hash-inl.hpp>
#endif
