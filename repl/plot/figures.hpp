#pragma once
// From a chart's numbers to its figure. Throws l2g::error when extents do not fit.
#include <l2g/report/calibration_chart.hpp>
#include <l2g/report/charts.hpp>
#include <l2g/report/comparison_charts.hpp>

#include "plot/figure.hpp"

namespace l2g::plot {

Figure figure_of(const report::LearningCurves&);
Figure figure_of(const report::RocCurves&);
Figure figure_of(const report::PrecisionRecallCurves&);
Figure figure_of(const report::ScoreChart&);
Figure figure_of(const report::Scatter&);
Figure figure_of(const report::ScoreHistogram&);
Figure figure_of(const report::CalibrationChart&);
Figure figure_of(const report::ForestPlot&);
Figure figure_of(const report::ObservedPredicted&);
Figure figure_of(const report::LabelScores&);
Figure figure_of(const report::LabelComparison&);
Figure figure_of(const report::TradeOff&);

/// Refuses counts that are not one square of as many classes as names.
void check(const report::ConfusionMatrix&);
/// Refuses a track whose two lists differ in length.
void same_length(const char* chart, const std::string& track, std::size_t x, std::size_t y);

}  // namespace l2g::plot
