#pragma once
// Bytes as tokens: the four special ids of RoBERTa's vocabulary, then one id for each byte. Nothing is ever unknown.
#include <l2g/core/errors.hpp>

#include <string>
#include <vector>

namespace l2g::text {

/// The ids of the special tokens, in RoBERTa's order: <s>, <pad>, </s>, <mask>. Byte b has the id first_byte + b.
inline constexpr std::int32_t start_id = 0, pad_id = 1, end_id = 2, mask_id = 3, first_byte = 4;
inline constexpr index_t byte_vocabulary = 260;

constexpr std::int32_t byte_id(char c) { return first_byte + static_cast<std::int32_t>(static_cast<unsigned char>(c)); }
constexpr bool is_byte(std::int32_t id) { return id >= first_byte && id < byte_vocabulary; }

/// The ids of the bytes of `text`; framed: between <s> and </s>.
std::vector<std::int32_t> encode(std::string_view text, bool framed = false);

/// The bytes of the ids; <s>, </s> and <pad> vanish, <mask> is shown as "<mask>" (so that people see it).
/// Throws error for an id outside of the vocabulary.
std::string decode(std::span<const std::int32_t> ids);

/// A whole text file, plain or gzip (told by content, also many members). A UTF-8 byte order mark and the carriage
/// returns of Windows are removed. Throws file_error when the file is missing (naming a near one), unreadable, damaged,
/// cut short or UTF-16.
std::string read_text(const std::string& path);

/// How a text is cut for a model that takes `length` tokens: length - 2 bytes between <s> and </s>.
constexpr index_t bytes_of_window(index_t length) { return length - 2; }

/// The ids of one window, (length): the bytes from `start` on between <s> and </s>, then <pad> when the text ends.
/// Returns how many of the ids are not <pad>. Throws error when length < 3 or `start` lies behind the text.
index_t encode_window(std::string_view text, std::size_t start, std::span<std::int32_t> ids);

}  // namespace l2g::text

#ifndef L2G_COMPILED
#include <l2g/text/bytes-inl.hpp>
#endif
