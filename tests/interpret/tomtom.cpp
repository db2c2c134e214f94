// Comparison of motifs: memesuite-lite's results, MEME's own, and what must hold for any motifs.
#include "data/message_of.hpp"
#include "interpret/drawn_motif.hpp"
#include "sample_data.hpp"

#include <l2g/core/philox.hpp>
#include <l2g/interpret/meme_suite.hpp>
#include <l2g/interpret/motif_files.hpp>
#include <l2g/interpret/tomtom.hpp>
#include <l2g/io/npy.hpp>

#include <cmath>

using namespace l2g;

namespace {

std::vector<data::Motif> motifs_of(const io::NpzFile& file, const std::string& set, int count) {
  std::vector<data::Motif> motifs;
  for (int k = 0; k < count; ++k) {
    const auto array = file.read(set + ".pwm" + std::to_string(k));
    const auto values = array.values<double>();
    const std::size_t n = std::size_t(array.shape[1]);
    data::Motif m{std::to_string(k), {}};
    for (std::size_t i = 0; i < n; ++i)
      m.probabilities.push_back({values[i], values[n + i], values[2 * n + i], values[3 * n + i]});
    motifs.push_back(m);
  }
  return motifs;
}

}  // namespace

TEST_CASE("TOMTOM of memesuite-lite: scores, offsets, overlaps and strands exact, p to 1e-6", "[interpret][tomtom]") {
  REQUIRE_SAMPLE(path, "oracles/golden/tomtom.npz");
  const io::NpzFile file(path);
  for (const auto& [set, count] : {std::pair{std::string("meme12"), 12}, {std::string("rand20"), 20}}) {
    const auto motifs = motifs_of(file, set, count);
    for (const bool both : {true, false})
      for (const index_t bins : {index_t(100), index_t(0)}) {
        const std::string name = set + (both ? ".rc1" : ".rc0") + (bins ? ".bins100" : ".binsNone");
        INFO(name);
        const auto golden = file.read(name).values<double>();
        interpret::TomtomOptions o;
        o.both_strands = both, o.target_bins = bins;
        const auto found = interpret::tomtom(motifs, motifs, o);
        const std::size_t n = motifs.size();
        std::size_t wrong = 0;
        double worst = 0;
        for (std::size_t i = 0; i < n; ++i)
          for (std::size_t j = 0; j < n; ++j) {
            const auto& m = found[i][j];
            const auto of = [&](std::size_t field) { return golden[(field * n + i) * n + j]; };
            wrong += m.score != of(1) || m.offset != of(2) || m.overlap != of(3) || double(m.reverse) != of(4);
            worst = std::max(worst, std::abs(m.p - of(0)));
          }
        CHECK(wrong == 0);
        CHECK(worst < 1e-6);
      }
  }
}

TEST_CASE("small p-values are right, not 0 and not negative", "[interpret][tomtom]") {
  std::vector<data::Motif> targets;
  for (std::uint64_t i = 0; i < 300; ++i) targets.push_back(drawn_motif(10 + index_t(i % 25), i));
  const auto found = interpret::tomtom(targets, targets);
  double least = 1;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto& self = found[i][i];
    CHECK(self.offset == 0);
    CHECK(self.overlap == targets[i].length());
    CHECK(self.p > 0);
    least = std::min(least, self.p);
    double before = 0;
    for (const auto& m : found[i]) {
      CHECK(m.p <= 1);
      CHECK(m.p > 0);
      CHECK(m.e == Approx(300 * m.p));
      CHECK(m.q >= m.p);
      CHECK(self.p <= m.p);
      before = std::max(before, m.q);
    }
    CHECK(before <= 1);
  }
  CHECK(least < 1e-40);  // of motifs of 34 positions: 1 less a distribution function would be 0 or negative here
}

TEST_CASE("the p-value of a single position is its share", "[interpret][tomtom]") {
  // One query position against targets of one position on one strand: p is the share of targets that are as near.
  std::vector<data::Motif> targets;
  for (std::uint64_t i = 0; i < 200; ++i) targets.push_back(drawn_motif(1, 100 + i));
  interpret::TomtomOptions o;
  o.both_strands = false, o.target_bins = 0;
  const auto row = interpret::tomtom({drawn_motif(1, 7)}, targets, o)[0];
  for (const auto& m : row) {
    const auto as_good = std::count_if(row.begin(), row.end(), [&](const auto& x) { return x.score >= m.score; });
    CHECK(m.p == Approx(double(as_good) / 200));
  }
}

TEST_CASE("a motif and its other strand have equal scores", "[interpret][tomtom]") {
  std::vector<data::Motif> targets, reversed;
  for (std::uint64_t i = 0; i < 40; ++i) {
    targets.push_back(drawn_motif(4 + index_t(i % 9), i));
    reversed.push_back(data::reverse_complement(targets.back()));
  }
  for (const auto kind : {interpret::ColumnSimilarity::euclidean, interpret::ColumnSimilarity::pearson}) {
    interpret::TomtomOptions o;
    o.similarity = kind, o.target_bins = 0;
    const auto a = interpret::tomtom(targets, targets, o), b = interpret::tomtom(reversed, targets, o);
    for (std::size_t i = 0; i < targets.size(); ++i)
      for (std::size_t j = 0; j < targets.size(); ++j) {
        CHECK(std::abs(a[i][j].score - b[i][j].score) <= 1);  // sums of positions in the other order
        if (a[i][j].score == b[i][j].score) CHECK(a[i][j].p == Approx(b[i][j].p).epsilon(1e-6));
      }
  }
}

