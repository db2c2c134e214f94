#pragma once
// The three public checks on one layer, in training and in evaluation.
#include <catch2/catch.hpp>
#include <l2g/test/lockstep.hpp>

template <class L, class In>
void check_layer(const L& layer, In in, l2g::test::CheckOptions options = {}) {
  INFO(L::name);
  for (const bool training : {true, false}) {
    CAPTURE(training);
    options.training = training;
    const auto gradients = l2g::test::check_gradients(layer, in, options);
    CAPTURE(gradients.where);
    CHECK(gradients.worst <= 1e-6);
    CHECK(gradients.compared > 0);
    CHECK(l2g::test::check_poison(layer, in, options).worst == 0);
    const auto lockstep = l2g::test::check_lockstep(layer, in, options);
    CAPTURE(lockstep.where);
    CHECK(lockstep.worst <= 1e-12);
  }
}
