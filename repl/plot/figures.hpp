#pragma once
// From a chart's numbers to its figure. Throws l2g::error when extents do not fit.
#include <l2g/report/charts.hpp>

#include "plot/figure.hpp"

namespace l2g::plot {

Figure figure_of(const report::LearningCurves&);
Figure figure_of(const report::RocCurves&);
Figure figure_of(const report::PrecisionRecallCurves&);
Figure figure_of(const report::ScoreChart&);
Figure figure_of(const report::Scatter&);
Figure figure_of(const report::ScoreHistogram&);

/// Refuses counts that are not one square of as many classes as names.
void check(const report::ConfusionMatrix&);

}  // namespace l2g::plot
