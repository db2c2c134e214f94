#pragma once
// What DeepLIFT/SHAP, gradients and integrated gradients share: inputs, what of the output is explained, and what comes
// of it.
#include <l2g/core/errors.hpp>
#include <l2g/core/progress.hpp>
#include <l2g/interpret/trace.hpp>

namespace l2g::interpret {

/// How inputs and references are cut into batches.
struct BatchOptions {
  std::size_t memory = std::size_t(512) << 20;  ///< bytes that a batch should not exceed
  index_t rows = 128;                           ///< of a batch: more save no time
  Progress progress{};
};

/// n inputs as the model reads them. X is the model's number type for one-hot letters, std::int32_t for ids.
template <class T, class X = T>
struct Inputs {
  std::span<const X> x;                     ///< (n, length, channels)
  index_t channels = 4;                     ///< 1 for ids
  std::span<const T> seeds;                 ///< (n, outputs): the output of input i is sum_k seeds[i][k] y_k
  std::span<const std::int32_t> lengths{};  ///< (n): real positions, those of the references too; empty: all
};

/// Of n inputs.
struct Explanation {
  std::vector<double> hypothetical;      ///< (n, length, channels): of each letter if it stood there; none for ids
  std::vector<double> observed;          ///< (n, length): of the letter or token that stands there
  std::vector<double> output;            ///< (n)
  std::vector<double> reference_output;  ///< (n): mean over references; 0 without them
  std::vector<double> residual;          ///< (n): sum of `observed` - (output - reference_output); 0 without them
  index_t nodes = 0;                     ///< most nodes that a path took
  std::map<std::string, double> operations{};     ///< residuals of operations, when the tape was told to blame
  std::map<std::string, index_t> approximated{};  ///< layers without a rule, and the nodes of their path
};

namespace detail {

/// The loops around a Tracer that all methods need.
template <class T, class X, class Tracer>
class Explainer {
 public:
  Explainer(Tracer& tracer, const Inputs<T, X>& in, std::span<const X> references)
      : tracer_(tracer), in_(in), references_(references) {
    size_ = tracer.row_size(), outputs_ = tracer.outputs();
    n_ = index_t(in.x.size()) / size_;
    count_ = n_ > 0 ? index_t(references.size()) / (size_ * n_) : 0;
    length_ = size_ / in.channels;
    if (index_t(in.x.size()) != n_ * size_ || index_t(in.seeds.size()) != n_ * outputs_ ||
        index_t(references.size()) != n_ * count_ * size_ || (!in.lengths.empty() && index_t(in.lengths.size()) != n_))
      throw shape_error("l2g::interpret: inputs, references, seeds and lengths do not fit each other");
    e.observed.assign(std::size_t(n_ * length_), 0.0);
    if (!ids) e.hypothetical.assign(std::size_t(n_ * size_), 0.0);
    for (auto* v : {&e.output, &e.reference_output, &e.residual}) v->assign(std::size_t(n_), 0.0);
  }
  static constexpr bool ids = std::same_as<X, std::int32_t>;
  index_t inputs() const { return n_; }
  index_t references() const { return count_; }
  index_t size() const { return size_; }
  const X* input(index_t i) const { return in_.x.data() + i * size_; }
  const X* reference(index_t i, index_t q) const { return references_.data() + (i * count_ + q) * size_; }
  X* row(index_t r) const {
    if constexpr (ids)
      return tracer_.id_rows.data() + r * size_;
    else
      return tracer_.rows.data() + r * size_;
  }
  /// Row r of the batch belongs to input i.
  void set_length(index_t r, index_t i) {
    if (!in_.lengths.empty()) tracer_.lengths[std::size_t(r)] = in_.lengths[std::size_t(i)];
  }
  std::span<const T> forward() { return tracer_.forward(!in_.lengths.empty()); }
  double value(std::span<const T> y, index_t r, index_t i) const {
    double sum = 0;
    for (index_t k = 0; k < outputs_; ++k)
      sum += double(in_.seeds[std::size_t(i * outputs_ + k)]) * double(y[std::size_t(r * outputs_ + k)]);
    return sum;
  }
  /// The seeds of pairs, of which `input_of` says the input; multipliers (pairs, size), or what tokens contribute.
  template <class F>
  std::span<const T> backward(index_t pairs, F&& input_of) {
    seed_.resize(std::size_t(pairs * outputs_));
    for (index_t p = 0; p < pairs; ++p)
      std::copy_n(in_.seeds.data() + input_of(p) * outputs_, outputs_, seed_.data() + p * outputs_);
    const std::span<const T> m = tracer_.backward(seed_);
    if constexpr (ids)
      return {tracer_.tokens.data(), tracer_.tokens.size()};
    else
      return m;
  }
  /// Adds multipliers of input i against `reference` (null: none), times `weight`.
  template <class M>
  void add(index_t i, const M* m, const X* reference, double weight) {
    if constexpr (ids) {
      for (index_t t = 0; t < length_; ++t) e.observed[std::size_t(i * length_ + t)] += weight * double(m[t]);
    } else {
      double* const to = e.hypothetical.data() + i * size_;
      const index_t c = in_.channels;
      for (index_t t = 0; t < length_; ++t) {
        double base = 0;
        for (index_t j = 0; reference && j < c; ++j) base += double(m[t * c + j]) * double(reference[t * c + j]);
        for (index_t j = 0; j < c; ++j) to[t * c + j] += weight * (double(m[t * c + j]) - base);
      }
    }
  }
  Explanation finished() {
    const index_t c = in_.channels;
    for (index_t i = 0; i < n_; ++i) {
      double sum = 0;
      for (index_t t = 0; t < length_; ++t) {
        double& here = e.observed[std::size_t(i * length_ + t)];
        for (index_t j = 0; !ids && j < c; ++j)
          here += double(input(i)[t * c + j]) * e.hypothetical[std::size_t((i * length_ + t) * c + j)];
        sum += here;
      }
      if (count_ > 0)
        e.residual[std::size_t(i)] = sum - (e.output[std::size_t(i)] - e.reference_output[std::size_t(i)]);
    }
    e.approximated = tracer_.tape().approximated;
    return std::move(e);
  }

  Explanation e{};

 private:
  Tracer& tracer_;
  const Inputs<T, X>& in_;
  std::span<const X> references_;
  index_t size_ = 0, outputs_ = 0, n_ = 0, count_ = 0, length_ = 0;
  std::vector<T> seed_{};
};

}  // namespace detail
}  // namespace l2g::interpret
