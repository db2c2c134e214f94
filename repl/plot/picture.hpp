#pragma once
// Figures and confusion matrices drawn on a canvas.
#include <l2g/report/charts.hpp>

#include "plot/canvas.hpp"

namespace l2g::plot {

void draw(Canvas& canvas, const Figure& figure);
/// The width that a square plot with its legend needs, at most that of the figure: nothing stays empty beside it.
double trimmed_width(const Figure& figure);

/// Extents of a confusion matrix's picture in points, from the number of classes and the length of their names.
struct MatrixLayout {
  double cell, left, top, width, height;
  double label_room, column_room;  ///< for the name of a row and of a column
  bool turned;                     ///< names of columns do not fit a cell and run upwards
};
MatrixLayout layout_of(const report::ConfusionMatrix& chart);
void draw(Canvas& canvas, const report::ConfusionMatrix& chart, const MatrixLayout& layout);

}  // namespace l2g::plot
