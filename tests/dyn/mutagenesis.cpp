// Saturation mutagenesis: what only recomputes what a mutation touches says the same as the whole model, golden values
// of a public tool, and what is refused.
#include <l2g/dyn/architectures.hpp>
#include <l2g/dyn/mutagenesis.hpp>
#include <l2g/io/npy.hpp>
#include <l2g/text/dna_tokenizers.hpp>

#include <algorithm>
#include <cmath>

#include "data/message_of.hpp"
#include "sample_data.hpp"

#include <catch2/catch.hpp>

using namespace l2g;
using model::layer;
using model::Model;
using model::Spec;

namespace {

std::string bases(index_t length, std::uint64_t seed) {
  std::string s;
  for (index_t i = 0; i < length; ++i) s += "ACGT"[Rng{seed, 0}.below(1, std::uint64_t(i), 4)];
  return s;
}

/// A model whose tensors, running statistics and zero-started adapters too, are all random.
Model random_model(const Spec& spec, const data::EncodeOptions& input, index_t classes = 2) {
  std::vector<std::string> names;
  for (index_t k = 0; k < classes; ++k) names.push_back("class " + std::to_string(k));
  Model m = model::make_model("m", spec, input, names, 3);
  std::uint32_t stream = 0;
  for (auto& [key, t] : m.weights) {
    std::vector<float> values(t.values.size());
    const bool variance = key.ends_with("running_var"), norm = t.extents.size() == 1;
    const double size = norm ? 0.3 : 1.5 / std::sqrt(double(t.values.size()) / double(t.extents[0]));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double u = 2 * Rng{1, 0}.uniform(stream, i) - 1;
      values[i] = float(variance ? 1 + 0.5 * u : size * u + (key.ends_with("weight") && norm ? 1 : 0));
    }
    t.values.assign(values);
    ++stream;
  }
  return m;
}

Spec conv(index_t out, index_t kernel, index_t dilation = 1, index_t stride = 1, const std::string& padding = "same",
          index_t groups = 1) {
  return layer("conv1d",
               {{"out", double(out)},
                {"kernel", double(kernel)},
                {"dilation", double(dilation)},
                {"stride", double(stride)},
                {"groups", double(groups)}},
               {{"padding", padding}});
}
Spec pool(const char* type, index_t window, index_t stride = 0) {
  return layer(type, {{"window", double(window)}, {"stride", double(stride)}});
}
Spec head(index_t classes = 2) { return layer("linear", {{"out", double(classes)}}).named("head"); }
Spec relu() { return layer("relu"); }
Spec both_strands(const Spec& f) { return {.type = "strand_mean", .parts = {f}}; }
Spec concat(const Spec& a, const Spec& b) { return {.type = "concat", .parts = {a, b}}; }
Spec chain(std::vector<Spec> parts) { return model::sequential(std::move(parts)); }
Spec with_classifier(const Spec& embedder, bool keep, index_t hidden = 0) {
  std::vector<Spec> parts{embedder.named("embedder")};
  for (Spec& s : model::classifier(keep, hidden, 0.2, 2)) parts.push_back(std::move(s));
  return chain(std::move(parts));
}

/// The largest difference between windows and mutants in full, as a share of the largest logit.
double difference(const Model& m, const data::Dataset& rows, model::MutateOptions o = {}) {
  const auto fast = model::mutate(m, rows, o);
  o.only_what_is_touched = false;
  const auto whole = model::mutate(m, rows, o);
  double worst = 0, largest = 1e-3;
  for (std::size_t r = 0; r < fast.rows.size(); ++r) {
    CHECK(fast.rows[r].recomputed_only_touched);
    CHECK_FALSE(whole.rows[r].recomputed_only_touched);
    REQUIRE(fast.rows[r].predictions.size() == whole.rows[r].predictions.size());
    for (std::size_t i = 0; i < fast.rows[r].predictions.size(); ++i) {
      largest = std::max(largest, std::abs(whole.rows[r].predictions[i]));
      worst = std::max(worst, std::abs(fast.rows[r].predictions[i] - whole.rows[r].predictions[i]));
    }
    for (std::size_t k = 0; k < fast.rows[r].reference.size(); ++k)
      worst = std::max(worst, std::abs(fast.rows[r].reference[k] - whole.rows[r].reference[k]));
  }
  return worst / largest;
}

}  // namespace

