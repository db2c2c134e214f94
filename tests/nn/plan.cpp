// Misfits that only the numbers show are found when the model is planned, with their text.
#include <l2g/core/errors.hpp>
#include <l2g/nn/concat.hpp>
#include <l2g/nn/conv1d.hpp>
#include <l2g/nn/embedding.hpp>
#include <l2g/nn/pool.hpp>
#include <l2g/nn/with_lora.hpp>

#include "run.hpp"

using namespace l2g;
using Catch::Contains;

namespace {
template <class L, class In>
void plan(const L& layer, In in) {
  Step<L, float, In> step(layer, in);
}
}  // namespace

TEST_CASE("static layers in a run-time chain, and the other way round", "[nn]") {
  using Mixed = Sequential<Linear<>, Linear<16, 2>>;
  CHECK_THROWS_WITH(plan(Mixed{Tuple{Linear<>{4, 8}, Linear<16, 2>{}}}, Seq{2, 3, 4}),
                    Contains("l2g::Linear") && Contains("channels") && Contains("wanted 16, got 8"));
  CHECK_NOTHROW(plan(Mixed{Tuple{Linear<>{4, 16}, Linear<16, 2>{}}}, Seq{2, 3, 4}));
  using Other = Sequential<Linear<4, 8>, Linear<>>;
  CHECK_THROWS_WITH(plan(Other{Tuple{Linear<4, 8>{}, Linear<>{16, 2}}}, Shape<2, 3, 4>{}),
                    Contains("wanted 16, got 8"));
  CHECK_THROWS_WITH(plan(Linear<4, 8>{}, Seq{2, 3, 5}), Contains("wanted 4, got 5"));
  CHECK_THROWS_AS(plan(Named<"a", Frozen<Linear<4, 8>>>{}, Seq{2, 3, 5}), shape_error);
}

TEST_CASE("every layer checks its numbers", "[nn]") {
  CHECK_THROWS_WITH(plan(Conv1d<>{6, 4, 3, 1, 1, 4}, Seq{2, 9, 6}), Contains("groups must divide the input"));
  CHECK_THROWS_WITH(plan(Conv1d<>{6, 4, 3, 1, 1, 3}, Seq{2, 9, 6}), Contains("groups must divide the output"));
  CHECK_THROWS_WITH(plan(Conv1d<4, 4, 7, 2, Padding::valid>{}, Seq{2, 12, 4}),
                    Contains("shorter than the window: wanted 13, got 12"));
  CHECK_THROWS_WITH(plan(MaxPool<>{4, 4}, Seq{2, 3, 4}), Contains("shorter than the window: wanted 4, got 3"));
  CHECK_THROWS_WITH(plan(LayerNorm<>{4}, Seq{2, 3, 5}), Contains("LayerNorm") && Contains("wanted 4, got 5"));
  CHECK_THROWS_WITH(plan(BatchNorm1d<>{4}, Seq{2, 3, 5}), Contains("BatchNorm1d") && Contains("wanted 4, got 5"));
  CHECK_THROWS_WITH(plan(SelfAttention<>{12, 5, 0, {12, 36}, {12, 12}}, Seq{2, 3, 12}),
                    Contains("the heads must divide the channels"));
  CHECK_THROWS_WITH(plan(FeedForward<>{4, 8, {4, 8}, {8, 4}}, Seq{2, 3, 5}), Contains("FeedForward"));
  CHECK_THROWS_WITH(plan(Embedding<>{9, 6, 14, 2}, Seq{2, 13, 1}),
                    Contains("longer than the table of positions: wanted 12, got 13"));
  CHECK_THROWS_WITH(plan(Embedding<>{9, 6, 14, 2}, Seq{2, 3, 4}), Contains("ids come as (batch, length, 1)"));
  CHECK_THROWS_WITH(plan(SvdLora<Linear<>>{{{{6, 4}}}, 5}, Seq{2, 3, 6}), Contains("the rank must lie between 1"));
}

TEST_CASE("wrappers check their branches", "[nn]") {
  CHECK_THROWS_WITH(plan(Residual<Linear<>>{{6, 4}, {}}, Seq{2, 3, 6}),
                    Contains("the two branches") && Contains("wanted 6, got 4"));
  CHECK_THROWS_WITH(plan(Repeat<2, Linear<>>{{6, 4}}, Seq{2, 3, 6}), Contains("keep the shape"));
  CHECK_THROWS_WITH((plan(Concat<Identity, MaxPool<>>{{}, {2, 2}}, Seq{2, 4, 6})), Contains("differ in the length"));
}
