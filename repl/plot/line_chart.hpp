#pragma once
// Some lines over the same x.
#include "plot/figure.hpp"

namespace l2g::plot {

struct LineChart {
  struct Line {
    std::string name;
    std::vector<double> y;  ///< as many as x; NaN values are gaps
  };
  std::string title = "Lines", x_name = "x", y_name = "y";  ///< names of axes with their unit
  std::vector<double> x;
  std::vector<Line> lines;
};

/// Throws l2g::error when a line is not as long as x.
Figure figure_of(const LineChart&);

}  // namespace l2g::plot
