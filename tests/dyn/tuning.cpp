// What of a model is trained, how fast, adapters that come and go, and how far weights moved.
#include "scratch_folder.hpp"

#include <catch2/catch.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/data/split.hpp>
#include <l2g/dyn/adapters.hpp>
#include <l2g/dyn/architectures.hpp>
#include <l2g/dyn/drift.hpp>
#include <l2g/dyn/train.hpp>
#include <l2g/dyn/tuning.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace l2g;
using Catch::Contains;
using model::Model;
using model::Spec;
using model::Tune;
using model::Tuning;

namespace {

const data::Splits& toy() {
  static const data::Splits s = [] {
    data::Dataset d = data::simulate(data::example_simulation(60, 3)).dataset;
    for (auto& row : d.sequences) row = row.substr(60, 48);
    return data::split(d, {0.6, 0.2, 0.2});
  }();
  return s;
}
/// An embedder with batch norm, three transformer blocks of width 16, mean, head.
Model made() {
  const Spec embedder = model::sequential(
      {model::layer("conv1d", {{"out", 16}, {"kernel", 5}}), model::layer("batch_norm"), model::layer("relu"),
       model::layer("average_pool", {{"window", 4}}), model::layer("layer_norm").named("norm")});
  const Spec net = model::sequential({embedder.named("embedder"), model::encoder(3, 2, 24, 0.1).named("body"),
                                      model::layer("mean_pool"), model::layer("linear", {{"out", 2}}).named("head")});
  return model::make_model("toy", net, {48, 5}, toy().train.classes, 5);
}
model::TrainOptions quick(std::int64_t steps, const std::string& checkpoint = {}) {
  model::TrainOptions o;
  o.batch = 12;
  o.fit.steps = steps;
  o.fit.schedule.rate = 3e-3;
  o.fit.seed = 9;
  o.fit.checkpoint = checkpoint;
  o.fit.checkpoint_every = 4;
  return o;
}
Model trained(Model m, const Tuning& t, const model::TrainOptions& o) {
  m = model::respecified(m, model::tuned(m.spec, t));
  model::train(m, toy().train, toy().dev, o);
  return m;
}
bool same(const model::Numbers& a, const model::Numbers& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}
bool same_weights(const Model& a, const Model& b) {
  if (a.spec != b.spec || a.weights.size() != b.weights.size()) return false;
  for (const auto& [key, t] : a.weights)
    if (!same(t.values, b.weights.at(key).values) || t.role != b.weights.at(key).role) return false;
  return true;
}
std::string trained_blocks(const Model& m) {
  std::string s;
  for (const char* part : {"embedder.", "body.0.", "body.1.", "body.2.", "head."})
    for (const auto& [key, t] : m.weights)
      if (key.starts_with(part) && t.role == Role::trained) {
        s += std::string(part) + " ";
        break;
      }
  return s;
}
Tuning tuning(Tune what, std::vector<std::string> targets = {}) {
  Tuning t;
  t.what = what;
  t.adapter.rank = 3;
  t.adapter.alpha = 6;
  t.targets = std::move(targets);
  return t;
}

}  // namespace

TEST_CASE("each way to tune trains what it says", "[dyn]") {
  const auto parts = [](const Tuning& t) {
    const Model m = made();
    return trained_blocks(model::respecified(m, model::tuned(m.spec, t)));
  };
  CHECK(parts(tuning(Tune::all)) == "embedder. body.0. body.1. body.2. head. ");
  CHECK(parts(tuning(Tune::head)) == "head. ");
  CHECK(parts(tuning(Tune::frozen)) == "embedder. head. ");
  Tuning top = tuning(Tune::top);
  CHECK(parts(top) == "embedder. body.2. head. ");
  top.layers = 2;
  CHECK(parts(top) == "embedder. body.1. body.2. head. ");
  top.layers = 4;
  CHECK_THROWS_WITH(parts(top), Contains("trains the last 'layers' blocks of 3, got 4"));
  // Weights keep their numbers under all of them, and what is trained can be chosen anew.
  const Model m = made();
  top.layers = 1;
  const Model once = model::respecified(m, model::tuned(m.spec, top));
  const Model again = model::respecified(once, model::tuned(once.spec, tuning(Tune::all)));
  for (const auto& [key, t] : m.weights) CHECK(same(t.values, again.weights.at(key).values));
  CHECK_THROWS_WITH(model::tune_of("loar"), Contains("lora"));
  Spec no_body = m.spec;
  no_body.parts.erase(no_body.parts.begin() + 1);
  CHECK_THROWS_WITH(model::tuned(no_body, tuning(Tune::lora)), Contains("this model has none"));
}

