// 10: A motif scan: where known motifs are in sequences, how likely each place is by chance, and how many hits are
// false.
#include <l2g/data/simulate.hpp>
#include <l2g/interpret/motif_files.hpp>
#include <l2g/interpret/scan.hpp>
#include <l2g/interpret/tomtom.hpp>

#include <cstdio>

using namespace l2g;

int main() {
  // Made-up promoters, whose motifs (a TATA box, an initiator, a GC box) lie at places that are known. From a file they
  // come by interpret::load_motifs("JASPAR.meme"), which reads MEME, JASPAR, TRANSFAC and STREME.
  const data::Simulated simulated = data::simulate(data::example_simulation(500, 1));
  const std::vector<data::Motif>& motifs = simulated.motifs;

  // Every place of every sequence is scored on both strands by the exact sum of log2(probability / background). p is
  // the chance that a place of background scores so high; q the share of false ones among the motif's hits that are as
  // good.
  interpret::ScanOptions options;
  options.p = 1e-4;
  options.background = interpret::background_of(simulated.dataset.sequences);
  options.pool = cpu::shared_pool();
  const interpret::Hits hits = interpret::scan(motifs, simulated.dataset, options);
  const interpret::Hit& first = hits.list.front();
  std::printf("%td hits in %td bases; the first: %s at %td to %td (%c), %.1f bits, p %.1e, q %.1e\n", hits.size(),
              hits.letters, hits.motif(first).c_str(), first.start + 1, first.end, first.strand, first.score, first.p,
              first.q);

  // How many of the planted motifs were found, and how many hits are none of them. The initiator is too blurred to
  // stand out from background at this p: no place of it scores high enough.
  const auto counts = hits.counts();
  for (std::size_t m = 0; m < motifs.size(); ++m) {
    index_t planted = 0, found = 0;
    for (const data::Site& site : simulated.sites) {
      if (site.motif != motifs[m].name) continue;
      ++planted;
      for (const auto& h : hits.list)
        if (h.sequence == site.row && h.start == site.start && h.motif == index_t(m)) {
          ++found;
          break;
        }
    }
    std::printf("%-9s %td planted, %td of them found, %td other hits\n", motifs[m].name.c_str(), planted, found,
                counts[m] - found);
  }

  // Which known motif one resembles: here the TATA box, read on the other strand and without its first base.
  data::Motif unknown = data::reverse_complement(motifs[0]);
  unknown.probabilities.pop_back();
  const auto match = interpret::tomtom({unknown}, motifs)[0];
  for (const auto& m : match)
    std::printf("like %-9s p %.1e, offset %d, %s strand\n", motifs[std::size_t(m.target)].name.c_str(), m.p, m.offset,
                m.reverse ? "other" : "same");
}

// Output:
//   752 hits in 100000 bases; the first: GC_box at 85 to 93 (+), 17.2 bits, p 4.0e-06, q 2.5e-03
//   TATA      440 planted, 292 of them found, 164 other hits
//   Inr       440 planted, 0 of them found, 0 other hits
//   GC_box    485 planted, 294 of them found, 2 other hits
//   like TATA      p 6.8e-08, offset 0, other strand
//   like Inr       p 5.6e-01, offset 0, other strand
//   like GC_box    p 1.0e+00, offset 8, other strand
