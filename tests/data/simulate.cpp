// The simulator: its truth is where it says, its frequencies are those that were asked for, its files read back.
#include <l2g/data/simulate.hpp>

#include <l2g/data/load.hpp>
#include <l2g/data/write.hpp>

#include <cmath>
#include <map>

#include "message_of.hpp"
#include "scratch_folder.hpp"

#include <catch2/catch.hpp>

using namespace l2g::data;
using l2g::index_t;

namespace {
std::string bases(const Simulated& s, const Site& site) {
  const auto& row = s.dataset.sequences[static_cast<std::size_t>(site.row)];
  const std::string found =
      row.substr(static_cast<std::size_t>(site.start), static_cast<std::size_t>(site.end - site.start));
  return site.strand == '-' ? reverse_complement(found) : found;
}
Simulation two_motifs() {
  Simulation s;
  s.length = 80;
  s.motifs = {motif_from_consensus("one", "GATTACA"), motif_from_consensus("two", "CCCGGG")};
  Planting pair, single;
  pair.motif = "one", pair.partner = "two", pair.smallest_gap = 3, pair.largest_gap = 6;
  single.motif = "one", single.count = 3;
  s.classes = {{"pair", 200, {pair}}, {"three", 100, {single}}, {"nothing", 50, {}}};
  return s;
}
}  // namespace

TEST_CASE("motifs lie where the truth says, on the strand it says, without overlap") {
  const Simulated s = simulate(two_motifs());
  CHECK(s.dataset.rows() == 350);
  CHECK(s.dataset.classes == std::vector<std::string>{"nothing", "pair", "three"});
  std::map<index_t, std::vector<Site>> rows;
  for (const auto& site : s.sites) {
    CHECK(bases(s, site) == (site.motif == "one" ? "GATTACA" : "CCCGGG"));
    rows[site.row].push_back(site);
  }
  std::map<index_t, int> gaps;
  int reverse = 0;
  for (const auto& [row, sites] : rows) {
    for (std::size_t i = 1; i < sites.size(); ++i) CHECK(sites[i - 1].end <= sites[i].start);
    if (s.dataset.labels[static_cast<std::size_t>(row)] == 2) {
      CHECK(sites.size() == 3);
      continue;
    }
    REQUIRE(sites.size() == 2);
    CHECK(sites[0].strand == sites[1].strand);
    CHECK(sites[0].motif == (sites[0].strand == '+' ? "one" : "two"));
    ++gaps[sites[1].start - sites[0].end];
    reverse += sites[0].strand == '-';
  }
  CHECK(rows.size() == 300);
  CHECK(gaps.size() == 4);
  CHECK(gaps.begin()->first == 3);
  CHECK((reverse > 65 && reverse < 135));  // 100 +- 5 standard deviations
}

TEST_CASE("a row depends on the seed and its number alone") {
  Simulation s = two_motifs();
  const Simulated all = simulate(s);
  s.classes[0].rows = 5;
  const Simulated few = simulate(s);
  const auto of = [](const Simulated& x, const std::string& id) {
    return x.dataset.sequences[static_cast<std::size_t>(std::find(x.dataset.ids.begin(), x.dataset.ids.end(), id) -
                                                        x.dataset.ids.begin())];
  };
  for (const char* id : {"pair_1", "pair_5", "three_50"}) CHECK(of(all, id) == of(few, id));
  s.seed = 1;
  CHECK(of(all, "pair_1") != of(simulate(s), "pair_1"));
}

TEST_CASE("background, fixed places and probabilities are as asked for") {
  Simulation s;
  s.length = 100;
  s.background.gc = 0.7;
  s.motifs = {motif_from_consensus("box", "AAAAAAA")};
  Planting p;
  p.motif = "box", p.position = 40, p.spread = 2, p.probability = 0.5, p.strand = PlantedStrand::forward;
  s.classes = {{"a", 1000, {p}}, {"b", 1000, {}}};
  const Simulated out = simulate(s);
  std::map<index_t, int> starts;
  for (const auto& site : out.sites) ++starts[site.start];
  CHECK(starts.size() == 5);
  CHECK(starts.begin()->first == 38);
  CHECK((out.sites.size() > 420 && out.sites.size() < 580));
  double gc = 0, letters = 0;
  for (std::size_t i = 0; i < out.dataset.sequences.size(); ++i)
    if (out.dataset.labels[i] == 1)
      for (const char c : out.dataset.sequences[i]) gc += c == 'G' || c == 'C', ++letters;
  CHECK(gc / letters == Approx(0.7).margin(0.01));
}

