#include "scratch_folder.hpp"

#include <catch2/catch.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/data/split.hpp>
#include <l2g/dyn/architectures.hpp>
#include <l2g/dyn/train.hpp>
#include <l2g/io/atomic_file.hpp>

#include <filesystem>
#include <fstream>

using namespace l2g;
using model::layer;
using model::Model;
using model::Spec;

namespace {

data::Splits toy() { return data::split(data::simulate(data::example_simulation(120, 3)).dataset, {0.7, 0.15, 0.15}); }

Spec transfer_spec(index_t classes) {
  return model::sequential(
      {model::sequential({layer("conv1d", {{"out", 16}, {"kernel", 7}}), layer("batch_norm"), layer("relu"),
                          layer("max_pool", {{"window", 4}}), model::tokens(16, 2).named("tokens")})
           .named("embedder"),
       model::encoder(1, 4, 32, 0.1).named("body"), layer("mean_pool"),
       layer("linear", {{"out", double(classes)}}).named("head")});
}
Model toy_model(const data::Splits& s) {
  return model::make_model("toy", transfer_spec(s.train.class_count()), {s.train.longest()}, s.train.classes, 5);
}
model::TrainOptions quick(std::int64_t steps, const std::string& checkpoint = {}) {
  model::TrainOptions o;
  o.batch = 32;
  o.fit.steps = steps;
  o.fit.schedule.rate = 3e-3;
  o.fit.clip = 1;
  o.fit.seed = 9;
  o.fit.average = 0.9;
  o.fit.checkpoint = checkpoint;
  return o;
}

}  // namespace

TEST_CASE("a saved model predicts the same bits, and a damaged file is refused", "[dyn]") {
  const data::Splits s = toy();
  Model m = toy_model(s);
  model::train(m, s.train, s.dev, quick(8));
  m.both_strands = true, m.threshold = 0.4;
  const ScratchFolder folder;
  const std::string path = folder / "toy.l2g";
  model::save(m, path);
  const Model again = model::load_model(path);
  REQUIRE(again.spec == m.spec);
  REQUIRE(again.classes == m.classes);
  REQUIRE(again.threshold == m.threshold);
  REQUIRE(again.both_strands);
  REQUIRE(again.history.size() == m.history.size());
  REQUIRE(model::predict(again, s.test).probability == model::predict(m, s.test).probability);

  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  for (const std::size_t keep :
       {std::size_t(0), std::size_t(5), std::size_t(300), bytes.size() / 2, bytes.size() - 1}) {
    io::write_file(path, std::string_view(bytes).substr(0, keep));
    REQUIRE_THROWS_AS(model::load_model(path), file_error);
  }
}

TEST_CASE("training is the same for any number of threads and any size of the prediction batch", "[dyn]") {
  const data::Splits s = toy();
  Model a = toy_model(s), b = toy_model(s);
  model::TrainOptions o = quick(6);
  model::train(a, s.train, s.dev, o);
  o.pool = cpu::shared_pool(3);
  model::train(b, s.train, s.dev, o);
  for (const auto& [key, t] : a.weights) REQUIRE(t.values == b.weights.at(key).values);
  REQUIRE(model::predict(a, s.test, {.batch = 7}).probability.size() == model::predict(a, s.test).probability.size());
}

