// 09: Which bases made a model say what it says: DeepLIFT/SHAP of a trained model, with the proof that it adds up.
#include <l2g/data/simulate.hpp>
#include <l2g/dyn/attribution.hpp>
#include <l2g/dyn/train.hpp>

#include <algorithm>
#include <cstdio>

using namespace l2g;

int main() {
  // Sequences of which we know what matters: GATTACA stands somewhere in half of them.
  data::Simulation plan;
  plan.length = 60, plan.seed = 1;
  plan.motifs = {data::motif_from_consensus("signal", "GATTACAT")};
  plan.classes = {{"without", 400, {}}, {"with", 400, {{.motif = "signal", .strand = data::PlantedStrand::forward}}}};
  const data::Dataset rows = data::simulate(plan).dataset;

  // A network that learns it from the labels alone.
  const model::Spec spec =
      model::sequential({model::layer("conv1d", {{"out", 16}, {"kernel", 11}}), model::layer("gelu"),
                         model::layer("global_max_pool"), model::layer("linear", {{"out", 2}}).named("head")});
  model::Model m = model::make_model("finder", spec, {.length = 60, .channels = 4}, rows.classes, 1);
  model::TrainOptions how;
  how.fit.steps = 300;
  how.fit.schedule = {Schedule::cosine, 1e-2, 30, 300};
  model::train(m, rows, {}, how);

  // New sequences against 20 shuffles each that keep their dinucleotides. What comes out is a number for each base, and
  // `hypothetical` says what every other base would give in its place.
  plan.seed = 2;
  for (auto& c : plan.classes) c.rows = 20;
  const data::Simulated fresh = data::simulate(plan);
  model::AttributionOptions o;
  o.output = "with";
  for (const data::Site& s : fresh.sites) o.rows.push_back(s.row);
  const interpret::Contributions found = model::contributions(m, fresh.dataset, o);

  // The sum over the bases is the difference of the outputs: this is checked, and said with every result.
  const interpret::Certificate proof = interpret::certificate(found);
  std::printf("%s of %td sequences: %s\n", found.method.c_str(), found.size(), found.output_name.c_str());
  std::printf("the sums add up: %s\n", proof.largest <= model::certified ? "yes" : "no");

  // Do the eight strongest neighbours lie where the motif was planted?
  index_t right = 0;
  for (std::size_t i = 0; i < found.rows.size(); ++i) {
    const std::vector<double>& v = found.rows[i].observed;
    index_t best = 0;
    double most = 0;
    for (index_t at = 0; at + 8 <= index_t(v.size()); ++at) {
      double sum = 0;
      for (index_t j = 0; j < 8; ++j) sum += v[std::size_t(at + j)];
      if (sum > most) most = sum, best = at;
    }
    right += best >= fresh.sites[i].start - 1 && best <= fresh.sites[i].start + 1;
  }
  std::printf("the motif stands where the contributions are: %s\n", right >= 19 ? "in all or all but one of 20" : "no");
  return right >= 19 ? 0 : 1;
}

// Output:
//   DeepLIFT/SHAP of 20 sequences: logit of 'with' - logit of 'without'
//   the sums add up: yes
//   the motif stands where the contributions are: in all or all but one of 20
