// Public checks of the layers that pre-trained language models are made of.
#include <l2g/nn/pool.hpp>
#include <l2g/nn/with_lora.hpp>

#include "check.hpp"

using namespace l2g;

TEST_CASE("Attention with separate projections", "[nn]") {
  check_layer(Attention<12, 6, 2, 200>{}, Shape<2, 70, 12>{}, {.most = 20});
  check_layer(Attention<>{12, 3, 3, 100, {}, {12, 12}, {12, 12}, {12, 12}, {12, 12}}, Seq{2, 9, 12},
              {.most = 40, .lengths = {9, 4}});
}

TEST_CASE("Attention with rotary positions", "[nn]") {
  using Narrow = Linear<12, 4, false>;
  check_layer(Attention<12, 3, 1, 0, true, Rotary<>, Linear<12, 12, false>, Narrow>{}, Shape<2, 70, 12>{},
              {.most = 20, .lengths = {70, 4}});
  check_layer(Attention<12, 3, 3, 0, true, RotaryPairs<100>>{}, Shape<2, 7, 12>{}, {.most = 40, .lengths = {7, 0}});
  check_layer(Attention<40, 1, 1, 0, false, RotaryPairs<>>{}, Shape<1, 5, 40>{}, {.most = 20});
  check_layer(Attention<40, 1, 1, 0, false, Rotary<>>{}, Shape<1, 5, 40>{}, {.most = 20});
}

TEST_CASE("Attention with ALiBi", "[nn]") {
  check_layer(Attention<12, 3, 3, 300, false, Alibi>{}, Shape<2, 70, 12>{}, {.most = 20, .lengths = {70, 4}});
  check_layer(Attention<12, 6, 3, 0, true, Alibi>{}, Shape<2, 9, 12>{}, {.most = 20});
}

TEST_CASE("GatedFeedForward and the activations of FeedForward", "[nn]") {
  check_layer(GatedFeedForward<6, 20, Activation::gelu>{}, Shape<2, 5, 6>{});
  check_layer(GatedFeedForward<6, 20, Activation::silu, Linear<6, 20>, Linear<6, 20>, Linear<20, 6>>{},
              Shape<2, 5, 6>{});
  check_layer(GatedFeedForward<>{6, 20, {6, 20}, {6, 20}, {20, 6}}, Seq{2, 5, 6});
  check_layer(FeedForward<6, 20, Activation::relu>{}, Shape<2, 5, 6>{});
}

TEST_CASE("RmsNorm, and LayerNorm with another epsilon", "[nn]") {
  check_layer(RmsNorm<19>{}, Shape<2, 40, 19>{});
  check_layer(RmsNorm<dyn, dyn>{40, 6}, Seq{2, 70, 40});
  check_layer(LayerNorm<19, 12>{}, Shape<2, 3, 19>{});
  check_layer(LayerNorm<dyn, dyn>{19, 12}, Seq{2, 3, 19});
}

TEST_CASE("first and last token, tanh, silu", "[nn]") {
  check_layer(FirstToken{}, Shape<3, 5, 19>{}, {.lengths = {5, 3, 0}});
  check_layer(LastToken{}, Shape<3, 5, 19>{}, {.lengths = {5, 3, 0}});
  check_layer(LastToken{}, Seq{3, 5, 19});
  check_layer(Tanh{}, Shape<3, 5, 19>{});
  check_layer(Silu{}, Shape<3, 5, 19>{});
}

TEST_CASE("tables that are looked up and added", "[nn]") {
  check_layer(TokenDropoutEmbedding<7, 40, 3>{}, Shape<3, 9, 1>{}, {.lengths = {9, 3, 0}});
  check_layer(TokenDropoutEmbedding<>{7, 5, 3}, Seq{3, 9, 1});
  check_layer(LearnedPositions<11, 40, 2>{}, Shape<3, 9, 40>{}, {.lengths = {9, 3, 0}});
  check_layer(LearnedPositions<>{{11, 6}, 1}, Seq{3, 9, 6});
  check_layer(SegmentEmbedding<2, 40>{}, Shape<3, 9, 40>{}, {.lengths = {9, 3, 0}});
  check_layer(ChannelBias<7>{}, Shape<2, 70, 7>{});
}

namespace {
using Masked = TiedLanguageModel<
    Embedding<7, 6, 0>,
    Sequential<Named<"positions", LearnedPositions<9, 6>>, Named<"encoder", Repeat<2, TransformerBlock<6, 2, 8>>>>,
    Sequential<Named<"dense", Linear<6, 6>>, Gelu, Named<"norm", LayerNorm<6>>>, ChannelBias<7>>;
using Causal = TiedLanguageModel<TokenDropoutEmbedding<7, 6, 2>, Residual<Attention<6, 2, 1, 0, true, Alibi>>>;
}  // namespace

TEST_CASE("TiedLanguageModel: the table learns from both its uses", "[nn]") {
  check_layer(Masked{}, Shape<2, 5, 1>{}, {.lengths = {5, 3}});
  check_layer(Causal{}, Shape<2, 5, 1>{}, {.lengths = {5, 3}});
  // Dropout works over the body's output.
  check_layer(TiedLanguageModel<Embedding<7, 6, 0>, Residual<Linear<6, 6>>, Dropout<300>>{}, Shape<2, 5, 1>{});
}

TEST_CASE("with_lora on the layers of language models", "[nn]") {
  using Tuned = with_lora<Masked, 2, Only<"qkv", "dense">>;
  check_layer(Tuned{}, Shape<2, 5, 1>{}, {.lengths = {5, 3}});
  STATIC_REQUIRE(std::same_as<without_lora<Tuned>, Masked>);
  using Body = Sequential<Attention<8, 2, 1, 0, true, Rotary<>>, GatedFeedForward<8, 6>>;
  using Adapted = with_lora<Body, 2, Only<"query", "value", "gate">>;
  check_layer(Adapted{}, Shape<2, 5, 8>{});
  STATIC_REQUIRE(std::same_as<without_lora<Adapted>, Body>);
  std::vector<std::string> trained;
  Adapted tuned;
  auto p = tuned.params<double, Cpu>();
  each_tensor<double>(p, [&](const TensorRef<double>& t) {
    if (t.role == Role::trained) trained.push_back(t.key);
  });
  CHECK(trained == std::vector<std::string>{"0.query.lora_A", "0.query.lora_E", "0.query.lora_B", "0.value.lora_A",
                                            "0.value.lora_E", "0.value.lora_B", "1.gate.lora_A", "1.gate.lora_E",
                                            "1.gate.lora_B"});
}
