#pragma once
// What BERT's cleaning and splitting asks of Unicode: classes, lower case, letters without their accents.
#include <l2g/text/utf8.hpp>

namespace l2g::text {

/// White_Space of Unicode; among ASCII: tab, line feed, vertical tab, form feed, carriage return, space.
bool is_space(char32_t c);
/// What cleaning removes: controls that are no white space, formats, private use, U+FFFD.
bool is_control(char32_t c);
/// Category P, and every printable ASCII character that is neither letter nor digit nor space.
bool is_punctuation(char32_t c);
/// The CJK blocks whose characters BERT takes for words.
bool is_ideograph(char32_t c);

/// Appends the canonical decomposition of c without accents (nonspacing marks), (optionally) in lower case.
void append_folded(std::u32string& text, char32_t c, bool strip_accents, bool lower_case);

}  // namespace l2g::text

#ifndef L2G_COMPILED
#include <l2g/text/unicode-inl.hpp>
#endif
