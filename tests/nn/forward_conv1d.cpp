#include <l2g/nn/conv1d.hpp>

#include "run.hpp"

using namespace l2g;

namespace {

/// The definition: y[t, o] = b[o] + sum over taps k and channels i of w[o, k, i] x[t stride + k dilation - left, i].
template <Padding P, class L, class In>
double conv_gap(const L& layer, In in, std::vector<std::int32_t> lengths = {}) {
  Run<L, In> run(layer, in, lengths);
  run.step.forward(true);
  const index_t taps = layer.kernel, dilation = layer.dilation, stride = layer.stride, groups = layer.groups,
                ci = layer.in / groups, co = layer.features / groups;
  const index_t left = P == Padding::valid    ? 0
                       : P == Padding::causal ? (taps - 1) * dilation
                                              : (taps - 1) * dilation / 2;
  const index_t expected =
      P == Padding::valid ? (run.l - (taps - 1) * dilation - 1) / stride + 1 : (run.l + stride - 1) / stride;
  CHECK(run.step.y.shape[1] == expected);
  const double *w = run.step.p.weight.data, *bias = run.step.p.bias.data;
  return run.gap([&](index_t s, index_t t, index_t o) {
    double sum = bias[o];
    for (index_t k = 0; k < taps; ++k)
      for (index_t i = 0; i < ci; ++i) {
        const index_t p = t * stride + k * dilation - left;
        if (p >= 0 && p < run.real(s)) sum += w[(o * taps + k) * ci + i] * run.x(s, p, o / co * ci + i);
      }
    return sum;
  });
}

template <Padding P>
void every_kind() {
  using C = Conv1d<dyn, dyn, dyn, dyn, P, dyn, dyn>;
  for (const index_t taps : {1, 2, 3, 4, 7})
    for (const index_t dilation : {1, 3})
      for (const index_t stride : {1, 2, 3}) {
        CAPTURE(taps, dilation, stride);
        CHECK(conv_gap<P>(C{6, 4, taps, dilation, stride, 1}, Seq{3, 29, 6}) < 1e-12);
        CHECK(conv_gap<P>(C{6, 4, taps, dilation, stride, 2}, Seq{3, 29, 6}, {29, 20, 0}) < 1e-12);
        CHECK(conv_gap<P>(C{18, 18, taps, dilation, stride, 18}, Seq{3, 29, 18}, {29, 20, 1}) < 1e-12);
      }
}

}  // namespace

TEST_CASE("Conv1d is its definition: same padding", "[nn]") { every_kind<Padding::same>(); }
TEST_CASE("Conv1d is its definition: causal padding", "[nn]") { every_kind<Padding::causal>(); }
TEST_CASE("Conv1d is its definition: valid padding", "[nn]") { every_kind<Padding::valid>(); }

TEST_CASE("Conv1d in many blocks, static extents", "[nn]") {
  CHECK(conv_gap<Padding::same>(Conv1d<4, 5, 5, 2>{}, Shape<5, 300, 4>{}, {300, 299, 1, 0, 150}) < 1e-12);
}