TEST_CASE("adapters start as nothing, train alone, and merge into the weights", "[dyn]") {
  const data::Splits s = toy();
  Model m = toy_model(s);
  model::train(m, s.train, s.dev, quick(4));
  const auto before = model::predict(m, s.test).probability;

  Spec spec = m.spec;
  spec.parts[1] = model::with_lora(spec.parts[1], 4, 0.8, 2);
  std::vector<std::string> fresh;
  Model tuned = model::respecified(m, spec, &fresh);
  REQUIRE(model::predict(tuned, s.test).probability == before);  // lambda starts at zero
  for (const std::string& key : fresh) REQUIRE(key.find("lora_") != std::string::npos);
  REQUIRE(fresh.size() == 4 * 4);

  model::train(tuned, s.train, s.dev, quick(6));
  for (const auto& [key, t] : tuned.weights)
    if (key.starts_with("body.") && key.find("lora_") == std::string::npos) {
      std::string plain = key;
      if (const auto at = plain.find("base_layer."); at != plain.npos) plain.erase(at, 11);
      REQUIRE(t.values == m.weights.at(plain).values);  // the body is frozen
    }
  const auto with_adapters = model::predict(tuned, s.test).probability;
  const auto merged = model::predict(model::respecified(tuned, model::without_lora(tuned.spec)), s.test).probability;
  for (std::size_t i = 0; i < merged.size(); ++i) REQUIRE(merged[i] == Approx(with_adapters[i]).margin(1e-5));
}

TEST_CASE("alignment brings features closer to the reference and changes the embedder only", "[dyn]") {
  const data::Splits s = toy();
  Model m = toy_model(s);
  const Model first = m;
  model::AlignOptions o;
  static_cast<model::TrainOptions&>(o) = quick(80);
  o.fit.average = 0;
  o.width = 16;
  const Rng rng{1, 0};
  for (std::uint64_t i = 0; i < 200 * 16; ++i) o.reference.push_back(float(2 * rng.uniform(1, i) - 1));
  o.alpha = 1, o.task_first = 0.25;
  const model::AlignResult r = model::align(m, s.train, s.dev, o);
  REQUIRE(r.steps == 80);
  REQUIRE(r.mmd_after < 0.7 * r.mmd_before);
  for (const auto& [key, t] : m.weights)
    if (!key.starts_with("embedder.")) REQUIRE(t.values == first.weights.at(key).values);
  o.width = 8;
  REQUIRE_THROWS_WITH(model::align(m, s.train, s.dev, o),
                      Catch::Contains("the embedder makes 16 channels, the text reference has 8"));
}

TEST_CASE("a training that is interrupted keeps its weights and goes on to the same bits", "[dyn]") {
  const data::Splits s = toy();
  Model whole = toy_model(s), parts = toy_model(s);
  model::train(whole, s.train, s.dev, quick(12));
  const ScratchFolder folder;
  const std::string path = folder / "run.ckpt";
  FitCallbacks stop;
  stop.stepped = [](void*, std::int64_t step) {
    if (step == 5) request_interrupt();
  };
  REQUIRE_THROWS_AS(model::train(parts, s.train, s.dev, quick(12, path), stop), Interrupted);
  model::train(parts, s.train, s.dev, quick(12, path));
  for (const auto& [key, t] : whole.weights) REQUIRE(t.values == parts.weights.at(key).values);
}

TEST_CASE("models that cannot be are refused with the remedy", "[dyn]") {
  const data::Splits s = toy();
  REQUIRE_THROWS_WITH(model::make_model("m", layer("mean_pool"), {50}, {"a", "b"}, 1),
                      Catch::Contains("the model ends in (batch, 1, 5), wanted (batch, 1, 2)"));
  REQUIRE_THROWS_WITH(model::make_model("m", layer("mean_pool"), {50}, {"a"}, 1),
                      Catch::Contains("at least two classes"));
  Model m = toy_model(s);
  data::Splits other = s;
  other.train.classes = {"x", "y"};
  REQUIRE_THROWS_WITH(model::train(m, other.train, {}, quick(2)), Catch::Contains("other classes than the model"));
  data::Splits mislabelled = s;
  mislabelled.train.labels[4] = std::int32_t(s.train.class_count());
  REQUIRE_THROWS_WITH(model::train(m, mislabelled.train, {}, quick(2)), Catch::Contains("row 5 of the training rows"));
  REQUIRE_THROWS_WITH(model::load_model("/nowhere/nothing.l2g"), Catch::Contains("nothing.l2g"));
}
