#include "plot/canvas.hpp"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <l2g/core/errors.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "plot/words.hpp"

namespace l2g::plot {
namespace {

cairo_status_t append(void* bytes, const unsigned char* data, unsigned int size) {
  static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), size);
  return CAIRO_STATUS_SUCCESS;
}

/// The same letter widths at every scale and in every format: no hinting.
void choose(cairo_t* cairo, Font font) {
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

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c == '<')
      out += "&lt;";
    else if (c == '&')
      out += "&amp;";
    else
      out += c;
  return out;
}

}  // namespace

Colour colour_of(int index) {
  // Okabe & Ito's colours without yellow and black: yellow is too pale on white, black is the ink.
  constexpr std::array<Colour, 7> palette{{{0.000, 0.447, 0.698},  // blue
                                           {0.835, 0.369, 0.000},  // vermillion
                                           {0.000, 0.620, 0.451},  // bluish green
                                           {0.800, 0.475, 0.655},  // reddish purple
                                           {0.902, 0.624, 0.000},  // orange
                                           {0.337, 0.706, 0.914},  // sky blue
                                           {0.45, 0.35, 0.25}}};   // brown
  if (index == grey) return {0.45, 0.45, 0.45};
  if (index < 0) return {0.13, 0.13, 0.13};
  return palette[static_cast<std::size_t>(index) % palette.size()];
}

Colour heat(double share) {
  const double s = std::clamp(share, 0.0, 1.0);
  return {1 - s, 1 - s * (1 - 0.33), 1 - s * (1 - 0.56)};
}

Canvas::Format Canvas::format_of(const std::string& path) {
  const std::size_t dot = path.find_last_of("./");
  std::string extension = dot == std::string::npos || path[dot] == '/' ? "" : path.substr(dot + 1);
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const std::array<std::string, 3> names{"png", "svg", "pdf"};
  const auto at = std::find(names.begin(), names.end(), extension);
  if (at == names.end()) throw error(path + ": " + unknown("picture format", extension, names));
  return static_cast<Format>(at - names.begin());
}

Canvas::Canvas(Format format, double width, double height, double scale, std::string_view title)
    : format_(format), title_(encode(decode(title))) {
  if (!(scale > 0)) throw error("picture: scale must be above 0, got " + std::to_string(scale));
  if (format == Format::png)
    surface_ = cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(std::ceil(width * scale)),
                                          static_cast<int>(std::ceil(height * scale)));
  else if (format == Format::svg)
    surface_ = cairo_svg_surface_create_for_stream(append, &bytes_, width, height);
  else
    surface_ = cairo_pdf_surface_create_for_stream(append, &bytes_, width, height);
  if (format == Format::pdf) cairo_pdf_surface_set_metadata(surface_, CAIRO_PDF_METADATA_TITLE, title_.c_str());
  cairo_ = cairo_create(surface_);
  if (format == Format::png) cairo_scale(cairo_, scale, scale);
  cairo_set_source_rgb(cairo_, 1, 1, 1);
  cairo_paint(cairo_);
  cairo_set_line_cap(cairo_, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join(cairo_, CAIRO_LINE_JOIN_ROUND);
}

Canvas::~Canvas() {
  cairo_destroy(cairo_);
  cairo_surface_destroy(surface_);
}

double Canvas::text_width(std::string_view text, Font font) {
  // Recorded, never drawn: only the font is asked.
  cairo_surface_t* surface = cairo_recording_surface_create(CAIRO_CONTENT_ALPHA, nullptr);
  cairo_t* cairo = cairo_create(surface);
  choose(cairo, font);
  cairo_text_extents_t extents;
  cairo_text_extents(cairo, encode(decode(text)).c_str(), &extents);
  cairo_destroy(cairo);
  cairo_surface_destroy(surface);
  return extents.x_advance;
}

std::string Canvas::fitted(std::string_view text, Font font, double room) {
  return shorten(text, [&](const std::string& s) { return text_width(s, font) <= room; });
}

void Canvas::text(std::string_view text, Place at, Font font, Colour colour, double align, double turn) {
  const std::string s = encode(decode(text));
  if (s.empty()) return;
  said_.push_back(s);
  choose(cairo_, font);
  cairo_text_extents_t extents;
  cairo_font_extents_t letters;
  cairo_text_extents(cairo_, s.c_str(), &extents);
  cairo_font_extents(cairo_, &letters);
  cairo_save(cairo_);
  cairo_translate(cairo_, at.x, at.y);
  cairo_rotate(cairo_, turn);
  cairo_move_to(cairo_, -align * extents.x_advance, 0.36 * font.size);  // half the height of capitals
  cairo_set_source_rgb(cairo_, colour.red, colour.green, colour.blue);
  cairo_show_text(cairo_, s.c_str());
  cairo_restore(cairo_);
  cairo_new_path(cairo_);  // else the next arc is joined to the end of the text
}

void Canvas::stroke(Colour colour, double width, Dash dash, double opacity) {
  const double dashed[] = {5, 3.5}, dotted[] = {1, 3.2};
  cairo_set_dash(cairo_, dash == Dash::dashed ? dashed : dotted, dash == Dash::solid ? 0 : 2, 0);
  cairo_set_line_width(cairo_, width);
  cairo_set_source_rgba(cairo_, colour.red, colour.green, colour.blue, opacity);
  cairo_stroke(cairo_);
  cairo_set_dash(cairo_, nullptr, 0, 0);
}

