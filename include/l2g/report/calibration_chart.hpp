#pragma once
// A reliability diagram as plain numbers.
#include <l2g/report/charts.hpp>

namespace l2g::report {

/// Rows whose predicted probability is in (lo, hi]: what was predicted on average and how often it was so.
struct ReliabilityBin {
  double lo = 0, hi = 1;
  index_t rows = 0;
  double predicted = unknown_value, observed = unknown_value;
  double observed_lo = unknown_value, observed_hi = unknown_value;  ///< interval of `observed`
};

struct Reliability {
  std::string name;
  std::vector<ReliabilityBin> bins;
  double error = unknown_value;  ///< expected calibration error
};

struct CalibrationChart {
  std::string title = "Calibration";
  std::string x_name = "predicted probability", y_name = "observed share (95 % interval)";
  std::vector<Reliability> models{};
};

}  // namespace l2g::report
