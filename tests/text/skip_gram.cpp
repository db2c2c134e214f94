// Skip-gram: its loss and gradient, what it learns, and that nothing but its arguments decides.
#include <l2g/text/skip_gram.hpp>

#include <catch2/catch.hpp>

using namespace l2g;
using namespace l2g::text;
using Catch::Contains;

namespace {
/// Sentences "<subject> <verb> <object>" of two topics that share no word; king and queen, dog and cat stand in the
/// same places.
std::vector<std::string> two_topics() {
  const char* topics[2][3][2] = {{{"king", "queen"}, {"rules", "governs"}, {"land", "realm"}},
                                 {{"dog", "cat"}, {"eats", "chews"}, {"meat", "fish"}}};
  std::vector<std::string> texts;
  const Rng rng{3, 0};
  for (std::uint64_t i = 0; i < 1500; ++i) {
    std::string text;
    const auto& topic = topics[rng.below(1, i, 2)];
    for (std::uint64_t place = 0; place < 3; ++place)
      text += std::string(place ? " " : "") + topic[place][rng.below(2, 3 * i + place, 2)];
    texts.push_back(text);
  }
  return texts;
}
}  // namespace

TEST_CASE("the gradient of the skip-gram loss against central differences", "[text]") {
  constexpr std::size_t width = 7, targets = 5;
  const Rng rng{1, 0};
  std::vector<double> v(width), u(targets * width);
  for (std::size_t i = 0; i < width; ++i) v[i] = 2 * rng.uniform(1, i) - 1;
  for (std::size_t i = 0; i < u.size(); ++i) u[i] = 2 * rng.uniform(2, i) - 1;
  const auto loss = [&] {
    std::vector<double> dv(width), du(u.size());
    return skip_gram_loss<double>(v, u, 1, dv, du);
  };
  // The definition, in the plainest form.
  double expected = 0;
  for (std::size_t n = 0; n < targets; ++n) {
    double dot = 0;
    for (std::size_t i = 0; i < width; ++i) dot += v[i] * u[n * width + i];
    expected -= std::log(1 / (1 + std::exp(n == 0 ? -dot : dot)));
  }
  CHECK(loss() == Approx(expected).epsilon(1e-12));
  std::vector<double> dv(width), du(u.size());
  skip_gram_loss<double>(v, u, -1, dv, du);  // minus a factor of -1: the gradient itself
  const auto check = [&](std::vector<double>& x, const std::vector<double>& gradient) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double h = 1e-6, was = x[i];
      x[i] = was + h;
      const double up = loss();
      x[i] = was - h;
      const double down = loss();
      x[i] = was;
      CHECK(gradient[i] == Approx((up - down) / (2 * h)).epsilon(1e-7).margin(1e-9));
    }
  };
  check(v, dv);
  check(u, du);
  // Far out the loss is a straight line, not infinite.
  const std::vector<double> far{1000.0}, one{1.0};
  std::vector<double> a(1), b(1);
  CHECK(skip_gram_loss<double>(far, one, 1, a, b) == Approx(0).margin(1e-12));
  const std::vector<double> back{-1000.0};
  CHECK(skip_gram_loss<double>(back, one, 1, a, b) == Approx(1000));
}

TEST_CASE("words in the same contexts come close, others do not", "[text]") {
  const WordRows rows = word_rows(two_topics());
  REQUIRE(rows.words.size() == 12);
  for (const std::uint64_t seed : {1, 2, 3}) {
    const WordVectors v = skip_gram(rows, {.seed = seed});
    const auto cosine = [&](const char* a, const char* b) { return v.cosine(v.find(a), v.find(b)); };
    for (const auto& [a, b, other] : {std::tuple{"king", "queen", "dog"}, std::tuple{"dog", "cat", "queen"},
                                      std::tuple{"eats", "chews", "rules"}, std::tuple{"land", "realm", "fish"}}) {
      INFO(a << " " << b << " " << other << " " << cosine(a, b) << " " << cosine(a, other));
      CHECK(cosine(a, b) > 0.8);
      CHECK(cosine(a, other) < 0.3);
    }
    CHECK(v.words[std::size_t(nearest(v, v.find("king"), 1).at(0).word)] == "queen");
    // The first step of descent has (1 + negatives) log 2 to lose; a good part of it is gone.
    CHECK(v.loss < 0.8 * 6 * std::log(2.0));
    CHECK(v.loss > 0);
  }
}

TEST_CASE("the vectors follow from rows, options and seed", "[text]") {
  const WordRows rows = word_rows(two_topics());
  const WordVectors a = skip_gram(rows, {.epochs = 1}), b = skip_gram(rows, {.epochs = 1});
  CHECK(a.vectors == b.vectors);
  CHECK(a.contexts == b.contexts);
  CHECK(skip_gram(rows, {.epochs = 1, .seed = 2}).vectors != a.vectors);
  CHECK(a.cosine(0, 0) == Approx(1));
  CHECK(nearest(a, 0, 100).size() == 11);
}

TEST_CASE("k-mers overlap, a letter that is no base parts them", "[text]") {
  const std::vector<std::string> sequences{"ACGTA", "acNgt", "A"};
  const WordRows rows = kmer_rows(sequences, 2);
  CHECK(rows.words == std::vector<std::string>{"AC", "GT", "CG", "TA"});  // by count, then by place
  CHECK(rows.counts == std::vector<index_t>{2, 2, 1, 1});
  CHECK(rows.rows == std::vector<std::vector<std::int32_t>>{{0, 2, 1, 3}, {0, -1, -1, 1}, {}});
  CHECK_THROWS_WITH(kmer_rows(sequences, 0), Contains("between 1 and 12"));
  CHECK_THROWS_WITH(kmer_rows(std::vector<std::string>{"NNN"}, 2), Contains("no 2-mer"));
  CHECK_THROWS_WITH(skip_gram(kmer_rows(std::vector<std::string>{"AC", "NN"}, 2)), Contains("beside another"));
}

TEST_CASE("words of a text, and options that make no sense", "[text]") {
  const std::vector<std::string> texts{"Don't panic: the \xc3\x89t\xc3\xa9 of '42 - the END."};
  const WordRows rows = word_rows(texts);
  CHECK(rows.words[0] == "the");
  CHECK(rows.words == std::vector<std::string>{"the", "don't", "panic", "\xc3\x89t\xc3\xa9", "of", "'42", "end"});
  CHECK(word_rows(texts, 2).rows[0] == std::vector<std::int32_t>{-1, -1, 0, -1, -1, -1, 0, -1});
  CHECK_THROWS_WITH(word_rows(texts, 3), Contains("at least 3 times"));
  CHECK_THROWS_WITH(skip_gram(rows, {.width = 0}), Contains("at least 1"));
  CHECK_THROWS_WITH(skip_gram(rows, {.rate = 0}), Contains("rate"));
  CHECK_THROWS_WITH(skip_gram(rows).find("thee"), Contains("did you mean 'the'"));
}
