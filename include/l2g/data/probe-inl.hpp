#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/core/philox.hpp>
#include <l2g/core/progress.hpp>
#include <l2g/data/logistic_choice.hpp>
#include <l2g/data/probe.hpp>
#include <l2g/eval/metrics.hpp>

#include <cmath>
#include <limits>
#include <utility>

namespace l2g::data {
namespace detail {

inline double mcc_of(const LogisticModel& model, const Features& features, std::span<const std::int32_t> labels) {
  return eval::matthews(labels, predicted_classes(model, decision(model, features)), model.classes);
}

/// The fit whose C is best on dev.
inline ProbeScore best_fit(const LogisticRows& train, const LogisticRows& dev, index_t classes,
                           const std::vector<double>& Cs) {
  LogisticOptions o;
  o.tolerance = 1e-4, o.max_iterations = 300, o.stop = &interrupt_flag;
  const ChosenLogistic chosen = choose_logistic(train, dev, classes, Cs, o);
  throw_if_interrupted();
  ProbeScore best;
  best.C = chosen.C, best.dev_mcc = chosen.dev_mcc, best.model = chosen.model;
  best.train_mcc = mcc_of(best.model, train.features, train.labels);
  return best;
}

}  // namespace detail

L2G_INLINE ProbeScore probe(const ProbeRows& train, const ProbeRows& dev, index_t width, index_t classes,
                            const ProbeOptions& o) {
  const Standardisation columns = standardisation_of(train.values, width);
  const Features features{{dense_features(train.values, columns)}}, dev_features{{dense_features(dev.values, columns)}};
  const LogisticRows dev_rows{dev_features, dev.labels};
  ProbeScore best = detail::best_fit({features, train.labels}, dev_rows, classes, o.C);
  best.columns = columns;
  std::vector<double> controls;
  for (index_t n = 0; n < o.controls; ++n) {
    std::vector<std::int32_t> shuffled(train.labels.begin(), train.labels.end());
    const Rng rng{o.seed, static_cast<std::uint64_t>(n)};
    constexpr std::uint32_t stream = 0x636f6e74u;  // "cont"
    for (std::size_t i = shuffled.size(); i-- > 1;)
      std::swap(shuffled[i], shuffled[std::size_t(rng.below(stream, i, i + 1))]);
    controls.push_back(detail::best_fit({features, shuffled}, dev_rows, classes, {best.C}).dev_mcc);
  }
  const double n = double(controls.size());
  double sum = 0, squares = 0;
  for (const double c : controls) sum += c;
  best.control_mcc = sum / n;  // NaN without any
  for (const double c : controls) squares += (c - best.control_mcc) * (c - best.control_mcc);
  best.control_deviation =
      controls.size() > 1 ? std::sqrt(squares / (n - 1)) : std::numeric_limits<double>::quiet_NaN();
  return best;
}

L2G_INLINE double probe_mcc(const ProbeScore& probe, const ProbeRows& rows) {
  return detail::mcc_of(probe.model, {{dense_features(rows.values, probe.columns)}}, rows.labels);
}

}  // namespace l2g::data
