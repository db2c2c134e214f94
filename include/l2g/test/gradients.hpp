#pragma once
// Public checks for layers, those of the library and your own: gradients against central differences in double, and the
// poison test, which finds a layer that reads what its `uses` says it does not.
#include <l2g/train/step.hpp>
#include <l2g/train/tensors.hpp>

#include <limits>
#include <string>
#include <vector>

namespace l2g::test {

struct Gap {
  double worst = 0;      // max over tensors of max|a - n| / max(1, max|n|)
  std::string where{};   // the tensor it was found in
  index_t compared = 0;  // numbers that were compared
};

struct CheckOptions {
  double step = 1e-5;  // of the central difference
  index_t most = 200;  // elements of each tensor, spread evenly
  bool training = true;
  std::uint64_t seed = 1;
  double spread = 1;                    // inputs are +-[0.05, 1] x spread, all different: away from kinks and ties
  std::vector<std::int32_t> lengths{};  // real positions of each sequence; empty: all
  index_t ids = 7;                      // ids are drawn below this
};

namespace detail {

template <class L, class In>
struct Bench {
  Step<L, double, In> step;
  std::vector<double> weight, dx;
  CheckOptions options;

  Bench(const L& layer, In in, const CheckOptions& o) : step(layer, in), dx(std::size_t(in.size())), options(o) {
    initialize<double>(step.p, o.seed);
    const Rng rng{o.seed, 77};
    // Parameters that start as a constant would hide mistakes: everything is moved a little.
    std::uint32_t stream = 1000;
    each_tensor<double>(step.p, [&](const TensorRef<double>& t) {
      ++stream;
      if (t.key.find("lora_mask") != std::string::npos) return;
      for (index_t i = 0; i < t.size(); ++i) {
        t.data[i] += 0.3 * (rng.uniform(stream, std::uint64_t(i)) - 0.5);
        if (t.key.find("running_var") != std::string::npos) t.data[i] += 0.5;
      }
    });
    if (step.batch.values.data)
      for (index_t i = 0; i < in.size(); ++i) {
        const double u = rng.uniform(1, std::uint64_t(i));
        step.batch.values[i] = o.spread * (u < 0.5 ? -(0.05 + 1.9 * u) : 0.05 + 1.9 * (u - 0.5));
      }
    else
      for (index_t i = 0; i < in.size(); ++i)
        step.batch.ids[i] = std::int32_t(rng.below(2, std::uint64_t(i), std::uint64_t(o.ids)));
    for (std::size_t i = 0; i < o.lengths.size(); ++i) step.batch.lengths[i] = o.lengths[i];
    step.use_lengths(!o.lengths.empty());
    // What lies behind the end of a sequence has no gradient: that is the contract between layers.
    const Lengths lengths = lengths_after(step.model, step.context.lengths);
    const index_t l = step.y.shape[1], c = step.y.shape[2];
    for (index_t i = 0; i < step.y.size(); ++i)
      weight.push_back(i / c % l < lengths.of(i / c / l, l) ? 2 * rng.uniform(3, std::uint64_t(i)) - 1 : 0);
  }
  void poison(void* p, std::size_t bytes) {
    double* d = static_cast<double*>(p);
    for (std::size_t i = 0; i < bytes / sizeof(double); ++i) d[i] = std::numeric_limits<double>::quiet_NaN();
  }
  double loss() {
    step.forward(options.training);
    double sum = 0;
    for (index_t i = 0; i < step.y.size(); ++i) sum += weight[std::size_t(i)] * step.y[i];
    return sum;
  }
  /// Gradients of all parameters and dx, from a poisoned start.
  void backward(bool poison_unused) {
    poison(step.context.scratch.base, step.context.scratch.capacity);
    loss();
    poison(step.context.scratch.base, step.context.scratch.capacity);
    for (index_t i = 0; i < step.dy.size(); ++i) step.dy[i] = weight[std::size_t(i)];
    std::vector<double> x, y(step.y.data, step.y.data + step.y.size());
    if (step.batch.values.data) x.assign(step.batch.values.data, step.batch.values.data + dx.size());
    if (poison_unused && !(L::uses & uses_x) && !x.empty()) poison(step.batch.values.data, x.size() * sizeof(double));
    if (poison_unused && !(L::uses & uses_y)) poison(step.y.data, y.size() * sizeof(double));
    poison(dx.data(), dx.size() * sizeof(double));
    step.zero_gradients();
    step.backward({step.batch.values.data ? dx.data() : nullptr, step.batch.values.shape});
    for (std::size_t i = 0; i < x.size(); ++i) step.batch.values.data[i] = x[i];
  }
};

inline void compare(Gap& gap, const std::string& name, const std::vector<double>& a, const std::vector<double>& n) {
  double worst = 0, scale = 1;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double d = std::abs(a[i] - n[i]);
    worst = d <= worst ? worst : d;  // a NaN stays
    if (!(d == d)) worst = std::numeric_limits<double>::infinity();
    scale = std::max(scale, std::abs(n[i]));
  }
  gap.compared += index_t(a.size());
  if (worst / scale > gap.worst || gap.where.empty()) gap.worst = std::max(gap.worst, worst / scale), gap.where = name;
}

}  // namespace detail

/// Central differences of sum(w y) for random w, in every trained parameter and in the input, against backward.
/// Random masks are held: the step number does not move.
template <class L, class In>
Gap check_gradients(const L& layer, In in, const CheckOptions& options = {}) {
  detail::Bench<L, In> bench(layer, in, options);
  bench.backward(false);
  Gap gap;
  const auto differences = [&](const std::string& name, double* p, const double* g, index_t n) {
    std::vector<double> analytic, numeric;
    const index_t stride = n <= options.most ? 1 : n / options.most;
    for (index_t i = 0; i < n; i += stride) {
      const double old = p[i];
      p[i] = old + options.step;
      const double up = bench.loss();
      p[i] = old - options.step;
      const double down = bench.loss();
      p[i] = old;
      analytic.push_back(g[i]);
      numeric.push_back((up - down) / (2 * options.step));
    }
    detail::compare(gap, name, analytic, numeric);
  };
  std::vector<TensorRef<double>> values, slopes;
  each_tensor<double>(bench.step.p, [&](const TensorRef<double>& t) { values.push_back(t); });
  each_tensor<double>(bench.step.g, [&](const TensorRef<double>& t) { slopes.push_back(t); });
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i].role == Role::trained) differences(values[i].key, values[i].data, slopes[i].data, values[i].size());
  if (bench.step.batch.values.data)
    differences("input", bench.step.batch.values.data, bench.dx.data(), bench.step.batch.values.size());
  return gap;
}

/// Backward once as it is and once with NaN in everything that `uses` says it does not read (scratch and dx are always
/// poisoned). The difference is 0 for an honest layer, infinite for one that reads poison.
template <class L, class In>
Gap check_poison(const L& layer, In in, const CheckOptions& options = {}) {
  detail::Bench<L, In> a(layer, in, options), b(layer, in, options);
  a.backward(false);
  b.backward(true);
  Gap gap;
  if (a.step.batch.values.data) detail::compare(gap, "input", b.dx, a.dx);
  detail::compare(gap, "parameters", {b.step.gradients, b.step.gradients + b.step.parameters()},
                  {a.step.gradients, a.step.gradients + a.step.parameters()});
  return gap;
}

}  // namespace l2g::test
