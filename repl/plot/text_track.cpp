// Contributions along a sequence in the terminal: columns of letters up and down from the sequence.
#include <algorithm>
#include <cmath>

#include "plot/charts.hpp"
#include "plot/lanes.hpp"
#include "plot/sequence_axis.hpp"
#include "plot/text_grid.hpp"
#include "plot/words.hpp"

namespace l2g::plot {
namespace {

using report::ContributionTrack;
using report::Stretch;

constexpr int most_strips = 6, most_lanes = 3, rows = 9;

std::string label_of(const Stretch& s) { return s.name + (s.strand == '+' ? " →" : s.strand == '-' ? " ←" : ""); }

/// One column of the chart: the base with the largest value among some neighbours.
struct Column {
  char letter = 'N';
  double value = 0;
};

std::vector<Column> columns_of(const ContributionTrack& t, index_t begin, index_t end, index_t count) {
  std::vector<Column> all;
  for (index_t c = 0; c < count; ++c) {
    Column column;
    bool any = false;
    for (index_t i = begin + c * (end - begin) / count; i < begin + (c + 1) * (end - begin) / count; ++i) {
      const double v = t.values[std::size_t(i)];
      if (!any || std::abs(v) > std::abs(column.value))
        column = {upper(t.sequence[std::size_t(i)]), std::isfinite(v) ? v : 0};
      any = true;
    }
    all.push_back(column);
  }
  return all;
}

struct Layout {
  int left, above, below;
  double row_height;
};

/// Names of the stretches of one strip, drawn or (without a grid) only counted. Returns the lanes.
int draw_names(TextGrid* grid, const std::vector<Stretch>& list, Strip strip, double bases, int left, int width,
               int top) {
  std::vector<Extent> extents;
  std::vector<const Stretch*> shown;
  std::vector<double> scores;
  for (const Stretch& s : list) {
    if (s.end <= strip.begin || s.start >= strip.end) continue;
    const double from = std::max(double(s.start - strip.begin) / bases, 0.0);
    const double to = std::min(double(s.end - strip.begin) / bases, double(strip.end - strip.begin) / bases);
    const int begin = static_cast<int>(from), end = std::max(static_cast<int>(std::ceil(to)), begin + 1);
    const int needed = std::max(end - begin, columns(label_of(s)) + 2) + 1;
    const int at = std::max(std::min(begin, width - left - needed), 0);
    extents.push_back({double(std::min(at, begin)), double(std::max(at + needed, end))}), shown.push_back(&s),
        scores.push_back(s.score);
  }
  const auto lanes = lanes_by_score(extents, scores, most_lanes);
  int used = 0;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (lanes[i] < 0) continue;
    used = std::max(used, lanes[i] + 1);
    if (!grid) continue;
    const Stretch& s = *shown[i];
    const int row = top + lanes[i], begin = static_cast<int>(std::max(double(s.start - strip.begin) / bases, 0.0));
    const int end =
        static_cast<int>(std::ceil(std::min(double(s.end), double(strip.end)) / bases - double(strip.begin) / bases));
    for (int c = begin; c < end; ++c) grid->letter(left + c, row, c == begin ? U'├' : c == end - 1 ? U'┤' : U'─', grey);
    const std::string words = label_of(s);
    const int inside = end - begin - 2, length = columns(words);
    int at = left + begin + 1 + std::max((inside - length) / 2, 0);
    if (length > inside) at = std::min(left + end, width - length);
    grid->text(std::max(at, left), row, words);
  }
  return used;
}

std::string strip_text(const ContributionTrack& t, Strip strip, index_t count, const Layout& at, bool colour) {
  const auto all = columns_of(t, strip.begin, strip.end, count);
  const double bases = double(strip.end - strip.begin) / double(count);
  const int width = at.left + static_cast<int>(count);
  const int genes = draw_names(nullptr, t.features, strip, bases, at.left, width, 0);
  const int hits = draw_names(nullptr, t.hits, strip, bases, at.left, width, 0);
  const int top = genes + hits, zero = top + at.above;
  TextGrid grid(width, zero + 1 + at.below + 1);
  draw_names(&grid, t.features, strip, bases, at.left, width, 0);
  draw_names(&grid, t.hits, strip, bases, at.left, width, genes);
  for (int row = top; row < zero + 1 + at.below; ++row) grid.letter(at.left - 1, row, row == zero ? U'┼' : U'│', grey);
  const auto name_row = [&](double v, int row) {
    const std::string s = number(v, 2);
    grid.text(std::max(at.left - 1 - columns(s), 0), row, s);
  };
  if (at.above > 0) name_row(at.row_height * at.above, top);
  name_row(0, zero);
  if (at.below > 0) name_row(-at.row_height * at.below, zero + at.below);
  for (index_t c = 0; c < count; ++c) {
    const Column& column = all[std::size_t(c)];
    const int x = at.left + static_cast<int>(c), tint = terminal_letter(column.letter, t.classic);
    const int height = static_cast<int>(std::lround(column.value / at.row_height));
    const bool one = bases == 1;
    const auto put = [&](int row, bool base) {
      const char32_t c32 = one ? static_cast<char32_t>(column.letter) : base ? U'─' : U'█';
      grid.letter(x, row, c32);
      if (one && colour && !base) {
        grid.shade(x, row, tint < 0 ? 240 : tint, tint < 0 ? 255 : 16);
      } else {
        grid.tint(x, row, one ? tint : terminal_colour(base ? grey : column.value < 0 ? 1 : 0));
      }
    };
    put(zero, true);
    for (int row = zero - height; row < zero; ++row) put(row, false);
    for (int row = zero + 1; row <= zero - height; ++row) put(row, false);
  }
  int free = 0;
  const double first = double(t.first + strip.begin), last = double(t.first + strip.end - 1);
  for (const Tick& tick : ticks({"", first, std::max(last, first + 1), {}, true}, std::max(int(count) / 12, 1))) {
    const int x = at.left + static_cast<int>((tick.at - first) / bases);
    if (x < free || x + columns(tick.label) > width) continue;
    free = grid.text(x, zero + 1 + at.below, tick.label) + 1;
  }
  return grid.lines(colour);
}

}  // namespace

