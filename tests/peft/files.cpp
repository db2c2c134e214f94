// Adapters in files, by name, and on a model: what peft wrote is read, what is wrong is said.
#include "sample_data.hpp"
#include "scratch_folder.hpp"

#include <l2g/dyn/adapters.hpp>
#include <l2g/io/atomic_file.hpp>
#include <l2g/io/npy.hpp>
#include <l2g/io/safetensors.hpp>
#include <l2g/peft/files.hpp>
#include <l2g/peft/targets.hpp>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace l2g;
using Catch::Contains;
using model::layer;
using peft::Adapter;

namespace {
const std::string golden = "tests/goldens/peft/";

std::string text_of(const std::string& path) {
  std::ostringstream s;
  s << std::ifstream(path, std::ios::binary).rdbuf();
  return s.str();
}
peft::Place same(std::string_view ours) { return {std::string(ours)}; }

/// The network of the golden files: base weights of a run, without adapter, and a head that says nothing.
struct Net {
  model::Spec spec = model::sequential({layer("linear", {{"out", 10}}).named("up"), layer("relu"),
                                        layer("linear", {{"out", 8}}).named("down"), layer("relu"),
                                        layer("linear", {{"out", 3}}).named("head")});
  model::Weights weights;
  Seq in{8, 1, 12};
  explicit Net(const std::string& run) {
    const io::NpzFile file(golden + "training.npz");
    for (const std::string map : {"up", "down"})
      for (const std::string part : {"weight", "bias"}) {
        const io::NpyArray a = file.read(run + ".start." + map + ".base_layer." + part);
        weights[map + "." + part] = {a.shape, a.values<float>(), Role::trained};
      }
    weights["head.weight"] = {{3, 8}, std::vector<float>(24, 0.5f), Role::trained};
    weights["head.bias"] = {{3}, {1, 2, 3}, Role::trained};
  }
  std::vector<float> logits() const {
    model::AnyStep step(model::build<float>(spec, in), in);
    each_tensor<float>(step.p, [&](const TensorRef<float>& t) {
      REQUIRE(weights.at(t.key).role == t.role);
      std::copy_n(weights.at(t.key).values.data(), t.size(), t.data);
    });
    const std::vector<float> x = io::NpzFile(golden + "training.npz").read("x").values<float>();
    std::copy_n(x.data(), in.size(), step.batch.values.data);
    step.forward(false);
    return {step.y.data, step.y.data + step.y.size()};
  }
  Adapter ours(const Adapter& a) const {
    return peft::with_our_names(a, model::linear_maps(spec), model::head_keys(weights), same);
  }
};
void close_to_golden(const std::vector<float>& logits, const std::string& run) {
  const auto expected = io::NpzFile(golden + "training.npz").read(run + ".logits").values<double>();
  REQUIRE(expected.size() == logits.size());
  for (std::size_t i = 0; i < expected.size(); ++i) REQUIRE(logits[i] == Approx(expected[i]).margin(1e-5));
}
}  // namespace

TEST_CASE("adapters that peft wrote say here what they say there", "[peft]") {
  for (const std::string run : {"lora", "rslora", "adalora"}) {
    INFO(run);
    const Adapter read = peft::read_adapter(golden + run);
    Net net(run);
    const auto before = net.logits();
    const model::Spec spec = net.spec;
    const float* body = net.weights.at("up.weight").values.data();
    const Adapter old = model::give_adapter(net.spec, net.weights, net.in, net.ours(read));
    close_to_golden(net.logits(), run);
    REQUIRE(net.weights.at("up.base_layer.weight").values.data() == body);  // nothing of the body was copied
    REQUIRE(net.weights.at("head.weight").role == Role::trained);
    model::give_adapter(net.spec, net.weights, net.in, old);
    REQUIRE(net.logits() == before);
    REQUIRE(net.spec == spec);
    REQUIRE(net.weights.at("up.weight").values.data() == body);
  }
}

