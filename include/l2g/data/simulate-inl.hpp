#pragma once
#include <l2g/core/draws.hpp>
#include <l2g/core/errors.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/io/atomic_file.hpp>

#include <algorithm>
#include <cmath>

namespace l2g::data {

namespace detail {

inline Draws draws_of(std::uint64_t seed, index_t row_of_class, std::size_t class_number) {
  return {Rng{seed, static_cast<std::uint64_t>(row_of_class)},
          0x73696d00u + static_cast<std::uint32_t>(class_number)};  // "sim"
}
// By multiplication alone, as Rng::below: one word each.
inline index_t between(index_t low, index_t high, Draws& draws) {
  return low + static_cast<index_t>(draws.word() * (static_cast<std::uint64_t>(high - low) + 1) >> 32);
}

inline std::string draw_background(const Background& b, index_t length, Draws& draws) {
  const std::array<double, 4> first{(1 - b.gc) / 2, b.gc / 2, b.gc / 2, (1 - b.gc) / 2};
  std::string s;
  while (static_cast<index_t>(s.size()) < length)
    s += "ACGT"[draws.one_of(
        b.transitions.empty() || s.empty() ? first : b.transitions[static_cast<std::size_t>(base_code(s.back()))])];
  return s;
}

// One motif of a planting: its place is counted from the start of the whole.
struct PlannedMotif {
  const Motif* motif;
  index_t offset;
};

class RowPlanter {
 public:
  RowPlanter(const Simulation& simulation, std::string& sequence, index_t row, Draws& draws, std::vector<Site>& sites)
      : simulation_(simulation),
        sequence_(sequence),
        row_(row),
        draws_(draws),
        sites_(sites),
        first_site_(sites.size()) {}

  void plant(const Planting& p) {
    for (index_t i = 0; i < p.count; ++i) {
      if (p.probability < 1 && draws_.uniform() >= p.probability) continue;
      const bool reverse =
          p.strand == PlantedStrand::reverse || (p.strand == PlantedStrand::either && draws_.uniform() < 0.5);
      place(p, reverse);
    }
  }

 private:
  const Motif& motif(const std::string& name) const {
    for (const auto& m : simulation_.motifs)
      if (m.name == name) return m;
    std::vector<std::string> names;
    for (const auto& m : simulation_.motifs) names.push_back(m.name);
    throw error("simulate: " + unknown("motif", name, names));
  }

  bool is_free(index_t start, index_t end) const {
    return std::none_of(sites_.begin() + static_cast<std::ptrdiff_t>(first_site_), sites_.end(),
                        [&](const Site& s) { return start < s.end && s.start < end; });
  }

  void place(const Planting& p, bool reverse) {
    const Motif& first = motif(p.motif);
    const Motif* second = p.partner.empty() ? nullptr : &motif(p.partner);
    const index_t gap = second ? between(p.smallest_gap, p.largest_gap, draws_) : 0;
    const index_t whole = first.length() + (second ? gap + second->length() : 0);
    const index_t last = simulation_.length - whole;
    const index_t low = p.position < 0 ? 0 : std::max<index_t>(0, p.position - p.spread);
    const index_t high = p.position < 0 ? last : std::min(last, p.position + p.spread);
    constexpr int tries = 200;  // enough unless the row is almost full
    for (int t = 0; t < tries && low <= high; ++t) {
      const index_t start = between(low, high, draws_);
      if (!is_free(start, start + whole)) continue;
      // On the reverse strand the pair is turned as a whole: its partner comes first.
      write(first, reverse ? start + whole - first.length() : start, reverse);
      if (second) write(*second, reverse ? start : start + first.length() + gap, reverse);
      return;
    }
    throw error("simulate: no room for motif '" + p.motif + "' (" + std::to_string(whole) + " bases) in a row of " +
                std::to_string(simulation_.length) +
                (p.position < 0 ? "" : " around position " + std::to_string(p.position)));
  }

  void write(const Motif& m, index_t start, bool reverse) {
    std::string letters;
    for (const auto& p : m.probabilities) letters += "ACGT"[draws_.one_of(p)];
    if (reverse) letters = reverse_complement(letters);
    sequence_.replace(static_cast<std::size_t>(start), letters.size(), letters);
    sites_.push_back({row_, start, start + m.length(), reverse ? '-' : '+', m.name});
  }

