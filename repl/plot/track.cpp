// Contributions along a sequence: letters up and down where there is room, bars where there is none; motif hits are
// shaded and named above, genes have a lane of their own.
#include <l2g/core/errors.hpp>

#include <algorithm>
#include <cmath>
#include <map>

#include "plot/charts.hpp"
#include "plot/lanes.hpp"
#include "plot/sequence_axis.hpp"
#include "plot/text_grid.hpp"
#include "plot/words.hpp"

namespace l2g::plot {
namespace {

using report::ContributionTrack;
using report::Stretch;

constexpr double lane = 17, plot_height = 150, narrowest_letter = 4.2, track_width = 900;
constexpr int most_lanes = 5;

void check(const ContributionTrack& t) {
  if (t.sequence.size() != t.values.size())
    throw error("contribution track: " + std::to_string(t.sequence.size()) + " bases but " +
                std::to_string(t.values.size()) + " values");
  for (const auto* list : {&t.hits, &t.features})
    for (const Stretch& s : *list)
      if (s.start < 0 || s.end > index_t(t.sequence.size()) || s.start >= s.end)
        throw error("contribution track: '" + s.name + "' covers positions " + std::to_string(s.start) + " to " +
                    std::to_string(s.end) + " of a sequence of " + std::to_string(t.sequence.size()));
}

Range heights_of(const ContributionTrack& t) {
  Range r = range_of({&t.values});
  r.lo = std::min(r.lo, 0.0), r.hi = std::max(r.hi, 0.0);
  return widened(r, 0.04);
}

/// One colour a name, in alphabetical order: the same ones in tracks with the same motifs.
std::map<std::string, int> colours_of(const ContributionTrack& t) {
  std::map<std::string, int> colours;
  for (const Stretch& s : t.hits) colours.try_emplace(s.name);
  int next = 0;
  for (auto& [name, colour] : colours) colour = next++;
  return colours;
}

std::string label_of(const Stretch& s) {
  const char* strand = s.strand == '+' ? " →" : s.strand == '-' ? " ←" : "";
  return s.name + strand;
}

std::string tip_of(const ContributionTrack& t, const Stretch& s) {
  std::string words =
      label_of(s) + ", " + std::to_string(t.first + s.start) + " to " + std::to_string(t.first + s.end - 1);
  if (std::isfinite(s.score)) words += ", score " + number(s.score, 2);
  return words;
}

/// Where the names of stretches stand: each in the first lane that is free, the strongest first where they are many.
struct Placed {
  std::vector<int> lanes;  ///< one a stretch, -1: there was no room
  int used = 0, left_out = 0;
};

/// `aside`: a name that is wider than its stretch stands beside it, not over it.
double name_left(const Stretch& s, double name, const Scale& x, double end, bool aside) {
  const double from = x(static_cast<double>(s.start)), to = x(static_cast<double>(s.end));
  if (aside && to - from < name + 16) return to + name + 4 <= end ? to + 4 : std::max(from - name - 4, x.from);
  return std::max(std::min((from + to - name) / 2, end - name), x.from);
}

Placed place(const std::vector<Stretch>& list, const Scale& x, double end, bool aside) {
  std::vector<Extent> extents;
  std::vector<double> scores;
  for (const Stretch& s : list) {
    scores.push_back(s.score);
    const double from = x(static_cast<double>(s.start)), to = x(static_cast<double>(s.end));
    const double name = Canvas::text_width(aside ? s.name : label_of(s), small_font) + 10;
    const double left = name_left(s, name, x, end, aside);
    extents.push_back({std::min(from, left), std::max(to, left + name)});
  }
  Placed p;
  p.lanes = lanes_by_score(extents, scores, most_lanes);
  for (const int l : p.lanes) p.used = std::max(p.used, l + 1), p.left_out += l < 0;
  return p;
}

/// How many named stretches lie on the first one's bases at most, beside itself.
int deepest(const std::vector<Stretch>& list, const Placed& placed) {
  int most = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    int over = -1;
    for (std::size_t j = 0; j < list.size(); ++j)
      over +=
          placed.lanes[i] >= 0 && placed.lanes[j] >= 0 && list[j].start <= list[i].start && list[i].start < list[j].end;
    most = std::max(most, over);
  }
  return most;
}

void draw_features(Canvas& canvas, const ContributionTrack& t, const Placed& placed, const Scale& x, double top,
                   double end) {
  for (std::size_t i = 0; i < t.features.size(); ++i) {
    if (placed.lanes[i] < 0) continue;
    const Stretch& s = t.features[i];
    const double y = top + lane * (placed.lanes[i] + 0.5), from = x(static_cast<double>(s.start)),
                 to = x(static_cast<double>(s.end));
    canvas.tip(tip_of(t, s));
    canvas.rectangle({from, y - 1.5}, std::max(to - from, 1.0), 3, colour_of(grey));
    const double tip = s.strand == '-' ? from : to, back = s.strand == '-' ? 6 : -6;
    if (s.strand != '.') canvas.polygon({{tip, y}, {tip + back, y - 5}, {tip + back, y + 5}}, colour_of(grey));
    canvas.tip("");
    const double name = Canvas::text_width(s.name, small_font) + 10, left = name_left(s, name, x, end, true);
    canvas.rectangle({left, y - 7}, name, 14, paper);
    canvas.text(s.name, {left + 5, y}, small_font, colour_of(ink));
  }
}

void draw_values(Canvas& canvas, const ContributionTrack& t, const Scale& x, const Scale& y) {
  const std::size_t n = t.values.size();
  const double cell = x(1) - x(0);
  const auto told = [&](std::size_t i) {
    return "position " + std::to_string(t.first + index_t(i)) + ": " + upper(t.sequence[i]) + " " +
           number(t.values[i], 4);
  };
  if (cell >= narrowest_letter) {
    for (std::size_t i = 0; i < n; ++i) {
      const double v = t.values[i];
      if (!std::isfinite(v) || v == 0) continue;
      canvas.tip(told(i));
      canvas.glyph(upper(t.sequence[i]), {x(static_cast<double>(i)) + 0.03 * cell, y(std::max(v, 0.0))}, 0.94 * cell,
                   y(std::min(v, 0.0)) - y(std::max(v, 0.0)), v < 0, letter_colour(t.sequence[i], t.classic));
    }
    return canvas.tip("");
  }
  // Where bases are narrower than a hair each bar is the largest of several.
  const std::size_t bars = std::min(n, static_cast<std::size_t>((x.to - x.from) * 1.2));
  for (std::size_t b = 0; b < bars; ++b) {
    std::size_t most = b * n / bars;
    for (std::size_t i = most; i < (b + 1) * n / bars; ++i)
      if (std::isnan(t.values[most]) || std::abs(t.values[i]) > std::abs(t.values[most])) most = i;
    const double v = t.values[most];
    if (!std::isfinite(v) || v == 0) continue;
    const double left = x(static_cast<double>(b) * static_cast<double>(n) / static_cast<double>(bars));
    canvas.tip(told(most));
    canvas.rectangle({left, y(std::max(v, 0.0))}, std::max((x.to - x.from) / static_cast<double>(bars) * 0.92, 0.7),
                     y(std::min(v, 0.0)) - y(std::max(v, 0.0)), colour_of(v < 0 ? 1 : 0));
  }
  canvas.tip("");
}

}  // namespace

