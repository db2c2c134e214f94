#include "plot/canvas.hpp"

#include <cairo.h>
#include <l2g/core/errors.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include "plot/cairo_font.hpp"
#include "plot/words.hpp"

namespace l2g::plot {

void choose_font(cairo_t* cairo, Font font) {
  cairo_select_font_face(cairo, "sans", CAIRO_FONT_SLANT_NORMAL,
                         font.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(cairo, font.size);
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_set_font_options(cairo, options);
  cairo_font_options_destroy(options);
}

double Canvas::text_width(std::string_view text, Font font) {
  // Recorded, never drawn: only the font is asked.
  struct Ruler {
    cairo_surface_t* surface = cairo_recording_surface_create(CAIRO_CONTENT_ALPHA, nullptr);
    cairo_t* cairo = cairo_create(surface);
    ~Ruler() { cairo_destroy(cairo), cairo_surface_destroy(surface); }
  };
  thread_local const Ruler ruler;
  choose_font(ruler.cairo, font);
  cairo_text_extents_t extents;
  cairo_text_extents(ruler.cairo, encode(decode(text)).c_str(), &extents);
  return extents.x_advance;
}

std::string Canvas::fitted(std::string_view text, Font font, double room) {
  return shorten(text, [&](const std::string& s) { return text_width(s, font) <= room; });
}

void Canvas::area(const std::vector<Place>& places, double base, Colour colour, double opacity) {
  if (places.empty()) return;
  std::vector<Place> outline{{places.front().x, base}};
  for (const Place& p : places) outline.push_back({p.x, std::isfinite(p.y) ? p.y : base});
  outline.push_back({places.back().x, base});
  polygon(outline, colour, opacity);
}

Format format_of(const std::string& path) {
  const std::size_t dot = path.find_last_of("./");
  std::string extension = dot == std::string::npos || path[dot] == '/' ? "" : path.substr(dot + 1);
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const std::array<std::string, 3> names{"png", "svg", "pdf"};
  const auto at = std::find(names.begin(), names.end(), extension);
  if (at == names.end()) throw error(path + ": " + unknown("picture format", extension, names));
  return static_cast<Format>(at - names.begin());
}

}  // namespace l2g::plot
