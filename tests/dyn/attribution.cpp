// Contributions of models of the session.
#include <catch2/catch.hpp>
#include <l2g/data/letters.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/dyn/architectures.hpp>
#include <l2g/dyn/attribution.hpp>
#include <l2g/dyn/predict.hpp>
#include <l2g/interpret/shuffle.hpp>
#include <l2g/text/dna_tokenizers.hpp>

#include <cmath>
#include <numeric>

using namespace l2g;
using model::Attribution;
using model::AttributionOptions;
using model::contributions;
using model::layer;
using model::Model;
using model::Precision;
using model::References;
using model::sequential;
using model::Spec;

namespace {

data::Dataset rows_of(std::vector<std::string> sequences) {
  data::Dataset d;
  d.sequences = std::move(sequences);
  return d;
}
std::string letters(index_t n, std::uint64_t seed) {
  std::string s;
  for (index_t i = 0; i < n; ++i) s += "ACGT"[Rng{seed, 3}.below(1, std::uint64_t(i), 4)];
  return s;
}
/// All weights random, as large as those of a trained network.
Model with_random_weights(Model m) {
  std::uint64_t at = 0;
  for (auto& [key, t] : m.weights)
    for (float& v : t.values)
      v += float((key.find("running_var") == key.npos ? Rng{9, 1}.uniform(1, at++) - 0.5 : 0.2));
  return m;
}
Model network(std::vector<Spec> layers, index_t length, index_t classes = 2, data::EncodeOptions input = {}) {
  input.length = length;
  std::vector<std::string> names;
  for (index_t k = 0; k < classes; ++k) names.push_back("c" + std::to_string(k));
  layers.push_back(layer("linear", {{"out", double(classes)}}));
  return with_random_weights(model::make_model("m", sequential(std::move(layers)), input, names, 1));
}
Spec conv(index_t out, index_t kernel) { return layer("conv1d", {{"out", double(out)}, {"kernel", double(kernel)}}); }
Model cnn(index_t length, index_t classes = 2) {
  return network({conv(8, 5), layer("relu"), layer("max_pool", {{"window", 3}}), layer("flatten")}, length, classes);
}
double sum(const std::vector<double>& v) { return std::accumulate(v.begin(), v.end(), 0.0); }

}  // namespace

TEST_CASE("contributions add up in float, whatever the difference is", "[attribution]") {
  std::vector<std::string> sequences;
  for (std::uint64_t i = 0; i < 12; ++i) sequences.push_back(letters(30, i));
  const data::Dataset rows = rows_of(sequences);
  const Spec block = layer("transformer", {{"hidden", 24}, {"lora_rank", 4}});
  const Spec embed = layer("linear", {{"out", 16}});
  const std::vector<Model> models{
      cnn(30), cnn(30, 3),
      network({embed, layer("learned_positions", {{"positions", 30}}), block, block, layer("flatten")}, 30),
      network({model::resnet1d({.channels = {8, 12, 8}}), layer("global_max_pool")}, 30),
      with_random_weights(model::make_model(
          "l2g",
          model::network({.tokens = 10, .wide = true, .strand_mean = true},
                         {.length = 30, .both_strands = true, .body = model::TransferTask::Body{16, 2, 2, 32}}),
          {30, 5, false, false}, {"a", "b"}, 1))};
  for (const Model& m : models) {
    const auto all = contributions(m, rows, {.references = 5, .pool = cpu::shared_pool(2)});
    INFO(model::to_text(m.spec) << all.note);
    REQUIRE(all.size() == 12);
    CHECK(all.promises_sum);
    CHECK(interpret::certificate(all).largest <= 1e-5);
    CHECK(all.note.find("MISSES") == all.note.npos);
    const auto exact = contributions(m, rows, {.references = 5, .precision = Precision::full});
    CHECK(interpret::certificate(exact).largest <= 1e-12);
    for (std::size_t i = 0; i < 12; ++i) {
      const auto &a = all.rows[i], &b = exact.rows[i];
      CHECK(sum(a.observed) == Approx(a.output - a.reference_output).margin(1e-4));
      for (std::size_t j = 0; j < a.hypothetical.size(); ++j)
        REQUIRE(a.hypothetical[j] == Approx(b.hypothetical[j]).epsilon(1e-3).margin(1e-3));
    }
  }
}

