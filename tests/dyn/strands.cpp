#include <catch2/catch.hpp>
#include <l2g/dyn/architectures.hpp>
#include <l2g/dyn/predict.hpp>
#include <l2g/dyn/registry.hpp>
#include <l2g/loss/losses.hpp>
#include <l2g/nn/norm.hpp>
#include <l2g/nn/residual.hpp>
#include <l2g/nn/sequential.hpp>
#include <l2g/train/step.hpp>

using namespace l2g;
using model::layer;
using model::Spec;

namespace {

Spec both_strands(const Spec& f) { return {.type = "strand_mean", .parts = {f}}; }

Spec network() {
  std::vector<Spec> parts{model::cnn_embedder({.channels = 4, .kernels = {3, 3, 3}, .pool = 2}).named("embedder")};
  for (Spec& s : model::classifier(false, 3, 0.1, 2)) parts.push_back(std::move(s));
  return model::sequential(std::move(parts));
}
std::vector<std::string> keys_of(const model::Model& m) {
  std::vector<std::string> keys;
  for (const auto& [key, t] : m.weights) keys.push_back(key);
  return keys;
}

}  // namespace

TEST_CASE("a mean over both strands and a bag of k-mers leave the keys of the network as they are", "[dyn]") {
  const data::EncodeOptions input{20, 5, false, false};
  const Spec plain = network(), mean = both_strands(plain), wide = model::with_kmer_bag(mean, 3, true, 2);
  REQUIRE(keys_of(model::make_model("a", plain, input, {"0", "1"}, 1)) ==
          keys_of(model::make_model("b", mean, input, {"0", "1"}, 1)));
  auto keys = keys_of(model::make_model("c", wide, input, {"0", "1"}, 1));
  REQUIRE(std::erase(keys, "skip.weight") == 1);
  REQUIRE(keys == keys_of(model::make_model("a", plain, input, {"0", "1"}, 1)));
  REQUIRE(model::linear_maps(wide) == model::linear_maps(plain));
  REQUIRE(model::part_of(wide, "embedder") == plain.parts[0]);
  REQUIRE(model::deep_part(wide) == plain);
  REQUIRE(model::averages_strands(wide));
  REQUIRE(model::averages_strands(both_strands(model::with_wide_path(plain, 0.5, 2))));
  REQUIRE_FALSE(model::averages_strands(model::with_kmer_bag(plain, 3, true, 2)));
  REQUIRE_THROWS_WITH(model::part_of(wide, "embeder"), Catch::Contains("did you mean 'embedder'"));
}

TEST_CASE("a network that takes the mean over both strands says the same of either", "[dyn]") {
  data::Dataset rows, others;
  rows.sequences = {"ACGTTGCAACCATGATTACA", "GATTACA", "TTTTTTTGGGCACCNNA"};
  for (const std::string& s : rows.sequences) {
    std::string other(s.rbegin(), s.rend());
    for (char& c : other) c = c == 'N' ? 'N' : "TGCA"[std::string("ACGT").find(c)];
    others.sequences.push_back(other);
  }
  model::Model m = model::make_model("m", model::with_kmer_bag(both_strands(network()), 3, true, 2),
                                     {20, 5, false, false}, {"0", "1"}, 1);
  for (auto& [key, t] : m.weights)
    if (key == "skip.weight")
      for (std::size_t i = 0; i < t.values.size(); ++i) t.values[i] = float(i % 7) / 7;
  const auto a = model::predict(m, rows), b = model::predict(m, others);
  REQUIRE(a.rows == 3);
  for (index_t r = 0; r < a.rows; ++r) REQUIRE(a.p(r, 1) == Approx(b.p(r, 1)).margin(1e-6));
  m.both_strands = true;  // nothing is left to average
  const auto twice = model::predict(m, rows);
  for (index_t r = 0; r < a.rows; ++r) REQUIRE(a.p(r, 1) == Approx(twice.p(r, 1)).margin(1e-6));
}

TEST_CASE("both strands and a bag of k-mers have the bits of their static twins", "[dyn]") {
  using Deep =
      Sequential<Conv1d<5, 6, 3>, BatchNorm1d<6>, Relu, Dropout<100>, GlobalMaxPool, Named<"head", Linear<6, 2>>>;
  const Spec deep =
      model::sequential({layer("conv1d", {{"out", 6}}), layer("batch_norm"), layer("relu"), layer("dropout"),
                         layer("global_max_pool"), layer("linear", {{"out", 2}}).named("head")});
  Step<Residual<StrandMean<Deep>, KmerBag<3, 2, true>>, float, Shape<6, 20, 5>> fixed;
  Step<AnyLayer<float>, float, Seq> free(
      model::build<float>(model::with_kmer_bag(both_strands(deep), 3, true, 2), Seq{6, 20, 5}), Seq{6, 20, 5});
  initialize<float>(fixed.p, 11);
  initialize<float>(free.p, 11);
  for (index_t i = 0; i < fixed.batch.values.size(); ++i)
    fixed.batch.values[i] = free.batch.values[i] = float(i % 5 == i / 5 * 7 % 5);
  for (int i = 0; i < 6; ++i) fixed.batch.labels[i] = free.batch.labels[i] = i % 2;
  for (int i = 0; i < 5; ++i)
    REQUIRE(fixed(CrossEntropy{}, AdamW{}, 1e-2, 1) == free(CrossEntropy{}, AdamW{}, 1e-2, 1));
  REQUIRE(std::equal(fixed.weights, fixed.weights + fixed.parameters(), free.weights));
}

TEST_CASE("the wide path and the mean over both strands follow the options", "[dyn]") {
  const Spec deep = network(), mean = both_strands(deep);
  model::TransferTask task{.length = 20};
  model::NetworkOptions o{.keep_positions = false, .wide = true, .both_strands = true};
  REQUIRE(model::with_wide_and_strands(deep, o, task) == model::with_kmer_bag(deep, 6, true, 2));
  o.both_strands = false;
  REQUIRE(model::with_wide_and_strands(deep, o, task) == model::with_kmer_bag(deep, 6, false, 2));
  o.strand_mean = true, task.length = 4;
  REQUIRE(model::with_wide_and_strands(deep, o, task) == model::with_kmer_bag(mean, 4, true, 2));
  o.keep_positions = true;
  REQUIRE(model::with_wide_and_strands(deep, o, task) == both_strands(model::with_wide_path(deep, 0.5, 2)));
  o.strand_mean = false;
  REQUIRE(model::with_wide_and_strands(deep, o, task) == model::with_wide_path(deep, 0.5, 2));
  o.wide = false;
  REQUIRE(model::with_wide_and_strands(deep, o, task) == deep);
}
