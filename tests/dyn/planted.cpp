// Attributions find what was planted: positions of motifs in simulated sequences, from a network that was trained on
// labels alone.
#include <l2g/data/line_reader.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/dyn/architectures.hpp>
#include <l2g/dyn/attribution.hpp>
#include <l2g/dyn/mutagenesis.hpp>
#include <l2g/dyn/train.hpp>
#include <l2g/eval/ranking.hpp>
#include <l2g/interpret/seqlet_motifs.hpp>
#include <l2g/interpret/tomtom.hpp>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "sample_data.hpp"

#include <catch2/catch.hpp>

using namespace l2g;
using model::layer;
using model::Spec;

namespace {

/// Rows with the bases that belong to a planted motif.
struct Planted {
  data::Dataset rows{};
  std::vector<std::vector<char>> inside{};  // (rows, length)
};

model::Model trained(const data::Dataset& rows, index_t filters, index_t width, std::int64_t steps, double rate) {
  const Spec spec = model::sequential({layer("conv1d", {{"out", double(filters)}, {"kernel", double(width)}}),
                                       layer("batch_norm"), layer("relu"), layer("max_pool", {{"window", 5}}),
                                       layer("conv1d", {{"out", double(filters)}, {"kernel", 3}}), layer("relu"),
                                       layer("mean_pool"), layer("linear", {{"out", double(rows.class_count())}})});
  model::Model m = model::make_model("finder", spec, {rows.longest(), 4}, rows.classes, 1);
  model::TrainOptions o;
  o.batch = 64;
  o.fit.steps = steps;
  o.fit.schedule = {Schedule::cosine, rate, steps / 10, steps};
  o.fit.seed = 1;
  o.pool = cpu::shared_pool();
  model::train(m, rows, {}, o);
  return m;
}

/// Area under the ROC curve of contributions, each the mean over `reach` bases to either side, as a ranking of bases by
/// whether they were planted.
double area(const interpret::Contributions& c, const Planted& p, index_t reach) {
  std::vector<double> score;
  std::vector<std::int32_t> truth;
  for (std::size_t r = 0; r < c.rows.size(); ++r) {
    const std::vector<double>& own = c.rows[r].observed;
    const auto n = index_t(own.size());
    for (index_t i = 0; i < n; ++i) {
      double sum = 0;
      const index_t from = std::max<index_t>(0, i - reach), to = std::min(n, i + reach + 1);
      for (index_t j = from; j < to; ++j) sum += own[std::size_t(j)];
      score.push_back(sum / double(to - from));
      truth.push_back(p.inside[r][std::size_t(i)]);
    }
  }
  return eval::roc_auc(score, truth);
}

/// The rows of a simdata file: seqName, sequence, embeddings "pos-120_GATA_disc1-GCAGATAAGA,...", three tasks. The
/// class is which of the two motifs a row has.
Planted read_simdata(const std::string& path) {
  Planted p;
  std::vector<std::string> labels;
  data::LineReader reader(path);
  std::string line;
  for (reader.next(line); reader.next(line);) {
    std::vector<std::string> cells{""};
    for (const char c : line)
      if (c == '\t')
        cells.emplace_back();
      else
        cells.back() += c;
    p.rows.sequences.push_back(cells.at(1));
    std::vector<char> inside(cells[1].size(), 0);
    for (std::size_t at = 0; at < cells.at(2).size();) {
      const std::size_t end = std::min(cells[2].find(',', at), cells[2].size());
      const std::string site = cells[2].substr(at, end - at);
      const auto start = std::size_t(std::atoi(site.c_str() + 4));
      const std::string letters = site.substr(site.rfind('-') + 1);
      REQUIRE(cells[1].substr(start, letters.size()) == letters);
      std::fill_n(inside.begin() + std::ptrdiff_t(start), letters.size(), char(1));
      at = end + 1;
    }
    p.inside.push_back(std::move(inside));
    labels.push_back(cells.at(2).find("GATA") == cells[2].npos ? (cells[2].empty() ? "none" : "TAL1")
                     : cells[2].find("TAL1") == cells[2].npos  ? "GATA"
                                                               : "both");
  }
  data::assign_labels(p.rows, labels);
  return p;
}

Planted select(const Planted& p, const std::vector<index_t>& numbers) {
  Planted some{data::select(p.rows, numbers), {}};
  for (const index_t n : numbers) some.inside.push_back(p.inside[std::size_t(n)]);
  return some;
}

/// The area for saturation mutagenesis and for DeepLIFT/SHAP, whichever is less.
double least_area(const model::Model& m, const Planted& p, const std::string& name, index_t reach) {
  cpu::Pool* pool = cpu::shared_pool();
  const double mutations =
      area(interpret::contributions(model::mutate(m, p.rows, {.explained = name, .pool = pool})), p, reach);
  const double shap = area(model::contributions(m, p.rows, {.output = name, .references = 10, .pool = pool}), p, reach);
  UNSCOPED_INFO("saturation mutagenesis " << mutations << ", DeepLIFT/SHAP " << shap);
  return std::min(mutations, shap);
}

}  // namespace