TEST_CASE("longer queries than a row of bytes holds", "[interpret][tomtom]") {
  std::vector<data::Motif> targets;
  for (std::uint64_t i = 0; i < 12; ++i) targets.push_back(drawn_motif(28 + index_t(i), i));
  const auto found = interpret::tomtom(targets, targets);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    CHECK(found[i][i].offset == 0);
    CHECK(found[i][i].overlap == targets[i].length());
  }
  // The same motif, shifted: the best alignment finds the shift on both sides of the limit.
  for (const index_t length : {32, 33, 40}) {
    const auto m = drawn_motif(length, 5);
    data::Motif part{"part", {m.probabilities.begin() + 4, m.probabilities.end()}};
    const auto match = interpret::tomtom({m}, {part, drawn_motif(20, 6), drawn_motif(20, 8)})[0][0];
    CHECK(match.offset == -4);
    CHECK(match.overlap == length - 4);
    CHECK_FALSE(match.reverse);
  }
}

TEST_CASE("flat positions and flat motifs", "[interpret][tomtom]") {
  const data::Motif flat{"flat", std::vector<std::array<double, 4>>(6, {.25, .25, .25, .25})};
  std::vector<data::Motif> targets{flat, drawn_motif(8, 1), drawn_motif(9, 2), drawn_motif(5, 3)};
  interpret::TomtomOptions o;
  o.similarity = interpret::ColumnSimilarity::pearson;
  const auto nothing = interpret::tomtom({flat}, targets, o);
  for (const auto& m : nothing[0]) CHECK(m.p == 1);
  o.similarity = interpret::ColumnSimilarity::euclidean;
  const auto all_flat = interpret::tomtom({drawn_motif(4, 9)}, {flat, flat}, o);
  for (const auto& m : all_flat[0]) CHECK(m.p == 1);
  const auto among = interpret::tomtom({flat}, targets, o);
  for (const auto& m : among[0]) {
    CHECK(m.p > 0);
    CHECK(m.p <= 1);
  }
}

TEST_CASE("the nearest ones, any number of threads, a least overlap", "[interpret][tomtom]") {
  std::vector<data::Motif> targets;
  for (std::uint64_t i = 0; i < 60; ++i) targets.push_back(drawn_motif(5 + index_t(i % 11), i));
  const auto all = interpret::tomtom(targets, targets);
  interpret::TomtomOptions o;
  o.nearest = 3;
  o.pool = cpu::shared_pool(3);
  const auto near = interpret::tomtom(targets, targets, o);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    REQUIRE(near[i].size() == 3);
    CHECK(near[i][0].target == std::int32_t(i));
    CHECK(near[i][1].p <= near[i][2].p);
    for (const auto& m : near[i]) {
      CHECK(m.p == all[i][std::size_t(m.target)].p);
      CHECK(m.q == all[i][std::size_t(m.target)].q);
    }
  }
  o.nearest = 0, o.min_overlap = 5;
  for (const auto& row : interpret::tomtom(targets, targets, o))
    for (const auto& m : row) CHECK(m.overlap >= 5);
}

TEST_CASE("Pearson agrees with TOMTOM of the MEME suite", "[interpret][tomtom]") {
  REQUIRE_SAMPLE(path, "oracles/meme_suite/tomtom.xml");
  REQUIRE_SAMPLE(flies, "motifs/fly_factor_survey.meme");
  data::LineReader lines(path);
  const auto golden = interpret::read_tomtom(lines);
  // The run compared with 608 of these motifs; names are the second ones there.
  const auto database = interpret::load_motifs(flies);
  interpret::TomtomOptions o;
  o.similarity = interpret::ColumnSimilarity::pearson;
  o.min_overlap = 5;
  o.target_bins = 0;
  const auto row = interpret::tomtom({golden.queries.motifs[2]}, database.motifs, o)[0];
  int found = 0;
  for (const auto& m : golden.list)
    for (std::size_t i = 0; i < database.motifs.size(); ++i) {
      if (database.notes[i].alternative != m.target) continue;
      ++found;
      INFO(m.target);
      CHECK(std::abs(std::log10(row[i].p) - std::log10(m.p)) < 0.25);
      CHECK(row[i].offset == m.offset);
      CHECK(row[i].reverse == m.reverse);
    }
  CHECK(found >= 10);
}

TEST_CASE("what cannot be compared", "[interpret][tomtom]") {
  CHECK(message_of([] { interpret::tomtom({drawn_motif(4, 1)}, {}); }) == "there is no target to compare with");
  CHECK(message_of([] {
          interpret::tomtom({data::Motif{"x", {}}}, {drawn_motif(4, 1)});
        }) == "motif 'x' has no positions");
  interpret::TomtomOptions o;
  o.score_bins = 1000;
  CHECK(message_of([&] { interpret::tomtom({drawn_motif(4, 1)}, {drawn_motif(4, 1)}, o); }) ==
        "score_bins must be 10 to 250");
  CHECK(interpret::tomtom({}, {drawn_motif(4, 1)}).empty());
}
