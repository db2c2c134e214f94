// Features at every place of a network, saved predictions, scores against fractions of the rows.
#include <catch2/catch.hpp>
#include <l2g/core/errors.hpp>
#include <l2g/data/predictions_file.hpp>
#include <l2g/data/split.hpp>
#include <l2g/dyn/architectures.hpp>
#include <l2g/dyn/features.hpp>
#include <l2g/dyn/learning_curve.hpp>

#include "scratch_folder.hpp"

using namespace l2g;
using namespace l2g::model;

namespace {

data::Splits small_task() {
  data::Dataset d;
  d.name = "toy", d.classes = {"no", "yes"};
  const Rng rng{3, 0};
  for (index_t i = 0; i < 240; ++i) {
    std::string s;
    for (std::uint64_t j = 0; j < 24; ++j) s += "ACGT"[rng.below(1, std::uint64_t(i) * 100 + j, 4)];
    if (i % 2) s.replace(std::size_t(i) % 16, 6, "TATAAT");
    d.sequences.push_back(s), d.labels.push_back(std::int32_t(i % 2));
  }
  return data::split(d, {0.5, 0.25, 0.25}, {.seed = 1});
}

Model small_model(std::optional<TransferTask::Body> body = {}) {
  TransferTask task{.length = 24, .channels = 5, .classes = 2, .keep_positions = false};
  task.body = body;
  NetworkOptions o = options_of(transfer::preset("honest"), task);
  o.cnn = {8, {5, 3, 3}, {}, 2, 0.1, false};
  o.keep_positions = false, o.hidden = 4;
  return make_model("toy", network(o, task), {24, 5, false, false}, {"no", "yes"}, 1);
}

}  // namespace

TEST_CASE("features at every place of a network; the last one is what stands in front of the head", "[dyn]") {
  const auto s = small_task();
  const Model m = small_model();
  const auto names = stage_names(m);
  INFO(names.size());
  REQUIRE(names.size() >= 4);
  CHECK(names.front() == "embedder.0 conv1d");
  const model::Embedding last = stage_features(m, s.test, index_t(names.size()) - 1), whole = features(m, s.test);
  CHECK(last.width == whole.width);
  CHECK(last.values == whole.values);
  for (index_t i = 0; i < index_t(names.size()); ++i) {
    const model::Embedding e = stage_features(m, s.test, i);
    CHECK(e.rows == s.test.rows());
    CHECK(e.width == 8);  // channels of the small network, pooled
  }
  CHECK_THROWS_WITH(stage_features(m, s.test, 99), Catch::Contains("there are places 0 to"));
  const model::Embedding embedded = embedder_features(m, s.test);
  CHECK(embedded.width == 8);
  CHECK_THROWS_AS(
      embedder_features(make_model("bare", sequential({layer("flatten"), layer("linear", {{"out", 2}}).named("head")}),
                                   {24, 5, false, false}, {"no", "yes"}, 1),
                        s.test),
      error);
}

TEST_CASE("every block of a body is a place of its own", "[dyn]") {
  const Model m = small_model(TransferTask::Body{16, 3, 2, 32});
  const auto names = stage_names(m);
  index_t blocks = 0;
  for (const auto& n : names) blocks += n.starts_with("body.");
  CHECK(blocks == 3);
  const auto s = small_task();
  const auto at = std::find(names.begin(), names.end(), "body.1 transformer");
  REQUIRE(at != names.end());
  CHECK(stage_features(m, s.test, at - names.begin()).width == 16);
}

TEST_CASE("predictions are read back as they were written", "[dyn]") {
  const auto s = small_task();
  const Model m = small_model();
  const Predictions p = predict(m, s.test);
  const ScratchFolder folder;
  write_predictions(m, s.test, p, folder.path() + "/p.csv");
  data::LineReader lines(folder.path() + "/p.csv");
  const data::SavedPredictions back = data::read_predictions(lines, s.test.classes);
  CHECK(back.rows == p.rows);
  CHECK(back.called == p.labels(m.threshold));
  for (std::size_t i = 0; i < p.probability.size(); ++i)
    CHECK(back.probability[i] == Approx(p.probability[i]).margin(1e-6));
  const auto refused = [&](const std::string& text) {
    try {
      auto bad = data::LineReader::from_text(text, "p.csv");
      data::read_predictions(bad, s.test.classes);
    } catch (const file_error& e) {
      return std::string(e.what());
    }
    return std::string("accepted");
  };
  CHECK(refused("").find("the file is empty") != std::string::npos);
  CHECK(refused("id,label,p_no\n").find("p.csv:1: there is no column 'p_yes'") == 0);
  CHECK(refused("id,label,p_no,p_yes\n1,maybe,1,0\n").find("p.csv:2:3: unknown class 'maybe'") == 0);
  CHECK(refused("id,label,p_no,p_yes\n1,no,1.5,0\n") == "p.csv:2:6: '1.5' is not a probability in 0..1");
  CHECK(refused("id,label,p_no,p_yes\n1,no,0.5,0.1\n").find("p.csv:2: the probabilities add up to 0.6") == 0);
  CHECK(refused("id,label,p_no,p_yes\n1,no,0.5\n") == "p.csv:2: 3 fields, the first line has 4");
}

TEST_CASE("scores against fractions of the rows: nested, repeatable, stopped in words", "[dyn]") {
  const auto s = small_task();
  const Model m = small_model();
  FractionOptions o;
  o.fractions = {1, 0.1, 0.5};
  o.stage = transfer::preset("honest").cnn;
  o.stage.batch = 16;
  o.steps = 60, o.least_steps = 20, o.resamples = 100;
  const FractionCurve c = fraction_curve(m, s, o);
  REQUIRE(c.points.size() == 3);
  CHECK(c.points[0].fraction == 0.1);
  CHECK(c.points[0].rows == 12);
  CHECK(c.points[0].steps == 20);
  CHECK(c.points[1].steps == 30);
  CHECK(c.points[2].steps == 60);
  CHECK(c.points[2].test.lo <= c.points[2].test.value);
  const FractionCurve again = fraction_curve(m, s, o);
  for (std::size_t i = 0; i < 3; ++i) CHECK(again.points[i].test.value == c.points[i].test.value);
  o.fractions = {0.005};
  CHECK_THROWS_WITH(fraction_curve(m, s, o),
                    Catch::Contains("0.5 % of the training rows are 1 and hold none of class"));
  o.fractions = {2};
  CHECK_THROWS_WITH(fraction_curve(m, s, o), Catch::Contains("at most 1"));
  data::Splits no_dev = s;
  no_dev.dev = {};
  CHECK_THROWS_WITH(fraction_curve(m, no_dev, o), Catch::Contains("need dev and test rows"));
  // Asked to stop while the second fraction trains: the first is there.
  o.fractions = {0.1, 1};
  o.progress.report = [](void*, double fraction, std::string_view) {
    if (fraction > 0.3) request_interrupt();
  };
  const FractionCurve part = fraction_curve(m, s, o);
  CHECK(part.stopped);
  CHECK(part.points.size() == 1);
}
