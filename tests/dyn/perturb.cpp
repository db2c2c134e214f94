// Motifs put into backgrounds and stretches taken out.
#include <l2g/dyn/perturb.hpp>

#include <algorithm>
#include <cmath>

#include "data/message_of.hpp"

#include <catch2/catch.hpp>

using namespace l2g;
using model::layer;
using model::Model;

namespace {

/// gReLU's test: one filter of width 1 with weights A = 4, C = -2, the mean over positions.
Model one_filter(index_t length) {
  Model m = model::make_model("one filter",
                              model::sequential({layer("conv1d", {{"out", 1}, {"kernel", 1}}), layer("mean_pool"),
                                                 layer("linear", {{"out", 2}}).named("head")}),
                              {length, 4}, {"off", "on"}, 1);
  m.weights.at("0.weight").values.assign(std::vector<float>{4, -2, 0, 0});
  m.weights.at("0.bias").values.assign(std::vector<float>{0});
  m.weights.at("head.weight").values.assign(std::vector<float>{0, 1});
  m.weights.at("head.bias").values.assign(std::vector<float>{0, 0});
  return m;
}

}  // namespace

TEST_CASE("an A put into two sequences", "[dyn]") {
  const Model m = one_filter(12);
  data::Dataset rows;
  rows.sequences = {"CATACGTGAGGC", "AGGAGGCCAAAG"};
  const data::Motif a = data::motif_from_consensus("A", "A");
  const interpret::Change middle = model::marginalize(m, a, rows, {.position = 5});
  CHECK(middle.before[0] == Approx(0.5));
  CHECK(middle.before[1] == Approx(4.0 / 3));
  CHECK(middle.after[0] == Approx(0.8333333));  // a G goes
  CHECK(middle.after[1] == Approx(1.6666667));
  CHECK(middle.difference.value == Approx(1.0 / 3));
  CHECK(middle.difference.lo == Approx(1.0 / 3));
  CHECK(middle.what == "A at base 6 of 2 backgrounds");
  CHECK(middle.output_name == "logit of 'on' - logit of 'off'");
  CHECK(model::marginalize(m, a, rows, {.explained = "off", .position = 5}).difference.value == Approx(-1.0 / 3));
  // On the other strand it is a T: nothing, but for the base that goes.
  CHECK(model::marginalize(m, a, rows, {.position = 5, .reverse = true}).difference.value == Approx(0).margin(1e-6));
  CHECK(model::marginalize(m, a, rows).what == "A in the middle of 2 backgrounds");

  // Shuffles keep what a model of single bases says; groups keep copies of a row together.
  const data::Dataset many = interpret::backgrounds_of(rows, 20, 2, 1);
  REQUIRE(many.rows() == 40);
  model::MarginalizeOptions o;
  for (std::int32_t i = 0; i < 40; ++i) o.groups.push_back(i / 20);
  const interpret::Change spread = model::marginalize(m, a, many, o);
  for (std::size_t i = 0; i < 40; ++i) CHECK(spread.before[i] == Approx(i < 20 ? 0.5 : 4.0 / 3));
  CHECK(spread.difference.lo <= spread.difference.value);
  CHECK(spread.difference.hi >= spread.difference.value);
  CHECK(interpret::backgrounds_of(rows, 0, 2, 1).sequences == rows.sequences);

  // Sites of a motif: half A, half C.
  data::Motif half{"half"};
  half.probabilities.push_back({0.5, 0.5, 0, 0});
  data::Dataset thousand;
  thousand.sequences.assign(1000, "GGGGGGGGGGGG");
  const interpret::Change drawn = model::marginalize(m, half, thousand, {.drawn = true});
  CHECK(drawn.difference.value == Approx(1.0 / 12).epsilon(0.15));
  CHECK(drawn.difference.lo < 1.0 / 12);
  CHECK(drawn.difference.hi > 1.0 / 12);
  CHECK(drawn.after == model::marginalize(m, half, thousand, {.drawn = true}).after);
}

TEST_CASE("stretches taken out", "[dyn]") {
  const Model m = one_filter(12);
  data::Dataset rows;
  rows.sequences = {"CATACGTGAGGC", "AAAAGGGGGGGG", "GGGGGGGGGGGG"};
  // Its own bases in another order change nothing here.
  const interpret::Change own = model::take_out(m, rows, {{0, 2, 8}, {1, 0, 6}});
  CHECK(own.before.size() == 2);
  CHECK(own.difference.value == Approx(0).margin(1e-6));
  CHECK(own.what == "2 stretches of 2 rows taken out 10 times");
  // The rest of the second row is G alone.
  const interpret::Change gone =
      model::take_out(m, rows, {{1, 0, 3}, {1, 2, 4}}, {.with = interpret::Replacement::background, .copies = 2});
  CHECK(gone.before[0] == Approx(4.0 / 3));
  CHECK(gone.after[0] == Approx(0).margin(1e-6));
  const std::string s = "ACGTNACGTACCCCCCCC";
  const std::string t = interpret::taken_out(s, {{0, 0, 9}}, interpret::Replacement::shuffle, 1, 1, 0, 0);
  CHECK(t.substr(9) == s.substr(9));
  CHECK(t[4] == 'N');
  CHECK(std::count(t.begin(), t.end(), 'A') == 3);
  CHECK(t != interpret::taken_out(s, {{0, 0, 9}}, interpret::Replacement::shuffle, 1, 1, 0, 1));
}

TEST_CASE("changes that make no sense are refused in one line", "[dyn]") {
  const Model m = one_filter(12);
  data::Dataset rows;
  const data::Motif long_one = data::motif_from_consensus("long", "ACGTACGTACGTA");
  CHECK(message_of([&] { model::marginalize(m, long_one, rows); }) == "marginalize: there are no backgrounds");
  rows.sequences = {"CATACGTGAGGC"};
  rows.ids = {"chr1"};
  CHECK(message_of([&] { model::marginalize(m, long_one, rows); }) ==
        "marginalize: motif 'long', row 1 ('chr1'): a motif of 13 bases does not fit at base 1 of a sequence of 12");
  const data::Motif short_one = data::motif_from_consensus("short", "ACG");
  CHECK(message_of([&] { model::marginalize(m, short_one, rows, {.position = 10}); }) ==
        "marginalize: motif 'short', row 1 ('chr1'): a motif of 3 bases does not fit at base 11 of a sequence of 12");
  CHECK(message_of([&] { model::marginalize(m, short_one, rows, {.explained = "onn"}); }) ==
        "unknown class 'onn' (did you mean 'on'?); there are off, on");
  CHECK(message_of([&] {
          model::take_out(m, rows, {{0, 3, 13}});
        }) == "row 1 ('chr1'): bases 4 to 13 are to be taken out of a sequence of 12");
  CHECK(message_of([&] { model::take_out(m, rows, {}); }) ==
        "there is nothing to take out: no row has one of the stretches");
}
