#include <l2g/text/context_model.hpp>

#include <catch2/catch.hpp>
#include <cmath>

using namespace l2g;
using text::ContextModel;
using text::Neighbours;

namespace {

std::vector<std::string> repeated(const std::string& part, int times) {
  std::string s;
  for (int i = 0; i < times; ++i) s += part;
  return {s};
}

double sum(const ContextModel& m, const Neighbours& n) {
  double total = 0;
  for (int b = 0; b < 256; ++b) total += m.probability(n, static_cast<unsigned char>(b));
  return total;
}

/// Bits b0, b1, ... as letters: a or b for b_i, between them x or y for b_i xor b_i+1. Every second byte is determined
/// by its two neighbours together, and by neither alone.
std::string exclusive_or(int n) {
  const Rng rng{5, 0};
  std::string s;
  for (int i = 0; i < n; ++i) {
    const auto bit = [&](int j) { return static_cast<int>(rng.word(1, static_cast<std::uint64_t>(j)) & 1); };
    s += static_cast<char>('a' + bit(i));
    s += static_cast<char>('x' + (bit(i) ^ bit(i + 1)));
  }
  return s;
}

}  // namespace

TEST_CASE("the context model gives distributions, whatever is visible") {
  const ContextModel model(repeated("the cat sat on the mat. ", 40));
  const Neighbours all{'t', 'h', ' ', 'c'};
  for (int mask = 0; mask < 16; ++mask) {
    const Neighbours n{mask & 1 ? all.before2 : -1, mask & 2 ? all.before1 : -1, mask & 4 ? all.after1 : -1,
                       mask & 8 ? all.after2 : -1};
    CHECK(sum(model, n) == Approx(1).epsilon(1e-12));
  }
  CHECK(sum(model, {200, 201, 202, 203}) == Approx(1).epsilon(1e-12));  // never seen
  double unigrams = 0;
  for (int b = 0; b < 256; ++b) unigrams += model.unigram(static_cast<unsigned char>(b));
  CHECK(unigrams == Approx(1).epsilon(1e-12));
  // 960 bytes, 200 of them 't' (5 in each of 40 sentences): (200 + 1) / (960 + 256).
  CHECK(model.unigram('t') == Approx(201.0 / 1216).epsilon(1e-12));
  CHECK(model.unigram('z') == Approx(1.0 / 1216).epsilon(1e-12));
}

TEST_CASE("a periodic text is known from any neighbour") {
  const ContextModel model(repeated("abc", 1000));
  CHECK(model.probability({'c', 'a', 'c', 'a'}, 'b') > 0.99);
  CHECK(model.probability({-1, 'a', -1, -1}, 'b') > 0.99);
  CHECK(model.probability({-1, -1, -1, 'a'}, 'b') > 0.99);
  CHECK(model.probability({}, 'b') == Approx(1.0 / 3).epsilon(0.1));
}

TEST_CASE("two neighbours together tell what neither tells alone") {
  const std::vector<std::string> texts{exclusive_or(20000)};
  const ContextModel model(texts);
  CHECK(model.probability({-1, 'a', 'b', -1}, 'y') > 0.98);
  CHECK(model.probability({-1, 'a', 'a', -1}, 'x') > 0.98);
  CHECK(model.probability({-1, 'a', -1, -1}, 'y') == Approx(0.5).margin(0.02));
  CHECK(model.probability({-1, -1, 'b', -1}, 'y') == Approx(0.5).margin(0.02));
}

TEST_CASE("bits of the yardsticks: one bit a byte for fair coins, and no more is learnt from their neighbours") {
  const Rng rng{9, 0};
  std::vector<std::string> texts{""};
  for (std::uint64_t i = 0; i < 60000; ++i) texts[0] += rng.word(1, i) & 1 ? 'h' : 't';
  const auto ends = text::cut_ends(texts, 0.1);
  const auto y = text::yardsticks(ContextModel(texts), text::hold_out(ends, 32, {}));
  CHECK(y.unigram == Approx(1).margin(0.01));
  CHECK(y.context == Approx(1).margin(0.02));
}

TEST_CASE("masked neighbours are not looked at") {
  // Of exclusive_or's bytes half are determined when all four neighbours are visible, all of them in fact: 0 bits; with
  // nothing visible two letters of a known class cannot be told from the other class either: 2 bits.
  std::vector<std::string> texts{exclusive_or(20000)};
  const auto ends = text::cut_ends(texts, 0.1);
  const ContextModel model(texts);
  CHECK(text::yardsticks(model, text::hold_out(ends, 64, {.share = 0.01})).context < 0.2);
  CHECK(text::yardsticks(model, text::hold_out(ends, 64, {.share = 1})).context == Approx(2).margin(0.02));
  CHECK_THROWS_WITH(ContextModel(repeated("a", 5)), Catch::Contains("at least 100 bytes"));
}
