// Weights that stay in a mapped file: no copy, the same bits.
#include "scratch_folder.hpp"

#include <catch2/catch.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/data/split.hpp>
#include <l2g/dyn/train.hpp>

using namespace l2g;
using model::layer;
using model::Model;
using model::Spec;

namespace {

/// Bytes of memory of this process that no file stands behind.
std::size_t anonymous_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == "RssAnon:") {
      std::size_t kilobytes = 0;
      status >> kilobytes;
      return 1024 * kilobytes;
    }
  return 0;
}

// Sanitizers keep memory of their own for all that is read: what they take says nothing.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr bool memory_tells = false;
#else
constexpr bool memory_tells = true;
#endif

constexpr index_t width = 1536;
constexpr std::size_t body_bytes = std::size_t(4) * width * width * sizeof(float);

/// A large frozen body between a small embedder and a head; three filters put what follows off any larger alignment.
Spec spec() {
  std::vector<Spec> body;
  for (int i = 0; i < 4; ++i) {
    body.push_back(layer("linear", {{"out", double(width)}}));
    body.push_back(layer("relu"));
  }
  return model::sequential({layer("conv1d", {{"out", 3}, {"kernel", 5}}).named("a"), layer("batch_norm").named("b"),
                            layer("mean_pool"), layer("linear", {{"out", double(width)}}).named("up"),
                            model::sequential(std::move(body)).named("body").freeze(), layer("dropout"),
                            layer("linear", {{"out", 2}}).named("head")});
}
data::Splits toy() {
  data::Splits s = data::split(data::simulate(data::example_simulation(60, 3)).dataset, {0.7, 0.15, 0.15});
  REQUIRE(s.train.class_count() == 2);
  return s;
}
Model owned(const Model& m) {
  Model copy = m;
  for (auto& [key, t] : copy.weights) t.values.data();
  return copy;
}
model::TrainOptions quick() {
  model::TrainOptions o;
  o.batch = 8;
  o.fit.steps = 3;
  o.fit.validate_every = 2;
  o.fit.clip = 1;
  return o;
}

}  // namespace

TEST_CASE("a loaded model stays in its file: prediction and training make no copy of what is frozen", "[dyn]") {
  const data::Splits s = toy();
  const ScratchFolder folder;
  const std::string path = folder / "large.l2g";
  model::save(model::make_model("large", spec(), {20}, s.train.classes, 5), path);

  const std::size_t before = anonymous_memory();
  Model mapped = model::load_model(path);
  CHECK(mapped.bytes() == 0);
  const auto predicted = model::predict(mapped, s.test, {.batch = 8}).probability;
  if (memory_tells) CHECK(anonymous_memory() < before + body_bytes / 2);
  model::train(mapped, s.train, s.dev, quick());
  if (memory_tells) CHECK(anonymous_memory() < before + body_bytes / 2);
  for (const auto& [key, t] : mapped.weights) CHECK(t.values.borrowed() == key.starts_with("body."));

  const Footprint f = model::step_footprint(mapped, 8);
  CHECK(f.outside >= body_bytes);
  CHECK(f.frozen == 0);
  CHECK(f.total() < body_bytes / 2);

  Model own = owned(model::load_model(path));
  CHECK(own.bytes() > body_bytes);
  CHECK(model::predict(own, s.test, {.batch = 8}).probability == predicted);
  model::train(own, s.train, s.dev, quick());
  for (const auto& [key, t] : own.weights) {
    CHECK_FALSE(t.values.borrowed());
    CHECK((t.values == mapped.weights.at(key).values));
  }
  CHECK(model::predict(own, s.test).probability == model::predict(mapped, s.test).probability);
}

TEST_CASE("a mapped model outlives its file, is copied when it is changed, and saves to the same path", "[dyn]") {
  const data::Splits s = toy();
  const ScratchFolder folder;
  const std::string path = folder / "small.l2g";
  Spec small = model::sequential({layer("conv1d", {{"out", 8}}), layer("mean_pool"), layer("linear", {{"out", 2}})});
  model::save(model::make_model("small", small, {20}, s.train.classes, 5), path);
  Model a = model::load_model(path);
  const Model b = a;
  const auto predicted = model::predict(b, s.test).probability;
  a.weights.at("2.bias").values[0] += 1;
  CHECK_FALSE(a.weights.at("2.bias").values.borrowed());
  CHECK(b.weights.at("2.bias").values.borrowed());
  CHECK(b.weights.at("2.bias").values[0] + 1 == Approx(a.weights.at("2.bias").values[0]));
  model::save(a, path);
  CHECK(model::predict(b, s.test).probability == predicted);
  CHECK((model::load_model(path).weights.at("2.bias").values == a.weights.at("2.bias").values));
  CHECK(model::predict(a, s.test).probability != predicted);
}

TEST_CASE("numbers that are given have to be as many as the tensor has", "[dyn]") {
  const Spec one = model::sequential({layer("mean_pool"), layer("linear", {{"out", 2}})});
  const Model m = model::make_model("m", one, {20}, {"a", "b"}, 1, {{"1.bias", std::vector<float>{3, 4}}});
  CHECK(m.weights.at("1.bias").values[1] == 4);
  CHECK_THROWS_WITH(model::make_model("m", one, {20}, {"a", "b"}, 1, {{"1.bias", std::vector<float>{3}}}),
                    Catch::Contains("'1.bias' has 2 numbers, given were 1"));
}