TEST_CASE("recomputing only what a mutation touches changes nothing", "[dyn]") {
  const auto cnn = [](index_t pool_width) {
    return model::cnn_embedder({.channels = 6, .kernels = {7, 3, 5}, .pool = pool_width});
  };
  const Spec dilated = model::resnet1d({.channels = {5, 7, 7}, .dilations = {1, 2, 4, 1, 2, 4, 1, 2, 4}});
  const Spec causal =
      model::resnet1d({.channels = {5, 7, 4}, .dilations = {1, 2, 1, 1, 3, 1, 1, 1, 1}, .causal = true});
  const std::vector<std::pair<std::string, Spec>> networks{
      {"flat", chain({layer("flatten"), head()})},
      {"DeepSEA", chain({conv(8, 8, 1, 1, "valid"), relu(), pool("max_pool", 4), layer("dropout"),
                         conv(9, 5, 1, 1, "valid"), relu(), pool("max_pool", 3), layer("flatten"), layer("dropout"),
                         layer("linear", {{"out", 7}}), relu(), head()})},
      {"kept positions", with_classifier(cnn(2), true)},
      {"kept positions and a wide path", model::with_wide_path(with_classifier(cnn(2), true), 0.3, 2)},
      {"largest position", with_classifier(cnn(4), false, 6)},
      {"largest position and k-mers", model::with_kmer_bag(with_classifier(cnn(4), false, 6), 4, true, 2)},
      {"both strands", both_strands(with_classifier(cnn(3), true))},
      {"both strands and k-mers", model::with_kmer_bag(both_strands(with_classifier(cnn(3), false)), 3, true, 2)},
      {"dilated", with_classifier(dilated, false)},
      {"causal", chain({causal, layer("mean_pool"), head()})},
      {"strides, groups, overlapping pools",
       chain({conv(6, 5, 2, 2), layer("gelu"), conv(6, 3, 1, 1, "same", 0), pool("average_pool", 3, 2), layer("silu"),
              conv(8, 4, 1, 2, "causal", 2), layer("tanh"), pool("max_pool", 3, 1), layer("layer_norm"),
              layer("feed_forward", {{"hidden", 9}}), layer("rms_norm"), layer("flatten"), head()})},
      {"side by side", chain({concat(conv(4, 3), chain({conv(3, 9, 2), relu()})), relu(), pool("max_pool", 2),
                              concat(conv(4, 1), layer("identity")), layer("mean_pool"), head()})},
      {"transformer behind", chain({cnn(4).named("cnn"), model::tokens(8, 2).named("tokens"),
                                    model::encoder(1, 2, 12, 0.1).named("body"), layer("mean_pool"), head()})},
      {"an adapter on the flat map", model::with_lora(with_classifier(cnn(2), true), {.rank = 2}, {"head"})},
  };
  for (const auto& [name, spec] : networks)
    for (const index_t channels : {4, 5}) {
      CAPTURE(name, channels);
      data::Dataset rows;
      rows.sequences = {bases(61, 4)};
      const Model m = random_model(spec, {61, channels});
      CHECK(difference(m, rows) < 1e-6);
      CHECK(difference(m, rows, {.from = 50, .to = 58}) < 1e-6);
    }
}

TEST_CASE("rows that are padded, too long, or hold N", "[dyn]") {
  const Spec spec = with_classifier(model::cnn_embedder({.channels = 6, .kernels = {5, 3, 3}, .pool = 2}), true);
  data::Dataset rows;
  rows.sequences = {bases(40, 1), bases(33, 2), bases(47, 3), "N" + bases(20, 4) + "NN" + bases(15, 5)};
  for (const bool right : {false, true})
    for (const bool strands : {false, true}) {
      CAPTURE(right, strands);
      Model m = random_model(spec, {40, 5, right, false});
      m.both_strands = strands;
      CHECK(difference(m, rows) < 1e-6);
      const auto maps = model::mutate(m, rows);
      REQUIRE(maps.notes.size() == 1);
      CHECK(maps.notes[0] ==
            "1 of 4 sequences are longer than the 40 positions that the model reads: the bases behind have no effect");
      // The other strand of a row that is too long shows its other end.
      CHECK((std::abs(maps.rows[2].effect(45, interpret::base_index(rows.sequences[2][45]) ^ 1)) > 0) == strands);
    }
  Model m = random_model(both_strands(spec), {40, 5});
  const auto maps = model::mutate(m, rows);
  CHECK(maps.rows[0].recomputed_only_touched);
  CHECK_FALSE(maps.rows[3].recomputed_only_touched);
}

