// The linear floors: optimality by definition, known answers on real folders, and the advice.
#include <l2g/data/baseline.hpp>

#include <l2g/data/load.hpp>
#include <l2g/data/logistic.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/data/split.hpp>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "message_of.hpp"
#include "sample_data.hpp"
#include "scratch_folder.hpp"

#include <catch2/catch.hpp>

using namespace l2g::data;
using l2g::index_t;

namespace {

// The features as a dense matrix (rows, features).
std::vector<std::vector<double>> dense(const Features& f) {
  std::vector<std::vector<double>> out(static_cast<std::size_t>(f.rows()),
                                       std::vector<double>(static_cast<std::size_t>(f.features())));
  std::size_t offset = 0;
  for (const auto& b : f.blocks) {
    for (std::size_t r = 0; r < out.size(); ++r)
      for (std::size_t i = b->start[r]; i < b->start[r + 1]; ++i) out[r][offset + b->ids[i]] += b->scale[r];
    offset += static_cast<std::size_t>(b->features);
  }
  return out;
}

// Largest entry of the gradient of C * sum log loss + |w|^2 / 2, written out.
double largest_gradient(const LogisticModel& m, const Features& f, const std::vector<std::int32_t>& labels, double C) {
  const auto x = dense(f);
  const auto outputs = static_cast<std::size_t>(m.outputs());
  std::vector<double> gw = m.weights, gb(outputs);
  for (std::size_t r = 0; r < x.size(); ++r) {
    std::vector<double> z = m.bias;
    for (std::size_t j = 0; j < x[r].size(); ++j)
      for (std::size_t k = 0; k < outputs; ++k) z[k] += x[r][j] * m.weights[j * outputs + k];
    double sum = outputs == 1 ? 1 : 0;
    for (double& v : z) sum += v = std::exp(v);
    for (std::size_t k = 0; k < outputs; ++k) {
      const bool is = outputs == 1 ? labels[r] == 1 : labels[r] == static_cast<std::int32_t>(k);
      const double slope = C * (z[k] / sum - is);
      gb[k] += slope;
      for (std::size_t j = 0; j < x[r].size(); ++j) gw[j * outputs + k] += slope * x[r][j];
    }
  }
  double largest = 0;
  for (const double g : gw) largest = std::max(largest, std::abs(g));
  for (const double g : gb) largest = std::max(largest, std::abs(g));
  return largest;
}

}  // namespace

TEST_CASE("k-mer features of a sequence with N") {
  const std::vector<std::string> s{"ACGNAC", "A"};
  const auto counts = kmer_counts(s, 2);
  CHECK(counts->features == 16);
  CHECK(counts->ids == std::vector<std::uint32_t>{1, 6, 1});  // AC, CG, AC
  CHECK(counts->start == std::vector<std::size_t>{0, 3, 3});
  CHECK(counts->scale == std::vector<double>{4 / std::sqrt(5.0), 4});
  const auto positions = positional_kmers(s, 2, 5);
  CHECK(positions->features == 80);
  CHECK(positions->ids == std::vector<std::uint32_t>{1, 16 + 6});  // the last AC begins too late
}

TEST_CASE("logistic regression ends where the gradient of its objective vanishes") {
  const Simulated s = simulate(example_simulation(60, 4));
  std::vector<std::int32_t> three(120);
  for (std::size_t i = 0; i < 120; ++i) three[i] = i % 3 == 0 ? 2 : s.dataset.labels[i];
  const Features f{{positional_kmers(s.dataset.sequences, 1, 100), kmer_counts(s.dataset.sequences, 3)}};
  for (const double C : {0.01, 1.0}) {
    LogisticModel two_classes, three_classes;
    CHECK(fit_logistic(two_classes, f, s.dataset.labels, 2, {.C = C}) > 1);
    fit_logistic(three_classes, f, three, 3, {.C = C});
    CHECK(largest_gradient(two_classes, f, s.dataset.labels, C) <= 1.01e-6 * C * 120);
    CHECK(largest_gradient(three_classes, f, three, C) <= 1.01e-6 * C * 120);
    // From another start the same model comes out.
    LogisticModel warm = two_classes;
    for (double& w : warm.weights) w = -w;
    fit_logistic(warm, f, s.dataset.labels, 2, {.C = C});
    for (std::size_t i = 0; i < warm.weights.size(); ++i)
      CHECK(warm.weights[i] == Approx(two_classes.weights[i]).margin(1e-3));
  }
}

