// Motifs in a session: read, scanned, matched and written; what is wrong is said before long work.
#include "at_the_prompt.hpp"
#include "scratch_folder.hpp"

#include <l2g/core/philox.hpp>
#include <verbs/motif_values.hpp>

using namespace l2g::repl;
using l2g::index_t;

namespace {

void with_contributions(Registry& registry) {
  // Contributions that need no training: high where TGACTCA stands, low where GGGCGG stands.
  registry.add({.name = "made_contributions",
                .group = "test",
                .doc = "For tests.",
                .parameters = {},
                .run = [](const Arguments&, Shell&) {
                  l2g::interpret::Contributions c;
                  c.method = "made";
                  const l2g::Rng rng{3, 0};
                  for (std::uint64_t r = 0; r < 120; ++r) {
                    l2g::interpret::Contribution row;
                    row.id = "s" + std::to_string(r);
                    for (std::uint64_t i = 0; i < 100; ++i) row.sequence += "ACGT"[rng.below(1, r * 100 + i, 4)];
                    row.observed.assign(100, 0.0);
                    for (std::uint64_t i = 0; i < 100; ++i)
                      row.observed[i] = double(rng.below(2, r * 100 + i, 1000)) / 5000 - 0.1;
                    const std::string word = r % 2 ? "TGACTCA" : "GGGCGG";
                    const std::size_t at = 10 + rng.below(3, r, 60);
                    row.sequence.replace(at, word.size(), word);
                    for (std::size_t k = 0; k < word.size(); ++k) row.observed[at + k] += r % 2 ? 2 : -2;
                    c.rows.push_back(row);
                  }
                  return make_object<l2g::interpret::Contributions>(c);
                }});
}

struct Motifs : Prompt {
  ScratchFolder folder;
  Motifs() : Prompt(with_contributions) {}
  std::string path(const std::string& name) const { return "'" + (folder / name) + "'"; }
};

}  // namespace

TEST_CASE("motifs of simulated data are scanned, written and read again") {
  Motifs l2g;
  l2g.does("d = simulate(50); k = load_motifs(d);");
  CHECK(l2g("#k") == "3");
  CHECK(l2g("k[1].consensus").find("TATA") != std::string::npos);
  l2g.does("h = scan(d, k, {p = 1e-4});");
  CHECK(l2g("#h > 50") == "true");
  CHECK(l2g("h[1].p < 1e-4 and h[1].q >= h[1].p and h[1].last > h[1].first") == "true");
  CHECK(l2g("h").find("motif") != std::string::npos);
  l2g.does("save_hits(h, " + l2g.path("h.bed") + "); save_hits(h, " + l2g.path("fimo.tsv") + "); save_motifs(k, " +
           l2g.path("k.meme") + ")");
  CHECK(l2g("#load_meme(" + l2g.path("fimo.tsv") + ") == #h") == "true");
  CHECK(l2g("load_motifs(" + l2g.path("k.meme") + ").names[2] == k.names[2]") == "true");
  CHECK(read_bytes(l2g.folder / "h.bed").find("\t+\n") != std::string::npos);
  CHECK(l2g("scan('TTTTTATAAAAGGG', k, {p = 0.01})").find("TATA") != std::string::npos);
  l2g.folder.file("g.fa", ">chr1\nTTTTTATAAAAGGGCCCGTTTTTTATAAAAGGC\n");
  CHECK(l2g("scan(" + l2g.path("g.fa") + ", k, {p = 0.01, file = " + l2g.path("g.bed") + "}) == #scan(" +
            l2g.path("g.fa") + ", k, {p = 0.01})") == "true");
}

TEST_CASE("seqlets become motifs that are matched") {
  Motifs l2g;
  l2g.does("c = made_contributions(); q = seqlets(c);");
  CHECK(l2g("#q > 60") == "true");
  CHECK(l2g("q[1].letters:find('GACTC') ~= nil or q[1].letters:find('GGCG') ~= nil") == "true");
  CHECK(l2g("#seqlets(c, {sign = 'positive'}) < #q") == "true");
  CHECK(l2g("#seqlets(c, {method = 'modisco'}) > 20") == "true");
  l2g.does("f = seqlet_motifs(q);");
  CHECK(l2g("#f >= 2") == "true");
  CHECK(l2g("f[1].attribution * f[2].attribution < 0") == "true");
  l2g.folder.file(
      "known.pfm",
      ">AP1\n0 0 0 9\n0 0 9 0\n9 0 0 0\n0 9 0 0\n0 0 0 9\n0 9 0 0\n9 0 0 0\n>SP1\n0 0 9 0\n0 0 9 0\n0 0 9 "
      "0\n0 9 0 0\n0 0 9 0\n0 0 9 0\n>TATA\n0 0 0 9\n9 0 0 0\n0 0 0 9\n9 0 0 0\n9 0 0 0\n>CCAAT\n0 9 0 0\n0 9 "
      "0 0\n9 0 0 0\n9 0 0 0\n0 0 0 9\n");
  l2g.does("r = match_motifs(f, load_motifs(" + l2g.path("known.pfm") + "));");
  CHECK(l2g("r").find("note: p is reckoned from the columns of the database; with 4 motifs it means") !=
        std::string::npos);
  const std::string best = l2g("r.best.pattern_1 .. ' ' .. r.best.pattern_2");
  CHECK((best == "\"AP1 SP1\"" || best == "\"SP1 AP1\""));
  l2g.does("save_motifs(f, " + l2g.path("f.meme") + ")");
  CHECK(l2g("#load_motifs(" + l2g.path("f.meme") + ") == #f") == "true");
}

TEST_CASE("motifs: what is wrong is said in one line") {
  Motifs l2g;
  l2g.does("d = simulate(5); k = load_motifs(d);");
  CHECK(l2g("scan('ACG', k)").find("no motif fits into a sequence") != std::string::npos);
  CHECK(l2g("scan(d, k, {background = 'unifrom'})").find("background is") != std::string::npos);
  CHECK(l2g("scan(7, k)").find("scan takes a Dataset") != std::string::npos);
  CHECK(l2g("scan('none.fa', k)").find("no such file") != std::string::npos);
  CHECK(l2g("load_motifs(3)").find("takes the path of a motif file") != std::string::npos);
  l2g.folder.file("empty.meme", "");
  CHECK(l2g("load_motifs(" + l2g.path("empty.meme") + ")").find("the file is empty") != std::string::npos);
  l2g.folder.file("bare.meme", "MEME version 4\r\nMOTIF a\r\nletter-probability matrix:\r\n1 0 0 0\r\n");
  CHECK(l2g("m = load_motifs(" + l2g.path("bare.meme") + ")").find("no background letter frequencies") !=
        std::string::npos);
  CHECK(l2g("seqlets(k)").find("Contributions") != std::string::npos);
  CHECK(l2g("seqlets(made_contributions(), {window = 5})").find("goes with method") != std::string::npos);
}
