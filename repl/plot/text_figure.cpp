#include "plot/text_figure.hpp"

#include <algorithm>
#include <cmath>

#include "plot/text_grid.hpp"
#include "plot/words.hpp"

namespace l2g::plot {
namespace {

std::string cut(std::string_view text, int room) {
  return shorten(text, [room](const std::string& s) { return columns(s) <= room; });
}

char32_t glyph(Shape shape) {
  constexpr char32_t glyphs[shapes] = {U'●', U'■', U'▲', U'◆', U'x', U'+'};
  return glyphs[static_cast<int>(shape)];
}

/// Whether the dot at a distance along the line is drawn: without colours, lines differ by their rhythm.
bool drawn(int rhythm, int step) {
  switch (rhythm) {
    case 0:
      return true;
    case 1:
      return step % 6 < 4;
    case 2:
      return step % 2 == 0;
    case 3:
      return step % 8 < 4 || step % 8 == 6;
    default:
      return step % 4 == 0;  // what is grey
  }
}

struct Entry {
  std::string words;
  int colour, rhythm;
  char32_t marker;  // 0: a line
};

constexpr int sample = 5;  // columns of the legend's sample and a blank

struct Layout {
  int left, top, columns, rows;  // the plot area in cells
};

int dot_of(double v, double lo, double hi, int dots) {
  return std::clamp(static_cast<int>(std::lround((v - lo) / (hi - lo) * (dots - 1))), 0, dots - 1);
}

class PanelText {
 public:
  PanelText(const Panel& panel, int width) : panel_(panel), width_(width) {
    find_legend();
    measure();
  }

  std::string lines(bool colour) {
    const int below = 3;
    TextGrid grid(width_, at_.top + at_.rows + below);
    draw_legend(grid);
    // Data first: letters of the axes lie outside, markers on top of dots.
    for (const Bar& bar : panel_.bars) draw(grid, bar);
    for (const Line& line : panel_.lines) draw(grid, line);
    for (const Whisker& w : panel_.whiskers) draw(grid, w);
    draw_points(grid);
    draw_labels(grid);
    draw_axes(grid);
    if (empty()) grid.text(at_.left + std::max((at_.columns - 9) / 2, 0), at_.top + at_.rows / 2, "no values", grey);
    return grid.lines(colour);
  }

 private:
  bool inside(const std::vector<double>& x, const std::vector<double>& y) const {
    for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i)
      if (std::isfinite(x[i]) && std::isfinite(y[i])) return true;
    return false;
  }

  bool empty() const {
    const auto any = [this](const auto& item) { return inside(item.x, item.y); };
    return panel_.bars.empty() && std::none_of(panel_.points.begin(), panel_.points.end(), any) &&
           std::none_of(panel_.lines.begin(), panel_.lines.end(),
                        [&](const Line& line) { return line.colour != grey && any(line); });
  }

  int rhythm_of(const Line& line) const {
    if (line.colour == grey) return 4;
    if (line.name.empty()) return 0;
    int before = 0;
    for (const Line& other : panel_.lines) {
      if (&other == &line) break;
      before += other.colour != grey && !other.faint && !other.name.empty();
    }
    return before % 4;
  }

  void find_legend() {
    const auto words = [](const auto& item) { return item.name + (item.detail.empty() ? "" : "  " + item.detail); };
    for (const Line& line : panel_.lines)
      if (!line.name.empty() && !line.faint && inside(line.x, line.y))
        legend_.push_back({words(line), line.colour, rhythm_of(line), 0});
    for (const Points& points : panel_.points)
      if (!points.name.empty() && inside(points.x, points.y))
        legend_.push_back({words(points), points.colour, 0, glyph(points.shape)});
  }

  /// Calls put(entry, column, row) for each entry of the legend; returns the rows it takes.
  template <class Put>
  int flow(Put&& put) const {
    int column = 0, row = 0;
    for (const Entry& e : legend_) {
      const int needed = sample + std::min(columns(e.words), width_ - sample);
      const bool own_row = panel_.legend_right;
      if (column > 0 && (own_row || column + needed > width_)) column = 0, ++row;
      put(e, column, row);
      column += needed + 3;
    }
    return legend_.empty() ? 0 : row + 1;
  }

