// One-hot encoding, its padding and augmentation, against a plain way to write the same.
#include <l2g/data/encode.hpp>

#include "message_of.hpp"
#include "scratch_folder.hpp"

#include <catch2/catch.hpp>

using namespace l2g::data;
using l2g::index_t;
using l2g::Rng;

namespace {

// The encoding as letters: one of A C G T N for each place, '.' for zeros.
std::string as_letters(const std::vector<double>& values, index_t channels) {
  std::string s;
  for (std::size_t i = 0; i < values.size(); i += static_cast<std::size_t>(channels)) {
    char letter = '.';
    int ones = 0;
    for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c)
      if (values[i + c] == 1)
        letter = "ACGTN"[c], ++ones;
      else
        CHECK(values[i + c] == 0);
    CHECK(ones <= 1);
    s += letter;
  }
  return s;
}

std::string encoded(std::string_view sequence, const EncodeOptions& o, bool reverse = false, int shift = 0) {
  std::vector<double> out(static_cast<std::size_t>(o.length * o.channels), 7);
  encode_sequence<double>(sequence, o, out, reverse, shift);
  return as_letters(out, o.channels);
}

}  // namespace

TEST_CASE("padding is N on the left; the right side and zeros are options; long ones lose their right end") {
  CHECK(encoded("ACGTR", {.length = 8}) == "NNNACGTN");
  CHECK(encoded("ACGTR", {.length = 8, .pad_right = true}) == "ACGTNNNN");
  CHECK(encoded("ACGTR", {.length = 8, .pad_zeros = true}) == "...ACGTN");
  CHECK(encoded("ACGTR", {.length = 8, .channels = 4}) == "...ACGT.");
  CHECK(encoded("AACCGGTT", {.length = 3}) == "AAC");
  CHECK(encoded("", {.length = 2}) == "NN");
}

TEST_CASE("the other strand is encoded as its text would be") {
  for (const std::string s : {"ACGTTGNNRA", "A", "ACGTACGTACGTAAAA"})
    for (const index_t length : {4, 10, 20})
      for (const int shift : {0, 3, -2}) {
        const EncodeOptions o{.length = length};
        CHECK(encoded(s, o, true, shift) == encoded(reverse_complement(s), o, false, shift));
      }
}

TEST_CASE("a shift moves the row; what is vacated is padding, or letters that were cut off") {
  CHECK(encoded("ACGT", {.length = 6}, false, 1) == "NNNACG");
  CHECK(encoded("ACGT", {.length = 6}, false, -1) == "NACGTN");
  CHECK(encoded("AACCGGTT", {.length = 4}, false, -2) == "CCGG");
  CHECK(encoded("AACCGGTT", {.length = 4}, false, 2) == "NNAA");
  CHECK(encoded("ACGT", {.length = 4}, false, 100) == "NNNN");
  CHECK(encoded("ACGT", {.length = 4}, false, -100) == "NNNN");
}

TEST_CASE("a batch is its rows one after another, in float as in double, with counts and lengths") {
  Dataset d;
  d.sequences = {"ACG", "ACGTNACG", "RR", "ACGTA"};
  const EncodeOptions o{.length = 5};
  const std::vector<index_t> rows{1, 0, 2, 3};
  std::vector<double> doubles(4 * 25);
  std::vector<float> floats(4 * 25);
  std::vector<index_t> lengths(4);
  const EncodeCounts counts = encode<double>(d, rows, o, doubles, {}, {}, false, lengths);
  encode<float>(d, rows, o, floats);
  CHECK(as_letters(doubles, 5) == "ACGTNNNACGNNNNNACGTA");
  CHECK(std::equal(doubles.begin(), doubles.end(), floats.begin()));
  CHECK(counts.padded == 2);
  CHECK(counts.truncated == 1);
  CHECK(counts.ambiguous == 3);
  CHECK(lengths == std::vector<index_t>{5, 3, 2, 5});
  CHECK(text(counts, 4, o) ==
        "1 of 4 rows are longer than 5 and lose their right end; 2 of 4 rows are shorter than 5 and are padded on the "
        "left "
        "with N; 3 letters are not A C G T and count as N");
}

TEST_CASE("augmentation is a pure function of seed, step and row") {
  Dataset d;
  for (int i = 0; i < 400; ++i) d.sequences.push_back("AAAACCCCGT");
  const EncodeOptions o{.length = 10};
  const Augment both{.reverse_complement = true, .shift = 2};
  std::vector<index_t> rows(400), reversed_rows(400);
  for (index_t i = 0; i < 400; ++i)
    rows[static_cast<std::size_t>(i)] = i, reversed_rows[static_cast<std::size_t>(399 - i)] = i;
  std::vector<double> a(400 * 50), b(400 * 50), c(400 * 50);
  encode<double>(d, rows, o, a, both, Rng{5, 1});
  encode<double>(d, reversed_rows, o, b, both, Rng{5, 1});
  encode<double>(d, rows, o, c, both, Rng{5, 2});
  int turned = 0, shifts[5] = {};
  for (std::size_t i = 0; i < 400; ++i) {
    CHECK(std::equal(a.begin() + static_cast<std::ptrdiff_t>(i * 50),
                     a.begin() + static_cast<std::ptrdiff_t>(i * 50 + 50),
                     b.begin() + static_cast<std::ptrdiff_t>((399 - i) * 50)));
    const RowAugment drawn = draw_augment(both, Rng{5, 1}, static_cast<index_t>(i));
    turned += drawn.reverse_complement;
    REQUIRE(std::abs(drawn.shift) <= 2);
    ++shifts[drawn.shift + 2];
    std::vector<double> row(a.begin() + static_cast<std::ptrdiff_t>(i * 50),
                            a.begin() + static_cast<std::ptrdiff_t>(i * 50 + 50));
    CHECK(as_letters(row, 5) == encoded("AAAACCCCGT", o, drawn.reverse_complement, drawn.shift));
  }
  CHECK(a != c);
  CHECK((turned > 150 && turned < 250));                  // 200 +- 5 standard deviations
  for (const int n : shifts) CHECK((n > 40 && n < 120));  // 80 each
  for (index_t i = 0; i < 50; ++i)
    CHECK(std::abs(draw_augment({.shift = 3, .full_shift = true}, Rng{1, 1}, i).shift) == 3);
}

TEST_CASE("buffers and options that do not fit are refused") {
  Dataset d;
  d.sequences = {"ACGT"};
  const std::vector<index_t> rows{0}, wrong{1};
  std::vector<double> out(20), small(19);
  CHECK(message_of([&] { encode<double>(d, rows, {.length = 4}, small); }).find("(1, 4, 5) was expected") !=
        std::string::npos);
  CHECK(message_of([&] { encode<double>(d, wrong, {.length = 4}, out); }).find("row 1 does not exist") !=
        std::string::npos);
  CHECK(message_of([&] { encode<double>(d, rows, {.length = 4, .channels = 3}, out); }).find("channels must be 4") !=
        std::string::npos);
  CHECK(message_of([&] { encode<double>(d, rows, {}, out); }).find("at least 1") != std::string::npos);
}