TEST_CASE("contributions find the planted bases of a simulation, and their seqlets the motifs", "[dyn]") {
  // Rows of the third class hold none of the motifs, so that both are learnt.
  data::Simulation s;
  s.length = 60, s.seed = 1;
  s.motifs = {data::motif_from_consensus("first", "GATTACAT"), data::motif_from_consensus("second", "CACGTGAC")};
  s.classes = {{"first", 400, {{.motif = "first", .strand = data::PlantedStrand::forward}}},
               {"second", 400, {{.motif = "second", .strand = data::PlantedStrand::forward}}},
               {"neither", 400, {}}};
  const model::Model m = trained(data::simulate(s).dataset, 16, 11, 400, 1e-2);
  s.seed = 2;
  for (auto& c : s.classes) c.rows = 20;
  const data::Simulated fresh = data::simulate(s);
  for (const char* name : {"first", "second"}) {
    CAPTURE(name);
    Planted p;
    std::vector<index_t> own;
    for (index_t r = 0; r < fresh.dataset.rows(); ++r)
      if (fresh.dataset.classes[std::size_t(fresh.dataset.labels[std::size_t(r)])] == name) own.push_back(r);
    p.rows = data::select(fresh.dataset, own);
    for (const index_t r : own) {
      p.inside.emplace_back(std::size_t(s.length), char(0));
      for (const data::Site& site : fresh.sites)
        if (site.row == r) std::fill(p.inside.back().begin() + site.start, p.inside.back().begin() + site.end, char(1));
    }
    CHECK(least_area(m, p, name, 0) >= 0.95);
  }

  // The seqlets of what each row was called by, averaged, are named by TOMTOM among motifs that were not planted.
  for (auto& c : s.classes) c.rows = 60;
  const auto seen = model::contributions(m, data::simulate(s).dataset, {.references = 10, .pool = cpu::shared_pool()});
  auto targets = s.motifs;
  for (const char* other : {"TATAAAA", "CCAATCA", "ACCGGAAG", "CAGCTGTT", "TGTTTACA", "GGGGCGGGG"})
    targets.push_back(data::motif_from_consensus(other, other, 0.8));
  std::vector<data::Motif> found;
  for (const auto& f : interpret::seqlet_motifs(seen, interpret::recursive_seqlets(interpret::tracks_of(seen)))) {
    if (found.size() < 2) found.push_back(f.motif);
  }
  interpret::TomtomOptions nearest;
  nearest.nearest = 1;
  std::set<std::string> names;
  for (const auto& matches : interpret::tomtom(found, targets, nearest)) {
    CHECK(matches[0].p < 1e-3);
    names.insert(targets[std::size_t(matches[0].target)].name);
  }
  CHECK(names == std::set<std::string>{"first", "second"});
}

TEST_CASE("contributions find the planted motifs of a held-out fifth of talgata", "[dyn]") {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  WARN("left out under sanitizers, where its training takes minutes");
  return;
#endif
  REQUIRE_SAMPLE(path, "oracles/talgata/sequences.simdata.gz");
  const Planted all = read_simdata(path);
  REQUIRE(all.rows.rows() == 7200);
  std::vector<index_t> learnt, held_out;
  for (index_t i = 0; i < all.rows.rows(); ++i) {
    if (i % 5 != 0)
      learnt.push_back(i);
    else if (all.rows.classes[std::size_t(all.rows.labels[std::size_t(i)])] == "both")
      held_out.push_back(i);
  }
  const model::Model m = trained(select(all, learnt).rows, 24, 15, 1000, 5e-3);
  const Planted p = select(all, held_out);
  // A site is 10 or 16 bases, of which the flanks may be any: the mean over five bases to either side finds it whole.
  CHECK(least_area(m, p, "both", 5) >= 0.9);
}
