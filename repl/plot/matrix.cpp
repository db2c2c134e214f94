// Counts and row shares of a confusion matrix as a picture.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "plot/picture.hpp"
#include "plot/sequence_axis.hpp"
#include "plot/words.hpp"

namespace l2g::plot {
namespace {
constexpr double longest_name = 170, edge = 12, heading = 40, axis_name = 22;
}

MatrixLayout layout_of(const report::ConfusionMatrix& chart) {
  const auto n = static_cast<double>(chart.class_names.size());
  MatrixLayout m{};
  double longest = 0;
  for (const std::string& name : chart.class_names) longest = std::max(longest, Canvas::text_width(name, small_font));
  m.cell = std::clamp(900 / std::max(n, 1.0), 1.5, 74.0);
  if (longest + 10 <= 110 && n * 110 <= 700) m.cell = std::max(m.cell, longest + 10);  // wide enough for its name
  m.label_room = std::min(longest, longest_name);
  m.turned = longest > m.cell - 6;
  m.column_room = m.turned ? std::min(longest, longest_name - 50) : m.cell - 6;
  m.left = edge + axis_name + m.label_room + 8;
  m.top = heading + 26;
  const double below = (m.turned ? m.column_room : 14) + 12 + axis_name;
  const double title = Canvas::text_width(chart.title, title_font) + 2 * edge;
  m.width = std::max({m.left + n * m.cell + 2 * edge, std::min(title, 700.0), 330.0});
  m.height = m.top + n * m.cell + below + edge;
  return m;
}

void draw(Canvas& canvas, const report::ConfusionMatrix& chart, const MatrixLayout& m) {
  const std::size_t n = chart.class_names.size();
  const double side = m.cell * static_cast<double>(n), half = m.cell / 2;
  draw_title(canvas, chart.title, m.width);
  canvas.text("colour and %: share of the true class", {edge, 42}, small_font, colour_of(grey));
  // Where rows are narrower than letters, only every second, third, ... class is named.
  const auto every = static_cast<std::size_t>(std::ceil(11 / m.cell));
  const auto place = [&](std::size_t i) { return m.cell * static_cast<double>(i) + half; };
  for (std::size_t i = 0; i < n; ++i) {
    double row = 0;
    for (std::size_t j = 0; j < n; ++j) row += static_cast<double>(chart.counts[i * n + j]);
    for (std::size_t j = 0; j < n; ++j) {
      const auto value = chart.counts[i * n + j];
      const double share = row > 0 ? static_cast<double>(value) / row : 0;
      const Place middle{m.left + place(j), m.top + place(i)};
      canvas.tip(n > 40 ? "" : chart.class_names[i] + " taken for " + chart.class_names[j] + ": " + count(value));
      canvas.rectangle({middle.x - half, middle.y - half}, m.cell, m.cell, heat(share));
      canvas.tip("");
      // Numbers stand where they fit: the count first, the share below it in larger cells.
      const Colour letters = share > 0.68 ? on_dark : on_light;
      const std::string words = count(value);
      const Font font{std::min(13.0, m.cell * 0.36)};
      const bool both = m.cell >= 38;
      if (m.cell >= 20 && Canvas::text_width(words, font) < m.cell - 2)
        canvas.text(words, {middle.x, middle.y - (both ? 8 : 0)}, font, letters, 0.5);
      if (both && row > 0) canvas.text(number(100 * share, 1) + " %", {middle.x, middle.y + 9}, {10.5}, letters, 0.5);
    }
    if (i % every) continue;
    const std::string name = Canvas::fitted(chart.class_names[i], small_font, m.label_room);
    canvas.text(name, {m.left - 7, m.top + place(i)}, small_font, colour_of(ink), 1);
    const std::string across = Canvas::fitted(chart.class_names[i], small_font, m.column_room);
    const Place below{m.left + place(i), m.top + side + (m.turned ? 8 : 13)};
    canvas.text(across, below, small_font, colour_of(ink), m.turned ? 1 : 0.5, m.turned ? -std::numbers::pi / 2 : 0);
  }
  const double line = m.cell >= 20 ? 1.0 : 0.3;
  for (std::size_t i = 0; i <= n; i += m.cell >= 9 || n == 0 ? 1 : n) {
    const double at = m.cell * static_cast<double>(i);
    canvas.line({m.left + at, m.top}, {m.left + at, m.top + side}, grid_colour, line);
    canvas.line({m.left, m.top + at}, {m.left + side, m.top + at}, grid_colour, line);
  }
  if (n == 0) canvas.text("no classes", {m.left, m.top}, name_font, colour_of(grey));
  canvas.text("true class", {edge + 8, m.top + side / 2}, name_font, colour_of(ink), 0.5, -std::numbers::pi / 2);
  canvas.text("predicted class", {m.left + std::max(side / 2, 45.0), m.height - edge - 4}, name_font, colour_of(ink),
              0.5);
}

}  // namespace l2g::plot
