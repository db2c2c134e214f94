// Seqlets become motifs, and the motifs are found again in the file of those that were planted.
#include "data/message_of.hpp"

#include <catch2/catch.hpp>
#include <l2g/core/philox.hpp>
#include <l2g/data/letters.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/interpret/seqlet_motifs.hpp>
#include <l2g/interpret/tomtom.hpp>

#include <algorithm>
#include <cmath>
#include <set>

using namespace l2g;
using interpret::Contributions;

namespace {

data::Motif known(const char* name, const char* consensus) { return data::motif_from_consensus(name, consensus, 0.85); }

// Sequences with planted motifs, and contributions that an ideal model would have: the log-odds of the base at each
// planted position, for a lowering motif with the other sign, and noise everywhere.
struct Ideal {
  data::Simulated simulated;
  Contributions contributions;
};
Ideal ideal(double noise) {
  data::Simulation s;
  s.length = 150;
  s.seed = 5;
  s.motifs = {known("AP1", "TGACTCAT"), known("GATA", "AGATAAGA"), known("EBOX", "CACGTGAC"),
              known("SP1", "GGGGCGGGG")};
  const auto anywhere = [](const char* motif) { return data::Planting{motif, 1, 0.8}; };
  s.classes = {{"yes", 150, {anywhere("AP1"), anywhere("GATA")}}, {"no", 150, {anywhere("EBOX"), anywhere("SP1")}}};
  Ideal out{data::simulate(s), {}};
  const auto& d = out.simulated.dataset;
  const Rng rng{8, 0};
  for (index_t r = 0; r < d.rows(); ++r) {
    interpret::Contribution row;
    row.id = std::to_string(r);
    row.sequence = d.sequences[std::size_t(r)];
    for (index_t i = 0; i < row.length(); ++i)
      row.observed.push_back(noise * (double(rng.below(1, std::uint64_t(r * 1000 + i), 2001)) / 1000 - 1));
    out.contributions.rows.push_back(row);
  }
  for (const auto& site : out.simulated.sites) {
    auto motif = *std::find_if(s.motifs.begin(), s.motifs.end(), [&](const auto& m) { return m.name == site.motif; });
    if (site.strand == '-') motif = data::reverse_complement(motif);
    auto& row = out.contributions.rows[std::size_t(site.row)];
    const double sign = site.motif == "EBOX" || site.motif == "SP1" ? -1 : 1;
    for (index_t i = site.start; i < site.end; ++i) {
      const int b = interpret::base_index(row.sequence[std::size_t(i)]);
      const double p = motif.probabilities[std::size_t(i - site.start)][std::size_t(b)];
      row.observed[std::size_t(i)] += sign * std::log2(p / 0.25);
    }
  }
  return out;
}

std::vector<data::Motif> motifs_of(const std::vector<interpret::SeqletMotif>& found) {
  std::vector<data::Motif> motifs;
  for (const auto& f : found) motifs.push_back(f.motif);
  return motifs;
}

}  // namespace

TEST_CASE("each planted motif is the best match of one that was made of seqlets", "[interpret][seqlet_motifs]") {
  const Ideal data = ideal(0.3);
  const auto tracks = interpret::tracks_of(data.contributions);
  interpret::RecursiveOptions up, down;
  up.p = down.p = 0.005;
  down.negative = true;
  auto seqlets = interpret::recursive_seqlets(tracks, up);
  const auto low = interpret::recursive_seqlets(tracks, down);
  seqlets.insert(seqlets.end(), low.begin(), low.end());
  const auto windows = interpret::modisco_seqlets(tracks);
  for (const auto& list : {seqlets, windows}) {
    const auto found = interpret::seqlet_motifs(data.contributions, list);
    INFO(found.size() << " motifs of " << list.size() << " seqlets");
    REQUIRE(found.size() >= 4);
    CHECK(found.size() <= 8);
    auto targets = data.simulated.motifs;
    // Motifs that were not planted, so that a match means something.
    for (const char* other : {"TATAAAA", "CCAATCA", "TTTCGCGC", "ACCGGAAG", "CAGCTGTT", "ATTTGCAT", "TGTTTACA"})
      targets.push_back(known(other, other));
    interpret::TomtomOptions o;
    o.nearest = 1;
    const auto matches = interpret::tomtom(motifs_of(found), targets, o);
    std::set<std::string> best;
    for (std::size_t i = 0; i < found.size(); ++i) {
      const auto& target = targets[std::size_t(matches[i][0].target)];
      INFO(found[i].motif.consensus() << " " << found[i].members.size());
      if (i >= 4) continue;  // the four with the most seqlets
      best.insert(target.name);
      CHECK(matches[i][0].p < 1e-3);
      CHECK((found[i].attribution < 0) == (target.name == "EBOX" || target.name == "SP1"));
    }
    CHECK(best == std::set<std::string>{"AP1", "EBOX", "GATA", "SP1"});
  }
}

TEST_CASE("members say where they lie in their motif, on both strands", "[interpret][seqlet_motifs]") {
  const Ideal data = ideal(0.05);
  const auto found = interpret::seqlet_motifs(data.contributions,
                                              interpret::recursive_seqlets(interpret::tracks_of(data.contributions)));
  REQUIRE(found.size() >= 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& f = found[i];
    const index_t n = f.motif.length();
    CHECK(f.contribution.size() == std::size_t(4 * n));
    CHECK_NOTHROW(data::check(f.motif));
    index_t forward = 0, agree = 0;
    double before = 1e300;
    for (const auto& m : f.members) {
      CHECK(std::abs(m.seqlet.attribution) <= before);
      before = std::abs(m.seqlet.attribution);
      forward += m.strand == '+';
      const auto& s = data.contributions.rows[std::size_t(m.seqlet.row)].sequence;
      if (m.start < 0 || m.start + n > index_t(s.size())) continue;
      std::string word = s.substr(std::size_t(m.start), std::size_t(n));
      if (m.strand == '-') word = data::reverse_complement(word);
      const std::string consensus = f.motif.consensus();
      index_t same = 0;
      for (std::size_t k = 0; k < word.size(); ++k) same += word[k] == consensus[k];
      agree += same * 10 >= 7 * n;
    }
    CHECK(forward > 0);
    CHECK(forward < index_t(f.members.size()));
    CHECK(agree * 10 > 9 * index_t(f.members.size()));
  }
}

TEST_CASE("few, weak and wrong seqlets", "[interpret][seqlet_motifs]") {
  const Ideal data = ideal(0.05);
  CHECK(interpret::seqlet_motifs(data.contributions, {}).empty());
  CHECK(interpret::seqlet_motifs(data.contributions, {{0, 0, 10, 1, 0}}).empty());  // fewer than the least
  interpret::SeqletMotifOptions o;
  o.least = 1;
  CHECK(interpret::seqlet_motifs(data.contributions, {{0, 0, 10, 1, 0}, {1, 140, 150, 1, 0}}, o).size() >= 1);
  CHECK(message_of([&] {
          interpret::seqlet_motifs(data.contributions, {{0, 0, 1000, 1, 0}});
        }).starts_with("a seqlet lies outside"));
  o.width = 2;
  CHECK(message_of([&] { interpret::seqlet_motifs(data.contributions, {}, o); }) == "width must be 4 to 100");
}
