#pragma once
// Losses. Each writes the gradient of the prediction and the shares of the value of each row; the sum of the shares is
// the loss. Rows behind the end of a sequence (Context::lengths) and rows with a negative label do not count.
#include <l2g/core/layer.hpp>
#include <l2g/kernels/loss.hpp>

namespace l2g {

/// Softmax cross-entropy, mean over the labels that count; PyTorch's definition of smoothing and class weights. Labels
/// are below the number of classes (check_labels in train/loop.hpp says which is not); else the loss is NaN.
struct CrossEntropy {
  using target_type = std::int32_t;
  double smoothing = 0;             // in [0, 1)
  const double* weights = nullptr;  // (classes), or null
  template <class T>
  constexpr std::size_t scratch(auto) const {
    return bytes_of<T>(1);
  }
  /// prediction, dprediction: (batch, length, classes); label: (batch x length); shares: (batch x length).
  template <class D, class T, class S>
  void operator()(Context<D>& c, View<T, S, D> prediction, const std::int32_t* label, View<T, S, D> dprediction,
                  T* shares) const {
    Frame frame(c.scratch);
    const index_t n = prediction.shape.rows(), l = prediction.shape[1], classes = prediction.shape.cols();
    T* total = c.scratch.template take<T>(1);
    rows(c, 1, kernels::LabelWeight<T>{label, weights, total, c.lengths, n, l, classes});
    rows(c, n,
         kernels::CrossEntropy<T>{prediction.data, label, weights, total, dprediction.data, shares, c.lengths, l,
                                  classes, T(smoothing)});
  }
};

namespace detail {
/// The mean over the targets that count of a loss on numbers: `Row` is its kernel. counted: targets of which negative
/// ones are left out, or null.
template <template <class> class Row, class D, class T, class S, class... Settings>
void mean_over_targets(Context<D>& c, View<T, S, D> prediction, const T* target, const T* counted,
                       View<T, S, D> dprediction, T* shares, Settings... settings) {
  Frame frame(c.scratch);
  const index_t n = prediction.shape.rows(), l = prediction.shape[1], k = prediction.shape.cols();
  T* total = c.scratch.template take<T>(1);
  rows(c, 1, kernels::TargetCount<T>{counted, total, c.lengths, n, l, k});
  rows(c, n, Row<T>{prediction.data, target, total, dprediction.data, shares, c.lengths, l, k, settings...});
}
}  // namespace detail

/// Binary cross-entropy of logits, mean over the targets that count: 0 .. 1, a negative one is left out.
struct BinaryCrossEntropy {
  using target_type = float;
  double positive_weight = 1;
  template <class T>
  constexpr std::size_t scratch(auto) const {
    return bytes_of<T>(1);
  }
  template <class D, class T, class S>
  void operator()(Context<D>& c, View<T, S, D> prediction, const T* target, View<T, S, D> dprediction,
                  T* shares) const {
    detail::mean_over_targets<kernels::BinaryCrossEntropy>(c, prediction, target, target, dprediction, shares,
                                                           T(positive_weight));
  }
};

/// Mean squared error.
struct MeanSquaredError {
  using target_type = float;
  template <class T>
  constexpr std::size_t scratch(auto) const {
    return bytes_of<T>(1);
  }
  template <class D, class T, class S>
  void operator()(Context<D>& c, View<T, S, D> prediction, const T* target, View<T, S, D> dprediction,
                  T* shares) const {
    const T* const all = nullptr;
    detail::mean_over_targets<kernels::SquaredError>(c, prediction, target, all, dprediction, shares);
  }
};

}  // namespace l2g