  void measure() {
    const bool named = !panel_.y.names.empty();
    up_ = ticks(panel_.y, std::max(panel_.text_rows / 3, 2));
    int labels = 0, right = 0;
    for (Tick& t : up_) {
      if (named) t.label = cut(t.label, std::max(width_ / 3, 6));
      labels = std::max(labels, columns(t.label));
    }
    for (const std::string& s : panel_.right) right = std::max(right, columns(s) + 1);
    if (width_ - labels - right < 14) right = 0;  // no room beside the plot: intervals are drawn, numbers left out
    labels = std::min(labels, width_ / 2);
    at_.left = labels + 2;
    at_.rows = panel_.text_rows;
    at_.columns = std::max(width_ - at_.left - right - 1, 4);
    if (panel_.square) at_.columns = std::min(at_.columns, 9 * at_.rows / 4);
    at_.top = flow([](const Entry&, int, int) {}) + (panel_.y.name.empty() ? 0 : 1);
    right_ = right > 0;
    across_ = ticks(panel_.x, std::max(at_.columns / 9, 2));
  }

  void draw_legend(TextGrid& grid) const {
    flow([&](const Entry& e, int column, int row) {
      if (e.marker)
        grid.letter(column + 1, row, e.marker, e.colour);
      else
        for (int i = 0; i < 2 * (sample - 1); ++i)
          if (drawn(e.rhythm, i)) grid.dot(2 * column + i, 4 * row + 1, e.colour);
      grid.text(column + sample, row, cut(e.words, width_ - column - sample));
    });
    if (!panel_.y.name.empty()) grid.text(0, at_.top - 1, cut(panel_.y.name, width_));
  }

  int x_dot(double v) const { return 2 * at_.left + dot_of(v, panel_.x.lo, panel_.x.hi, 2 * at_.columns); }
  int y_dot(double v) const {
    return 4 * at_.top + 4 * at_.rows - 1 - dot_of(v, panel_.y.lo, panel_.y.hi, 4 * at_.rows);
  }
  /// The row of a name is its own, not the nearest quarter.
  int row_of(double y) const {
    if (panel_.y.names.empty()) return y_dot(y) / 4;
    return at_.top + std::clamp(static_cast<int>(std::lround(y)), 0, at_.rows - 1);
  }

  void draw(TextGrid& grid, const Line& line) const {
    if (line.faint) return;
    const int rhythm = rhythm_of(line);
    int step = 0;
    const std::size_t n = std::min(line.x.size(), line.y.size());
    const auto known = [&](std::size_t i) { return i < n && std::isfinite(line.x[i]) && std::isfinite(line.y[i]); };
    for (std::size_t i = 0; i < n; ++i) {
      if (!known(i)) continue;
      const int x = x_dot(line.x[i]), y = y_dot(line.y[i]);
      if (!known(i + 1)) {
        if (i == 0 || !known(i - 1)) grid.dot(x, y, line.colour);
        continue;
      }
      const int dx = x_dot(line.x[i + 1]) - x, dy = y_dot(line.y[i + 1]) - y,
                length = std::max(std::abs(dx), std::abs(dy));
      for (int k = 0; k <= length; ++k) {
        const double share = length ? static_cast<double>(k) / length : 0;
        if (drawn(rhythm, step + k))
          grid.dot(x + static_cast<int>(std::lround(share * dx)), y + static_cast<int>(std::lround(share * dy)),
                   line.colour);
      }
      step += length;
    }
  }

  void draw(TextGrid& grid, const Whisker& w) const {
    if (!std::isfinite(w.lo) || !std::isfinite(w.hi)) return;
    if (w.upright) {
      for (int y = y_dot(w.hi); y <= y_dot(w.lo); ++y) grid.dot(x_dot(w.at), y, w.colour);
      return;
    }
    const int row = row_of(w.at), from = x_dot(w.lo) / 2, to = x_dot(w.hi) / 2;
    for (int i = from; i <= to; ++i) grid.letter(i, row, i == from ? U'├' : i == to ? U'┤' : U'─', w.colour);
  }

