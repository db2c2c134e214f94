#include <l2g/nn/norm.hpp>
#include <l2g/nn/pool.hpp>

#include "check.hpp"

using namespace l2g;

TEST_CASE("LayerNorm", "[nn]") {
  check_layer(LayerNorm<19>{}, Shape<2, 3, 19>{});
  check_layer(LayerNorm<>{40}, Seq{2, 40, 40});
}

TEST_CASE("BatchNorm1d", "[nn]") {
  check_layer(BatchNorm1d<19>{}, Shape<2, 70, 19>{});
  check_layer(BatchNorm1d<>{33}, Seq{3, 6, 33}, {.lengths = {6, 2, 0}});
}

TEST_CASE("pooling over windows", "[nn]") {
  check_layer(MaxPool<3, 2>{}, Shape<2, 11, 19>{}, {.lengths = {11, 6}});
  check_layer(MaxPool<>{2, 3}, Seq{2, 11, 5});
  check_layer(AveragePool<3>{}, Shape<2, 11, 19>{}, {.lengths = {11, 7}});
  check_layer(AveragePool<>{4, 1}, Seq{2, 11, 5});
}

TEST_CASE("pooling over a sequence", "[nn]") {
  check_layer(MeanPool{}, Shape<3, 11, 19>{}, {.lengths = {11, 6, 0}});
  check_layer(GlobalMaxPool{}, Shape<3, 11, 19>{}, {.lengths = {11, 6, 0}});
  check_layer(GlobalMaxPool{}, Seq{2, 11, 19});
}
