#include <l2g/nn/attention.hpp>

#include "check.hpp"

using namespace l2g;

TEST_CASE("SelfAttention", "[nn]") {
  check_layer(SelfAttention<12, 3, 200>{}, Shape<2, 70, 12>{}, {.most = 40});
  check_layer(SelfAttention<12, 3, 0, true>{}, Shape<2, 9, 12>{}, {.lengths = {9, 4}});
}

TEST_CASE("SelfAttention with run-time extents", "[nn]") {
  check_layer(SelfAttention<>{12, 2, 100, {12, 36}, {12, 12}}, Seq{2, 9, 12}, {.most = 40, .lengths = {9, 0}});
}

TEST_CASE("FeedForward", "[nn]") {
  check_layer(FeedForward<6, 20>{}, Shape<2, 5, 6>{});
  check_layer(FeedForward<dyn, dyn, Activation::gelu_tanh>{6, 20, {6, 20}, {20, 6}}, Seq{2, 5, 6});
}