TEST_CASE("a first-order background is learnt and drawn again") {
  Simulation s;
  s.length = 500;
  s.background.transitions = {{.7, .1, .1, .1}, {.1, .1, .7, .1}, {.25, .25, .25, .25}, {0, .5, 0, .5}};
  s.classes = {{"a", 400, {}}};
  const Background b = background_from(simulate(s).dataset);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j)
      CHECK(b.transitions[i][j] == Approx(s.background.transitions[i][j]).margin(0.01));
}

TEST_CASE("motifs carry the information asked for") {
  for (const double information : {0.0, 0.3, 0.8, 1.0}) {
    const Motif m = motif_from_consensus("m", "ACRBN", information);
    CHECK(m.information() == Approx(information * (2 + 2 + 1 + (2 - std::log2(3.0)))).margin(1e-9));
    CHECK_NOTHROW(check(m));
  }
  CHECK(motif_from_consensus("m", "TATAWA", 0.9).consensus() == "TATAAA");
  CHECK(motif_from_consensus("m", "TATAWAWRYN", 0.9).iupac() == "TATAWAWRYN");
  CHECK(motif_from_consensus("m", "ACGT", 0.05).iupac() == "NNNN");
  CHECK(reverse_complement(motif_from_consensus("m", "AACG")).consensus() == "CGTT");
  // Letters are drawn by the matrix: at 0.5 of 2 bits the consensus base has probability p with 2 - H = 1.
  Simulation s;
  s.length = 1;
  s.motifs = {motif_from_consensus("m", "A", 0.5)};
  Planting p;
  p.motif = "m", p.strand = PlantedStrand::forward;
  s.classes = {{"a", 20000, {p}}};
  const Simulated out = simulate(s);
  double a = 0;
  for (const auto& row : out.dataset.sequences) a += row == "A";
  CHECK(a / 20000 == Approx(s.motifs[0].probabilities[0][0]).margin(0.015));
}

TEST_CASE("impossible simulations are refused") {
  Simulation s = two_motifs();
  s.classes[0].plantings[0].motif = "onne";
  CHECK(message_of([&] { simulate(s); }) == "simulate: unknown motif 'onne' (did you mean 'one'?); there are one, two");
  s = two_motifs();
  s.length = 10;
  CHECK(message_of([&] { simulate(s); }).find("no room for motif 'one'") != std::string::npos);
  s = two_motifs();
  s.background.gc = 50;
  CHECK(message_of([&] { simulate(s); }).find("0 to 1 (0.5 is 50 %)") != std::string::npos);
  Motif off{"m", {}};
  off.probabilities.push_back({.5, .5, .5, 0});
  CHECK(message_of([&] { motif_from_consensus("m", "ACE"); }).find("'E' is not a DNA letter") != std::string::npos);
  CHECK(message_of([&] { check(off); }).find("position 1 add up to 1.5") != std::string::npos);
}

TEST_CASE("data sets and sites are written and read back") {
  ScratchFolder folder;
  const Simulated s = simulate(example_simulation(20));
  for (const char* name : {"a.csv", "a.fa"}) {
    write(s.dataset, folder / name);
    const Dataset back = load_file(folder / name);
    CHECK(back.ids == s.dataset.ids);
    CHECK(back.sequences == s.dataset.sequences);
    CHECK(back.labels == s.dataset.labels);
    CHECK(back.classes == s.dataset.classes);
  }
  write_sites(s, folder / "sites.bed");
  const std::string bed = read_bytes(folder / "sites.bed");
  CHECK(static_cast<std::size_t>(std::count(bed.begin(), bed.end(), '\n')) == s.sites.size());
  Dataset odd;
  odd.sequences = {"ACGT", "ACGA"};
  odd.ids = {"a,\"b\"", " c"};
  odd.labels = {0, 1};
  odd.classes = {"x y", "z"};
  write(odd, folder / "odd.csv");
  CHECK(load_file(folder / "odd.csv").ids[0] == odd.ids[0]);
  CHECK(load_file(folder / "odd.csv").classes == odd.classes);
  CHECK(message_of([&] { write(odd, folder / "odd.fa"); }).find("cannot stand in a FASTA header") != std::string::npos);
  CHECK(message_of([&] { write(odd, folder / "odd.xls"); }).find("use .csv, .fa, .fasta or .fna") != std::string::npos);
}
