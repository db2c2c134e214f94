// Scanning: FIMO's hits, scores and p-values; every window against a plain loop; q-values; streams.
#include "data/message_of.hpp"
#include "interpret/drawn_motif.hpp"
#include "sample_data.hpp"
#include "scratch_folder.hpp"

#include <l2g/core/philox.hpp>
#include <l2g/interpret/meme_suite.hpp>
#include <l2g/interpret/motif_files.hpp>
#include <l2g/interpret/scan.hpp>
#include <l2g/interpret/score_distribution.hpp>

#include <cmath>

using namespace l2g;
using interpret::Hit;

namespace {

std::string drawn_letters(index_t length, std::uint64_t seed, std::uint64_t n_in_thousand) {
  const Rng rng{seed, 1};
  std::string s;
  for (index_t i = 0; i < length; ++i)
    s += rng.below(2, std::uint64_t(i), 1000) < n_in_thousand ? 'N' : "ACGT"[rng.below(3, std::uint64_t(i), 4)];
  return s;
}

// Every window, one by one.
std::vector<Hit> plain_scan(const std::vector<data::Motif>& motifs, const std::string& s,
                            const interpret::ScanOptions& o) {
  std::vector<Hit> hits;
  for (std::size_t m = 0; m < motifs.size(); ++m)
    for (const char strand : {'+', '-'}) {
      if (strand == '-' && !o.both_strands) continue;
      const auto w = interpret::weights_of(strand == '+' ? motifs[m] : data::reverse_complement(motifs[m]),
                                           o.background, o.pseudocount);
      const interpret::ScoreDistribution scores(w, o.background, o.bin);
      const double threshold = scores.threshold(o.p);
      const index_t n = index_t(s.size()), width = motifs[m].length();
      for (index_t i = 0; i + width <= n; ++i) {
        double sum = 0;
        for (index_t j = 0; j < width; ++j)
          if (const auto b = std::string("ACGT").find(s[std::size_t(i + j)]); b != std::string::npos)
            sum += w[std::size_t(j)][b];
        if (sum > threshold) hits.push_back({std::int32_t(m), 0, i, i + width, sum, scores.p(sum), -1, strand});
      }
    }
  interpret::Hits sorted;
  sorted.list = hits;
  interpret::sort_hits(sorted);
  return sorted.list;
}

bool same(const std::vector<Hit>& a, const std::vector<Hit>& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](const Hit& x, const Hit& y) {
           return x.motif == y.motif && x.sequence == y.sequence && x.start == y.start && x.end == y.end &&
                  x.strand == y.strand && x.score == y.score && std::abs(x.p - y.p) <= 1e-10 * y.p;
         });
}

std::vector<data::Motif> drawn_motifs() {
  std::vector<data::Motif> motifs;
  for (const index_t length : {1, 2, 3, 4, 5, 6, 7, 9, 11, 12, 15, 18, 20, 23, 27, 29, 31, 40, 61})
    motifs.push_back(drawn_motif(length, std::uint64_t(length), "m" + std::to_string(length)));
  motifs.push_back({"flat", std::vector<std::array<double, 4>>(8, {.25, .25, .25, .25})});
  motifs.push_back(data::motif_from_consensus("sharp", "TGACTCA"));
  return motifs;
}

}  // namespace

TEST_CASE("hits of the FIMO of memesuite-lite", "[interpret][scan]") {
  REQUIRE_SAMPLE(meme, "oracles/tangermeme/test.meme");
  REQUIRE_SAMPLE(fasta, "oracles/tangermeme/test.fa");
  // The file has letters that are no bases, which count as N there.
  std::vector<std::string> names, sequences;
  data::LineReader lines(fasta);
  for (std::string line; lines.next(line);) {
    if (line.starts_with('>')) {
      names.push_back(line.substr(2)), sequences.emplace_back();
      continue;
    }
    sequences.back() += line;
  }
  const auto hits = interpret::scan(interpret::load_motifs(meme).motifs, names, sequences);
  // derived/fimo_expected.json: motif 0 and motif 9 have one hit each.
  const auto counts = hits.counts();
  CHECK(counts[0] == 1);
  CHECK(counts[9] == 1);
  for (const Hit& h : hits.list) {
    if (h.motif == 0) {
      CHECK(hits.sequence(h) == "chr7");
      CHECK(hits.motif(h) == "MEOX1_homeodomain_1");
      CHECK(h.start == 1350);
      CHECK(h.end == 1360);
      CHECK(h.strand == '+');
      CHECK(std::abs(h.score - 11.446572) < 5e-7);
      CHECK(std::abs(h.p - 7.5e-5) < 5e-7);
    }
    if (h.motif == 9) {
      CHECK(hits.sequence(h) == "chr5");
      CHECK(h.start == 121);
      CHECK(h.end == 133);
      CHECK(h.strand == '+');
      CHECK(std::abs(h.score - 3.17477) < 5e-6);
      CHECK(std::abs(h.p - 9.9e-5) < 5e-7);
    }
  }
}