  void draw(TextGrid& grid, const Bar& bar) const {
    if (!std::isfinite(bar.height) || !(bar.height > 0)) return;
    for (int x = x_dot(bar.left); x < std::max(x_dot(bar.right), x_dot(bar.left) + 1); ++x)
      for (int y = y_dot(bar.height); y <= y_dot(std::max(panel_.y.lo, 0.0)); ++y) grid.dot(x, y, bar.colour);
  }

  void draw_points(TextGrid& grid) const {
    std::size_t most = 0;
    for (const Points& points : panel_.points) most = std::max(most, std::min(points.x.size(), points.y.size()));
    for (std::size_t i = 0; i < most; ++i)
      for (const Points& p : panel_.points)
        if (i < std::min(p.x.size(), p.y.size()) && std::isfinite(p.x[i]) && std::isfinite(p.y[i]))
          grid.letter(x_dot(p.x[i]) / 2, row_of(p.y[i]), glyph(p.shape), p.colour);
  }

  /// Beside its place where it meets no other label or point, else nowhere.
  void draw_labels(TextGrid& grid) const {
    struct Taken {
      int begin, end, row;
    };
    std::vector<Taken> taken;
    for (const Points& p : panel_.points)
      for (std::size_t i = 0; i < std::min(p.x.size(), p.y.size()); ++i)
        if (std::isfinite(p.x[i]) && std::isfinite(p.y[i]))
          taken.push_back({x_dot(p.x[i]) / 2, x_dot(p.x[i]) / 2 + 1, row_of(p.y[i])});
    for (const Label& label : panel_.labels) {
      if (!std::isfinite(label.x) || !std::isfinite(label.y)) continue;
      const int x = x_dot(label.x) / 2, y = row_of(label.y), length = columns(label.words);
      for (const auto& [begin, row] :
           {std::pair(x + 2, y), {x + 2, y - 1}, {x - 1 - length, y}, {x - 1 - length, y + 1}}) {
        const bool fits = begin >= at_.left && begin + length <= width_ && row >= at_.top && row < at_.top + at_.rows;
        const auto meets = [&](const Taken& t) { return t.row == row && t.begin < begin + length && begin < t.end; };
        if (!fits || std::any_of(taken.begin(), taken.end(), meets)) continue;
        taken.push_back({begin, begin + length, row});
        grid.text(begin, row, label.words, label.colour);
        break;
      }
    }
  }

  void draw_axes(TextGrid& grid) const {
    const int axis = at_.left - 1, bottom = at_.top + at_.rows;
    for (int row = at_.top; row < bottom; ++row) grid.letter(axis, row, U'│', grey);
    for (int i = 0; i < at_.columns; ++i) grid.letter(at_.left + i, bottom, U'─', grey);
    grid.letter(axis, bottom, U'└', grey);
    for (const Tick& t : up_) {
      const int row = row_of(t.at);
      grid.text(std::max(axis - 1 - columns(t.label), 0), row, cut(t.label, axis - 1));
      grid.letter(axis, row, U'┤', grey);
    }
    int free = 0;
    for (const Tick& t : across_) {
      const int column = x_dot(t.at) / 2, half = columns(t.label) / 2;
      const int begin = std::clamp(column - half, 0, std::max(width_ - columns(t.label), 0));
      grid.letter(column, bottom, U'┬', grey);
      if (begin >= free) free = grid.text(begin, bottom + 1, t.label) + 1;
    }
    const std::string name = cut(panel_.x.name, width_);
    grid.text(std::clamp(at_.left + (at_.columns - columns(name)) / 2, 0, width_ - columns(name)), bottom + 2, name);
    if (!right_) return;
    for (std::size_t i = 0; i < panel_.right.size(); ++i)
      grid.text(at_.left + at_.columns + 1, row_of(static_cast<double>(i)), panel_.right[i]);
  }

  const Panel& panel_;
  int width_;
  Layout at_{};
  bool right_ = false;
  std::vector<Entry> legend_;
  std::vector<Tick> across_, up_;
};

}  // namespace

std::string text_of(const Figure& figure, int width, bool colour) {
  std::string out = lines_of(figure.title, width);
  for (const Panel& panel : figure.panels) {
    const bool any = !panel.lines.empty() || !panel.points.empty() || !panel.bars.empty();
    out += (any && &panel != figure.panels.data() ? "\n" : "") + PanelText(panel, width).lines(colour);
  }
  return out;
}

}  // namespace l2g::plot