TEST_CASE("sliced matrices go back to their places, and the factor keeps the initial rank", "[peft]") {
  const Adapter a = peft::read_adapter(golden + "adalora");
  REQUIRE(a.config.rank == 4);
  REQUIRE(a.config.target_rank == 2);
  REQUIRE(a.kept.at("down") == std::vector<bool>{false, false, true, false});
  const auto& e = a.tensors.at("down.lora_E");
  REQUIRE(e.extents == std::vector<index_t>{4});
  REQUIRE((e.values[0] == 0 && e.values[1] == 0 && e.values[2] != 0 && e.values[3] == 0));
  REQUIRE(a.tensors.at("down.lora_B").extents == std::vector<index_t>{8, 4});
  REQUIRE(a.tensors.at("down.lora_B").values[0 * 4 + 1] == 0);
  REQUIRE(model::lora_scale_of(model::lora_options(a.config)).of(4) == 16 / (4 + 1e-5));
}

TEST_CASE("what is written is read again, rank 0 too, and has the names that peft gives", "[peft]") {
  const ScratchFolder folder;
  for (const std::string run : {"lora", "rslora", "adalora"}) {
    Adapter a = peft::read_adapter(golden + run);
    if (const char* out = std::getenv("L2G_PEFT_OUT")) peft::write_adapter(a, std::string(out) + "/" + run);
    if (run == "adalora") {  // a matrix of which nothing is left
      a.kept["down"] = {false, false, false, false};
      for (const char* part : {"lora_A", "lora_B", "lora_E"})
        for (float& v : a.tensors.at(std::string("down.") + part).values) v = 0;
    }
    peft::write_adapter(a, folder / run);
    const Adapter b = peft::read_adapter(folder / run);
    REQUIRE(b.kept == a.kept);
    REQUIRE(b.tensors.size() == a.tensors.size());
    for (const auto& [key, t] : a.tensors) {
      INFO(key);
      REQUIRE(b.tensors.at(key).extents == t.extents);
      REQUIRE(b.tensors.at(key).values == t.values);
    }
    REQUIRE(b.config.rank == a.config.rank);
    REQUIRE(b.config.alpha == a.config.alpha);
    REQUIRE(b.config.rank_stabilised == a.config.rank_stabilised);
    const io::SafetensorsFile ours(folder / (run + "/adapter_model.safetensors")),
        theirs(golden + run + "/adapter_model.safetensors");
    for (const io::TensorInfo& t : theirs.tensors()) REQUIRE(ours.find(t.key) != nullptr);
    REQUIRE(ours.tensors().size() == theirs.tensors().size());
  }
  const Adapter a = peft::read_adapter(golden + "lora");
  peft::write_loralib(a, folder / "lora.bin");
  const Adapter b = peft::read_adapter(folder / "lora.bin", 6);
  REQUIRE(b.config.rank == 4);
  for (const auto& [key, t] : a.tensors) REQUIRE(b.tensors.at(key).values == t.values);
}

TEST_CASE("several adapters on one body: each gives its own bits, in any order", "[peft]") {
  Net net("lora");
  const Adapter a = net.ours(peft::read_adapter(golden + "lora")), b = net.ours(peft::read_adapter(golden + "adalora"));
  const auto bare = net.logits();
  const Adapter none = model::give_adapter(net.spec, net.weights, net.in, a);
  const auto with_a = net.logits();
  Adapter taken = model::take_adapter(net.spec, net.weights, "a");
  REQUIRE(taken.tensors.size() == a.tensors.size());
  REQUIRE(taken.config.heads == std::vector<std::string>{"head"});
  model::give_adapter(net.spec, net.weights, net.in, b);
  const auto with_b = net.logits();
  REQUIRE(with_a != with_b);
  taken.name = "again";
  model::give_adapter(net.spec, net.weights, net.in, taken);
  REQUIRE(net.logits() == with_a);
  model::give_adapter(net.spec, net.weights, net.in, b);
  REQUIRE(net.logits() == with_b);
  const Adapter of_b = model::take_adapter(net.spec, net.weights, "b");
  REQUIRE(of_b.kept.at("down") == std::vector<bool>{false, false, true, false});
  model::give_adapter(net.spec, net.weights, net.in, none);
  REQUIRE(net.logits() == bare);
  REQUIRE_THROWS_WITH(model::take_adapter(net.spec, net.weights, "x"), Contains("adapter 'x': the model has none"));
}

