#pragma once
// How SentencePiece's vocabularies write spaces (as a visible character) and bytes (as <0x00> ... <0xFF>).
#include <l2g/text/vocabulary.hpp>

#include <array>

namespace l2g::text {

/// Before which part of a text a space is put: none, the one that the text begins with, or each that follows an added
/// token, too.
enum class SpacePrefix { never, first, always };

struct Spaces {
  std::string symbol = "\xe2\x96\x81";  // U+2581
  SpacePrefix prefix = SpacePrefix::first;
  /// A space is put before a text that begins with one, too.
  bool prefix_before_space = true;
  /// Spaces at the ends vanish, and several are one.
  bool remove_extra = false;
  /// Bytes that are no UTF-8 become U+FFFD.
  bool replace_invalid = false;
};

/// A part of a text with visible spaces, and where its bytes come from. Its memory is used again for the next one.
class SpacedText {
 public:
  /// `base`: where the part begins in the whole text.
  void assign(std::string_view text, std::uint32_t base, const Spaces& spaces);
  const std::string& text() const { return text_; }
  /// The byte of the whole text from which byte i (<= text().size()) comes; a space that was put before the text has
  /// the byte behind it.
  std::uint32_t source(std::size_t i) const { return sources_[i]; }

 private:
  std::string text_;
  std::vector<std::uint32_t> sources_;
};

/// Appends a token, with a space for each symbol.
void append_with_spaces(std::string_view token, std::string_view symbol, std::string& text);

/// Is this <0x00>, <0x01>, ... or <0xFF>?
bool is_byte_piece(std::string_view token);
/// The byte of such a token.
char byte_of_piece(std::string_view token);
/// The ids of these tokens by byte; -1: the vocabulary has none.
std::array<std::int32_t, 256> byte_pieces(const Vocabulary& vocabulary);

}  // namespace l2g::text

#ifndef L2G_COMPILED
#include <l2g/text/spaces-inl.hpp>
#endif
