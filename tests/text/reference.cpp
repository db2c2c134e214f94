#include <l2g/models/byte_language_model.hpp>
#include <l2g/text/reference.hpp>
#include <l2g/train/step.hpp>

#include <catch2/catch.hpp>
#include <map>

using namespace l2g;

TEST_CASE("drawing without replacement") {
  const auto drawn = text::draw_without_replacement(1000, 300, 4);
  CHECK(drawn.size() == 300);
  CHECK(std::is_sorted(drawn.begin(), drawn.end()));
  CHECK(std::adjacent_find(drawn.begin(), drawn.end()) == drawn.end());
  CHECK(drawn.back() < 1000);
  CHECK(drawn == text::draw_without_replacement(1000, 300, 4));
  CHECK(drawn != text::draw_without_replacement(1000, 300, 5));
  CHECK(text::draw_without_replacement(7, 7, 1) == std::vector<std::uint64_t>{0, 1, 2, 3, 4, 5, 6});
  CHECK(text::draw_without_replacement(7, 0, 1).empty());
  CHECK_THROWS_WITH(text::draw_without_replacement(7, 8, 1), Catch::Contains("8 different numbers"));
  // Two of four: six pairs, all as likely.
  std::map<std::vector<std::uint64_t>, int> pairs;
  for (std::uint64_t seed = 0; seed < 6000; ++seed) ++pairs[text::draw_without_replacement(4, 2, seed)];
  CHECK(pairs.size() == 6);
  for (const auto& [pair, times] : pairs) CHECK(times == Approx(1000).margin(150));
}

TEST_CASE("the text reference is the output of the embedding block for the drawn bytes") {
  using Block = ByteEmbeddings<16, 64, 500>;  // its dropout must be off
  using In = Shape<batch, length, 1>;
  constexpr index_t l = 12, bytes = 10, width = 16;
  std::string words;
  for (int i = 0; i < 253; ++i) words += static_cast<char>('a' + i * i % 23);
  Step<Block, float, In> step({}, In{26, l, 1});
  initialize<float>(step.p, 3);
  // The oracle: all windows in one batch.
  for (index_t w = 0; w < 26; ++w)
    text::encode_window(words, static_cast<std::size_t>(w * bytes), {step.batch.ids.data + w * l, std::size_t(l)});
  step.forward(false);
  const text::ReferenceOptions options{.tokens = 200, .length = l, .seed = 8};
  const auto features = text::text_reference(Block{}, step.p, words, options);
  const auto drawn = text::draw_without_replacement(words.size(), options.tokens, options.seed);
  REQUIRE(features.size() == 200 * width);
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    const auto d = static_cast<index_t>(drawn[i]);
    const float* want = step.y.data + (d / bytes * l + 1 + d % bytes) * width;
    for (index_t c = 0; c < width; ++c) REQUIRE(features[i * width + std::size_t(c)] == want[c]);
  }
  CHECK(features == text::text_reference(Block{}, step.p, words, options));
  CHECK(features != text::text_reference(Block{}, step.p, words, {.tokens = 200, .length = l, .seed = 9}));
  CHECK(text::text_reference(Block{}, step.p, words, {.tokens = 253, .length = l}).size() == 253 * width);
  CHECK_THROWS_WITH(text::text_reference(Block{}, step.p, words, {.tokens = 254, .length = l}),
                    Catch::Contains("the text has 253 bytes; a reference of 254 tokens"));
}
