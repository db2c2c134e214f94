#include <l2g/nn/activation.hpp>
#include <l2g/nn/embedding.hpp>
#include <l2g/nn/linear.hpp>

#include "check.hpp"

using namespace l2g;

TEST_CASE("Linear, static and run-time extents", "[nn]") {
  static_assert(std::is_empty_v<Linear<5, 7>>);
  check_layer(Linear<5, 7>{}, Shape<2, 3, 5>{});
  check_layer(Linear<17, 3, false>{}, Shape<2, 3, 17>{});
  check_layer(Linear<>{5, 7}, Seq{2, 35, 5});
  check_layer(Linear<5, 7>{}, Shape<batch, length, 5>{2, 3, 5}, {.lengths = {3, 1}});
}

TEST_CASE("activations", "[nn]") {
  check_layer(Identity{}, Shape<2, 3, 19>{});
  check_layer(Relu{}, Shape<2, 3, 19>{});
  check_layer(Gelu{}, Shape<2, 3, 19>{});
  check_layer(GeluTanh{}, Seq{2, 3, 19});
}

TEST_CASE("Dropout", "[nn]") {
  check_layer(Dropout<300>{}, Shape<2, 3, 19>{});
  check_layer(Dropout<>{{}, 300}, Seq{2, 3, 19});
  check_layer(Dropout<0>{}, Shape<2, 3, 19>{});
}

TEST_CASE("Flatten", "[nn]") {
  check_layer(Flatten{}, Shape<2, 11, 19>{}, {.lengths = {11, 6}});
  check_layer(Flatten{}, Seq{2, 11, 5});
}

TEST_CASE("Embedding", "[nn]") {
  check_layer(Embedding<9, 6, 12>{}, Shape<2, 11, 1>{}, {.lengths = {11, 6}});
  check_layer(Embedding<9, 40, 0>{}, Shape<2, 11, 1>{});
  check_layer(Embedding<>{9, 6, 14, 2}, Seq{2, 11, 1});
}