std::string text_chart(const ContributionTrack& t, index_t width, bool colour) {
  (void)drawing_of(t);  // checks the extents
  const int wide = checked_width(width);
  const auto cut = [wide](const std::string& s) {
    return shorten(s, [wide](const std::string& u) { return columns(u) <= wide; });
  };
  std::string out = lines_of(t.title + ", " + t.y_name, wide);
  const auto n = index_t(t.values.size());
  if (n == 0) return out + "no bases\n";
  double highest = 0, lowest = 0;
  for (const double v : t.values)
    if (std::isfinite(v)) highest = std::max(highest, v), lowest = std::min(lowest, v);
  if (highest - lowest <= 0) highest = 1;
  Layout at{};
  at.below =
      lowest < 0 ? std::clamp(static_cast<int>(std::lround(rows * -lowest / (highest - lowest))), 1, rows - 1) : 0;
  at.above = highest > 0 ? rows - at.below : 0;
  if (highest <= 0) at.below = rows;
  at.row_height = std::max(at.above > 0 ? highest / at.above : 0, at.below > 0 ? -lowest / at.below : 0);
  at.left = std::max(columns(number(at.row_height * at.above, 2)), columns(number(-at.row_height * at.below, 2))) + 2;
  const index_t room = std::max(wide - at.left, 8);
  std::string x_name = t.x_name;
  if (n <= room * most_strips) {
    for (const Strip& strip : strips(n, room)) out += strip_text(t, strip, strip.end - strip.begin, at, colour);
  } else {
    out += strip_text(t, {0, n}, room, at, colour);
    x_name += ", the largest of about " + number(double(n) / double(room), 0) + " bases in each column";
  }
  return out + cut(std::string(static_cast<std::size_t>(at.left), ' ') + x_name) + "\n";
}

}  // namespace l2g::plot