TEST_CASE("merged adapters say the same, each with its own factor", "[peft]") {
  const model::Spec a = layer("linear", {{"out", 5}, {"lora_rank", 2}, {"lora_scale", 3}}).named("a");
  const model::Spec b = layer("linear", {{"out", 4}, {"lora_rank", 4}, {"lora_alpha", 2}},
                              {{"lora_form", "plain"}, {"lora_rule", "root"}})
                            .named("b");
  model::Model m = model::make_model("m", model::sequential({layer("flatten"), a, b}), {6}, {"1", "2", "3", "4"}, 1);
  const auto there = model::adapters_of(m.spec);
  REQUIRE(there.size() == 2);
  REQUIRE(model::lora_scale_of(there[0].second).of(2) == 3);
  REQUIRE(model::lora_scale_of(there[1].second).of(4) == 1);
  const Rng rng{2, 0};
  for (auto& [key, t] : m.weights)
    if (key.find("lora_") != key.npos && !key.ends_with("mask"))
      for (std::size_t i = 0; i < t.values.size(); ++i)
        t.values[i] = float(rng.uniform(std::uint32_t(key.size()), i) - 0.5);
  const model::Model merged = model::respecified(m, model::without_lora(m.spec));
  const auto change = [&](const std::string& map, double factor) {
    const auto &q = m.weights.at(map + ".lora_A"), &p = m.weights.at(map + ".lora_B");
    const auto e = m.weights.find(map + ".lora_E");
    const auto& w = m.weights.at(map + ".base_layer.weight");
    for (std::size_t o = 0, n = std::size_t(w.extents[1]), r = std::size_t(q.extents[0]); o < std::size_t(w.extents[0]);
         ++o)
      for (std::size_t i = 0; i < n; ++i) {
        double expected = w.values[o * n + i];
        for (std::size_t k = 0; k < r; ++k)
          expected += factor * double(p.values[o * r + k]) * double(q.values[k * n + i]) *
                      (e == m.weights.end() ? 1 : double(e->second.values[k]));
        REQUIRE(merged.weights.at(map + ".weight").values[o * n + i] == Approx(expected).margin(1e-6));
      }
  };
  change("a", 3);
  change("b", 1);
  // One of two adapters stays, the other is merged.
  model::Spec one = m.spec;
  one.parts[1] = model::without_lora(one.parts[1]);
  const model::Model half = model::respecified(m, one);
  REQUIRE(half.weights.at("a.weight").values == merged.weights.at("a.weight").values);
  REQUIRE(half.weights.at("b.lora_A").values == m.weights.at("b.lora_A").values);
  REQUIRE(half.weights.at("b.base_layer.weight").values == m.weights.at("b.base_layer.weight").values);
}

TEST_CASE("targets by name, by both rules; one that hits nothing is an error with the names there are", "[peft]") {
  using peft::TargetRule;
  REQUIRE(peft::hits(TargetRule::ends_with, "encoder.layer.0.attention.self.Wqkv", "v"));
  REQUIRE_FALSE(peft::hits(TargetRule::exact_or_dot, "encoder.layer.0.attention.self.Wqkv", "v"));
  REQUIRE(peft::hits(TargetRule::exact_or_dot, "encoder.layer.0.attention.self.Wqkv", "Wqkv"));
  REQUIRE(peft::hits(TargetRule::exact_or_dot, "mlp.wo", "mlp.wo"));
  REQUIRE(peft::hits(TargetRule::ends_with, "classifier.dense", "dense"));
  REQUIRE(peft::target_rule("ends_with") == TargetRule::ends_with);
  REQUIRE_THROWS_WITH(peft::target_rule("end_with"), Contains("did you mean 'ends_with'"));
  const std::vector<std::string> keys{"encoder.0.attention.self.query", "encoder.0.attention.self.proj", "head.dense"},
      published{"decoder.layers.0.self_attn.q_proj", "decoder.layers.0.self_attn.out_proj", "score"};
  const auto chosen = [&](std::vector<std::string> targets, TargetRule rule = TargetRule::exact_or_dot) {
    return peft::chosen_maps(keys, published, targets, rule);
  };
  REQUIRE(chosen({"q_proj"}) == std::vector<std::string>{keys[0]});
  REQUIRE(chosen({"query", "out_proj"}) == std::vector<std::string>{keys[0], keys[1]});
  REQUIRE(chosen({"proj"}) == std::vector<std::string>{keys[1]});
  REQUIRE(chosen({"proj"}, TargetRule::ends_with) == std::vector<std::string>{keys[0], keys[1]});
  REQUIRE_THROWS_WITH(chosen({"q_proj", "output_proj"}),
                      "unknown linear map 'output_proj' (did you mean 'out_proj'?); there are query, proj, dense, "
                      "q_proj, out_proj, score");
}