Drawing drawing_of(const ContributionTrack& t) {
  check(t);
  const Range r = heights_of(t);
  const double left = left_of({t.y_name, r.lo, r.hi});
  const double n = static_cast<double>(std::max<std::size_t>(t.values.size(), 1));
  const double room = track_width - left - picture_edge, plot_width = std::min(room, 26 * n);
  const Scale x{0, n, left, left + plot_width};
  const double end = left + std::max(plot_width, 260.0);
  const Placed genes = place(t.features, x, end, true), names = place(t.hits, x, end, false);
  const double title = Canvas::text_width(t.title, title_font) + 2 * picture_edge;
  const double width = std::max(end + picture_edge, std::min(title, track_width));
  const double genes_top = picture_heading, names_top = genes_top + lane * genes.used + (genes.used ? 4 : 0);
  const Box plot{left, names_top + lane * names.used + 4, plot_width, plot_height};
  return {
      t.title, width, plot.y + plot.height + 46, [=](Canvas& canvas) {
        draw_title(canvas, t.title, width);
        const auto colours = colours_of(t);
        const Scale y{r.lo, r.hi, plot.y + plot.height, plot.y};
        // Letters must be read through shades on shades.
        const double shade = std::max(0.16 - 0.025 * deepest(t.hits, names), 0.05);
        for (std::size_t i = 0; i < t.hits.size(); ++i) {
          if (names.lanes[i] < 0) continue;
          const Stretch& s = t.hits[i];
          const double from = x(static_cast<double>(s.start)), to = x(static_cast<double>(s.end));
          const Colour c = colour_of(colours.at(s.name));
          canvas.tip(tip_of(t, s));
          canvas.rectangle({from, plot.y}, to - from, plot.height, c, shade);
          canvas.rectangle({from, names_top + lane * names.lanes[i] + lane - 2}, to - from, 2.2, c);
          canvas.tip("");
        }
        for (std::size_t i = 0; i < t.hits.size(); ++i) {
          if (names.lanes[i] < 0) continue;
          const std::string name = label_of(t.hits[i]);
          const double from = name_left(t.hits[i], Canvas::text_width(name, small_font) + 10, x, end, false);
          canvas.text(name, {from + 5, names_top + lane * names.lanes[i] + lane / 2 - 1}, small_font, colour_of(ink));
        }
        draw_features(canvas, t, genes, x, genes_top, end);
        const double first = static_cast<double>(t.first);
        std::string across = t.x_name;
        if (const int hidden = names.left_out + genes.left_out; hidden > 0)
          across += "; " + count(hidden) + (hidden == 1 ? " weaker hit is" : " weaker hits are") + " not shown";
        draw_sequence_axes(canvas, {across, first - 0.5, first + n - 0.5, {}, true}, {t.y_name, r.lo, r.hi}, plot);
        draw_values(canvas, t, x, y);
        canvas.line({plot.x, y(0)}, {plot.x + plot.width, y(0)}, colour_of(grey), 0.8);
        if (t.values.empty())
          canvas.text("no bases", {plot.x + plot.width / 2, plot.y + plot.height / 2}, name_font, colour_of(grey), 0.5);
      }};
}

}  // namespace l2g::plot
