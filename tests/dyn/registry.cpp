#include <catch2/catch.hpp>
#include <l2g/dyn/architectures.hpp>
#include <l2g/dyn/export.hpp>
#include <l2g/test/gradients.hpp>

using namespace l2g;
using model::layer;
using model::Spec;

namespace {

/// Gradients and poison of a Spec in double, as the static layers are checked.
void check(const Spec& spec, Seq in, test::CheckOptions options = {}) {
  const AnyLayer<double> l = model::build<double>(spec, in);
  INFO(l.cpp());
  for (const bool training : {true, false}) {
    options.training = training;
    const test::Gap gap = test::check_gradients(l, in, options);
    INFO(gap.where);
    REQUIRE(gap.compared > 0);
    REQUIRE(gap.worst <= 1e-6);
  }
  REQUIRE(test::check_poison(l, in, options).worst == 0);
}

/// A causal model with its table of words as decoder.
Spec small_language_model() {
  const Spec block = model::residual(model::sequential(
      {layer("rms_norm").named("norm"), layer("attention", {{"heads", 2}, {"kv_heads", 1}},
                                              {{"projections", "separate"}, {"positions", "rotary"}, {"causal", "yes"}})
                                            .named("self")}));
  return {.type = "language_model",
          .parts = {layer("embedding", {{"entries", 7}, {"out", 4}}),
                    model::sequential(
                        {layer("learned_positions", {{"positions", 5}}).named("positions"),
                         Spec{.type = "repeated", .numbers = {{"times", 2}}, .parts = {block}}.named("encoder")}),
                    model::sequential({layer("linear", {{"out", 4}}).named("dense"), layer("tanh")})}};
}

}  // namespace