TEST_CASE("the last window is looked at, and a short sequence has no place", "[interpret][scan]") {
  const std::vector<data::Motif> motifs{data::motif_from_consensus("site", "ACGTTGCA")};
  const auto hits = interpret::scan(motifs, {"a", "b", "c", "d"}, {"TTTTTTTTTTACGTTGCA", "ACGTTGC", "", "ACGTTGCA"});
  REQUIRE(hits.size() == 2);
  CHECK(hits.list[0].start == 10);
  CHECK(hits.list[0].end == 18);
  CHECK(hits.sequence(hits.list[1]) == "d");
  CHECK(hits.tested[0] == 2 * (11 + 1));
  CHECK(hits.list[0].p == Approx(std::pow(4.0, -8)));
}

TEST_CASE("every window equals a plain loop, with N and at any threshold", "[interpret][scan]") {
  const auto motifs = drawn_motifs();
  for (const std::uint64_t n_share : {0u, 3u, 200u, 1000u})
    for (const double p : {1e-5, 1e-3, 0.03, 0.6, 1.0}) {
      INFO(n_share << " N in 1000, p " << p);
      interpret::ScanOptions o;
      o.p = p;
      if (p == 0.03) o.background = {.3, .15, .25, .3}, o.bin = 0.37;
      if (p == 0.6) o.both_strands = false;
      std::string s = drawn_letters(700, n_share, n_share);
      if (n_share == 3) s.replace(300, 150, 150, 'N');
      std::vector<Hit> hits;
      interpret::Scanner(motifs, o).scan(s, 0, hits);
      const auto plain = plain_scan(motifs, s, o);
      CHECK(same(hits, plain));
      if (p == 1.0) CHECK(plain.size() > 10000);
    }
}

TEST_CASE("the same hits on any number of threads, and where pieces meet", "[interpret][scan]") {
  const auto motifs = drawn_motifs();
  const std::string s = drawn_letters(50000, 9, 1);
  interpret::ScanOptions o;
  o.p = 1e-3;
  const auto plain = plain_scan(motifs, s, o);
  std::vector<Hit> alone, together;
  interpret::Scanner(motifs, o).scan(s, 0, alone);
  o.pool = cpu::shared_pool(3);
  interpret::Scanner(motifs, o).scan(s, 0, together);
  CHECK(same(alone, plain));
  CHECK(same(together, plain));
}

TEST_CASE("p-values are exact: against all words", "[interpret][scan]") {
  for (const std::array<double, 4> g : {std::array{.25, .25, .25, .25}, std::array{.4, .1, .3, .2}}) {
    const auto w = interpret::weights_of(drawn_motif(6, 3), g, 1e-4);
    const double bin = 0.05;
    const interpret::ScoreDistribution scores(w, g, bin);
    std::vector<std::pair<index_t, double>> words;  // bin of the rounded weights, probability
    for (unsigned code = 0; code < 4096; ++code) {
      index_t sum = 0;
      double p = 1;
      for (unsigned j = 0; j < 6; ++j) {
        const auto b = (code >> (2 * j)) & 3;
        sum += index_t(std::nearbyint(w[j][b] / bin)), p *= g[b];
      }
      words.emplace_back(sum, p);
    }
    for (double score = -40; score < 15; score += 0.731) {
      double p = 0;
      const auto at = index_t(std::trunc(score / bin));
      for (const auto& [sum, chance] : words) p += sum >= at ? chance : 0;
      if (p > 0) CHECK(scores.p(score) == Approx(p).epsilon(1e-12));
    }
    double before = 1;
    for (double score = -60; score < 20; score += 0.01) {
      CHECK(scores.p(score) <= before);
      before = scores.p(score);
      CHECK(before > 0);
    }
  }
}

TEST_CASE("p-values of all places of background are uniform", "[interpret][scan]") {
  const std::vector<data::Motif> motifs{drawn_motif(12, 5)};
  const std::string s = drawn_letters(400000, 17, 0);
  interpret::ScanOptions o;
  o.p = 0.05;
  const auto hits = interpret::scan(motifs, {}, {s}, o);
  for (const double p : {0.001, 0.01, 0.03}) {
    const auto n = std::count_if(hits.list.begin(), hits.list.end(), [&](const Hit& h) { return h.p < p; });
    const double expected = p * double(hits.tested[0]);
    CHECK(std::abs(double(n) - expected) < 5 * std::sqrt(expected) + 0.02 * expected);
  }
}

