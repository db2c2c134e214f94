#pragma once
// Gradients of an output towards its input, and their mean on the straight path from a reference (integrated gradients,
// Sundararajan et al. 2017).
#include <l2g/interpret/explanation.hpp>

namespace l2g::interpret {

/// Gradients of n inputs: `hypothetical` is the gradient itself, `observed` gradient times input; for ids the product
/// with the vectors of the tokens.
template <class T, class X, class Model, class Params, class In>
Explanation gradients(Tracer<T, Model, Params, In>& tracer, const Inputs<T, X>& in, const BatchOptions& options = {}) {
  detail::Explainer<T, X, Tracer<T, Model, Params, In>> all(tracer, in, {});
  const index_t n = all.inputs(), rows = tracer.rows_that_fit(options.memory, options.rows);
  for (index_t first = 0; first < n; first += rows) {
    options.progress(double(first) / double(n), "gradients");
    const index_t some = std::min(rows, n - first);
    tracer.begin({some, 0});
    for (index_t i = 0; i < some; ++i) {
      std::copy_n(all.input(first + i), all.size(), all.row(i));
      all.set_length(i, first + i);
    }
    const auto y = all.forward();
    const auto m = all.backward(some, [&](index_t p) { return first + p; });
    for (index_t i = 0; i < some; ++i) {
      all.e.output[std::size_t(first + i)] = all.value(y, i, first + i);
      all.add(first + i, m.data() + i * all.size(), static_cast<const X*>(nullptr), 1);
    }
  }
  return all.finished();
}

struct PathOptions {
  index_t nodes = 50;       ///< of Gauss and Legendre, on each path
  index_t most = 800;       ///< doubled up to this many while the sum misses by more than `tolerance`
  double tolerance = 1e-4;  ///< relative to max(|difference of outputs|, 1e-3)
};

/// Integrated gradients against references (n, count, length, channels), mean over them. On the path the input is no
/// sequence; for ids it runs between the vectors of the tokens.
template <class T, class X, class Model, class Params, class In>
Explanation integrated_gradients(Tracer<T, Model, Params, In>& tracer, const Inputs<T, X>& in,
                                 std::span<const X> references, const PathOptions& path = {},
                                 const BatchOptions& options = {}) {
  using Explainer = detail::Explainer<T, X, Tracer<T, Model, Params, In>>;
  Explainer all(tracer, in, references);
  const index_t n = all.inputs(), count = all.references(), size = all.size();
  if (count < 1 && n > 0) throw shape_error("integrated gradients: a reference for each input is needed");
  const index_t rows = tracer.rows_that_fit(options.memory, options.rows);
  std::vector<double> mean(std::size_t(size), 0.0), at;
  std::vector<std::int32_t> from;
  const auto on_path = [&](index_t i, index_t q, index_t nodes) {
    std::fill(mean.begin(), mean.end(), 0.0);
    std::vector<Node> steps = gauss_legendre(nodes);
    steps.push_back({1, 0}), steps.push_back({0, 0});  // both ends, for the outputs
    double ends[2] = {};
    for (std::size_t first = 0; first < steps.size(); first += std::size_t(rows)) {
      const index_t some = std::min(rows, index_t(steps.size() - first));
      tracer.begin({some, 0});
      at.clear(), from.clear();
      const X *const x = all.input(i), *const r = all.reference(i, q);
      for (index_t s = 0; s < some; ++s) {
        at.push_back(steps[first + std::size_t(s)].at);
        all.set_length(s, i);
        if constexpr (Explainer::ids) {
          std::copy_n(x, size, all.row(s));
          from.insert(from.end(), r, r + size);
        } else {
          for (index_t j = 0; j < size; ++j) all.row(s)[j] = r[j] + T(at.back()) * (x[j] - r[j]);
        }
      }
      if constexpr (Explainer::ids) tracer.tape().path_from = from.data(), tracer.tape().path_at = at.data();
      const auto y = all.forward();
      const auto m = all.backward(some, [&](index_t) { return i; });
      for (index_t s = 0; s < some; ++s) {
        const Node& node = steps[first + std::size_t(s)];
        for (index_t j = 0; j < size && node.weight > 0; ++j)
          mean[std::size_t(j)] += node.weight * double(m[std::size_t(s * size + j)]);
        if (node.weight == 0) ends[node.at == 0] = all.value(y, s, i);
      }
    }
    double sum = ends[1] - ends[0];
    for (index_t j = 0; j < size; ++j)
      sum += mean[std::size_t(j)] * (Explainer::ids ? 1 : double(all.input(i)[j]) - double(all.reference(i, q)[j]));
    all.e.output[std::size_t(i)] = ends[0];
    return std::pair{ends[1], std::abs(sum) <= path.tolerance * std::max(std::abs(ends[0] - ends[1]), 1e-3)};
  };
  for (index_t i = 0; i < n; ++i)
    for (index_t q = 0; q < count; ++q) {
      options.progress((double(i) + double(q) / double(count)) / double(n), "integrated gradients");
      index_t nodes = path.nodes;
      auto [reference_output, exact] = on_path(i, q, nodes);
      while (!exact && 2 * nodes <= path.most) std::tie(reference_output, exact) = on_path(i, q, nodes *= 2);
      all.e.nodes = std::max(all.e.nodes, nodes);
      all.e.reference_output[std::size_t(i)] += reference_output / double(count);
      all.add(i, mean.data(), all.reference(i, q), 1 / double(count));
    }
  return all.finished();
}

}  // namespace l2g::interpret