TEST_CASE("every kind of the registry passes the gradient check when built at run time", "[dyn]") {
  const Spec norm = layer("layer_norm");
  check(layer("linear", {{"out", 3}}), {2, 4, 5});
  check(layer("linear", {{"out", 3}, {"lora_rank", 2}, {"lora_keep", 0.6}}), {2, 4, 5});
  check(layer("conv1d", {{"out", 6}, {"kernel", 3}, {"dilation", 2}}), {2, 9, 4});
  check(layer("conv1d", {{"out", 4}, {"kernel", 4}, {"groups", 0}}, {{"padding", "causal"}}), {2, 9, 4});
  check(layer("conv1d", {{"out", 6}, {"kernel", 3}, {"stride", 2}, {"groups", 2}}, {{"padding", "valid"}}), {2, 9, 4});
  check(layer("embedding", {{"entries", 9}, {"out", 4}, {"positions", 8}}), {2, 6, 1});
  check(layer("batch_norm"), {3, 5, 4});
  check(norm, {3, 5, 4});
  check(layer("layer_norm", {{"digits", 12}}), {3, 5, 4});
  check(layer("rms_norm", {{"digits", 6}}), {3, 5, 4});
  check(layer("silu"), {3, 5, 4});
  check(layer("tanh"), {3, 5, 4});
  check(layer("first_token"), {3, 5, 4}, {.lengths = {5, 2, 1}});
  check(layer("last_token"), {3, 5, 4}, {.lengths = {5, 2, 1}});
  check(layer("token_dropout_embedding", {{"entries", 7}, {"out", 4}, {"mask", 2}}), {2, 6, 1}, {.lengths = {6, 4}});
  check(layer("learned_positions", {{"positions", 9}, {"offset", 2}}), {2, 6, 4});
  check(layer("segments"), {2, 6, 4});
  check(small_language_model(), {2, 5, 1}, {.lengths = {5, 3}});
  check(model::with_lora(small_language_model(), 2), {2, 5, 1}, {.lengths = {5, 3}});
  check(layer("relu"), {3, 5, 4});
  check(layer("gelu"), {3, 5, 4});
  check(layer("gelu", {}, {{"form", "tanh"}}), {3, 5, 4});
  check(layer("dropout", {{"share", 0.3}}), {3, 5, 4});
  check(layer("max_pool", {{"window", 2}}), {2, 7, 4});
  check(layer("average_pool", {{"window", 3}, {"stride", 2}}), {2, 7, 4});
  check(layer("mean_pool"), {2, 7, 4}, {.lengths = {7, 3}});
  check(layer("global_max_pool"), {2, 7, 4});
  check(layer("flatten"), {2, 7, 4});
  check(layer("identity"), {2, 7, 4});
  check(layer("attention", {{"heads", 2}, {"dropout", 0.2}}, {{"causal", "yes"}}), {2, 6, 4}, {.lengths = {6, 4}});
  check(layer("attention", {{"heads", 4}, {"kv_heads", 2}},
              {{"projections", "separate"}, {"positions", "rotary"}, {"causal", "yes"}, {"bias", "no"}}),
        {2, 6, 8}, {.lengths = {6, 4}});
  check(layer("attention", {{"heads", 2}, {"base", 100}, {"dropout", 0.2}},
              {{"projections", "separate"}, {"positions", "rotary_pairs"}, {"proj_bias", "no"}}),
        {2, 6, 8});
  check(layer("attention", {{"heads", 3}}, {{"projections", "separate"}, {"positions", "alibi"}}), {2, 6, 6});
  check(
      model::with_lora(layer("attention", {{"heads", 2}}, {{"projections", "separate"}}), 2, 1, 1, {"query", "value"}),
      {2, 6, 4});
  check(layer("feed_forward", {{"hidden", 6}}), {2, 3, 4});
  check(layer("feed_forward", {{"hidden", 6}}, {{"activation", "gelu_tanh"}}), {2, 3, 4});
  check(layer("feed_forward", {{"hidden", 6}}, {{"activation", "relu"}}), {2, 3, 4});
  check(layer("gated_feed_forward", {{"hidden", 6}}), {2, 3, 4});
  check(layer("gated_feed_forward", {{"hidden", 6}}, {{"activation", "silu"}, {"bias", "yes"}, {"down_bias", "yes"}}),
        {2, 3, 4});
  check(model::with_lora(layer("gated_feed_forward", {{"hidden", 6}}), 2, 1, 1, {"gate"}), {2, 3, 4});
  check(layer("transformer", {{"heads", 2}, {"dropout", 0.1}}, {{"norm", "pre"}}), {2, 5, 4});
  check(model::with_lora(layer("transformer", {{"heads", 2}}), 2, 0.7, 1, {"qkv", "down"}), {2, 5, 4});
  check(model::sequential({layer("linear", {{"out", 4}}), layer("relu"), norm.freeze()}), {2, 3, 4});
  check({.type = "repeated", .numbers = {{"times", 2}}, .parts = {layer("linear", {{"out", 4}}), layer("gelu")}},
        {2, 3, 4});
  check(
      model::residual(model::sequential({layer("linear", {{"out", 6}}), layer("relu")}), layer("linear", {{"out", 6}})),
      {2, 3, 4});
  check({.type = "strand_mean", .parts = {model::sequential({layer("conv1d", {{"out", 3}}), layer("relu")})}},
        {2, 6, 5}, {.lengths = {6, 4}});
  check(layer("kmer_bag", {{"out", 2}, {"k", 2}}, {{"strands", "both"}}), {2, 5, 4});
  check({.type = "concat", .parts = {layer("identity"), layer("linear", {{"out", 2}})}}, {2, 3, 4});
  // Every kind was met above.
  for (const auto& kind : model::layer_kinds()) REQUIRE_NOTHROW(model::layer_kind(kind.name));
  REQUIRE(model::layer_kinds().size() == 33);
}

TEST_CASE("a model built at run time has the bits and the memory of its static twin", "[dyn]") {
  using Net =
      Sequential<Named<"embedder", Sequential<Conv1d<5, 16, 5>, BatchNorm1d<16>, Relu, MaxPool<2>, Dropout<100>>>,
                 Named<"body", Sequential<TransformerBlock<16, 4, 32, NormPlace::post, 100>>>, MeanPool,
                 Named<"head", Linear<16, 3>>>;
  using In = Shape<6, 20, 5>;
  const Spec spec = model::sequential(
      {model::sequential({layer("conv1d", {{"out", 16}, {"kernel", 5}}), layer("batch_norm"), layer("relu"),
                          layer("max_pool"), layer("dropout")})
           .named("embedder"),
       model::sequential({layer("transformer", {{"heads", 4}, {"hidden", 32}, {"dropout", 0.1}})}).named("body"),
       layer("mean_pool"), layer("linear", {{"out", 3}}).named("head")});
  Step<Net, float, In> fixed;
  Step<AnyLayer<float>, float, Seq> free(model::build<float>(spec, Seq{6, 20, 5}), Seq{6, 20, 5});
  initialize<float>(fixed.p, 11);
  initialize<float>(free.p, 11);
  for (index_t i = 0; i < fixed.batch.values.size(); ++i)
    fixed.batch.values[i] = free.batch.values[i] = float((i * 37) % 101) / 50 - 1;
  for (int i = 0; i < 6; ++i) fixed.batch.labels[i] = free.batch.labels[i] = i % 3;
  for (int i = 0; i < 12; ++i) {
    const double a = fixed(CrossEntropy{}, AdamW{}, 1e-2, 1), b = free(CrossEntropy{}, AdamW{}, 1e-2, 1);
    REQUIRE(a == b);
  }
  REQUIRE(fixed.size().saved == free.size().saved);
  REQUIRE(fixed.size().trained == free.size().trained);
  REQUIRE(std::equal(fixed.weights, fixed.weights + fixed.parameters(), free.weights));
}

