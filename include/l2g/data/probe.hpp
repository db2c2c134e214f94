#pragma once
// A logistic probe: how much of the labels can be read off frozen features by a linear map.
#include <l2g/data/logistic.hpp>

#include <cstdint>

namespace l2g::data {

/// Frozen features of rows with their labels; values (rows, width).
struct ProbeRows {
  std::span<const float> values;
  std::span<const std::int32_t> labels;
};

struct ProbeOptions {
  std::vector<double> C = {0.001, 0.01, 0.1, 1};  // chosen by the dev MCC
  index_t controls = 5;    // fits with the labels of train shuffled: what a probe reads where there is nothing
  std::uint64_t seed = 1;  // of the shuffles
};

struct ProbeScore {
  double C = 0, train_mcc = 0, dev_mcc = 0;
  double control_mcc = 0;        // mean dev MCC after training on shuffled labels, NaN when not asked for
  double control_deviation = 0;  // standard deviation over the shuffles, NaN with less than two
  LogisticModel model{};
  Standardisation columns{};  // of the training rows
};

/// Columns are standardised by the training rows. Throws error as fit_logistic.
ProbeScore probe(const ProbeRows& train, const ProbeRows& dev, index_t width, index_t classes,
                 const ProbeOptions& options = {});
/// The MCC of a fitted probe on other rows.
double probe_mcc(const ProbeScore& probe, const ProbeRows& rows);

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/probe-inl.hpp>
#endif
