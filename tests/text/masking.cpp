#include <l2g/text/masking.hpp>

#include <catch2/catch.hpp>
#include <map>

using namespace l2g;
using text::MaskOptions;

TEST_CASE("masking chooses 15 % of the bytes: 80 % shown as <mask>, 10 % random, 10 % as they are") {
  const index_t n = 200'000;
  const auto size = static_cast<std::size_t>(n);
  std::vector<std::int32_t> ids(size, text::byte_id('e')), labels(size);
  ids[0] = text::start_id, ids[size - 1] = text::end_id, ids[size - 2] = text::pad_id;
  text::mask_row({}, 7, 3, ids, labels);
  double chosen = 0, masked = 0, kept = 0, other = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (labels[i] < 0) {
      CHECK((ids[i] == text::byte_id('e') || i == 0 || i >= size - 2));
      continue;
    }
    CHECK(labels[i] == text::byte_id('e'));
    ++chosen;
    masked += ids[i] == text::mask_id;
    kept += ids[i] == text::byte_id('e');
    other += text::is_byte(ids[i]) && ids[i] != text::byte_id('e');
  }
  CHECK(labels[0] == -1);
  CHECK(labels[size - 1] == -1);
  CHECK(labels[size - 2] == -1);
  // Five standard deviations of binomial counts.
  CHECK(chosen / double(n) == Approx(0.15).margin(0.004));
  CHECK(masked / chosen == Approx(0.8).margin(0.012));
  CHECK(kept / chosen == Approx(0.1 + 0.1 / 256).margin(0.009));
  CHECK(other / chosen == Approx(0.1 * 255 / 256).margin(0.009));
}

TEST_CASE("masks are a pure function of seed, step and row") {
  const std::vector<std::int32_t> plain(500, text::byte_id('a'));
  const auto mask = [&](std::uint64_t seed, std::uint64_t step, index_t row) {
    auto ids = plain;
    std::vector<std::int32_t> labels(plain.size());
    text::mask_row({.seed = seed}, step, row, ids, labels);
    ids.insert(ids.end(), labels.begin(), labels.end());
    return ids;
  };
  CHECK(mask(1, 2, 3) == mask(1, 2, 3));
  CHECK(mask(1, 2, 3) != mask(2, 2, 3));
  CHECK(mask(1, 2, 3) != mask(1, 3, 3));
  CHECK(mask(1, 2, 3) != mask(1, 2, 4));
}

TEST_CASE("windows start everywhere with the same probability and stay inside their text") {
  const std::vector<std::string> texts{"abcd", "ABCDEF"};  // windows of 3 bytes: 2 and 4 starts
  const text::MaskedBatches batches(texts, 5, {.share = 0});
  std::vector<std::int32_t> ids(5 * 1000), labels(ids.size());
  std::map<std::string, int> seen;
  for (std::uint64_t step = 0; step < 12; ++step) {
    batches.fill(step, ids, labels);
    for (std::size_t row = 0; row < 1000; ++row) {
      const std::vector<std::int32_t> window(ids.begin() + std::ptrdiff_t(row * 5),
                                             ids.begin() + std::ptrdiff_t(row * 5 + 5));
      CHECK((window[0] == text::start_id && window[4] == text::end_id));
      ++seen[text::decode(window)];
    }
  }
  CHECK(seen.size() == 6);
  for (const char* window : {"abc", "bcd", "ABC", "BCD", "CDE", "DEF"}) CHECK(seen[window] == Approx(2000).margin(210));
  auto again = ids;
  batches.fill(11, again, labels);
  CHECK(again == ids);
  batches.fill(10, again, labels);
  CHECK(again != ids);
}

TEST_CASE("a batch that cannot be made is told") {
  const std::vector<std::string> texts{"long enough", "short"};
  CHECK_THROWS_WITH(text::MaskedBatches(texts, 10, {}), "text 2 has 5 bytes; a window of length 10 takes 8");
  CHECK_THROWS_WITH(text::MaskedBatches({}, 10, {}), Catch::Contains("no text"));
  CHECK_THROWS_WITH(text::MaskedBatches(texts, 5, {.share = 1.5}), Catch::Contains("share is 1.5"));
  CHECK_THROWS_WITH(text::MaskedBatches(texts, 5, MaskOptions{.masked = 0.8, .random = 0.3}),
                    Catch::Contains("at most 1"));
  std::vector<std::int32_t> ids(7), labels(7);
  CHECK_THROWS_WITH(text::MaskedBatches(texts, 5, {}).fill(0, ids, labels), Catch::Contains("(rows, 5)"));
}

TEST_CASE("held-out windows follow each other and show every chosen byte as <mask>") {
  std::vector<std::string> texts{std::string(100, 'a') + std::string(25, 'b'), std::string(50, 'c')};
  const auto ends = text::cut_ends(texts, 0.2);
  CHECK(texts == std::vector<std::string>{std::string(100, 'a'), std::string(40, 'c')});
  CHECK(ends == std::vector<std::string>{std::string(25, 'b'), std::string(10, 'c')});
  const auto held = text::hold_out(ends, 12, {.share = 0.5});  // windows of 10 bytes: 2 and 1
  CHECK(held.windows() == 3);
  index_t masked = 0;
  for (std::size_t i = 0; i < held.ids.size(); ++i) {
    CHECK((held.ids[i] == text::mask_id) == (held.labels[i] >= 0));
    masked += held.labels[i] >= 0;
    if (held.labels[i] >= 0) CHECK(held.labels[i] == text::byte_id(i < 24 ? 'b' : 'c'));
  }
  CHECK(held.masked() == masked);
  CHECK(masked > 5);
  CHECK(masked < 25);
  CHECK_THROWS_WITH(text::hold_out(ends, 40, {}), Catch::Contains("38 bytes"));
  CHECK_THROWS_WITH(text::cut_ends(texts, 1.0), Catch::Contains("held-out share"));
}
