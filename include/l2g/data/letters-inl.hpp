#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/letters.hpp>

#include <algorithm>
#include <cstdio>

namespace l2g::data {

namespace detail {

// What a byte becomes: an upper-case letter, or 0 where it is refused; lower case is handled by the caller.
constexpr std::array<char, 256> make_accepted() {
  std::array<char, 256> accepted{};
  constexpr std::string_view all = "ACGTURYSWKMBDHVN";
  for (const char letter : all) {
    const char read_as = letter == 'U' ? 'T' : letter;
    accepted[static_cast<unsigned char>(letter)] = read_as;
    accepted[static_cast<unsigned char>(letter - 'A' + 'a')] = read_as;
  }
  return accepted;
}
inline constexpr std::array<char, 256> accepted = make_accepted();

constexpr char upper(char letter) {
  return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
}
constexpr bool is_lower(char letter) { return letter >= 'a' && letter <= 'z'; }

// Letters only, and two different ones that only proteins have: a typing error gives one.
inline bool looks_like_protein(std::string_view text) {
  char first = 0;
  for (const char letter : text) {
    const char u = upper(letter);
    if (u != '*' && (u < 'A' || u > 'Z')) return false;
  }
  for (const char letter : text) {
    const char u = upper(letter);
    if (u == '*' || protein_only.find(u) == std::string_view::npos) continue;
    if (!first) first = u;
    if (u != first) return true;
  }
  return false;
}

inline std::string name_of(char letter) {
  if (letter >= ' ' && letter <= '~') return std::string("'") + letter + "'";
  char text[16];
  std::snprintf(text, sizeof text, "byte 0x%02x", static_cast<unsigned>(static_cast<unsigned char>(letter)));
  return text;
}

inline std::string refusal(std::string_view sequence, char letter, const LetterRules& rules) {
  std::string s = name_of(letter) + " is not a DNA letter";
  if (looks_like_protein(sequence)) return s + "; this looks like protein";
  const char u = upper(letter);
  if (letter == ' ' || letter == '\t') return s + "; k-mer text or numbered blocks: give the plain sequence";
  if (letter == '-' || letter == '.') return s + "; this looks like an alignment: remove the gaps";
  if (letter >= '0' && letter <= '9') return s + "; a number stands where a sequence was expected";
  if (letter == '\r') return s + "; save the file with Unix or Windows line ends";
  if (u == 'U' && !rules.accept_uracil) return s + " (it is RNA, and accept_uracil is off)";
  if (accepted[static_cast<unsigned char>(letter)]) return s + " (it is an IUPAC code, and accept_ambiguous is off)";
  return s + " (A C G T U N and the IUPAC codes R Y S W K M B D H V are)";
}

}  // namespace detail

L2G_INLINE std::string reverse_complement(std::string_view sequence) {
  std::string other(sequence.rbegin(), sequence.rend());
  for (char& letter : other) letter = complement(letter);
  return other;
}

L2G_INLINE bool looks_like_dna(std::string_view text) {
  std::size_t plain = 0;
  for (const char letter : text) {
    if (!detail::accepted[static_cast<unsigned char>(letter)]) return false;
    plain += base_code(letter) < 4 || detail::upper(letter) == 'N';
  }
  return !text.empty() && 10 * plain >= 9 * text.size();
}

L2G_INLINE void apply_letter_rules(std::string& sequence, const LetterRules& rules, const std::string& path,
                                   index_t line, index_t column) {
  for (std::size_t i = 0; i < sequence.size(); ++i) {
    const char letter = sequence[i];
    const char read_as = detail::accepted[static_cast<unsigned char>(letter)];
    const char u = detail::upper(letter);
    const bool refused = !read_as || (u == 'U' && !rules.accept_uracil) ||
                         (!rules.accept_ambiguous && base_code(letter) == 4 && u != 'N');
    if (refused)
      throw file_error(path, line, column + static_cast<index_t>(i), detail::refusal(sequence, letter, rules));
    sequence[i] = rules.mask_lower_case && detail::is_lower(letter) ? 'N' : read_as;
  }
}

}  // namespace l2g::data