TEST_CASE("what is explained is the logit of a class, of two classes their difference", "[attribution]") {
  const data::Dataset rows = rows_of({letters(30, 1), letters(30, 2)});
  const Model two = cnn(30), three = cnn(30, 3);
  const auto up = contributions(two, rows, {.references = 3}),
             down = contributions(two, rows, {.output = "c0", .references = 3});
  CHECK(up.output_name == "logit of 'c1' - logit of 'c0'");
  CHECK(down.output_name == "logit of 'c0' - logit of 'c1'");
  CHECK(up.rows[0].observed[7] == Approx(-down.rows[0].observed[7]).margin(1e-6));
  const auto said = model::predict(two, rows);
  CHECK(up.rows[1].output == Approx(std::log(said.p(1, 1) / said.p(1, 0))).margin(1e-5));
  const auto own = contributions(three, rows, {.references = 3});
  CHECK(own.output_name == "logit of each sequence's own prediction");
  const auto best = model::predict(three, rows).labels();
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string name = "c" + std::to_string(best[i]);
    const auto one = contributions(three, rows, {.output = name, .references = 3});
    CHECK(one.output_name == "logit of '" + name + "'");
    CHECK(one.rows[i].observed == own.rows[i].observed);
  }
  CHECK_THROWS_WITH(contributions(two, rows, {.output = "c2"}),
                    Catch::Contains("unknown class 'c2'") && Catch::Contains("c0, c1"));
  CHECK_THROWS_WITH(contributions(two, rows, {.rows = {2}}), Catch::Contains("there is no row 3, the rows are 1 to 2"));
  CHECK_THROWS_WITH(contributions(two, rows, {.references = 0}), Catch::Contains("'references' must be at least 1"));
  CHECK_THROWS_WITH(contributions(two, {}, {}), Catch::Contains("no sequences"));
}

TEST_CASE("a linear model's contributions are its weights less their mean over references", "[attribution]") {
  const Model m = network({layer("flatten")}, 20, 2, {.channels = 4});
  const data::Dataset rows = rows_of({letters(20, 5)});
  const auto& w = m.weights.at("1.weight").values;
  const auto weight = [&](std::size_t t, std::size_t b) { return double(w[80 + t * 4 + b]) - double(w[t * 4 + b]); };
  const auto blank = contributions(m, rows, {.kind = References::blank});
  const auto shuffled = contributions(m, rows, {.references = 7, .seed = 4});
  const auto gradient = contributions(m, rows, {.method = Attribution::gradient});
  const auto corrected = contributions(m, rows, {.method = Attribution::gradient, .corrected = true});
  const auto path = contributions(m, rows, {.method = Attribution::integrated, .references = 7, .seed = 4});
  for (std::size_t t = 0; t < 20; ++t) {
    double mean = 0, four = 0;
    for (std::uint64_t q = 0; q < 7; ++q)
      mean +=
          weight(t,
                 std::size_t(interpret::base_index(interpret::dinucleotide_shuffle(rows.sequences[0], 4, 0, q)[t]))) /
          7;
    for (std::size_t b = 0; b < 4; ++b) four += weight(t, b) / 4;
    for (std::size_t b = 0; b < 4; ++b) {
      CHECK(blank.rows[0].hypothetical[4 * t + b] == Approx(weight(t, b)).margin(1e-6));
      CHECK(gradient.rows[0].hypothetical[4 * t + b] == Approx(weight(t, b)).margin(1e-6));
      CHECK(corrected.rows[0].hypothetical[4 * t + b] == Approx(weight(t, b) - four).margin(1e-6));
      CHECK(shuffled.rows[0].hypothetical[4 * t + b] == Approx(weight(t, b) - mean).margin(1e-6));
      CHECK(path.rows[0].hypothetical[4 * t + b] == Approx(weight(t, b) - mean).margin(1e-6));
    }
    const auto base = std::size_t(interpret::base_index(rows.sequences[0][t]));
    CHECK(blank.rows[0].observed[t] == blank.rows[0].hypothetical[4 * t + base]);
  }
}

TEST_CASE("contributions lie where their bases lie in the sequence", "[attribution]") {
  const Model m = cnn(30);
  const std::string s = letters(22, 8), n = s.substr(0, 9) + "NNR" + s.substr(12);
  const auto of = [&](const std::string& x) {
    return contributions(m, rows_of({x}), {.references = 4, .precision = Precision::full}).rows[0];
  };
  const auto shorter = of(s), with_n = of(n), longer = of(letters(30, 8) + "ACGT"), cut = of(letters(30, 8));
  CHECK(shorter.length() == 22);
  CHECK(sum(shorter.observed) == Approx(shorter.output - shorter.reference_output).margin(1e-9));
  CHECK(sum(with_n.observed) == Approx(with_n.output - with_n.reference_output).margin(1e-9));
  for (const std::size_t i : {9, 10, 11}) CHECK(with_n.observed[i] == 0);
  CHECK(longer.output == cut.output);
  for (const std::size_t i : {30, 31, 32, 33}) CHECK(longer.observed[i] == 0);
  CHECK(std::abs(longer.observed[29]) + std::abs(longer.observed[28]) + std::abs(longer.observed[27]) > 0);
  CHECK_THAT(contributions(m, rows_of({letters(31, 8)}), {.references = 1}).note,
             Catch::Contains("1 sequences are longer than the model reads"));
}