TEST_CASE("q-values of Benjamini and Hochberg", "[interpret][scan]") {
  // The worked example of the method: with 5 tests these four are p * 5 / rank, made monotone.
  const auto q = interpret::q_values({0.03, 0.01, 0.04, 0.02}, 5);
  CHECK(q[1] == Approx(0.05));
  CHECK(q[3] == Approx(0.05));
  CHECK(q[0] == Approx(0.05));
  CHECK(q[2] == Approx(0.05));
  CHECK(interpret::q_values({}, 9).empty());

  const Rng rng{4, 0};
  std::vector<double> p;
  for (std::uint64_t i = 0; i < 500; ++i) p.push_back(std::pow(double(rng.below(1, i, 100000)) / 1e5, 3));
  const auto all = interpret::q_values(p, 2000);
  for (std::size_t i = 0; i < p.size(); ++i) {
    CHECK(all[i] >= p[i]);
    CHECK(all[i] <= 1);
    // q_i = min over j with p_j >= p_i of p_j n / rank_j.
    double least = 1;
    for (std::size_t j = 0; j < p.size(); ++j) {
      if (p[j] < p[i]) continue;
      const auto rank = std::count_if(p.begin(), p.end(), [&](double x) { return x <= p[j]; });
      least = std::min(least, p[j] * 2000 / double(rank));
    }
    CHECK(all[i] == Approx(least));
  }
  // Hits of a threshold of 1 are all tests; a lower threshold can only raise q.
  const std::vector<data::Motif> motifs{drawn_motif(8, 6)};
  const std::string s = drawn_letters(3000, 1, 0);
  interpret::ScanOptions o;
  o.p = 1;
  const auto every = interpret::scan(motifs, {}, {s}, o);
  CHECK(every.size() == every.tested[0]);
  o.p = 0.01;
  const auto few = interpret::scan(motifs, {}, {s}, o);
  for (const Hit& h : few.list)
    for (const Hit& e : every.list)
      if (e.start == h.start && e.strand == h.strand) CHECK(h.q >= e.q - 1e-12);
}

TEST_CASE("a stream of FASTA gives the same hits", "[interpret][scan]") {
  const auto motifs = drawn_motifs();
  const ScratchFolder folder;
  std::string text;
  std::vector<std::string> sequences{drawn_letters(5000000, 2, 1), "ACG", drawn_letters(70000, 3, 0)};
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    text += ">s" + std::to_string(i) + " more words\r\n";
    for (std::size_t at = 0; at < sequences[i].size(); at += 1000) text += sequences[i].substr(at, 1000) + "\r\n";
  }
  const std::string fasta = folder.gzip("g.fa.gz", text);
  interpret::ScanOptions o;
  o.p = 1e-5;
  o.pool = cpu::shared_pool();
  const auto whole = interpret::scan(motifs, {"s0", "s1", "s2"}, sequences, o);
  CHECK(interpret::scan_fasta(motifs, fasta, folder / "h.bed", o) == whole.size());
  interpret::write_bed(whole, folder / "w.bed");
  CHECK(read_bytes(folder / "h.bed") == read_bytes(folder / "w.bed"));

  interpret::scan_fasta(motifs, fasta, folder / "h.tsv", o);
  data::LineReader lines(folder / "h.tsv");
  auto read = interpret::read_fimo_tsv(lines);
  REQUIRE(read.size() == whole.size());
  index_t equal = 0;
  for (const Hit& h : whole.list) {
    equal += std::any_of(read.list.begin(), read.list.end(), [&](const Hit& r) {
      return r.start == h.start && r.end == h.end && r.strand == h.strand && read.motif(r) == whole.motif(h) &&
             read.sequence(r) == whole.sequence(h);
    });
    if (equal > 500) break;  // the files are equal in the number of rows; some of them are looked up
  }
  CHECK(equal == std::min(index_t(501), whole.size()));
}

TEST_CASE("options and motifs of a scan that are wrong", "[interpret][scan]") {
  const std::vector<data::Motif> motifs{data::motif_from_consensus("a", "ACGT")};
  const auto message = [&](auto set) {
    interpret::ScanOptions o;
    set(o);
    return message_of([&] { interpret::Scanner(motifs, o); });
  };
  CHECK(message([](auto& o) { o.p = 0; }) == "p must be above 0 and at most 1");
  CHECK(message([](auto& o) { o.p = NAN; }) == "p must be above 0 and at most 1");
  CHECK(message([](auto& o) { o.pseudocount = 0; }).starts_with("pseudocount"));
  CHECK(message([](auto& o) { o.bin = 0; }).starts_with("bin"));
  CHECK(message([](auto& o) { o.background = {.5, .5, .5, .5}; }).starts_with("background"));
  CHECK(message_of([] { interpret::Scanner(std::vector<data::Motif>{{"x", {}}}); }) == "motif 'x' has no positions");
  const auto g = interpret::background_of({"AACN", "GGG"});
  CHECK(g[0] == g[3]);
  CHECK(g[0] + g[1] + g[2] + g[3] == Approx(1));
}