TEST_CASE("adapters of models by key: which maps, repeated blocks with different choices", "[peft]") {
  const model::Spec block = layer("transformer", {{"heads", 2}});
  const model::Spec body{.type = "repeated", .numbers = {{"times", 2}}, .parts = {block}};
  const model::Spec spec = model::sequential({body.named("encoder"), layer("linear", {{"out", 4}}).named("head")});
  const auto maps = model::linear_maps(spec);
  REQUIRE(maps.size() == 9);
  REQUIRE(maps[0] == "encoder.0.attention.self.qkv");
  REQUIRE(maps[7] == "encoder.1.feed_forward.mlp.down");
  REQUIRE(maps[8] == "head");
  const model::LoraOptions options{.rank = 2, .plain = true, .alpha = 4};
  for (const auto& chosen :
       {std::vector<std::string>{maps[0], maps[4]}, std::vector<std::string>{maps[5], "head"}, maps}) {
    const model::Spec adapted = model::with_lora(spec, options, chosen);
    std::vector<std::string> found, built;
    for (const auto& [key, o] : model::adapters_of(adapted)) found.push_back(key);
    REQUIRE(found == chosen);
    auto record = model::build<float>(adapted, {2, 5, 4}).template params<float, Cpu>();
    each_tensor<float>(record, [&](const TensorRef<float>& t) {
      if (t.key.ends_with(".lora_A")) built.push_back(t.key.substr(0, t.key.size() - 7));
      REQUIRE((t.role == Role::trained) == (t.key.find("lora_") != t.key.npos));
    });
    REQUIRE(built == chosen);
  }
  REQUIRE_THROWS_WITH(model::with_lora(spec, options, {"encoder.0.attention.self.qk"}), Contains("did you mean"));
}

TEST_CASE("an adapter that does not fit is refused in one line, and nothing changes", "[peft]") {
  const ScratchFolder folder;
  const Adapter a = peft::read_adapter(golden + "lora");
  Net net("lora");
  const auto before = net.logits();
  const auto refused = [&](const Adapter& x, const std::string& text) {
    REQUIRE_THROWS_WITH(model::give_adapter(net.spec, net.weights, net.in, net.ours(x)), Contains(text));
    REQUIRE(net.logits() == before);
  };
  Adapter other = a;
  other.tensors["query.lora_A"] = a.tensors.at("up.lora_A");
  refused(other, "adapter 'lora' is of another base: this model has no linear map 'query'");
  other = a;
  other.tensors["score.weight"] = a.tensors.at("head.weight");
  refused(other, "this model has no head 'score'");
  other = a;
  other.tensors.at("up.lora_A").extents = {4, 6};
  refused(other, "'up.lora_A' has shape (4, 6), this model needs (4, 12)");

  const auto file_refused = [&](const std::string& text) {
    REQUIRE_THROWS_WITH(peft::read_adapter(folder / "x"), Contains(text));
  };
  other = a;
  peft::write_adapter(a, folder / "x");
  const std::string config = text_of(folder / "x/adapter_config.json");
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = config;
    const std::size_t at = changed.find(from);
    REQUIRE(at != changed.npos);
    io::write_file(folder / "x/adapter_config.json", changed.replace(at, from.size(), to));
  };
  with("\"LORA\"", "\"IA3\"");
  file_refused("an adapter of type 'IA3'; LORA and ADALORA are supported");
  with("\"bias\": \"none\"", "\"bias\": \"all\"");
  file_refused("trained biases are not supported");
  with("\"r\": 4", "\"r\": 8");
  file_refused("'down' has rank 4, the configuration says 8");
  with("{", "");
  file_refused("adapter_config.json: is damaged");
  other.tensors.erase("head.weight"), other.tensors.erase("head.bias");
  REQUIRE_THROWS_WITH(peft::write_adapter(other, folder / "y"),
                      Contains("the head that was trained with it is missing"));
  other.config.heads.clear();
  peft::write_adapter(other, folder / "x");
  with("\"modules_to_save\": [\n    \"head\"\n  ]", "\"modules_to_save\": [\"head\"]");
  file_refused("the head that was trained with this adapter is missing ('head')");
  REQUIRE_THROWS_WITH(peft::read_adapter(golden + "lora/adapter_model.safetensors"),
                      Contains("does not say its alpha"));
  REQUIRE_THROWS_AS(peft::read_adapter(folder / "nothing"), error);
}

