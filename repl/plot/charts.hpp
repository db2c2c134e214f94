#pragma once
// Charts as pictures and as text: one style, colours that colour-blind readers tell apart (Okabe & Ito 2008).
#include <l2g/report/calibration_chart.hpp>
#include <l2g/report/charts.hpp>
#include <l2g/report/comparison_charts.hpp>
#include <l2g/report/sequence_charts.hpp>

#include <concepts>

#include "plot/drawing.hpp"
#include "plot/figures.hpp"
#include "plot/text_figure.hpp"

namespace l2g::plot {

/// Charts that are panels with axes; the others have drawings and texts of their own.
template <class C>
concept FigureChart = requires(const C& chart) {
  { figure_of(chart) } -> std::same_as<Figure>;
};

/// A chart as a picture. Throws l2g::error for data whose extents do not fit.
template <FigureChart C>
Drawing drawing_of(const C& chart) {
  return drawing_of(figure_of(chart));
}
Drawing drawing_of(const report::ConfusionMatrix&);
Drawing drawing_of(const report::HeatMap&);
Drawing drawing_of(const report::Logo&);
Drawing drawing_of(const report::ContributionTrack&);
Drawing drawing_of(const report::MutationChart&);
Drawing drawing_of(const report::SetOverlap&);

/// The chart as lines of text (UTF-8: braille, box drawing), each at most `width` columns wide and ended by a newline.
/// `colour` adds escape sequences of the 256 colours that every terminal and tmux know. Throws l2g::error when `width`
/// is below 20 or extents do not fit.
template <FigureChart C>
std::string text_chart(const C& chart, index_t width, bool colour) {
  return text_of(figure_of(chart), checked_width(width), colour);
}
std::string text_chart(const report::ConfusionMatrix&, index_t width, bool colour);
std::string text_chart(const report::HeatMap&, index_t width, bool colour);
std::string text_chart(const report::Logo&, index_t width, bool colour);
std::string text_chart(const report::ContributionTrack&, index_t width, bool colour);
std::string text_chart(const report::MutationChart&, index_t width, bool colour);
std::string text_chart(const report::SetOverlap&, index_t width, bool colour);

/// See write_drawing.
template <class C>
void write_chart(const C& chart, const std::string& path, double scale = 2) {
  write_drawing(drawing_of(chart), path, scale);
}

}  // namespace l2g::plot
