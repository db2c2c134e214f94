#pragma once
// The joint loss of cross-modal alignment: alpha MMD + beta task (L2G, stage 2).
#include <l2g/loss/losses.hpp>
#include <l2g/loss/mmd.hpp>

namespace l2g {

/// The prediction is (batch, 1, width + outputs): the mean features of a sequence, then its logits. The features are
/// drawn to `draws` rows of a reference, drawn with replacement at each step; the logits go to the task loss. alpha and
/// beta are read from StepState. Shares: MMD first, task behind.
template <class T, class Task = CrossEntropy>
struct AlignLoss {
  static constexpr int parts = 2;
  using target_type = typename Task::target_type;
  Task task{};
  Mmd mmd{};
  const T* reference = nullptr;  // (entries, width)
  index_t entries = 0, width = 0, draws = 0;
  std::uint32_t stream = 0xA1160000u;

  template <class>
  constexpr std::size_t scratch(auto s) const {
    const index_t n = s.rows(), outputs = s.cols() - width;
    const Shape<dyn, dyn, dyn> logits{s[0], s[1], outputs};
    const std::size_t a = Mmd::scratch<T>(draws, n) + bytes_of<T>(draws * width),
                      b = 2 * bytes_of<T>(n * outputs) + task.template scratch<T>(logits);
    return a > b ? a : b;
  }
  template <class D, class S>
  void operator()(Context<D>& c, View<T, S, D> prediction, const auto* target, View<T, S, D> dprediction,
                  T* shares) const {
    const index_t n = prediction.shape.rows(), ld = prediction.shape.cols(), outputs = ld - width;
    {
      Frame frame(c.scratch);
      T* sample = c.scratch.template take<T>(draws * width);
      rows(c, draws, kernels::DrawRows<T>{c.state, stream, reference, sample, entries, width});
      mmd(c, sample, draws, prediction.data, n, width, ld, dprediction.data, shares);
      rows(c, n, kernels::CopyColumns<T>{dprediction.data, dprediction.data, &c.state->alpha, width, ld, ld});
      rows(c, 1, kernels::CopyColumns<T>{shares, shares, &c.state->alpha, n, n, n});
    }
    Frame frame(c.scratch);
    using Logits = Shape<dyn, dyn, dyn>;
    const Logits s{prediction.shape[0], prediction.shape[1], outputs};
    View<T, Logits, D> logits{c.scratch.template take<T>(n * outputs), s},
        dlogits{c.scratch.template take<T>(n * outputs), s};
    rows(c, n, kernels::CopyColumns<T>{prediction.data + width, logits.data, nullptr, outputs, ld, outputs});
    task(c, logits, target, dlogits, shares + n);
    rows(c, n, kernels::CopyColumns<T>{dlogits.data, dprediction.data + width, &c.state->beta, outputs, outputs, ld});
    rows(c, 1, kernels::CopyColumns<T>{shares + n, shares + n, &c.state->beta, n, n, n});
  }
};

/// How many kinds of shares a loss writes.
template <class Loss>
constexpr int parts_of() {
  if constexpr (requires { Loss::parts; })
    return Loss::parts;
  else
    return 1;
}

}  // namespace l2g