TEST_CASE("rows of a joined map go to its parts", "[peft]") {
  Adapter a;
  a.tensors["Wqkv.lora_A"] = {{2, 3}, {1, 2, 3, 4, 5, 6}};
  a.tensors["Wqkv.lora_B"] = {{6, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}};
  const peft::Places places = [](std::string_view ours) {
    return peft::Place{"Wqkv", ours == "query" ? 0 : ours == "key" ? 1 : 2, 3};
  };
  const Adapter b = peft::with_our_names(a, {"query", "key", "value"}, {}, places);
  REQUIRE(b.tensors.at("key.lora_B").extents == std::vector<index_t>{2, 2});
  REQUIRE(b.tensors.at("key.lora_B").values == std::vector<float>{4, 5, 6, 7});
  REQUIRE(b.tensors.at("value.lora_A").values == a.tensors.at("Wqkv.lora_A").values);
}

namespace {
/// What an adapter adds to a linear map, in double precision: (out, in).
std::vector<double> change_of(const Adapter& a, const std::string& map) {
  const auto &q = a.tensors.at(map + ".lora_A"), &p = a.tensors.at(map + ".lora_B");
  const auto e = a.tensors.find(map + ".lora_E");
  const auto r = std::size_t(q.extents[0]), in = std::size_t(q.extents[1]), out = std::size_t(p.extents[0]);
  const double factor = model::lora_scale_of(model::lora_options(a.config)).of(a.config.rank);
  std::vector<double> change(out * in);
  for (std::size_t o = 0; o < out; ++o)
    for (std::size_t i = 0; i < in; ++i)
      for (std::size_t k = 0; k < r; ++k)
        change[o * in + i] += factor * double(p.values[o * r + k]) * double(q.values[k * in + i]) *
                              (e == a.tensors.end() ? 1 : double(e->second.values[k]));
  return change;
}
peft::AdapterTensor noise(std::vector<index_t> extents, std::uint32_t stream) {
  std::size_t n = 1;
  for (const index_t e : extents) n *= std::size_t(e);
  peft::AdapterTensor t{std::move(extents), std::vector<float>(n)};
  for (std::size_t i = 0; i < n; ++i) t.values[i] = float(Rng{5, 0}.uniform(stream, i) - 0.5);
  return t;
}
const std::vector<std::string> block_maps{"0.query", "0.key", "0.value", "0.proj", "0.gate", "0.up"};
/// DNABERT-2's names: queries, keys and values are one map, gate and up another.
peft::Place place_in_block(std::string_view ours) {
  if (ours == "0.proj" || ours == "head") return {std::string(ours), 0, 1};
  for (std::size_t i = 0; i < 3; ++i)
    if (ours == block_maps[i]) return {"0.Wqkv", int(i), 3};
  return {"0.gated_layers", ours == "0.gate" ? 0 : 1, 2};
}
}  // namespace

