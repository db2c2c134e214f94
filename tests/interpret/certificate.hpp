#pragma once
// Explains random inputs with a layer and says by how much sum and difference of outputs differ.
#include <l2g/interpret/deeplift.hpp>
#include <l2g/train/tensors.hpp>

#include <cmath>
#include <string>
#include <vector>

namespace certificate {

using namespace l2g;

/// Parameters of a layer in memory of their own, all of them random.
template <class T, class Model>
struct Weights {
  decltype(std::declval<const Model&>().template params<T, Cpu>()) record;
  Memory<Cpu>::Block memory;
  explicit Weights(const Model& model, std::uint64_t seed = 3, double deviation = 0.6)
      : record(model.template params<T, Cpu>()) {
    memory = Memory<Cpu>::get(measure(record).bytes + 64);
    bind(record, memory.get());
    initialize<T>(record, seed);
    std::uint64_t at = 0;
    each_tensor<T>(record, [&](const TensorRef<T>& t) {
      for (index_t i = 0; i < t.size(); ++i, ++at)
        t.data[i] += T(deviation * (Rng{seed, 7}.uniform(1, at) - (t.role == Role::buffer ? 0.0 : 0.5)));
    });
  }
};

/// (rows, length, channels) one-hot: random letters, or those of `from` in another order.
template <class T>
std::vector<T> letters(index_t rows, index_t length, index_t channels, std::uint64_t seed) {
  std::vector<T> x(std::size_t(rows * length * channels), T(0));
  for (index_t i = 0; i < rows * length; ++i)
    x[std::size_t(i * channels) + Rng{seed, 0}.below(5, std::uint64_t(i), 4)] = T(1);
  return x;
}

struct Result {
  double residual = 0;    // largest, relative to max(|difference of outputs|, 1e-3)
  double difference = 0;  // largest
  double rounding = 0;    // largest residual, relative to the largest difference or 0.2: what float can say
  interpret::Explanation explanation{};
};

inline Result judged(interpret::Explanation e) {
  Result r;
  for (std::size_t i = 0; i < e.output.size(); ++i) {
    const double d = std::abs(e.output[i] - e.reference_output[i]);
    r.residual = std::max(r.residual, std::abs(e.residual[i]) / std::max(d, 1e-3));
    r.difference = std::max(r.difference, d);
    r.rounding = std::max(r.rounding, std::abs(e.residual[i]));
  }
  r.rounding /= std::max(r.difference, 0.2);
  r.explanation = std::move(e);
  return r;
}

template <class T, class Model, index_t L, index_t C>
Result check(const Model& model, Shape<dyn, L, C> shape, index_t inputs = 3, index_t references = 4,
             cpu::Pool* pool = nullptr, bool blaming = false) {
  Weights<T, Model> w(model);
  interpret::Tracer<T, Model, decltype(w.record), Shape<dyn, L, C>> tracer(model, w.record, shape, pool);
  tracer.tape().blaming = blaming;
  const auto x = letters<T>(inputs, shape[1], shape[2], 1), r = letters<T>(inputs * references, shape[1], shape[2], 2);
  std::vector<T> seeds(std::size_t(inputs * tracer.outputs()));
  for (std::size_t i = 0; i < seeds.size(); ++i) seeds[i] = T(std::cos(double(i % std::size_t(tracer.outputs()))));
  const interpret::Inputs<T> in{x, shape[2], seeds};
  return judged(interpret::deeplift<T, T>(tracer, in, r));
}

}  // namespace certificate