  const Simulation& simulation_;
  std::string& sequence_;
  index_t row_;
  Draws& draws_;
  std::vector<Site>& sites_;
  std::size_t first_site_;
};

inline void check_simulation(const Simulation& s) {
  if (s.length < 1) throw error("simulate: the length must be at least 1");
  if (!(s.background.gc >= 0 && s.background.gc <= 1))
    throw error("simulate: the GC share must be 0 to 1 (0.5 is 50 %)");
  if (s.classes.empty()) throw error("simulate: there are no classes");
  if (!s.background.transitions.empty()) {
    if (s.background.transitions.size() != 4) throw error("simulate: transitions need 4 rows, for A, C, G and T");
    check(Motif{"transitions", s.background.transitions});
  }
  for (const auto& m : s.motifs) check(m);
  for (const auto& c : s.classes) {
    if (c.rows < 0) throw error("simulate: class '" + c.name + "' has a negative number of rows");
    for (const auto& p : c.plantings) {
      if (!(p.probability >= 0 && p.probability <= 1))
        throw error("simulate: the probability of motif '" + p.motif + "' must be 0 to 1");
      if (p.count < 0 || p.spread < 0)
        throw error("simulate: count and spread of motif '" + p.motif + "' must be 0 or more");
      if (p.smallest_gap < 0 || p.largest_gap < p.smallest_gap)
        throw error("simulate: the gap behind motif '" + p.motif +
                    "' must be 0 or more, the largest not below the smallest");
    }
  }
}

}  // namespace detail

L2G_INLINE Background background_from(const Dataset& dataset) {
  std::vector<std::array<double, 4>> counts(4, {1, 1, 1, 1});
  double gc = 0, all = 0;
  for (const auto& s : dataset.sequences) {
    int before = 4;
    for (const char c : s) {
      const int code = base_code(c);
      if (code < 4) gc += code == 1 || code == 2, all += 1;
      if (code < 4 && before < 4) counts[static_cast<std::size_t>(before)][static_cast<std::size_t>(code)] += 1;
      before = code;
    }
  }
  if (all == 0) throw error("background: the data hold no A C G T");
  for (auto& row : counts) {
    const double sum = row[0] + row[1] + row[2] + row[3];
    for (double& x : row) x /= sum;
  }
  return {gc / all, counts};
}

L2G_INLINE Simulated simulate(const Simulation& simulation) {
  using namespace detail;
  check_simulation(simulation);
  Simulated out;
  out.motifs = simulation.motifs;
  out.dataset.name = "simulated";
  out.dataset.source = "simulated, seed " + std::to_string(simulation.seed);
  index_t most = 0;
  for (const auto& c : simulation.classes) most = std::max(most, c.rows);
  std::vector<std::string> labels;
  for (index_t i = 0; i < most; ++i)
    for (std::size_t k = 0; k < simulation.classes.size(); ++k) {
      const SimulatedClass& c = simulation.classes[k];
      if (i >= c.rows) continue;
      const index_t row = out.dataset.rows();
      Draws draws = draws_of(simulation.seed, i, k);
      std::string sequence = draw_background(simulation.background, simulation.length, draws);
      const auto first_site = static_cast<std::ptrdiff_t>(out.sites.size());
      RowPlanter planter(simulation, sequence, row, draws, out.sites);
      // What has a fixed place goes first, so that what may lie anywhere does not take it.
      for (const bool fixed : {true, false})
        for (const auto& p : c.plantings)
          if ((p.position >= 0) == fixed) planter.plant(p);
      std::sort(out.sites.begin() + first_site, out.sites.end(),
                [](const Site& a, const Site& b) { return a.start < b.start; });
      out.dataset.ids.push_back(c.name + "_" + std::to_string(i + 1));
      out.dataset.sequences.push_back(std::move(sequence));
      labels.push_back(c.name);
    }
  assign_labels(out.dataset, labels);
  return out;
}

L2G_INLINE Simulation example_simulation(index_t rows_per_class, std::uint64_t seed) {
  Simulation s;
  s.length = 100;
  s.seed = seed;
  s.background.gc = 0.5;
  s.motifs = {motif_from_consensus("TATA", "TATAWAWR", 0.8), motif_from_consensus("Inr", "YYANWYY", 0.9),
              motif_from_consensus("GC_box", "GGGGCGGGG", 0.8)};
  Planting core, box;
  core.motif = "TATA", core.partner = "Inr";
  core.probability = 0.9;
  core.strand = PlantedStrand::forward;
  core.position = 40, core.spread = 5;
  core.smallest_gap = 20, core.largest_gap = 24;
  box.motif = "GC_box";
  box.probability = 0.5;
  s.classes = {{"background", rows_per_class, {box}}, {"promoter", rows_per_class, {core, box}}};
  return s;
}

L2G_INLINE void write_sites(const Simulated& simulated, const std::string& path) {
  io::AtomicFile file(path);
  for (const Site& s : simulated.sites)
    file.write(simulated.dataset.ids[static_cast<std::size_t>(s.row)] + "\t" + std::to_string(s.start) + "\t" +
               std::to_string(s.end) + "\t" + s.motif + "\t0\t" + s.strand + "\n");
  file.commit();
}

}  // namespace l2g::data
