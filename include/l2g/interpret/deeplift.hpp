#pragma once
// DeepLIFT/SHAP: multipliers of the rescale rule against references, projected onto what a base would contribute if it
// stood there, mean over references (Shrikumar et al. 2017; Lundberg and Lee 2017).
#include <l2g/interpret/explanation.hpp>

namespace l2g::interpret {

/// references (n, count, length, channels), those of the first input first. An input goes forward once for as many of
/// its references as a batch holds. Throws shape_error when the numbers do not fit the model.
template <class T, class X, class Model, class Params, class In>
Explanation deeplift(Tracer<T, Model, Params, In>& tracer, const Inputs<T, X>& in, std::span<const X> references,
                     const BatchOptions& options = {}) {
  detail::Explainer<T, X, Tracer<T, Model, Params, In>> all(tracer, in, references);
  const index_t n = all.inputs(), count = all.references();
  if (count < 1 && n > 0) throw shape_error("deeplift: a reference for each input is needed");
  const index_t rows = tracer.rows_that_fit(options.memory, options.rows);
  const index_t at_once = std::min(count, std::max<index_t>(1, rows - 1));
  const index_t inputs = std::max<index_t>(1, rows / (1 + at_once));
  for (index_t first = 0; first < n; first += inputs) {
    const index_t some = std::min(inputs, n - first);
    for (index_t r = 0; r < count; r += at_once) {
      options.progress((double(first) + double(some) * double(r) / double(count)) / double(n), "contributions");
      const Pairs pairs{some, std::min(at_once, count - r)};
      tracer.begin(pairs);
      for (index_t i = 0; i < some; ++i) {
        std::copy_n(all.input(first + i), all.size(), all.row(i));
        all.set_length(i, first + i);
      }
      for (index_t p = 0; p < pairs.count(); ++p) {
        const index_t i = first + pairs.input_of(p);
        std::copy_n(all.reference(i, r + p % pairs.references), all.size(), all.row(pairs.reference_of(p)));
        all.set_length(pairs.reference_of(p), i);
      }
      const auto y = all.forward();
      const auto m = all.backward(pairs.count(), [&](index_t p) { return first + pairs.input_of(p); });
      for (index_t i = 0; i < some; ++i) all.e.output[std::size_t(first + i)] = all.value(y, i, first + i);
      for (index_t p = 0; p < pairs.count(); ++p) {
        const index_t i = first + pairs.input_of(p);
        all.e.reference_output[std::size_t(i)] += all.value(y, pairs.reference_of(p), i) / double(count);
        all.add(i, m.data() + p * all.size(), all.reference(i, r + p % pairs.references), 1 / double(count));
      }
      for (const auto& [name, residual] : tracer.tape().residuals)
        all.e.operations[name] = std::max(all.e.operations[name], residual);
    }
  }
  return all.finished();
}

}  // namespace l2g::interpret
