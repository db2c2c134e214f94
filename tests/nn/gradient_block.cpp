#include <l2g/nn/attention.hpp>
#include <l2g/nn/repeat.hpp>

#include "check.hpp"

using namespace l2g;

TEST_CASE("TransformerBlock, post-norm, repeated", "[nn]") {
  check_layer(Repeat<3, TransformerBlock<12, 3, 24, NormPlace::post, 100>>{}, Shape<2, 9, 12>{},
              {.most = 30, .lengths = {9, 5}});
}

TEST_CASE("TransformerBlock, pre-norm, causal", "[nn]") {
  check_layer(TransformerBlock<12, 3, 24, NormPlace::pre, 100, true>{}, Shape<2, 9, 12>{}, {.most = 30});
}