TEST_CASE("a language model built at run time has the bits, the keys and the name of its static twin", "[dyn]") {
  using Block =
      Sequential<Named<"attention",
                       Residual<Sequential<Named<"norm", RmsNorm<16>>,
                                           Named<"self", Attention<16, 4, 2, 100, true, Rotary<>, Linear<16, 16, false>,
                                                                   Linear<16, 8, false>, Linear<16, 8, false>>>>>>,
                 Named<"feed_forward",
                       Residual<Sequential<Named<"norm", LayerNorm<16, 12>>, Named<"mlp", GatedFeedForward<16, 24>>>>>>;
  using Net = TiedLanguageModel<
      Embedding<31, 16, 0, 0>,
      Sequential<Named<"positions", LearnedPositions<22, 16, 2>>, Named<"segments", SegmentEmbedding<2, 16>>,
                 Named<"encoder", Sequential<Block, Block>>>,
      Sequential<Named<"dense", Linear<16, 16>>, Gelu, Named<"norm", LayerNorm<16>>>, ChannelBias<31>>;
  using In = Shape<6, 20, 1>;
  const Spec block = model::sequential(
      {model::residual(
           model::sequential(
               {layer("rms_norm").named("norm"),
                layer("attention", {{"heads", 4}, {"kv_heads", 2}, {"dropout", 0.1}},
                      {{"projections", "separate"}, {"positions", "rotary"}, {"causal", "yes"}, {"bias", "no"}})
                    .named("self")}))
           .named("attention"),
       model::residual(
           model::sequential({layer("layer_norm", {{"digits", 12}}).named("norm"),
                              layer("gated_feed_forward", {{"hidden", 24}}, {{"activation", "silu"}}).named("mlp")}))
           .named("feed_forward")});
  const Spec spec{
      .type = "language_model",
      .parts = {
          layer("embedding", {{"entries", 31}, {"out", 16}}),
          model::sequential({layer("learned_positions", {{"positions", 22}, {"offset", 2}}).named("positions"),
                             layer("segments").named("segments"),
                             Spec{.type = "repeated", .numbers = {{"times", 2}}, .parts = {block}}.named("encoder")}),
          model::sequential(
              {layer("linear", {{"out", 16}}).named("dense"), layer("gelu"), layer("layer_norm").named("norm")})}};
  REQUIRE(model::from_json(model::to_json(spec)) == spec);
  REQUIRE(model::without_lora(model::with_lora(spec, 2)) == spec);
  Step<Net, float, In> fixed;
  Step<AnyLayer<float>, float, Seq> free(model::build<float>(spec, Seq{6, 20, 1}), Seq{6, 20, 1});
  REQUIRE(free.model.cpp() == cpp_name(fixed.model));
  initialize<float>(fixed.p, 11);
  initialize<float>(free.p, 11);
  std::vector<std::string> a, b;
  each_tensor<float>(fixed.p, [&](const TensorRef<float>& t) { a.push_back(t.key); });
  each_tensor<float>(free.p, [&](const TensorRef<float>& t) { b.push_back(t.key); });
  REQUIRE(a == b);
  for (index_t i = 0; i < 120; ++i) {
    fixed.batch.ids[i] = free.batch.ids[i] = std::int32_t((i * 37) % 31);
    fixed.batch.labels[i] = free.batch.labels[i] = i % 20 < 15 ? std::int32_t((i * 7) % 31) : -1;
  }
  for (int i = 0; i < 6; ++i) fixed.batch.lengths[i] = free.batch.lengths[i] = 20 - 2 * i;
  fixed.use_lengths(true), free.use_lengths(true);
  for (int i = 0; i < 8; ++i) {
    const double x = fixed(CrossEntropy{}, AdamW{}, 1e-2, 1), y = free(CrossEntropy{}, AdamW{}, 1e-2, 1);
    REQUIRE(x == y);
  }
  REQUIRE(fixed.size().saved == free.size().saved);
  REQUIRE(std::equal(fixed.weights, fixed.weights + fixed.parameters(), free.weights));
}