TEST_CASE("logistic regression refuses what does not fit") {
  const std::vector<std::string> s{"ACGT", "AAAA"};
  const Features f{{kmer_counts(s, 1)}};
  const std::vector<std::int32_t> labels{0, 1}, wrong{0, 2}, few{0};
  LogisticModel m;
  CHECK_FALSE(message_of([&] { fit_logistic(m, f, few, 2); }).empty());
  CHECK_FALSE(message_of([&] { fit_logistic(m, f, wrong, 2); }).empty());
  CHECK_FALSE(message_of([&] { fit_logistic(m, f, labels, 2, {.C = 0}); }).empty());
}

TEST_CASE("floors equal scikit-learn's on real folders") {
  REQUIRE_SAMPLE(json, "derived/linear_baselines.json");
  std::ifstream in(json);
  const auto expected = nlohmann::json::parse(in);
  for (const char* name : {"gue/prom/prom_core_tata", "gue/mouse/2", "derived/emp_pool/H4"}) {
    REQUIRE_SAMPLE(folder, name);
    const std::string key = std::string(name).substr(std::string(name).find('/') + 1);
    const auto& task = expected.at(std::string(name).find("emp_pool") != std::string::npos ? "emp_pool/H4" : key);
    const Baseline b = baseline(load(folder));
    INFO(name);
    CHECK(b.floor == task.at("floor"));
    for (const char* model : {"gc", "kmer5", "pos1", "pos3", "joint"}) {
      INFO(model);
      CHECK(b[model].dev_mcc == Approx(task.at(model).at("dev_mcc").get<double>()).margin(0.005));
      CHECK(b[model].test_mcc == Approx(task.at(model).at("test_mcc").get<double>()).margin(0.005));
      if (!task.at(model).contains("C")) continue;
      CHECK(b[model].C == task.at(model).at("C").get<double>());
      CHECK(b[model].test_auc == Approx(task.at(model).at("test_auc").get<double>()).margin(0.001));
    }
    const bool promoters = key == "prom/prom_core_tata";
    CHECK(b.advice.position_matters == (promoters ? Answer::yes : Answer::no));
    CHECK(b.advice.strand_matters == (promoters ? Answer::yes : Answer::no));
    CHECK(b.advice.keep_positions == promoters);
    CHECK(b.advice.augment.reverse_complement == !promoters);
    CHECK((b.advice.augment.shift == 0) == promoters);
  }
}

TEST_CASE("results do not depend on the number of threads") {
  const Simulated s = simulate(example_simulation(150, 2));
  const Splits parts = split(s.dataset, {0.6, 0.2, 0.2});
  BaselineOptions one, three;
  one.threads = 1;
  three.threads = 3;
  const Baseline a = baseline(parts, one), b = baseline(parts, three);
  CHECK(text(a) == text(b));
  for (std::size_t i = 0; i < a.models.size(); ++i) CHECK(a.models[i].test_auc == b.models[i].test_auc);
}

TEST_CASE("three classes have no gc cut; a missing dev part is cut from train") {
  Simulation sim = example_simulation(120, 3);
  sim.classes.push_back({"two_boxes", 120, {sim.classes[0].plantings[0]}});
  sim.classes[2].plantings[0].count = 2;
  sim.classes[2].plantings[0].probability = 1;
  Splits parts;
  parts.train = simulate(sim).dataset;
  const Baseline b = baseline(parts);
  CHECK(b.models.size() == 4);
  CHECK(b.dev_from_train);
  CHECK(b.train_rows + b.dev_rows == 360);
  CHECK(std::isnan(b["kmer5"].test_mcc));
  CHECK(b["kmer5"].dev_mcc > 0.2);
  CHECK(message_of([&] { b["kmer6"]; }).find("did you mean 'kmer5'?") != std::string::npos);
}

TEST_CASE("what cannot be learnt from is refused, and an interrupt ends the work") {
  Splits parts;
  parts.train.sequences = {"ACGT", "ACGA"};
  CHECK(message_of([&] { baseline(parts); }).find("has no labels") != std::string::npos);
  parts.train.labels = {0, 0};
  parts.train.classes = {"only"};
  CHECK(message_of([&] { baseline(parts); }).find("all train rows have the label 'only'") != std::string::npos);
  parts.train = simulate(example_simulation(100)).dataset;
  BaselineOptions options;
  options.models = {"kmer"};
  CHECK(message_of([&] { baseline(parts, options); }).find("did you mean 'kmer5'?") != std::string::npos);
  l2g::request_interrupt();
  CHECK_THROWS_AS(baseline(parts), l2g::Interrupted);
}
