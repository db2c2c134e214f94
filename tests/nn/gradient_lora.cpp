#include <l2g/nn/with_lora.hpp>

#include "check.hpp"

using namespace l2g;

TEST_CASE("SvdLora with random rank masks", "[nn]") {
  check_layer(SvdLora<Linear<9, 7>, 3, PerStep<700>>{}, Shape<2, 5, 9>{});
  check_layer(SvdLora<Linear<9, 7, false>, 2>{}, Shape<2, 70, 9>{});
}

TEST_CASE("with_lora on chosen layers of a block", "[nn]") {
  using Block = Repeat<2, TransformerBlock<12, 3, 24>>;
  check_layer(with_lora<Block, 2, Only<"qkv", "up">, PerStep<500>>{}, Shape<2, 9, 12>{}, {.most = 40});
}
