// Splits: every row in one part, a pure function of the seed, the mix of classes kept, identical sequences together.
#include <l2g/data/split.hpp>

#include <algorithm>
#include <map>
#include <set>

#include "message_of.hpp"
#include "scratch_folder.hpp"

#include <catch2/catch.hpp>

using namespace l2g::data;
using l2g::index_t;

namespace {
// `rows` different sequences, a quarter of them of class 1.
Dataset numbered(index_t rows) {
  Dataset d;
  d.name = "numbered";
  d.classes = {"0", "1"};
  for (index_t i = 0; i < rows; ++i) {
    std::string s = "AAAAAAAAAAAA";  // the first letters are A: no row is the reverse complement of another
    for (index_t j = 0, n = i; j < 8; ++j, n /= 3) s += "ACG"[n % 3];
    d.sequences.push_back(s);
    d.labels.push_back(i % 4 == 0);
  }
  return d;
}
index_t of_class_1(const Dataset& d) { return std::count(d.labels.begin(), d.labels.end(), 1); }
}  // namespace

TEST_CASE("every row is in exactly one part and the classes keep their mix") {
  const Dataset d = numbered(1000);
  const SplitRows rows = split_rows(d, {0.7, 0.1, 0.2}, {.seed = 3});
  std::vector<index_t> all;
  for (const auto* part : {&rows.train, &rows.dev, &rows.test}) {
    CHECK(std::is_sorted(part->begin(), part->end()));
    all.insert(all.end(), part->begin(), part->end());
  }
  std::sort(all.begin(), all.end());
  REQUIRE(all.size() == 1000);
  for (index_t i = 0; i < 1000; ++i) REQUIRE(all[static_cast<std::size_t>(i)] == i);
  CHECK(rows.train.size() == 700);
  CHECK(rows.dev.size() == 100);
  CHECK(rows.test.size() == 200);
  const Splits s = split(d, {0.7, 0.1, 0.2}, {.seed = 3});
  CHECK(of_class_1(s.train) == 175);
  CHECK(of_class_1(s.dev) == 25);
  CHECK(of_class_1(s.test) == 50);
  CHECK(s.test.name == "numbered/test");
}

TEST_CASE("a split is a pure function of the seed") {
  const Dataset d = numbered(300);
  CHECK(split_rows(d, {}, {.seed = 1}).test == split_rows(d, {}, {.seed = 1}).test);
  CHECK(split_rows(d, {}, {.seed = 1}).test != split_rows(d, {}, {.seed = 2}).test);
}

TEST_CASE("rows are drawn fairly") {
  const Dataset d = numbered(50);
  std::map<index_t, int> drawn;
  for (std::uint64_t seed = 0; seed < 400; ++seed)
    for (const index_t row : split_rows(d, {0.8, 0, 0.2}, {.seed = seed, .stratified = false}).test) ++drawn[row];
  // Each row is in 80 of 400 test parts on average, standard deviation 8.
  for (const auto& [row, times] : drawn) CHECK((times > 40 && times < 120));
  CHECK(drawn.size() == 50);
}

TEST_CASE("identical sequences and reverse complements stay together") {
  Dataset d = numbered(60);
  for (int copy = 0; copy < 3; ++copy)
    for (std::size_t i = 0; i < 60; ++i) {
      d.sequences.push_back(copy == 1 ? reverse_complement(d.sequences[i]) : d.sequences[i]);
      d.labels.push_back(d.labels[i]);
    }
  const SplitRows rows = split_rows(d, {0.5, 0.25, 0.25}, {});
  std::set<index_t> train, dev;
  for (const index_t r : rows.train) train.insert(r % 60);
  for (const index_t r : rows.dev) dev.insert(r % 60);
  for (const index_t r : rows.dev) CHECK(train.count(r % 60) == 0);
  for (const index_t r : rows.test) CHECK(train.count(r % 60) + dev.count(r % 60) == 0);
  CHECK(rows.train.size() + rows.dev.size() + rows.test.size() == 240);
}

TEST_CASE("fractions below 1 leave rows out, and say so") {
  const Dataset d = [] {
    Dataset x;
    for (int i = 0; i < 200; ++i) {
      std::string s;
      for (int bit = 0; bit < 10; ++bit) s += "AC"[i >> bit & 1];
      x.sequences.push_back(s + "GG"), x.labels.push_back(i % 2);
    }
    x.classes = {"a", "b"};
    return x;
  }();
  const SplitRows rows = split_rows(d, {0.1, 0.15, 0.25});
  CHECK(rows.train.size() == 20);
  CHECK(rows.dev.size() == 30);
  CHECK(rows.test.size() == 50);
  std::set<index_t> all(rows.train.begin(), rows.train.end());
  all.insert(rows.dev.begin(), rows.dev.end());
  all.insert(rows.test.begin(), rows.test.end());
  CHECK(all.size() == 100);
  // dev and test are the same rows whatever train takes.
  CHECK(split_rows(d, {0.6, 0.15, 0.25}).test == rows.test);
  CHECK(split(d, {0.1, 0.15, 0.25}).train.notes.back() == "split: 100 of 200 rows were left out, as the fractions ask");
  CHECK(split(d).train.notes.empty());
}

TEST_CASE("fractions that make no sense are refused") {
  const Dataset d = numbered(100);
  CHECK(message_of([&] { split(d, {0.8, 0.1, 0.2}); }).find("add up to 1.1") != std::string::npos);
  CHECK(message_of([&] { split(d, {1.5, -0.5, 0}); }).find("must be 0 to 1") != std::string::npos);
  CHECK(message_of([&] { split(numbered(3), {0.8, 0.1, 0.1}); }).find("part would be empty") != std::string::npos);
  Dataset same = numbered(20);
  for (auto& s : same.sequences) s = same.sequences[0];
  CHECK(message_of([&] {
          split(same, {0.8, 0.1, 0.1}, {.stratified = false});
        }).find("20 rows (1 that differ; equal ones stay in one part) are too few") != std::string::npos);
  CHECK(split(d, {1, 0, 0}).train.rows() == 100);
}

TEST_CASE("rows are selected in the order given, and only rows that exist") {
  const Dataset d = numbered(5);
  const std::vector<index_t> rows{3, 0, 3};
  const Dataset s = select(d, rows);
  CHECK(s.sequences == std::vector<std::string>{d.sequences[3], d.sequences[0], d.sequences[3]});
  CHECK(s.labels == std::vector<std::int32_t>{0, 1, 0});
  const std::vector<index_t> beyond{5};
  CHECK(message_of([&] { select(d, beyond); }) == "row 5 does not exist: numbered has rows 0 to 4");
}