TEST_CASE("what is frozen keeps its bits in a training", "[dyn]") {
  const Model before = made();
  for (const Tune what : {Tune::head, Tune::frozen, Tune::top, Tune::lora, Tune::svd_lora}) {
    INFO(int(what));
    const Model after = trained(before, tuning(what), quick(6));
    std::size_t moved = 0;
    for (const auto& [key, t] : after.weights) {
      if (t.role == Role::buffer || key.find("lora_") != key.npos) continue;
      const bool equal = same(t.values, before.weights.at(model::key_without_adapter(key)).values);
      if (t.role == Role::frozen) CHECK(equal);
      moved += !equal;
    }
    CHECK(moved > 0);
  }
}

TEST_CASE("targets of adapters are our names or the publisher's, by either rule", "[dyn]") {
  Spec s = made().spec;
  s.parts[1] =
      model::sequential(
          {Spec{.type = "repeated",
                .numbers = {{"times", 2}},
                .parts = {model::sequential(
                    {model::residual(
                         model::sequential(
                             {model::layer("attention", {{"heads", 2}}, {{"projections", "separate"}}).named("self")}))
                         .named("attention"),
                     model::layer("layer_norm").named("norm1"),
                     model::residual(model::sequential({model::layer("feed_forward", {{"hidden", 24}}).named("mlp")}))
                         .named("feed_forward"),
                     model::layer("layer_norm").named("norm2")})},
                .key = "encoder"}})
          .named("body");
  const auto chosen = [&](std::vector<std::string> targets, const char* architecture, peft::TargetRule rule) {
    Tuning t = tuning(Tune::lora, std::move(targets));
    t.architecture = architecture, t.rule = rule;
    std::vector<std::string> keys;
    for (const auto& [key, o] : model::adapters_of(model::tuned(s, t))) keys.push_back(key);
    return keys;
  };
  using peft::TargetRule;
  const std::vector<std::string> ours{"body.encoder.0.attention.self.query", "body.encoder.1.attention.self.query"};
  CHECK(chosen({"query"}, "", TargetRule::exact_or_dot) == ours);
  CHECK(chosen({"q_lin"}, "distilbert", TargetRule::exact_or_dot) == ours);
  CHECK(chosen({"query"}, "bert", TargetRule::exact_or_dot) == ours);
  CHECK(chosen({"dense"}, "bert", TargetRule::exact_or_dot).size() == 6);  // proj, up and down of two blocks
  CHECK(chosen({"ry"}, "", TargetRule::ends_with) == ours);
  CHECK_THROWS_WITH(chosen({"ry"}, "", TargetRule::exact_or_dot), Contains("'ry'"));
  CHECK(chosen({}, "bert", TargetRule::exact_or_dot).size() == 12);
  const model::PublishedPlace place = model::published_place("bert", "body.encoder.1.attention.self.query");
  CHECK(place.module == "bert.encoder.layer.1.attention.self.query");
  CHECK(model::published_place("bert", "body.encoder.1.attention.self.query", true).module ==
        "encoder.layer.1.attention.self.query");
  CHECK(model::published_place("bert", "embedder.cnn.0").module == "embedder.cnn.0");
  CHECK(model::published_place("", "head").module == "head");
}

TEST_CASE("the body may learn with a rate of its own", "[dyn]") {
  const Model before = made();
  model::TrainOptions o = quick(6);
  const Model plain = trained(before, {}, o);
  o.body_rate = 3e-3;
  CHECK(same_weights(plain, trained(before, {}, o)));  // a factor of one
  o.body_rate = 3e-6;
  const Model slow = trained(before, {}, o);
  const auto d = model::drift(slow, before), whole = model::drift(plain, before);
  for (std::size_t i = 0; i < d.size(); ++i) {
    if (d[i].layer.starts_with("body."))
      CHECK(d[i].relative < 0.01 * whole[i].relative);
    else
      CHECK(d[i].relative > 0.1 * whole[i].relative);
  }
  CHECK(model::body_width(before) == 16);
  CHECK(model::body_rate(384, 1) == Approx(5e-5));
  CHECK(model::body_rate(768, 1) == Approx(2.5e-5));
  CHECK(model::body_rate(384, 1e-5) == 1e-5);
  o.body_rate = 1e-4;
  CHECK_NOTHROW(trained(before, tuning(Tune::frozen), o));  // nothing of the body learns, so it has no rate
}

