// Which letters are read, as what, and what the refusal of the others says.
#include <l2g/data/letters.hpp>

#include "message_of.hpp"
#include "scratch_folder.hpp"

#include <catch2/catch.hpp>

using namespace l2g::data;

namespace {
std::string read(std::string s, const LetterRules& rules = {}) {
  apply_letter_rules(s, rules, "f", 3, 10);
  return s;
}
std::string refusal(const std::string& s, const LetterRules& rules = {}) {
  return message_of([&] { read(s, rules); });
}
}  // namespace

TEST_CASE("upper and lower case read alike, U is T, IUPAC codes stay") {
  CHECK(read("acgtuACGTUn") == "ACGTTACGTTN");
  CHECK(read("RYSWKMBDHVryswkmbdhv") == "RYSWKMBDHVRYSWKMBDHV");
  CHECK(read("acGTn", {.mask_lower_case = true}) == "NNGTN");
  for (const char c : std::string("RYSWKMBDHVN")) CHECK(base_code(c) == 4);
  CHECK(base_code('a') == 0);
  CHECK(base_code('u') == 3);
}

TEST_CASE("other letters are refused with their place and a hint") {
  CHECK(refusal("ACGE") == "f:3:13: 'E' is not a DNA letter (A C G T U N and the IUPAC codes R Y S W K M B D H V are)");
  CHECK(refusal("MKVLEEPFQ").find("f:3:13: 'L' is not a DNA letter; this looks like protein") == 0);
  CHECK(refusal("ACG TGC").find("k-mer text") != std::string::npos);
  CHECK(refusal("ACG-TGC").find("remove the gaps") != std::string::npos);
  CHECK(refusal("0123").find("a number stands") != std::string::npos);
  CHECK(refusal(std::string("AC\x01", 3)).find("byte 0x01") != std::string::npos);
  CHECK(refusal("ACU", {.accept_uracil = false}).find("accept_uracil is off") != std::string::npos);
  CHECK(refusal("ACR", {.accept_ambiguous = false}).find("accept_ambiguous is off") != std::string::npos);
  CHECK(refusal("ACN", {.accept_ambiguous = false}).empty());
}

TEST_CASE("every byte is either read as an upper-case letter or refused") {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string one(1, static_cast<char>(byte));
    const bool known = std::string("ACGTURYSWKMBDHVNacgturyswkmbdhvn").find(one) != std::string::npos && byte != 0;
    CHECK(refusal(one).empty() == known);
  }
}

TEST_CASE("the reverse complement pairs IUPAC codes and keeps case") {
  CHECK(reverse_complement("AACGTRYKMBVDHSWNacg") == "cgtNWSDHBVKMRYACGTT");
  CHECK(reverse_complement("") == "");
  const std::string s = "ACGGTNNRYSWKMBDHV";
  CHECK(reverse_complement(reverse_complement(s)) == s);
}

TEST_CASE("words of IUPAC letters are not DNA") {
  for (const char* word : {"strand", "start", "data", "dna", "", "E"}) CHECK_FALSE(looks_like_dna(word));
  for (const char* dna : {"ACGT", "acgtn", "ACGTACGTACGTRACGTACGT"}) CHECK(looks_like_dna(dna));
}