TEST_CASE("mutations of an example that can be computed by hand", "[dyn]") {
  // gReLU's test: one filter of width 1 with weights A = 4, C = -2, the mean over positions.
  Model m = model::make_model("one filter", chain({conv(1, 1), layer("mean_pool"), head()}), {2, 4}, {"off", "on"}, 1);
  m.weights.at("0.weight").values.assign(std::vector<float>{4, -2, 0, 0});
  m.weights.at("0.bias").values.assign(std::vector<float>{0});
  m.weights.at("head.weight").values.assign(std::vector<float>{0, 1});
  m.weights.at("head.bias").values.assign(std::vector<float>{0, 0});
  data::Dataset rows;
  rows.sequences = {"AA"};
  const auto maps = model::mutate(m, rows);
  CHECK(maps.output_name == "logit of 'on' - logit of 'off'");
  const interpret::MutationMap& map = maps.rows.at(0);
  for (index_t i = 0; i < 2; ++i)
    for (int b = 0; b < 4; ++b)
      CHECK(map.prediction(i, b, 1) == Approx(std::vector<double>{4, 1, 2, 2}[std::size_t(b)]));
  CHECK(map.output() == Approx(4));
  const auto c = interpret::contributions(maps);
  CHECK(c.method == "saturation mutagenesis");
  CHECK_FALSE(c.promises_sum);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(c.rows[0].observed[i] == Approx(7.0 / 4));
    for (std::size_t b = 0; b < 4; ++b)
      CHECK(c.rows[0].hypothetical[4 * i + b] == Approx(std::vector<double>{0, -3, -2, -2}[b] + 7.0 / 4));
  }
  const auto top = interpret::strongest(map, 3);
  REQUIRE(top.size() == 3);
  CHECK(interpret::name_of(top[0]) == "A1C");
  CHECK(interpret::name_of(top[1]) == "A2C");
  CHECK(top[0].effect == Approx(-3));
  const auto part = model::mutate(m, rows, {.explained = "off", .from = 1, .to = 2});
  CHECK(part.rows[0].predictions.size() == 8);
  CHECK(part.rows[0].effect(1, 1) == Approx(3));
  CHECK(interpret::contributions(part).rows[0].observed[0] == 0);
}

TEST_CASE("saturation mutagenesis gives the numbers of tangermeme", "[dyn]") {
  REQUIRE_SAMPLE(path, "oracles/golden/ism_SmallDeepSEA5.npz");
  const io::NpzFile golden(path);
  Spec network = chain({conv(32, 3), pool("max_pool", 3), relu(), conv(16, 3), pool("max_pool", 3), relu(),
                        layer("flatten"), layer("linear", {{"out", 20}}), relu(), head(5)});
  Model m = model::make_model("SmallDeepSEA", network, {100, 4}, {"0", "1", "2", "3", "4"}, 1);
  // (out, channels, taps) there, (out, taps, channels) here; behind flatten a channel's positions are neighbours there.
  const auto put = [&](const std::string& key, const std::string& name, index_t channels, index_t places) {
    const io::NpyArray array = golden.read(name);
    const std::vector<float> theirs = array.values<float>();
    std::vector<float> ours(theirs.size());
    for (index_t o = 0; o < array.shape[0]; ++o)
      for (index_t c = 0; c < channels; ++c)
        for (index_t t = 0; t < places; ++t)
          ours[std::size_t((o * places + t) * channels + c)] = theirs[std::size_t((o * channels + c) * places + t)];
    REQUIRE(m.weights.at(key).values.size() == ours.size());
    m.weights.at(key).values.assign(ours);
  };
  std::vector<std::string> names;
  for (const std::string& n : golden.names())
    if (n.starts_with("w.")) names.push_back(n);
  REQUIRE(names.size() == 8);
  const std::vector<std::string> keys{"0.weight", "0.bias", "3.weight",    "3.bias",
                                      "7.weight", "7.bias", "head.weight", "head.bias"};
  const std::vector<std::pair<index_t, index_t>> forms{{4, 3},   {1, 1}, {32, 3}, {1, 1},
                                                       {16, 11}, {1, 1}, {20, 1}, {1, 1}};
  for (std::size_t i = 0; i < keys.size(); ++i) put(keys[i], names[i], forms[i].first, forms[i].second);

  const auto x = golden.read("X").values<std::int8_t>();  // (2, 4, 100)
  data::Dataset rows;
  rows.sequences.assign(2, std::string(100, 'N'));
  for (std::size_t r = 0; r < 2; ++r)
    for (std::size_t b = 0; b < 4; ++b)
      for (std::size_t i = 0; i < 100; ++i)
        if (x[(r * 4 + b) * 100 + i]) rows.sequences[r][i] = "ACGT"[b];
  const auto y0 = golden.read("y0").values<double>(), y = golden.read("y_hat").values<double>(),
             attribution = golden.read("attr_target0").values<double>();
  const auto maps = model::mutate(m, rows, {.explained = "0"});
  const auto c = interpret::contributions(maps);
  double worst = 0;
  for (std::size_t r = 0; r < 2; ++r) {
    CHECK(maps.rows[r].recomputed_only_touched);
    for (std::size_t k = 0; k < 5; ++k) worst = std::max(worst, std::abs(maps.rows[r].reference[k] - y0[r * 5 + k]));
    for (std::size_t b = 0; b < 4; ++b)
      for (std::size_t i = 0; i < 100; ++i) {
        const std::size_t at = (r * 4 + b) * 100 + i;
        for (std::size_t k = 0; k < 5; ++k)
          worst = std::max(worst, std::abs(maps.rows[r].prediction(index_t(i), int(b), index_t(k)) - y[at * 5 + k]));
        worst = std::max(worst, std::abs(c.rows[r].hypothetical[i * 4 + b] - attribution[at]));
      }
  }
  CHECK(worst < 1e-6);
}