TEST_CASE("adapters on parts of joined maps are written as one, and add the same to every weight", "[peft]") {
  const ScratchFolder folder;
  const char* out = std::getenv("L2G_PEFT_OUT");
  for (const std::string form : {"lora", "rslora", "adalora"}) {
    INFO(form);
    Adapter a;
    a.name = form;
    a.config.kind = form == "adalora" ? peft::AdapterKind::adalora : peft::AdapterKind::lora;
    a.config.rank_stabilised = form == "rslora";
    a.config.rank = a.config.target_rank = 2, a.config.alpha = 5;
    std::uint32_t stream = 1;
    for (const std::string& map : block_maps) {
      if (map == "0.key") continue;  // it was no target: its rows stay as they are
      a.tensors[map + ".lora_A"] = noise({2, 6}, stream++);
      a.tensors[map + ".lora_B"] = noise({map == "0.proj" ? 6 : 4, 2}, stream++);
      if (form == "adalora") a.tensors[map + ".lora_E"] = noise({2}, stream++);
      if (form == "adalora" && map == "0.value") {
        a.tensors[map + ".lora_E"].values[1] = 0;
        a.kept[map] = {true, false};
      }
    }
    a.tensors["head.weight"] = noise({3, 6}, 90);

    const Adapter theirs = peft::with_published_names(a, place_in_block);
    CHECK(theirs.config.rank == 4);  // two parts of two triplets each
    CHECK(theirs.config.targets == std::vector<std::string>{"gated_layers", "proj", "Wqkv"});
    CHECK(theirs.tensors.at("0.Wqkv.lora_B").extents == std::vector<index_t>{12, 4});
    const std::string path = out ? std::string(out) + "/joined_" + form : folder / form;
    peft::write_adapter(theirs, path);
    const Adapter back = peft::with_our_names(peft::read_adapter(path), block_maps, {"head.weight"}, place_in_block);
    CHECK(back.tensors.at("head.weight").values == a.tensors.at("head.weight").values);
    io::SafetensorsWriter changes;  // for peft_opens.py
    std::vector<std::vector<double>> kept;
    kept.reserve(block_maps.size());
    for (const std::string& map : block_maps) {
      INFO(map);
      const std::vector<double> found = change_of(back, map),
                                expected = map == "0.key" ? std::vector<double>(24) : change_of(a, map);
      REQUIRE(found.size() == expected.size());
      for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == Approx(expected[i]).margin(1e-12));
      kept.push_back(expected);
      changes.add(map, std::vector<index_t>{index_t(expected.size() / 6), 6}, kept.back().data());
    }
    if (out) changes.save(path + "/changes.safetensors");
    if (form != "adalora") continue;
    CHECK(peft::read_adapter(path).tensors.at("0.Wqkv.lora_A").extents == std::vector<index_t>{4, 6});
    CHECK(theirs.kept.at("0.Wqkv") == std::vector<bool>{true, true, true, false});
  }
}

TEST_CASE("an adapter of a joined map goes there and back without a change", "[peft]") {
  Adapter a;
  a.config.rank = 2, a.config.alpha = 4;
  a.tensors["0.Wqkv.lora_A"] = noise({2, 6}, 1);
  a.tensors["0.Wqkv.lora_B"] = noise({12, 2}, 2);
  a.tensors["0.proj.lora_A"] = noise({2, 6}, 3);
  a.tensors["0.proj.lora_B"] = noise({6, 2}, 4);
  const Adapter b = peft::with_published_names(peft::with_our_names(a, block_maps, {}, place_in_block), place_in_block);
  CHECK(b.config.rank == 2);
  CHECK(b.config.alpha == 4);
  REQUIRE(b.tensors.size() == 4);
  for (const auto& [key, t] : a.tensors) CHECK(b.tensors.at(key).values == t.values);

  Adapter odd;
  odd.tensors["0.query.lora_A"] = noise({2, 6}, 1), odd.tensors["0.query.lora_B"] = noise({4, 2}, 2);
  odd.tensors["0.key.lora_A"] = noise({2, 5}, 1), odd.tensors["0.key.lora_B"] = noise({4, 2}, 2);
  CHECK_THROWS_WITH(peft::with_published_names(odd, place_in_block), Contains("one map in the publisher's model"));
}

TEST_CASE("the published MNLI adapter of RoBERTa-base", "[peft]") {
  REQUIRE_SAMPLE(path, "lm_weights/lora_roberta_base_mnli/roberta_base_lora_mnli.bin");
  const Adapter a = peft::read_adapter(path, 16);
  REQUIRE(a.tensors.size() == 52);
  REQUIRE(a.bytes() / sizeof(float) == 887'811);
  REQUIRE(a.config.rank == 8);
  REQUIRE(a.config.targets == std::vector<std::string>{"query", "value"});
  REQUIRE(a.maps().size() == 24);
  REQUIRE(a.tensors.at("roberta.encoder.layer.11.attention.self.value.lora_B").extents == std::vector<index_t>{768, 8});
  REQUIRE(a.tensors.at("classifier.out_proj.weight").extents == std::vector<index_t>{3, 768});
  REQUIRE_THROWS_WITH(peft::read_adapter(path), Contains("does not say its alpha"));
}
