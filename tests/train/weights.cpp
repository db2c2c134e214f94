#include "scratch_folder.hpp"
#include "train/toy.hpp"

#include <l2g/nn/wrapper.hpp>

#include <catch2/catch.hpp>

using namespace toy;
using Catch::Contains;
using Catch::Equals;

namespace {
using Model = Sequential<Named<"body", Frozen<Linear<4, 8>>>, BatchNorm1d<8>, Named<"head", Linear<8, 2>>>;
using Wider = Sequential<Named<"body", Frozen<Linear<4, 8>>>, BatchNorm1d<8>, Named<"head", Linear<8, 3>>>;
using Renamed = Sequential<Named<"body", Frozen<Linear<4, 8>>>, BatchNorm1d<8>, Named<"heads", Linear<8, 2>>>;
using X = Shape<2, 1, 4>;

template <class Step>
std::vector<float> all_numbers(Step& step) {
  std::vector<float> v;
  each_tensor<float>(step.p, [&](const TensorRef<float>& t) { v.insert(v.end(), t.data, t.data + t.size()); });
  return v;
}
template <class F>
std::string refusal(F&& f) {
  try {
    f();
  } catch (const error& e) {
    return e.what();
  }
  return "";
}
}  // namespace

TEST_CASE("weights and buffers are saved under their keys and come back bit for bit", "[train]") {
  const ScratchFolder folder;
  const std::string path = folder / "model.safetensors";
  Step<Model, float, X> a, b;
  initialize<float>(a.p, 1);
  a.buffers[3] = 0.25f;
  save_weights<float>(a.p, path, {{"made_by", "a test"}});
  const io::SafetensorsFile file(path);
  REQUIRE(*file.metadata("made_by") == "a test");
  std::vector<std::string> keys;
  for (const auto& t : file.tensors()) keys.push_back(t.key);
  REQUIRE_THAT(keys, Equals(std::vector<std::string>{"body.weight", "body.bias", "1.weight", "1.bias", "1.running_mean",
                                                     "1.running_var", "head.weight", "head.bias"}));
  const LoadReport report = load_weights<float>(b.p, file);
  REQUIRE(report.copied == 8);
  REQUIRE(all_numbers(a) == all_numbers(b));
  Step<Model, double, X> c;  // another type is converted
  load_weights<double>(c.p, path);
  REQUIRE(c.weights[0] == double(a.weights[0]));
}

TEST_CASE("what does not fit is named with its shape, and nothing changes", "[train]") {
  const ScratchFolder folder;
  const std::string path = folder / "model.safetensors";
  Step<Model, float, X> a;
  initialize<float>(a.p, 1);
  save_weights<float>(a.p, path);
  Step<Wider, float, X> wider;
  REQUIRE(refusal([&] { load_weights<float>(wider.p, path); }) ==
          path +
              ": does not fit the model: other shape: 'head.weight' is (2, 8), the model wants (3, 8), 'head.bias' "
              "is (2), the model wants (3)");
  Step<Renamed, float, X> renamed;
  const std::string text = refusal([&] { load_weights<float>(renamed.p, path); });
  REQUIRE_THAT(text, Contains("missing: 'heads.weight' (2, 8) (did you mean 'head.weight'?), 'heads.bias' (2)"));
  REQUIRE_THAT(text, Contains("; not used: 'head.weight' (2, 8), 'head.bias' (2)"));
  for (const float x : all_numbers(renamed)) REQUIRE(x == 0);

  LoadOptions lenient;
  lenient.strict = false;
  const LoadedWeights some = load_weights<float>(renamed.p, path, lenient);
  REQUIRE(some.copied == 6);
  REQUIRE(some.missing == std::vector<std::string>{"heads.weight", "heads.bias"});
  REQUIRE(some.unused == std::vector<std::string>{"head.weight", "head.bias"});
  REQUIRE(load_weights<float>(wider.p, path, lenient).misshapen ==
          std::vector<std::string>{"head.weight", "head.bias"});

  LoadOptions renaming;
  renaming.file_key = [](const std::string& key) { return key.starts_with("heads.") ? "head" + key.substr(5) : key; };
  REQUIRE(load_weights<float>(renamed.p, path, renaming).copied == 8);
}

TEST_CASE("frozen tensors are bound to the mapped file", "[train]") {
  const ScratchFolder folder;
  const std::string path = folder / "model.safetensors";
  Step<Model, float, X> a;
  initialize<float>(a.p, 1);
  save_weights<float>(a.p, path);
  Step<Model, float, X> b({}, {}, CrossEntropy{}, 2, nullptr, Outside::frozen);
  REQUIRE(b.size().frozen == 0);
  REQUIRE_THAT(refusal([&] { load_weights<float>(b.p, path); }),
               Contains("tensor 'body.weight' of type F32 cannot be bound to the file as it lies there"));
  LoadOptions options;
  options.bind_frozen = true;
  const LoadedWeights loaded = load_weights<float>(b.p, path, options);
  REQUIRE(loaded.bound == std::vector<std::string>{"body.weight", "body.bias"});
  REQUIRE(loaded.copied == 6);
  REQUIRE(loaded.file);
  REQUIRE(all_numbers(a) == all_numbers(b));
  for (auto* s : {&a, &b})
    for (index_t i = 0; i < 8; ++i) s->batch.values[i] = float(i);
  a.forward(false);
  b.forward(false);
  for (index_t i = 0; i < 4; ++i) REQUIRE(a.y[i] == b.y[i]);
  // Another type in the file: converted into the model's own memory, or refused when there is none.
  Step<Model, double, X> owns, lacks({}, {}, CrossEntropy{}, 2, nullptr, Outside::frozen);
  const LoadedWeights converted = load_weights<double>(owns.p, path, options);
  REQUIRE(converted.bound.empty());
  REQUIRE_FALSE(converted.file);
  REQUIRE_THAT(refusal([&] { load_weights<double>(lacks.p, path, options); }), Contains("cannot be bound"));
  REQUIRE_THAT(refusal([&] { load_weights<float>(a.p, folder / "none"); }), Contains("no such file"));
}