TEST_CASE("of more than two classes each sequence's own prediction is explained", "[dyn]") {
  const Model m = random_model(chain({layer("flatten"), head(3)}), {10, 4}, 3);
  data::Dataset rows;
  for (std::uint64_t i = 0; i < 20; ++i) rows.sequences.push_back(bases(10, i));
  const auto maps = model::mutate(m, rows);
  CHECK(maps.output_name == "logit of each sequence's own prediction");
  const auto said = model::predict(m, rows).labels();
  for (std::size_t r = 0; r < 20; ++r)
    CHECK(maps.rows[r].output() == Approx(maps.rows[r].reference[std::size_t(said[r])]));
}

TEST_CASE("each mutant of a model that reads tokens is made into tokens", "[dyn]") {
  const model::TokenInput tokens{text::kmer_tokenizer(3), {}, 30};
  const Spec spec = chain(
      {layer("embedding", {{"entries", double(tokens.tokenizer.size())}, {"out", 6}}), layer("mean_pool"), head()});
  Model m = model::make_model("m", spec, tokens, {"0", "1"}, 4);
  m.both_strands = true;
  data::Dataset rows, mutant;
  rows.sequences = {bases(20, 1)};
  const auto maps = model::mutate(m, rows, {.from = 5, .to = 9});
  CHECK_FALSE(maps.rows[0].recomputed_only_touched);
  mutant.sequences = {rows.sequences[0]};
  mutant.sequences[0][7] = rows.sequences[0][7] == 'G' ? 'T' : 'G';
  const auto y = model::Logits(m, 1, nullptr)(mutant);
  for (index_t k = 0; k < 2; ++k)
    CHECK(maps.rows[0].prediction(7, interpret::base_index(mutant.sequences[0][7]), k) ==
          Approx(y[std::size_t(k)]).margin(1e-6));
  CHECK(std::abs(maps.rows[0].effect(7, interpret::base_index(mutant.sequences[0][7]))) > 1e-4);
}

TEST_CASE("a mutagenesis can be stopped, and tells how far it is", "[dyn]") {
  const Model m =
      random_model(with_classifier(model::cnn_embedder({.channels = 4, .kernels = {3, 3, 3}}), true), {40, 4});
  data::Dataset rows;
  for (std::uint64_t i = 0; i < 30; ++i) rows.sequences.push_back(bases(40, i));
  struct Seen {
    int calls = 0, stop = 0;
    double last = 0;
  } seen;
  const Progress progress{[](void* self, double fraction, std::string_view) {
                            Seen& s = *static_cast<Seen*>(self);
                            CHECK(fraction >= s.last);
                            s.last = fraction;
                            if (++s.calls == s.stop) request_interrupt();
                          },
                          &seen};
  model::mutate(m, rows, {.progress = progress});
  CHECK(seen.calls >= 30);
  CHECK(seen.last == Approx(1));
  seen = {.stop = 3};
  CHECK_THROWS_AS(model::mutate(m, rows, {.progress = progress}), Interrupted);
  CHECK(seen.calls == 3);
}

TEST_CASE("mutations that make no sense are refused in one line", "[dyn]") {
  const Spec spec = chain({layer("flatten"), head(3)});
  const Model m = random_model(spec, {10, 4}, 3);
  data::Dataset rows;
  CHECK(message_of([&] { model::mutate(m, rows); }) == "mutate: there are no sequences");
  rows.sequences = {bases(10, 1), bases(8, 1)};
  CHECK(message_of([&] { model::mutate(m, rows, {.explained = "clas 1"}); }) ==
        "unknown class 'clas 1' (did you mean 'class 1'?); there are class 0, class 1, class 2");
  CHECK(message_of([&] { model::mutate(m, rows, {.explained = "class 1", .from = 4, .to = 9}); }) ==
        "mutate: bases 5 to 9 are asked for, row 2 has 8");
  CHECK(message_of([&] { model::mutate(m, rows, {.explained = "class 1", .from = 8}); }) ==
        "mutate: bases 9 to 8 are asked for, row 2 has 8");
  rows.sequences[1][3] = 'R';
  CHECK(message_of([&] { model::mutate(m, rows, {.explained = "class 1"}); }) ==
        "mutate: row 2, base 4: letter 'R' is none of A C G T N");
}