TEST_CASE("a rank allocation that was interrupted goes on to the same bits", "[dyn]") {
  const ScratchFolder folder;
  const Model before = made();
  const auto run = [&](Tune what, const std::string& checkpoint, bool stop) {
    peft::RankOptions ranks = what == Tune::adalora ? peft::adalora(2) : peft::ars_paper(2, 20, 0.25, 0.2);
    ranks.interval = 3;
    ranks.tfinal = 5;  // what is zeroed at the last choice stays so
    ranks.final_mask = true;
    ranks.seed = 4;
    peft::RankAllocator<float> allocator(ranks);
    model::TrainOptions o = quick(20, checkpoint);
    o.fit.hook = &allocator;
    o.fit.keep_best = false;  // that may be from before the pruning
    Model m = model::respecified(before, model::tuned(before.spec, tuning(what)));
    FitCallbacks callbacks;
    if (stop)
      callbacks.stepped = [](void*, std::int64_t n) {
        if (n == 11) request_interrupt();
      };
    try {
      model::train(m, toy().train, toy().dev, o, callbacks);
    } catch (const Interrupted&) {
    }
    index_t left = 0;
    for (const auto& [key, t] : m.weights)
      if (key.ends_with("lora_E"))
        left += std::count_if(t.values.begin(), t.values.end(), [](float x) { return x != 0; });
    return std::tuple{m, left, allocator.log().size()};
  };
  for (const Tune what : {Tune::adalora, Tune::ars}) {
    const std::string path = folder / (what == Tune::adalora ? "adalora" : "ars");
    const auto [unbroken, left, events] = run(what, "", false);
    run(what, path, true);
    const auto [resumed, left_then, events_then] = run(what, path, false);
    CHECK(same_weights(unbroken, resumed));
    CHECK(left == left_then);
    CHECK(events == events_then);
    CHECK(events > 3);
    CHECK(left < 3 * 12);  // three ranks on twelve maps at the start
  }
}

TEST_CASE("an adapter is taken out and the model is what it was, to the bit", "[dyn]") {
  const Model before = made();
  for (const Tune what : {Tune::lora, Tune::svd_lora}) {
    Model m = model::respecified(before, model::tuned(before.spec, tuning(what)));
    const peft::Adapter bare = model::without_adapter(before, m);
    model::train(m, toy().train, toy().dev, quick(8));
    const Model tuned = m;
    const auto said = model::predict(m, toy().dev).probability;
    const peft::Adapter adapter = model::take_adapter(m, "a");
    model::give_adapter(m, bare);
    CHECK(same_weights(m, before));  // statistics of batch norm as well
    CHECK(model::predict(m, toy().dev).probability == model::predict(before, toy().dev).probability);
    model::give_adapter(m, adapter);
    CHECK(same_weights(m, tuned));
    CHECK(model::predict(m, toy().dev).probability == said);
    Model other = model::make_model(
        "other", model::sequential({model::layer("flatten"), model::layer("linear", {{"out", 2}}).named("head")}),
        {48, 5}, toy().train.classes, 5);
    CHECK_THROWS_WITH(model::check_adapter(other, adapter), Contains("adapter 'a'"));
  }
}

TEST_CASE("drift is the norm of the change by layer, adapters merged", "[dyn]") {
  const Model before = made();
  Model after = before;
  for (float& x : after.weights.at("head.weight").values) x *= 1.5f;
  for (const auto& d : model::drift(after, before)) {
    INFO(d.layer);
    if (d.layer != "head") {
      CHECK(d.relative == 0);
      continue;
    }
    CHECK(d.parameters == 34);
    const auto &w = before.weights.at("head.weight").values, &b = before.weights.at("head.bias").values;
    double ww = 0, bb = 0;
    for (const float x : w) ww += double(x) * double(x);
    for (const float x : b) bb += double(x) * double(x);
    CHECK(d.relative == Approx(0.5 * std::sqrt(ww / (ww + bb))).epsilon(1e-6));
    CHECK(d.before == Approx(std::sqrt(ww + bb)));
  }
  const Model tuned = trained(before, tuning(Tune::lora, {"qkv"}), quick(6));
  double body = 0;
  std::string order;
  for (const auto& d : model::drift(tuned, before)) {
    order += d.layer + " ";
    if (d.layer.starts_with("body.")) body += d.relative;
  }
  CHECK(order == "body.0 body.1 body.2 embedder.0 embedder.1 embedder.norm head ");
  CHECK(body > 0);
}