void Canvas::line(Place from, Place to, Colour colour, double width, Dash dash) {
  cairo_new_path(cairo_);
  cairo_move_to(cairo_, from.x, from.y);
  cairo_line_to(cairo_, to.x, to.y);
  stroke(colour, width, dash, 1);
}

void Canvas::path(const std::vector<Place>& places, Colour colour, double width, Dash dash, double opacity) {
  const auto known = [&](std::size_t i) {
    return i < places.size() && std::isfinite(places[i].x) && std::isfinite(places[i].y);
  };
  cairo_new_path(cairo_);
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!known(i)) continue;
    if (i == 0 || !known(i - 1)) cairo_move_to(cairo_, places[i].x, places[i].y);
    cairo_line_to(cairo_, places[i].x, places[i].y);
  }
  stroke(colour, width, dash, opacity);
  for (std::size_t i = 0; i < places.size(); ++i)
    if (known(i) && (i == 0 || !known(i - 1)) && !known(i + 1))
      mark(places[i], Shape::circle, 1.5 * width, colour, opacity);
}

void Canvas::area(const std::vector<Place>& places, double base, Colour colour, double opacity) {
  if (places.empty()) return;
  cairo_new_path(cairo_);
  cairo_move_to(cairo_, places.front().x, base);
  for (const Place& p : places) cairo_line_to(cairo_, p.x, std::isfinite(p.y) ? p.y : base);
  cairo_line_to(cairo_, places.back().x, base);
  cairo_close_path(cairo_);
  cairo_set_source_rgba(cairo_, colour.red, colour.green, colour.blue, opacity);
  cairo_fill(cairo_);
}

void Canvas::rectangle(Place corner, double width, double height, Colour colour, double opacity) {
  cairo_new_path(cairo_);
  cairo_rectangle(cairo_, corner.x, corner.y, width, height);
  cairo_set_source_rgba(cairo_, colour.red, colour.green, colour.blue, opacity);
  cairo_fill(cairo_);
}

void Canvas::mark(Place at, Shape shape, double radius, Colour colour, double opacity) {
  if (!std::isfinite(at.x) || !std::isfinite(at.y)) return;
  cairo_new_path(cairo_);
  const auto corners = [&](std::initializer_list<Place> places) {
    for (const Place& p : places) cairo_line_to(cairo_, at.x + radius * p.x, at.y + radius * p.y);
    cairo_close_path(cairo_);
  };
  const auto strokes = [&](std::initializer_list<Place> ends) {
    for (const Place& p : ends) {
      cairo_move_to(cairo_, at.x - radius * p.x, at.y - radius * p.y);
      cairo_line_to(cairo_, at.x + radius * p.x, at.y + radius * p.y);
    }
    stroke(colour, 0.55 * radius, Dash::solid, opacity);
  };
  switch (shape) {
    case Shape::circle:
      cairo_arc(cairo_, at.x, at.y, radius, 0, 2 * std::numbers::pi);
      break;
    case Shape::square:
      corners({{-0.87, -0.87}, {0.87, -0.87}, {0.87, 0.87}, {-0.87, 0.87}});
      break;
    case Shape::triangle:
      corners({{0, -1.15}, {1.05, 0.75}, {-1.05, 0.75}});
      break;
    case Shape::diamond:
      corners({{0, -1.2}, {1.2, 0}, {0, 1.2}, {-1.2, 0}});
      break;
    case Shape::cross:
      strokes({{0.8, 0.8}, {0.8, -0.8}});
      return;
    case Shape::plus:
      strokes({{1.1, 0}, {0, 1.1}});
      return;
  }
  cairo_set_source_rgba(cairo_, colour.red, colour.green, colour.blue, opacity);
  cairo_fill(cairo_);
}

void Canvas::clip(Place corner, double width, double height) {
  cairo_save(cairo_);
  cairo_new_path(cairo_);
  cairo_rectangle(cairo_, corner.x, corner.y, width, height);
  cairo_clip(cairo_);
}

void Canvas::unclip() { cairo_restore(cairo_); }

std::string Canvas::finish() {
  cairo_status_t status = cairo_status(cairo_);
  if (status == CAIRO_STATUS_SUCCESS && format_ == Format::png)
    status = cairo_surface_write_to_png_stream(surface_, append, &bytes_);
  cairo_surface_finish(surface_);
  if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_status(surface_);
  if (status != CAIRO_STATUS_SUCCESS && status != CAIRO_STATUS_SURFACE_FINISHED)
    throw error(std::string("picture: cairo failed: ") + cairo_status_to_string(status));
  if (format_ != Format::svg) return std::move(bytes_);
  // Cairo writes letters as outlines; title and description keep the words for search and for screen readers.
  std::string words = "\n<title>" + escaped(title_) + "</title>\n<desc>";
  for (const std::string& s : said_) words += escaped(s) + "\n";
  const std::size_t start = bytes_.find("<svg");
  const std::size_t end = start == std::string::npos ? start : bytes_.find('>', start);
  if (end != std::string::npos) bytes_.insert(end + 1, words + "</desc>");
  // Cairo numbers its surfaces through the life of the program; nothing refers to the number.
  if (const std::size_t id = bytes_.find(" id=\"surface"); id != std::string::npos)
    bytes_.erase(id, bytes_.find('"', id + 5) + 1 - id);
  return std::move(bytes_);
}

}  // namespace l2g::plot
