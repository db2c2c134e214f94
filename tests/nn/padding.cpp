// What a sequence gets does not depend on the padding of its batch.
#include <l2g/nn/attention.hpp>
#include <l2g/nn/conv1d.hpp>
#include <l2g/nn/embedding.hpp>
#include <l2g/nn/gated_feed_forward.hpp>
#include <l2g/nn/grouped_attention.hpp>
#include <l2g/nn/pool.hpp>
#include <l2g/nn/repeat.hpp>

#include "run.hpp"

using namespace l2g;

namespace {

/// A padded batch against each of its sequences alone: outputs, and the sum of the gradients of all parameters.
template <class Model>
void compare(const Model& model, index_t longest, index_t channels, const std::vector<std::int32_t>& lengths) {
  const auto sequences = index_t(lengths.size());
  Run together(model, Seq{sequences, longest, channels}, lengths);
  auto& step = together.step;
  for (index_t s = 0; s < sequences; ++s)
    for (index_t t = lengths[std::size_t(s)]; t < longest; ++t)
      for (index_t k = 0; k < channels; ++k)
        step.batch.values[(s * longest + t) * channels + k] = 1e3 * double(s + t - k);
  step.forward(false);
  const index_t per_sequence = step.y.size() / sequences;
  for (index_t i = 0; i < step.dy.size(); ++i) step.dy[i] = Rng{4, 0}.uniform(1, std::uint64_t(i)) - 0.5;
  step.backward();

  std::vector<double> sum(std::size_t(step.parameters()));
  double worst = 0;
  for (index_t s = 0; s < sequences; ++s) {
    const index_t n = lengths[std::size_t(s)];
    Run alone(model, Seq{1, n, channels});
    for (index_t i = 0; i < n * channels; ++i)
      alone.step.batch.values[i] = step.batch.values[s * longest * channels + i];
    alone.step.forward(false);
    REQUIRE(alone.step.y.size() == per_sequence);
    for (index_t i = 0; i < per_sequence; ++i) {
      worst = std::max(worst, std::abs(alone.step.y[i] - step.y[s * per_sequence + i]));
      alone.step.dy[i] = step.dy[s * per_sequence + i];
    }
    alone.step.backward();
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += alone.step.gradients[i];
  }
  CHECK(worst <= 1e-12);
  double gap = 0, scale = 1;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    gap = std::max(gap, std::abs(sum[i] - step.gradients[i]));
    scale = std::max(scale, std::abs(sum[i]));
  }
  CHECK(gap / scale <= 1e-12);
}

}  // namespace

TEST_CASE("padding: convolutions, pooling with windows, attention, mean over the sequence", "[nn]") {
  using Model =
      Sequential<Conv1d<5, 12, 7, 3>, BatchNorm1d<12>, Relu, MaxPool<2>, Conv1d<12, 12, 4, 2, Padding::same, 2, 12>,
                 TransformerBlock<12, 3, 24>, MeanPool, Linear<12, 3>>;
  compare(Model{}, 41, 5, {41, 23, 8, 30});
}

TEST_CASE("padding: valid and causal convolutions, average windows, causal attention, maximum", "[nn]") {
  using Model =
      Sequential<Conv1d<5, 12, 5, 1, Padding::valid, 2>, Residual<Conv1d<12, 12, 3, 2, Padding::causal>>,
                 AveragePool<3, 2>, TransformerBlock<12, 3, 24, NormPlace::pre, 0, true>, GlobalMaxPool, Linear<12, 3>>;
  compare(Model{}, 41, 5, {41, 23, 17, 30});
}

TEST_CASE("padding: grouped heads, rotary positions, ALiBi, the last and the first token", "[nn]") {
  using Rotated =
      Sequential<LearnedPositions<50, 12, 2>, Residual<Sequential<RmsNorm<12>, Attention<12, 6, 2, 0, true, Rotary<>>>>,
                 Residual<GatedFeedForward<12, 20>>, Residual<Attention<12, 3, 1, 0, true, RotaryPairs<>>>, LastToken,
                 Linear<12, 3>>;
  compare(Rotated{}, 41, 12, {41, 23, 1, 30});
  using Sloped = Sequential<SegmentEmbedding<2, 12>, Residual<Attention<12, 6, 6, 0, false, Alibi>>, LayerNorm<12, 12>,
                            FirstToken, Linear<12, 12>, Tanh>;
  compare(Sloped{}, 41, 12, {41, 23, 8, 30});
}

TEST_CASE("padding: the share of masks counts real positions only", "[nn]") {
  using L = TokenDropoutEmbedding<9, 7, 2>;
  Run<L, Seq> padded(L{}, Seq{1, 8, 1}, {5}), alone(L{}, Seq{1, 5, 1});
  const std::int32_t ids[] = {3, 2, 4, 5, 6, 2, 2, 2};
  std::copy_n(ids, 8, padded.step.batch.ids.data), std::copy_n(ids, 5, alone.step.batch.ids.data);
  padded.step.forward(false), alone.step.forward(false);
  CHECK(padded.gap([&](index_t s, index_t t, index_t k) { return alone.y(s, t, k); }, false) == 0);
}
