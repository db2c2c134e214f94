#include <l2g/nn/concat.hpp>
#include <l2g/nn/conv1d.hpp>
#include <l2g/nn/norm.hpp>
#include <l2g/nn/pool.hpp>
#include <l2g/nn/residual.hpp>
#include <l2g/nn/sequential.hpp>
#include <l2g/nn/wrapper.hpp>

#include "check.hpp"

using namespace l2g;

TEST_CASE("Sequential: a convolutional network with a position-wise head", "[nn]") {
  check_layer(Sequential<Conv1d<5, 16, 5>, BatchNorm1d<16>, Relu, MaxPool<4>, Dropout<100>, Flatten,
                         Named<"head", Linear<16 * 5, 3>>>{},
              Shape<4, 21, 5>{}, {.most = 60, .lengths = {21, 21, 13, 5}});
}

TEST_CASE("Residual with and without a skip, keeping what a branch reads of its output", "[nn]") {
  check_layer(Residual<Sequential<Conv1d<4, 6, 3>, Relu>, Conv1d<4, 6, 1>>{}, Shape<2, 9, 4>{}, {.lengths = {9, 4}});
  check_layer(Residual<Linear<>, Relu>{{6, 6}, {}}, Seq{2, 9, 6});
  check_layer(Residual<Sequential<Linear<6, 6>, Relu>>{}, Shape<2, 9, 6>{});
}

TEST_CASE("Concat", "[nn]") {
  check_layer(Concat<Identity, Linear<6, 3>>{}, Shape<2, 9, 6>{});
  check_layer(Concat<Sequential<Linear<>, Relu>, Linear<>>{{Tuple{Linear<>{6, 5}, Relu{}}}, {6, 3}}, Seq{2, 9, 6});
}

TEST_CASE("Frozen in the middle, below and above", "[nn]") {
  check_layer(Sequential<Linear<5, 16>, Frozen<BatchNorm1d<16>>, Frozen<Linear<16, 3>>>{}, Shape<4, 21, 5>{});
  check_layer(Sequential<Frozen<Linear<5, 16>>, BatchNorm1d<16>, Linear<16, 3>>{}, Shape<4, 21, 5>{});
}
