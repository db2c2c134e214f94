#include "plot/picture.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "plot/sequence_axis.hpp"
#include "plot/words.hpp"

namespace l2g::plot {
namespace {

using Rectangle = Box;

/// One line of the legend: a sample of the line or marker, a name and a detail.
struct Entry {
  const Line* line = nullptr;
  const Points* points = nullptr;
  const std::string& name() const { return line ? line->name : points->name; }
  const std::string& detail() const { return line ? line->detail : points->detail; }
  Colour colour() const { return colour_of(line ? line->colour : points->colour); }
};

std::vector<Entry> legend_of(const Panel& panel) {
  std::vector<Entry> all;
  for (const Line& line : panel.lines)
    if (!line.name.empty() && !line.x.empty()) all.push_back({&line, nullptr});
  for (const Points& points : panel.points)
    if (!points.name.empty() && !points.x.empty()) all.push_back({nullptr, &points});
  return all;
}

constexpr double sample = 26, legend_row = 18;

void draw_sample(Canvas& canvas, const Entry& e, Place at) {
  if (e.line && e.line->filled) canvas.rectangle({at.x + 2, at.y - 5}, sample - 10, 10, e.colour(), 0.30);
  if (e.line)
    canvas.line({at.x + 2, at.y - (e.line->filled ? 5 : 0)}, {at.x + sample - 8, at.y - (e.line->filled ? 5 : 0)},
                e.colour(), std::max(e.line->width, 1.2), e.line->dash);
  else
    canvas.mark({at.x + 10, at.y}, e.points->shape, std::clamp(e.points->radius, 3.5, 5.0), e.colour());
}

/// Entries from left to right above the plot, in as many rows as needed; returns their height.
double legend_above(Canvas* canvas, const std::vector<Entry>& legend, Rectangle room) {
  if (legend.empty()) return 0;
  double x = room.x, y = room.y + legend_row / 2;
  for (const Entry& e : legend) {
    const std::string text =
        Canvas::fitted(e.name() + (e.detail().empty() ? "" : "  " + e.detail()), small_font, room.width - sample);
    const double width = sample + Canvas::text_width(text, small_font) + 14;
    if (x > room.x && x + width - 14 > room.x + room.width) x = room.x, y += legend_row;
    if (canvas) {
      draw_sample(*canvas, e, {x, y});
      canvas->text(text, {x + sample, y}, small_font, colour_of(ink));
    }
    x += width;
  }
  return y + legend_row / 2 + 4 - room.y;
}

void legend_right(Canvas& canvas, const std::vector<Entry>& legend, Place at, double room) {
  for (const Entry& e : legend) {
    draw_sample(canvas, e, {at.x, at.y + legend_row / 2});
    canvas.text(Canvas::fitted(e.name(), small_font, room - sample), {at.x + sample, at.y + legend_row / 2}, small_font,
                colour_of(ink));
    at.y += legend_row - 2;
    if (!e.detail().empty()) {
      canvas.text(e.detail(), {at.x + sample, at.y + legend_row / 2}, small_font, colour_of(grey));
      at.y += legend_row - 2;
    }
    at.y += 8;
  }
}

std::vector<Place> places(const std::vector<double>& x, const std::vector<double>& y, const Scale& across,
                          const Scale& up) {
  std::vector<Place> all(std::min(x.size(), y.size()));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = {across(x[i]), up(y[i])};
  return all;
}

bool any_value(const Panel& panel) {
  const auto any = [](const auto& list) {
    return std::any_of(list.begin(), list.end(), [](const auto& item) {
      return item.colour != grey &&
             std::any_of(item.y.begin(), item.y.end(), [](double v) { return std::isfinite(v); });
    });
  };
  return !panel.bars.empty() || any(panel.lines) || any(panel.points) ||
         std::any_of(panel.points.begin(), panel.points.end(), [](const Points& p) {
           return std::any_of(p.x.begin(), p.x.end(), [](double v) { return std::isfinite(v); });
         });
}

/// What the widest entry of a legend beside the plot takes, up to a limit.
double legend_width(const std::vector<Entry>& legend) {
  double width = 0;
  for (const Entry& e : legend)
    width = std::max({width, Canvas::text_width(e.name(), small_font), Canvas::text_width(e.detail(), small_font)});
  return std::min(sample + width, 190.0);
}

/// The plot area inside the room of a panel, and the texts of the y axis cut to what fits.
struct Frame {
  Rectangle plot;
  std::vector<Tick> across, up;
};

/// `above` is the height of a legend above the plot, the same for panels side by side.
Frame frame_of(const Panel& panel, const std::vector<Entry>& legend, Rectangle room, double above) {
  Frame f;
  const bool named = !panel.y.names.empty();
  f.up = ticks(panel.y, static_cast<int>(room.height / 60));
  double labels = 0, right = 12;
  for (Tick& t : f.up) {
    if (named) t.label = Canvas::fitted(t.label, name_font, 0.4 * room.width);
    labels = std::max(labels, Canvas::text_width(t.label, named ? name_font : small_font));
  }
  for (const std::string& s : panel.right) right = std::max(right, Canvas::text_width(s, small_font) + 16);
  if (panel.legend_right && !legend.empty()) right = legend_width(legend) + 14;
  const double left = labels + 8 + (panel.y.name.empty() ? 0 : 22);
  const double top = panel.legend_right ? 6 : above + 2;
  f.plot = {room.x + left, room.y + top, room.width - left - right, room.height - top - 44};
  if (panel.square) f.plot.width = f.plot.height = std::min(f.plot.width, f.plot.height);
  f.across = ticks(panel.x, static_cast<int>(f.plot.width / 62));
  // Where both axes say the same they are marked at the same places.
  if (panel.square && !named && panel.x.lo == panel.y.lo && panel.x.hi == panel.y.hi) f.across = f.up;
  return f;
}

/// What a legend above the plot takes of the height.
double height_above(const Panel& panel, Rectangle room) {
  const auto legend = legend_of(panel);
  if (panel.legend_right) return 0;
  const double left = frame_of(panel, legend, room, 0).plot.x - room.x;
  return legend_above(nullptr, legend, {0, 0, room.width - left, 0});
}

void draw_axes(Canvas& canvas, const Panel& panel, const Frame& f, const Scale& across, const Scale& up) {
  const Rectangle& r = f.plot;
  const double bottom = r.y + r.height;
  const bool named = !panel.y.names.empty();
  for (const Tick& t : f.across) {
    canvas.line({across(t.at), r.y}, {across(t.at), bottom}, grid_colour, 0.8);
    canvas.text(t.label, {across(t.at), bottom + 12}, small_font, colour_of(ink), 0.5);
  }
  for (const Tick& t : f.up) {
    if (!named) canvas.line({r.x, up(t.at)}, {r.x + r.width, up(t.at)}, grid_colour, 0.8);
    canvas.text(t.label, {r.x - 7, up(t.at)}, named ? name_font : small_font, colour_of(ink), 1);
  }
  canvas.line({r.x, r.y}, {r.x, bottom}, colour_of(grey), 1);
  canvas.line({r.x, bottom}, {r.x + r.width, bottom}, colour_of(grey), 1);
  canvas.text(Canvas::fitted(panel.x.name, name_font, r.width + 60), {r.x + r.width / 2, bottom + 31}, name_font,
              colour_of(ink), 0.5);
  if (panel.y.name.empty()) return;
  double labels = 0;
  for (const Tick& t : f.up) labels = std::max(labels, Canvas::text_width(t.label, small_font));
  canvas.text(Canvas::fitted(panel.y.name, name_font, r.height + 30), {r.x - labels - 20, r.y + r.height / 2},
              name_font, colour_of(ink), 0.5, -std::numbers::pi / 2);
}

/// What a page says of a point, where there are few enough to be told apart.
std::string tip_of(const Panel& panel, const Points& points, std::size_t i) {
  if (i < points.tips.size()) return points.tips[i];
  if (points.x.size() > 300) return "";
  const double row = points.y[i];
  if (row >= 0 && row < static_cast<double>(panel.y.names.size()))
    return panel.y.names[static_cast<std::size_t>(row)] + ": " + number(points.x[i], 3);
  return (points.name.empty() ? "" : points.name + ": ") + number(points.x[i], 3) + ", " + number(points.y[i], 3);
}

/// Beside its place where it meets no label before it, else nowhere.
void draw_labels(Canvas& canvas, const std::vector<Label>& labels, const Scale& across, const Scale& up,
                 const Rectangle& plot) {
  std::vector<Rectangle> taken;
  const auto free = [&](const Rectangle& r) {
    return r.x >= plot.x && r.x + r.width <= plot.x + plot.width + 4 &&
           std::none_of(taken.begin(), taken.end(), [&](const Rectangle& o) {
             return r.x < o.x + o.width && o.x < r.x + r.width && r.y < o.y + o.height && o.y < r.y + r.height;
           });
  };
  for (const Label& l : labels)
    if (std::isfinite(l.x) && std::isfinite(l.y)) taken.push_back({across(l.x) - 4, up(l.y) - 4, 8, 8});
  for (const Label& l : labels) {
    if (!std::isfinite(l.x) || !std::isfinite(l.y)) continue;
    const std::string words = Canvas::fitted(l.words, small_font, 150);
    const double width = Canvas::text_width(words, small_font);
    for (const Place offset : {Place{8, -8}, Place{8, 9}, Place{-8 - width, -8}, Place{-8 - width, 9}}) {
      const Place at{across(l.x) + offset.x, up(l.y) + offset.y};
      const Rectangle box{at.x, at.y - 6, width, 12};
      if (!free(box)) continue;
      taken.push_back(box);
      canvas.text(words, at, small_font, colour_of(l.colour));
      break;
    }
  }
}

void draw_panel(Canvas& canvas, const Panel& panel, Rectangle room, double above) {
  const auto legend = legend_of(panel);
  const Frame f = frame_of(panel, legend, room, above);
  const Rectangle& r = f.plot;
  const Scale across{panel.x.lo, panel.x.hi, r.x, r.x + r.width}, up{panel.y.lo, panel.y.hi, r.y + r.height, r.y};
  draw_axes(canvas, panel, f, across, up);

  canvas.clip({r.x - 6, r.y - 6}, r.width + 12, r.height + 12);
  for (const Band& band : panel.bands) {
    std::vector<Place> outline = places(band.x, band.hi, across, up);
    const auto low = places(band.x, band.lo, across, up);
    outline.insert(outline.end(), low.rbegin(), low.rend());
    std::erase_if(outline, [](Place p) { return !std::isfinite(p.x) || !std::isfinite(p.y); });
    canvas.polygon(outline, colour_of(band.colour), 0.18);
  }
  for (const Bar& bar : panel.bars) {
    if (!std::isfinite(bar.height)) continue;
    const double left = across(bar.left), top = up(std::max(bar.height, 0.0)), base = up(std::min(bar.height, 0.0));
    canvas.tip(bar.tip);
    canvas.rectangle({left, top}, std::max(across(bar.right) - left, 0.5), base - top, colour_of(bar.colour), 0.85);
    canvas.tip("");
  }
  for (const Line& line : panel.lines) {
    const auto all = places(line.x, line.y, across, up);
    if (line.filled) canvas.area(all, up(0), colour_of(line.colour), 0.25);
    canvas.path(all, colour_of(line.colour), line.width, line.dash, line.faint ? 0.35 : 1);
  }
  for (const Whisker& w : panel.whiskers) {
    const Colour c = colour_of(w.colour);
    if (!std::isfinite(w.lo) || !std::isfinite(w.hi)) continue;
    const auto at = [&](double along, double aside) {
      return w.upright ? Place{across(w.at) + aside, up(along)} : Place{across(along), up(w.at) + aside};
    };
    canvas.line(at(w.lo, 0), at(w.hi, 0), c, 1.6);
    for (const double end : {w.lo, w.hi}) canvas.line(at(end, -4), at(end, 4), c, 1.6);
  }
  // Classes take turns, so that the last one does not cover the others.
  std::size_t most = 0;
  for (const Points& points : panel.points) most = std::max(most, std::min(points.x.size(), points.y.size()));
  for (std::size_t i = 0; i < most; ++i)
    for (const Points& points : panel.points)
      if (i < std::min(points.x.size(), points.y.size())) {
        canvas.tip(tip_of(panel, points, i));
        canvas.mark({across(points.x[i]), up(points.y[i])}, points.shape, points.radius, colour_of(points.colour),
                    points.x.size() > 300 ? 0.6 : 0.9);
      }
  canvas.tip("");
  draw_labels(canvas, panel.labels, across, up, r);
  canvas.unclip();

  if (!any_value(panel))
    canvas.text("no values", {r.x + r.width / 2, r.y + r.height / 2}, name_font, colour_of(grey), 0.5);
  for (std::size_t i = 0; i < panel.right.size(); ++i)
    canvas.text(panel.right[i], {r.x + r.width + 12, up(static_cast<double>(i))}, small_font, colour_of(ink));
  if (panel.legend_right)
    legend_right(canvas, legend, {r.x + r.width + 14, r.y}, room.x + room.width - (r.x + r.width + 14));
  else
    legend_above(&canvas, legend, {r.x, room.y, room.x + room.width - r.x, 0});
}

Rectangle room_of(const Figure& figure, std::size_t panel) {
  constexpr double gap = 18;
  const double n = static_cast<double>(figure.panels.size());
  const double width = (figure.width - 2 * picture_edge - gap * (n - 1)) / n;
  return {picture_edge + static_cast<double>(panel) * (width + gap), picture_heading, width,
          figure.height - picture_heading - 6};
}

}  // namespace

double trimmed_width(const Figure& figure) {
  if (figure.panels.size() != 1 || !figure.panels[0].square) return figure.width;
  const auto legend = legend_of(figure.panels[0]);
  const Rectangle room = room_of(figure, 0), plot = frame_of(figure.panels[0], legend, room, 0).plot;
  const double aside = figure.panels[0].legend_right && !legend.empty() ? 14 + legend_width(legend) : 12;
  const double title = Canvas::text_width(figure.title, title_font) + 2 * picture_edge;
  return std::min(std::max(plot.x + plot.width + aside + picture_edge, title), figure.width);
}

void draw(Canvas& canvas, const Figure& figure) {
  draw_title(canvas, figure.title, figure.width);
  double above = 0;  // plots side by side begin at one height
  for (std::size_t i = 0; i < figure.panels.size(); ++i)
    above = std::max(above, height_above(figure.panels[i], room_of(figure, i)));
  for (std::size_t i = 0; i < figure.panels.size(); ++i)
    draw_panel(canvas, figure.panels[i], room_of(figure, i), above);
}

}  // namespace l2g::plot
