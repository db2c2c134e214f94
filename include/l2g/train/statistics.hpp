#pragma once
// The running statistics of BatchNorm estimated anew: after few steps, or for averaged weights, the moving ones lie.
#include <l2g/nn/norm.hpp>
#include <l2g/train/sampler.hpp>
#include <l2g/train/source.hpp>
#include <l2g/train/tensors.hpp>

namespace l2g {

/// The BatchNorm layers of a step, found in its parameters and in what its forward pass keeps: both are walked in the
/// same order.
template <class T>
class Statistics {
 public:
  template <class Step>
  explicit Statistics(Step& step) {
    const auto is = [](const TensorRef<T>& t, std::string_view name) {
      return t.key == name ||
             (t.key.size() > name.size() && t.key.ends_with(name) && t.key[t.key.size() - name.size() - 1] == '.');
    };
    each_tensor<T>(step.p, [&](const TensorRef<T>& t) {
      if (t.role != Role::buffer) return;
      if (is(t, "running_mean"))
        layers_.push_back({t.data, nullptr, nullptr, std::vector<double>(std::size_t(t.size())), {}, 0});
      if (is(t, "running_var")) layers_.back().running_var = t.data;
    });
    std::size_t i = 0;
    each_tensor<T>(step.saved(), [&](const TensorRef<T>& t) {
      if (is(t, "share") && i < layers_.size()) layers_[i++].share = t.data;
    });
    for (Layer& l : layers_) l.squares = l.mean;
  }
  bool empty() const { return layers_.empty(); }

  /// Mean and unbiased variance over the first `batches` batches of the stream (at most one epoch), each layer behind
  /// the batch statistics of those before it; exact sums, joined by Chan's formula. `sampler` has a seed of its own.
  /// Dropout and rank masks are off, as they are where the statistics will be used.
  template <class Step, class Rows>
  void estimate(Step& step, Rows& source, Sampler& sampler, index_t batches, std::span<index_t> rows) {
    const index_t whole = sampler.rows() / index_t(rows.size());
    batches = batches < whole ? batches : whole < 1 ? 1 : whole;
    for (Layer& l : layers_) l.clear();
    for (index_t b = 0; b < batches; ++b) {
      throw_if_interrupted();
      const std::int64_t position = b * index_t(rows.size());
      sampler.take(position, rows);
      source.fill(step.batch, position, rows);
      for (Layer& l : layers_) l.zero();
      step.forward(false, true);
      for (Layer& l : layers_) l.add();
    }
    for (Layer& l : layers_) l.finish();
  }

 private:
  struct Layer {
    T *running_mean, *running_var;
    const T* share;  // 1 / number of rows of the batch
    std::vector<double> mean, squares;
    double n;

    void clear() {
      n = 0;
      for (double& m : mean) m = 0;
      for (double& s : squares) s = 0;
    }
    // From zero, the moving statistics of one batch are its own times the momentum.
    void zero() {
      for (std::size_t j = 0; j < mean.size(); ++j) running_mean[j] = running_var[j] = T(0);
    }
    void add() {
      const double momentum = double(T(BatchNorm1d<>::momentum)), m = std::round(1 / double(share[0])), both = n + m;
      for (std::size_t j = 0; j < mean.size(); ++j) {
        const double d = double(running_mean[j]) / momentum - mean[j];
        squares[j] += double(running_var[j]) / momentum * (m - 1) + d * d * n * m / both;
        mean[j] += d * m / both;
      }
      n = both;
    }
    void finish() {
      for (std::size_t j = 0; j < mean.size(); ++j) {
        running_mean[j] = T(mean[j]);
        running_var[j] = T(squares[j] / (n > 1 ? n - 1 : 1));
      }
    }
  };
  std::vector<Layer> layers_;
};

}  // namespace l2g
