#include <l2g/nn/conv1d.hpp>

#include "check.hpp"

using namespace l2g;

TEST_CASE("Conv1d, paddings and dilation", "[nn]") {
  static_assert(std::is_empty_v<Conv1d<5, 7, 3>>);
  check_layer(Conv1d<5, 7, 3>{}, Shape<2, 11, 5>{}, {.lengths = {11, 4}});
  check_layer(Conv1d<5, 7, 4, 2, Padding::causal>{}, Shape<2, 11, 5>{});
  check_layer(Conv1d<4, 6, 3, 2, Padding::valid, 2, 2>{}, Shape<2, 13, 4>{}, {.lengths = {13, 7}});
}

TEST_CASE("Conv1d, stride, groups and run-time extents", "[nn]") {
  check_layer(Conv1d<>{6, 4, 3, 2, 2, 2}, Seq{2, 40, 6}, {.lengths = {40, 17}});
  check_layer(Conv1d<dyn, dyn, dyn, dyn, Padding::valid, dyn, dyn>{4, 6, 4, 1, 1, 1}, Seq{2, 13, 4});
}

TEST_CASE("Conv1d, depthwise", "[nn]") {
  check_layer(Conv1d<20, 20, 5, 3, Padding::same, 1, 20>{}, Shape<2, 13, 20>{});
  check_layer(Conv1d<>{20, 20, 4, 1, 2, 20}, Seq{2, 13, 20}, {.lengths = {13, 6}});
}
