// The adapter that loralib published for MNLI, on a RoBERTa-base with random weights: it fits, its head is taken, and
// what it adds to a weight is what the formula says.
#include "sample_data.hpp"

#include <l2g/dyn/adapters.hpp>
#include <l2g/dyn/pretrained.hpp>
#include <l2g/dyn/tuning.hpp>
#include <l2g/peft/files.hpp>

#include <catch2/catch.hpp>
#include <cmath>

using namespace l2g;
using Catch::Contains;

namespace {

models::Config config_of(const char* type, index_t width, index_t layers) {
  models::Config c = models::parse_config(
      std::string(R"({"model_type": ")") + type + R"(", "hidden_size": )" + std::to_string(width) +
          R"(, "num_hidden_layers": )" + std::to_string(layers) +
          R"(, "num_attention_heads": 12, "intermediate_size": )" + std::to_string(4 * width) +
          R"(, "hidden_act": "gelu", "vocab_size": 50265, "max_position_embeddings": 514, "type_vocab_size": 1,
          "layer_norm_eps": 1e-5, "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2})",
      "config.json");
  c.labels = {"entailment", "neutral", "contradiction"};
  return c;
}

/// A classifier with random weights.
struct Base {
  models::Config config;
  model::Spec spec;
  model::Weights weights;
  Seq in{1, 8, 1};
  explicit Base(models::Config c) : config(std::move(c)), spec(model::spec_of(config, model::Task::classifier, 3)) {
    auto record = model::build<float>(spec, in).params<float, Cpu>();
    each_tensor<float>(record, [&](const TensorRef<float>& t) {
      model::Tensor& own = weights[t.key];
      own.extents = t.extents, own.role = t.role;
      own.values.resize(std::size_t(t.size()));
      TensorRef<float> bound = t;
      bound.data = own.values.data();
      initialize(bound, 7);
    });
  }
  peft::Adapter ours(const peft::Adapter& read) const {
    const std::string name(models::name_of(config.architecture));
    return peft::with_our_names(read, model::linear_maps(spec), model::head_keys(weights), [&](std::string_view key) {
      const model::PublishedPlace p = model::published_place(name, key);
      return peft::Place{p.module, p.part, p.parts};
    });
  }
  std::vector<float> logits() const {
    model::AnyStep step(model::build<float>(spec, in), in, CrossEntropy{}, 0, nullptr, Outside::frozen);
    model::give_weights(weights, step);
    for (index_t i = 0; i < in.size(); ++i) step.batch.ids.data[i] = std::int32_t(4 + 31 * i);
    step.forward(false);
    return {step.y.data, step.y.data + step.y.size()};
  }
};

/// The weight of one linear map with its adapter merged into it.
model::Numbers merged(const Base& base, const std::string& map, const model::LoraOptions& options) {
  const index_t out = base.weights.at(map + ".base_layer.weight").extents[0];
  const index_t in = base.weights.at(map + ".base_layer.weight").extents[1];
  const model::Spec plain = model::sequential({model::layer("linear", {{"out", double(out)}}).named("map")});
  model::Model m;
  m.spec = model::with_lora(plain, options, {"map"});
  m.input.length = 1, m.input.channels = in;
  m.classes.assign(std::size_t(out), "");
  for (const auto& [key, t] : base.weights)
    if (key.starts_with(map + ".")) m.weights["map" + key.substr(map.size())] = t;
  return model::respecified(m, plain).weights.at("map.weight").values;
}

}  // namespace

TEST_CASE("the MNLI adapter is put on a RoBERTa-base", "[peft]") {
  REQUIRE_SAMPLE(path, "lm_weights/lora_roberta_base_mnli/roberta_base_lora_mnli.bin");
  const peft::Adapter read = peft::read_adapter(path, 16);
  Base base(config_of("roberta", 768, 12));
  index_t numbers = 0;
  for (const auto& [key, t] : base.weights) numbers += index_t(t.values.size());
  CHECK(numbers == 124'647'939);  // roberta-base and its head for three classes

  const peft::Adapter own = base.ours(read);
  CHECK(own.maps().size() == 24);
  CHECK(own.tensors.size() == 52);
  const std::vector<float> before = base.logits();
  const float* body = std::as_const(base.weights.at("body.encoder.3.attention.self.query.weight").values).data();
  const peft::Adapter bare = model::give_adapter(base.spec, base.weights, base.in, own);

  // The head is the adapter's, the body lies where it lay.
  for (const auto& [ours, theirs] :
       {std::pair{"dense.weight", "classifier.dense.weight"}, std::pair{"dense.bias", "classifier.dense.bias"},
        std::pair{"head.weight", "classifier.out_proj.weight"}, std::pair{"head.bias", "classifier.out_proj.bias"}})
    CHECK(std::vector<float>(base.weights.at(ours).values) == read.tensors.at(theirs).values);
  CHECK(std::as_const(base.weights.at("body.encoder.3.attention.self.query.base_layer.weight").values).data() == body);
  const std::vector<float> with = base.logits();
  CHECK(with != before);
  for (const float y : with) CHECK(std::isfinite(y));

  // W + alpha / r B A, in double precision.
  for (const char* name : {"body.encoder.3.attention.self.query", "body.encoder.11.attention.self.value"}) {
    const std::string map = name;
    const model::Numbers found = merged(base, map, model::lora_options(own.config));
    const auto& w = base.weights.at(map + ".base_layer.weight").values;
    const auto &a = own.tensors.at(map + ".lora_A").values, &b = own.tensors.at(map + ".lora_B").values;
    double gap = 0, change = 0;
    for (std::size_t row = 0; row < 768; ++row)
      for (std::size_t column = 0; column < 768; ++column) {
        double sum = 0;
        for (std::size_t i = 0; i < 8; ++i) sum += double(b[row * 8 + i]) * double(a[i * 768 + column]);
        const std::size_t at = row * 768 + column;
        gap = std::max(gap, std::abs(double(found[at]) - (double(w[at]) + 16.0 / 8 * sum)));
        change = std::max(change, std::abs(2 * sum));
      }
    INFO(map << ": largest change " << change);
    CHECK(gap < 1e-7);
    CHECK(change > 1e-3);  // it was trained
  }

  model::give_adapter(base.spec, base.weights, base.in, bare);
  CHECK(base.logits() == before);

  // Wrong bases: other names, other sizes, too few layers.
  CHECK_THROWS_WITH(Base(config_of("bert", 24, 1)).ours(read), Contains("is of another base"));
  const Base small(config_of("roberta", 24, 12));
  CHECK_THROWS_WITH(model::check_adapter(small.spec, small.weights, small.in, small.ours(read)),
                    Contains("has shape") && Contains("768"));
  CHECK_THROWS_WITH(Base(config_of("roberta", 24, 6)).ours(read), Contains("is of another base"));
}
