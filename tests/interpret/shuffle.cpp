// Shuffles: exact counts of words, ends kept, every sequence with these words equally often, a pure function of its
// numbers.
#include <l2g/core/errors.hpp>
#include <l2g/core/philox.hpp>
#include <l2g/interpret/shuffle.hpp>

#include <algorithm>
#include <cmath>
#include <map>

#include <catch2/catch.hpp>

using namespace l2g;
using interpret::shuffle;
using interpret::ShuffleMode;

namespace {

std::map<std::string, int> words(const std::string& s, int k) {
  std::map<std::string, int> counts;
  for (std::size_t i = 0; i + std::size_t(k) <= s.size(); ++i) ++counts[s.substr(i, std::size_t(k))];
  return counts;
}

std::string drawn(index_t length, std::uint64_t seed, const char* letters, std::uint64_t of) {
  const Rng rng{seed, 0};
  std::string s;
  for (index_t i = 0; i < length; ++i) s += letters[rng.below(1, std::uint64_t(i), of)];
  return s;
}

/// How often 60000 shuffles reach each sequence with the words of `s`; all of them are keys.
std::map<std::string, int> reached(const std::string& s, ShuffleMode mode) {
  std::map<std::string, int> times;
  const auto all = words(s, 2);
  const auto extend = [&](auto&& self, std::string start, std::map<std::string, int> left) -> void {
    if (start.size() == s.size()) return void(times[start] = 0);
    for (const char c : std::string("ACGT"))
      if (const auto word = left.find({start.back(), c}); word != left.end() && word->second > 0) {
        --word->second;
        self(self, start + c, left);
        ++word->second;
      }
  };
  extend(extend, s.substr(0, 1), all);
  for (std::uint64_t i = 0; i < 60000; ++i) ++times[shuffle(s, 2, 7, 3, i, mode)];
  return times;
}

}  // namespace

TEST_CASE("a shuffle keeps every word and both ends") {
  for (int k = 1; k <= 8; ++k)
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const std::string s = drawn(index_t(1 + seed * seed), seed, seed % 3 ? "ACGT" : "AACT", 4);
      for (std::uint64_t i = 0; i < 3; ++i) {
        const std::string t = shuffle(s, k, seed, 0, i);
        REQUIRE(t.size() == s.size());
        for (int j = 1; j <= k; ++j) CHECK(words(t, j) == words(s, j));
        const auto kept = std::min(s.size(), std::size_t(k - 1));
        CHECK(t.substr(0, kept) == s.substr(0, kept));
        CHECK(t.substr(t.size() - kept) == s.substr(s.size() - kept));
      }
    }
  CHECK(shuffle("", 2, 0, 0, 0).empty());
  CHECK(shuffle("A", 1, 0, 0, 0) == "A");
  CHECK(shuffle("acgtacgt", 2, 1, 0, 0).find_first_not_of("ACGT") == std::string::npos);
}

TEST_CASE("N and other codes stay where they are and part the sequence") {
  const std::string s = "NN" + drawn(40, 1, "ACGT", 4) + "N" + drawn(1, 2, "ACGT", 4) + "RN" + drawn(60, 3, "ACGT", 4);
  bool moved = false;
  for (std::uint64_t i = 0; i < 20; ++i) {
    const std::string t = interpret::dinucleotide_shuffle(s, 5, 0, i);
    for (const auto& [from, length] : {std::pair{0, 2}, {42, 1}, {43, 1}, {44, 2}})
      CHECK(t.substr(std::size_t(from), std::size_t(length)) == s.substr(std::size_t(from), std::size_t(length)));
    CHECK(words(t.substr(2, 40), 2) == words(s.substr(2, 40), 2));
    CHECK(words(t.substr(46), 2) == words(s.substr(46), 2));
    moved = moved || t != s;
  }
  CHECK(moved);
}

TEST_CASE("every sequence with the same words is drawn equally often") {
  // interpretation.md 5.2: how many there are, and how few a fixed last step reaches.
  struct Known {
    const char* sequence;
    std::size_t all, fixed;
  };
  for (const auto& [s, all, fixed] : {Known{"ACGATCAGTA", 42, 2},
                                      {"ACGTACAGTCATGA", 456, 12},
                                      {"CATCGACAGACTACGC", 2760, 144},
                                      {"AACCGGTTACGTAGC", 378, 36}}) {
    CAPTURE(s);
    const auto times = reached(s, ShuffleMode::uniform);
    REQUIRE(times.size() == all);
    const double expected = 60000.0 / double(all), degrees = double(all - 1);
    double chi = 0;
    for (const auto& [t, n] : times) chi += (n - expected) * (n - expected) / expected;
    // Five standard deviations of chi-square: the draw is fixed by its seed, a biased one is off by thousands.
    CHECK(std::abs(chi - degrees) < 5 * std::sqrt(2 * degrees));
    std::size_t few = 0;
    for (const auto& [t, n] : reached(s, ShuffleMode::fixed_last_step)) few += n > 0;
    CHECK(few == fixed);
  }
}

TEST_CASE("longer words are uniform too, and one letter is a permutation") {
  // Three ways from AC back to AC, two of them alike: 3 sequences with these words of three letters.
  std::map<std::string, int> times;
  for (std::uint64_t i = 0; i < 30000; ++i) ++times[shuffle("ACGACGACTACC", 3, 1, 0, i)];
  for (const auto& [t, n] : times) CHECK(n == Approx(30000.0 / double(times.size())).epsilon(0.05));
  CHECK(times.size() == 3);
  std::map<std::string, int> letters;
  for (std::uint64_t i = 0; i < 60000; ++i) ++letters[shuffle("AACG", 1, 1, 0, i)];
  CHECK(letters.size() == 12);
  for (const auto& [t, n] : letters) CHECK(n == Approx(5000).epsilon(0.08));
}

TEST_CASE("a shuffle follows from its numbers alone") {
  const std::string s = drawn(200, 1, "ACGT", 4), t = shuffle(s, 2, 1, 2, 3);
  CHECK(t == shuffle(s, 2, 1, 2, 3));
  for (const auto& other : {shuffle(s, 2, 0, 2, 3), shuffle(s, 2, 1, 0, 3), shuffle(s, 2, 1, 2, 0),
                            shuffle(s, 2, 1, 3, 2), shuffle(s, 2, 2, 1, 3)})
    CHECK(other != t);
}

TEST_CASE("words that are too long are refused") {
  CHECK_THROWS_WITH(shuffle("ACGT", 0, 0, 0, 0), "shuffle: k is 0, wanted 1 to 8");
  CHECK_THROWS_WITH(shuffle("ACGT", 9, 0, 0, 0), "shuffle: k is 9, wanted 1 to 8");
}
