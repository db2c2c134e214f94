#pragma once
// Charts as pictures and as text: one style, colours that colour-blind readers tell apart (Okabe & Ito 2008).
#include <l2g/report/charts.hpp>

namespace l2g::plot {

/// Writes a picture; the extension of `path` chooses PNG, SVG or PDF. `scale` is the number of pixels a point (1/72
/// inch) of a PNG. The old file stays when anything fails. Throws l2g::error for an unknown extension or data whose
/// extents do not fit, l2g::file_error when the file cannot be written.
void write_chart(const report::LearningCurves&, const std::string& path, double scale = 2);
void write_chart(const report::ConfusionMatrix&, const std::string& path, double scale = 2);
void write_chart(const report::RocCurves&, const std::string& path, double scale = 2);
void write_chart(const report::PrecisionRecallCurves&, const std::string& path, double scale = 2);
void write_chart(const report::ScoreChart&, const std::string& path, double scale = 2);
void write_chart(const report::Scatter&, const std::string& path, double scale = 2);
void write_chart(const report::ScoreHistogram&, const std::string& path, double scale = 2);
void write_chart(const report::HeatMap&, const std::string& path, double scale = 2);

/// The chart as lines of text (UTF-8: braille, box drawing), each at most `width` columns wide and ended by a newline.
/// `colour` adds escape sequences of the 256 colours that every terminal and tmux know. Throws l2g::error when `width`
/// is below 20 or extents do not fit.
std::string text_chart(const report::LearningCurves&, index_t width, bool colour);
std::string text_chart(const report::ConfusionMatrix&, index_t width, bool colour);
std::string text_chart(const report::RocCurves&, index_t width, bool colour);
std::string text_chart(const report::PrecisionRecallCurves&, index_t width, bool colour);
std::string text_chart(const report::ScoreChart&, index_t width, bool colour);
std::string text_chart(const report::Scatter&, index_t width, bool colour);
std::string text_chart(const report::ScoreHistogram&, index_t width, bool colour);
std::string text_chart(const report::HeatMap&, index_t width, bool colour);

}  // namespace l2g::plot