TEST_CASE("specs survive JSON, and damaged ones are refused in words", "[dyn]") {
  const Spec spec = model::sequential({model::cnn_embedder({}).named("embedder"), layer("mean_pool").freeze(),
                                       model::with_lora(layer("transformer"), 4, 0.5, 2, {"qkv"}).named("body")});
  REQUIRE(model::from_json(model::to_json(spec)) == spec);
  REQUIRE(model::without_lora(model::with_lora(spec, 2)) == model::without_lora(spec));
  REQUIRE_THROWS_AS(model::from_json("{\"type\": 3}"), error);
  REQUIRE_THROWS_AS(model::from_json("[1"), error);
  std::string deep = "{\"type\":\"sequential\"}";
  for (int i = 0; i < 100; ++i) deep = "{\"type\":\"sequential\",\"parts\":[" + deep + "]}";
  REQUIRE_THROWS_WITH(model::from_json(deep), Catch::Contains("nested too deeply"));
}

TEST_CASE("an argument of a layer is what its Spec says, or the default", "[dyn]") {
  const Spec conv = layer("conv1d", {{"out", 8}, {"stride", 2}}, {{"padding", "valid"}});
  CHECK(model::number_of(conv, "stride") == 2);
  CHECK(model::number_of(conv, "kernel") == 3);
  CHECK(model::word_of(conv, "padding") == "valid");
  CHECK(model::word_of(layer("conv1d", {{"out", 8}}), "padding") == "same");
  CHECK_THROWS_WITH(model::number_of(conv, "window"), "l2g: the registry has no argument 'window' of conv1d");
}

TEST_CASE("what does not fit is said with name, place and alternatives", "[dyn]") {
  const auto fails = [](const Spec& s, const std::string& text) {
    REQUIRE_THROWS_WITH(model::build<float>(s, Seq{2, 10, 5}), Catch::Contains(text));
  };
  fails(layer("conv"), "unknown layer 'conv' (did you mean 'conv1d'?)");
  fails(layer("conv1d", {{"outs", 3}}), "conv1d: unknown option 'outs' (did you mean 'out'?)");
  fails(layer("conv1d"), "conv1d: option 'out' is needed");
  fails(layer("conv1d", {{"out", 8}}, {{"padding", "sane"}}), "unknown value 'sane' (did you mean 'same'?)");
  fails(layer("conv1d", {{"out", 8}, {"kernel", 2.5}}), "'kernel' must be a whole number of at least 1, got 2.5");
  fails(layer("dropout", {{"share", 1.5}}), "'share' must lie between 0 and 1, got 1.5");
  fails(layer("attention", {{"heads", 1}}, {{"positions", "alibi"}}), "need projections = 'separate'");
  fails(layer("attention", {{"heads", 5}, {"kv_heads", 2}}, {{"projections", "separate"}}),
        "the heads of keys and values must divide the heads");
  fails(layer("attention", {{"heads", 5}}, {{"projections", "separate"}, {"positions", "rotary"}}),
        "rotary positions need heads of an even width");
  fails(layer("learned_positions", {{"positions", 9}}), "the sequence is longer than the table of positions");
  fails({.type = "language_model", .parts = {layer("relu"), layer("relu"), layer("relu")}},
        "language_model: its first part is the table of words");
  fails(layer("transformer", {{"heads", 3}}), "the heads must divide the channels");
  fails(model::sequential({layer("relu"), layer("max_pool", {{"window", 50}})}), "layer 1, max_pool");
  fails(model::sequential({}), "sequential takes at least 1 layers inside, got 0");
  fails(model::residual(layer("linear", {{"out", 4}})), "the two branches make different shapes");
  REQUIRE_THROWS_WITH(model::cpp_header(layer("relu"), {1, 2, 3}, "2fast"), Catch::Contains("no C++ name"));
  REQUIRE_THROWS_WITH(model::part_of(model::sequential({layer("relu").named("first")}), "frist"),
                      Catch::Contains("did you mean 'first'"));
}
