#pragma once
// Which letters a DNA sequence may hold, and what each of them means.
#include <l2g/core/config.hpp>

#include <array>
#include <string>
#include <string_view>

namespace l2g::data {

/// Rules by which letters are read. Upper and lower case read alike (a soft-masked genome is the same genome), U is T;
/// N and the IUPAC codes R Y S W K M B D H V are kept in the sequence and are all N in the encoding. Anything else
/// (the protein letters E F I L P Q Z, J O X, digits, '*', '-', spaces) is refused with file, line and column.
struct LetterRules {
  bool mask_lower_case = false;  ///< read soft-masked (lower-case) letters as N
  bool accept_uracil = true;     ///< false: a U is an error
  bool accept_ambiguous = true;  ///< false: letters other than A C G T U N are errors
};

namespace detail {

constexpr std::array<std::uint8_t, 256> make_codes() {
  std::array<std::uint8_t, 256> codes{};
  for (auto& c : codes) c = 4;
  codes['A'] = codes['a'] = 0;
  codes['C'] = codes['c'] = 1;
  codes['G'] = codes['g'] = 2;
  codes['T'] = codes['t'] = codes['U'] = codes['u'] = 3;
  return codes;
}
inline constexpr std::array<std::uint8_t, 256> codes = make_codes();

inline constexpr std::string_view ambiguous = "RYSWKMBDHV";
inline constexpr std::string_view protein_only = "EFILPQZJOX*";

}  // namespace detail

/// 0 1 2 3 for A C G T (U is T) in either case, 4 for every other letter.
constexpr int base_code(char letter) { return detail::codes[static_cast<unsigned char>(letter)]; }

/// The base that pairs with a letter, IUPAC codes included; case is kept, what pairs with nothing stays.
constexpr char complement(char letter) {
  constexpr std::string_view from = "ACGTURYKMBVDHacgturykmbvdh", to = "TGCAAYRMKVBHDtgcaayrmkvbhd";
  const auto i = from.find(letter);
  return i == std::string_view::npos ? letter : to[i];
}

/// The other strand, read from its 5' end.
std::string reverse_complement(std::string_view sequence);

/// Whether all letters may stand in DNA and most of them are A C G T U N: what tells a column of sequences from words
/// such as "strand", which consists of IUPAC letters too.
bool looks_like_dna(std::string_view text);

/// Brings a piece of sequence to upper case by the rules, in place. `line` and `column` say where its first letter
/// stands in `path`. Throws file_error for a letter that the rules refuse, and says so when the text looks like
/// protein.
void apply_letter_rules(std::string& sequence, const LetterRules& rules, const std::string& path, index_t line,
                        index_t column);

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/letters-inl.hpp>
#endif
