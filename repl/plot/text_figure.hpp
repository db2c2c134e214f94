#pragma once
// Figures and confusion matrices as lines of text.
#include <l2g/report/charts.hpp>

#include "plot/figure.hpp"

namespace l2g::plot {

/// Columns of a text chart; throws l2g::error below 20.
int checked_width(index_t width);
std::string text_of(const Figure& figure, int width, bool colour);
std::string text_of(const report::ConfusionMatrix& chart, int width, bool colour);

}  // namespace l2g::plot
