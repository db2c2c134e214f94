// Leakage: planted cases, an exhaustive search on small data, and what is known of real folders.
#include <l2g/data/leakage.hpp>

#include <l2g/core/philox.hpp>
#include <l2g/data/load.hpp>

#include "message_of.hpp"
#include "sample_data.hpp"
#include "scratch_folder.hpp"

#include <catch2/catch.hpp>

using namespace l2g::data;
using l2g::index_t;

namespace {

std::string random_sequence(std::uint64_t number, index_t length) {
  std::string s;
  for (index_t i = 0; i < length; ++i) s += "ACGT"[l2g::Rng{11, number}.below(1, static_cast<std::uint64_t>(i), 4)];
  return s;
}

Dataset labelled(std::vector<std::string> sequences, std::vector<std::int32_t> labels) {
  Dataset d;
  d.sequences = std::move(sequences);
  d.labels = std::move(labels);
  d.classes = {"0", "1"};
  return d;
}

bool share_kmer(const std::string& a, const std::string& b, std::size_t k) {
  for (std::size_t i = 0; i + k <= a.size(); ++i) {
    const std::string word = a.substr(i, k);
    if (word.find_first_not_of("ACGT") == std::string::npos && b.find(word) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("each kind of leak is found, with the train row and its label") {
  const std::string a = random_sequence(1, 100), b = random_sequence(2, 100), c = random_sequence(3, 100);
  const std::string fresh = random_sequence(4, 100);
  const Dataset train = labelled({a, b, c}, {0, 1, 0});
  const Dataset test = labelled({fresh, b, reverse_complement(a), c.substr(20, 50), reverse_complement(c).substr(1, 30),
                                 "ACGT" + a + "TT", fresh.substr(0, 50) + b.substr(10, 40), a},
                                {0, 0, 0, 0, 0, 0, 0, 0});
  const PartLeakage p = leakage(train, test, 30);
  REQUIRE(p.leaks.size() == 7);
  const LeakKind kinds[] = {LeakKind::exact,     LeakKind::reverse_complement, LeakKind::substring, LeakKind::substring,
                            LeakKind::substring, LeakKind::shared_kmer,        LeakKind::exact};
  const index_t train_rows[] = {1, 0, 2, 2, 0, 1, 0};
  for (std::size_t i = 0; i < 7; ++i) {
    CHECK(p.leaks[i].row == static_cast<index_t>(i + 1));
    CHECK(p.leaks[i].kind == kinds[i]);
    CHECK(p.leaks[i].train_row == train_rows[i]);
    CHECK(p.leaks[i].other_label == (train_rows[i] == 1));
  }
  CHECK(p.exact == 2);
  CHECK(p.exact_sequences == 2);
  CHECK(p.exact_other_label == 1);
  CHECK(p.reverse_complement == 1);
  CHECK(p.substring == 3);
  CHECK(p.shared_kmer == 1);
  CHECK(p.shared_kmer_share == 7.0 / 8);
  CHECK(clean_rows(p) == std::vector<index_t>{0, 6});
  CHECK(clean_rows(p, LeakKind::shared_kmer) == std::vector<index_t>{0});
}

TEST_CASE("the label that differs is found among several train rows") {
  const std::string a = random_sequence(1, 60);
  const PartLeakage p = leakage(labelled({a, a}, {0, 1}), labelled({a, a}, {0, 1}), 20);
  CHECK(p.exact == 2);
  CHECK(p.exact_sequences == 1);
  CHECK(p.exact_other_label == 2);
}

TEST_CASE("runs of N and short sequences are no leak") {
  const PartLeakage p = leakage(labelled({"ACGTACGT" + std::string(40, 'N') + "ACGTACGA"}, {0}),
                                labelled({"TTTTTTTT" + std::string(40, 'N') + "GGGGCCCA", "ACGTAC"}, {0, 0}), 20);
  CHECK(p.leaks.empty());
  CHECK(p.shared_kmer_share == 0);
}

TEST_CASE("the search agrees with an exhaustive one") {
  // Short random pieces of one small genome, of different length: all kinds occur.
  const std::string genome = random_sequence(5, 3000);
  const auto pieces = [&](std::uint64_t from, std::size_t count) {
    std::vector<std::string> out;
    for (std::uint64_t i = from; i < from + count; ++i) {
      const l2g::Rng rng{12, i};
      const auto length = 17 + rng.below(1, 0, 60);
      std::string s = genome.substr(rng.below(1, 1, genome.size() - length), length);
      if (rng.below(1, 2, 20) == 0) s[length / 2] = 'N';
      out.push_back(rng.below(1, 3, 2) ? s : reverse_complement(s));
    }
    return out;
  };
  auto train = pieces(0, 60), test = pieces(100, 80);
  test[3] = train[7];
  test[4] = reverse_complement(train[8]);
  const std::size_t k = 24;
  const PartLeakage p =
      leakage(labelled(train, std::vector<std::int32_t>(60)), labelled(test, std::vector<std::int32_t>(80)), k);
  std::size_t next = 0, sharing = 0;
  for (std::size_t i = 0; i < test.size(); ++i) {
    const std::string other = reverse_complement(test[i]);
    int kind = -1;
    bool shares = false;
    for (const auto& t : train) {
      int found = -1;
      if (t == test[i])
        found = 0;
      else if (t == other)
        found = 1;
      else if (t.find(test[i]) != std::string::npos || t.find(other) != std::string::npos ||
               test[i].find(t) != std::string::npos || other.find(t) != std::string::npos)
        found = 2;
      else if (share_kmer(test[i], t, k) || share_kmer(other, t, k))
        found = 3;
      shares = shares || share_kmer(test[i], t, k) || share_kmer(other, t, k);
      if (found >= 0 && (kind < 0 || found < kind)) kind = found;
    }
    sharing += shares;
    const bool reported = next < p.leaks.size() && p.leaks[next].row == static_cast<index_t>(i);
    CHECK(reported == (kind >= 0));
    if (reported) CHECK(static_cast<int>(p.leaks[next++].kind) == kind);
  }
  CHECK(next == p.leaks.size());
  CHECK(p.substring > 0);
  CHECK(p.shared_kmer > 0);
  CHECK(p.shared_kmer_share == static_cast<double>(sharing) / 80);
}

TEST_CASE("k is chosen by the length, and small k refused") {
  Splits s;
  s.train = labelled({random_sequence(1, 70)}, {0});
  s.test = labelled({random_sequence(2, 70)}, {0});
  CHECK(leakage(s).k == 35);
  CHECK(leakage(s).parts.size() == 1);
  CHECK(text(leakage(s)) ==
        "test against train, 1 rows: none is in train; 0.0 % share 35 letters in a row with train\n");
  CHECK(message_of([&] { leakage(s, {.k = 5, .progress = {}}); }).find("k must be 8 or more") != std::string::npos);
}

TEST_CASE("the rows that GUE's promoter tests share with their train") {
  REQUIRE_SAMPLE(all, "gue/prom/prom_core_all");
  const Leakage core = leakage(load(all));
  CHECK(core.parts[1].exact == 43);
  CHECK(core.parts[1].exact_sequences == 42);
  REQUIRE_SAMPLE(tata, "gue/prom/prom_core_tata");
  CHECK(leakage(load(tata)).parts[1].exact == 16);
  REQUIRE_SAMPLE(long_tata, "gue/prom/prom_300_tata");
  CHECK(leakage(load(long_tata)).parts[1].exact == 6);
}

TEST_CASE("test windows of the yeast marks overlap the pool they were drawn from") {
  // Shares of test rows with a 120-mer of train and dev together, by a search of another kind (sets of words).
  const std::pair<const char*, double> expected[] = {{"H3", 0.19372}, {"H3K4me3", 0.27717}, {"H4", 0.16564}};
  for (const auto& [mark, share] : expected) {
    REQUIRE_SAMPLE(folder, std::string("derived/emp_pool/") + mark);
    Splits s = load(folder);
    s.train.sequences.insert(s.train.sequences.end(), s.dev.sequences.begin(), s.dev.sequences.end());
    s.train.labels.insert(s.train.labels.end(), s.dev.labels.begin(), s.dev.labels.end());
    CHECK(leakage(s.train, s.test, 120).shared_kmer_share == Approx(share).margin(1e-5));
    CHECK(leakage(s.train, s.test, 120).exact == 0);
  }
}