TEST_CASE("a mean over both strands is explained on both", "[attribution]") {
  for (const index_t length : {22, 30, 36}) {
    Model m = cnn(30);
    m.both_strands = true;
    const std::string s = letters(length, 6);
    std::string other(s.rbegin(), s.rend());
    for (char& c : other) c = data::complement(c);
    const AttributionOptions o{.kind = References::blank, .precision = Precision::full};
    const auto a = contributions(m, rows_of({s}), o).rows[0], b = contributions(m, rows_of({other}), o).rows[0];
    REQUIRE(a.output == Approx(b.output).epsilon(1e-12));
    CHECK(sum(a.observed) == Approx(a.output - a.reference_output).margin(1e-9));
    for (std::size_t i = 0; i < s.size(); ++i) {
      CHECK(a.observed[i] == Approx(b.observed[s.size() - 1 - i]).margin(1e-12));
      for (std::size_t base = 0; base < 4; ++base)
        CHECK(a.hypothetical[4 * i + base] == Approx(b.hypothetical[4 * (s.size() - 1 - i) + 3 - base]).margin(1e-12));
    }
  }
}

TEST_CASE("contributions do not depend on what else is explained, or on threads", "[attribution]") {
  std::vector<std::string> sequences;
  for (std::uint64_t i = 0; i < 5; ++i) sequences.push_back(letters(30, i));
  const data::Dataset rows = rows_of(sequences);
  const Model m = cnn(30);
  const auto all = contributions(m, rows, {.references = 6, .pool = cpu::shared_pool(2)});
  const auto some = contributions(m, rows, {.references = 6, .rows = {3, 1}});
  const auto small = contributions(m, rows, {.references = 6, .memory = 1});
  CHECK(some.rows[0].observed == all.rows[3].observed);
  CHECK(some.rows[0].id == "4");
  CHECK(some.rows[1].observed == all.rows[1].observed);
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t j = 0; j < 30; ++j)
      CHECK(small.rows[i].observed[j] == Approx(all.rows[i].observed[j]).margin(1e-6));
  CHECK(contributions(m, rows, {.references = 6, .seed = 2}).rows[0].observed != all.rows[0].observed);
}

TEST_CASE("integrated gradients add nodes until they add up", "[attribution]") {
  const Model m = network({conv(8, 5), layer("gelu"), layer("flatten")}, 30);
  const data::Dataset rows = rows_of({letters(30, 1)});
  const auto path = contributions(m, rows, {.method = Attribution::integrated, .references = 2, .nodes = 2});
  CHECK(interpret::certificate(path).largest <= 1e-3);
  CHECK_THAT(path.note, Catch::Contains("nodes"));
  const auto rule = contributions(m, rows, {.references = 2});  // one layer of single elements: the same numbers
  for (std::size_t i = 0; i < 30; ++i) CHECK(path.rows[0].observed[i] == Approx(rule.rows[0].observed[i]).margin(2e-3));
}

TEST_CASE("what tokens contribute is spread over their bases", "[attribution]") {
  const auto tokenizer = text::kmer_tokenizer(3);
  for (const bool both : {false, true}) {
    model::TokenInput input{tokenizer, {}, 12};
    const Spec spec =
        sequential({layer("embedding", {{"entries", double(tokenizer.size())}, {"out", 16}, {"positions", 12}}),
                    layer("transformer", {{"hidden", 24}}), layer("first_token"), layer("linear", {{"out", 2}})});
    Model m = with_random_weights(model::make_model("t", spec, input, {"a", "b"}, 1));
    m.both_strands = both;
    const data::Dataset rows = rows_of({letters(10, 1), letters(7, 2)});
    for (const Attribution method : {Attribution::deeplift, Attribution::integrated})
      for (const References kind : {References::shuffled, References::blank}) {
        const auto all = contributions(m, rows, {.method = method, .references = 4, .kind = kind});
        INFO(all.note);
        CHECK(interpret::certificate(all).largest <= (method == Attribution::deeplift ? 1e-5 : 1e-3));
        CHECK(all.rows[0].hypothetical.empty());
        CHECK(all.rows[0].length() == 10);
        CHECK(all.rows[1].observed.size() == 7);
      }
    CHECK_FALSE(contributions(m, rows, {.method = Attribution::gradient}).promises_sum);
  }
}
