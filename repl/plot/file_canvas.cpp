// Pictures in files: PNG, SVG and PDF by cairo.
#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <l2g/core/errors.hpp>

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include "plot/cairo_font.hpp"
#include "plot/glyphs.hpp"
#include "plot/words.hpp"

namespace l2g::plot {
namespace {

cairo_status_t append(void* bytes, const unsigned char* data, unsigned int size) {
  static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), size);
  return CAIRO_STATUS_SUCCESS;
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

class FileCanvas final : public Canvas {
 public:
  FileCanvas(Format format, double width, double height, double scale, std::string_view title);
  ~FileCanvas() override;

  void text(std::string_view text, Place at, Font font, Colour colour, double align, double turn) override;
  void path(const std::vector<Place>& places, Colour colour, double width, Dash dash, double opacity) override;
  void polygon(const std::vector<Place>& places, Colour colour, double opacity) override;
  void rectangle(Place corner, double width, double height, Colour colour, double opacity) override;
  void mark(Place at, Shape shape, double radius, Colour colour, double opacity) override;
  void glyph(char letter, Place corner, double width, double height, bool flipped, Colour colour) override;
  void clip(Place corner, double width, double height) override;
  void unclip() override;
  std::string finish() override;

 private:
  void stroke(Colour colour, double width, Dash dash, double opacity);
  void fill(Colour colour, double opacity);

  Format format_;
  std::string title_, bytes_;
  std::vector<std::string> said_;  // every text in order: what a reader of the SVG who sees no picture is told
  cairo_surface_t* surface_ = nullptr;
  cairo_t* cairo_ = nullptr;
};

FileCanvas::FileCanvas(Format format, double width, double height, double scale, std::string_view title)
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

FileCanvas::~FileCanvas() {
  cairo_destroy(cairo_);
  cairo_surface_destroy(surface_);
}

void FileCanvas::fill(Colour colour, double opacity) {
  cairo_set_source_rgba(cairo_, colour.red, colour.green, colour.blue, opacity);
  cairo_fill(cairo_);
}

void FileCanvas::text(std::string_view text, Place at, Font font, Colour colour, double align, double turn) {
  const std::string s = encode(decode(text));
  if (s.empty()) return;
  said_.push_back(s);
  choose_font(cairo_, font);
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

void FileCanvas::stroke(Colour colour, double width, Dash dash, double opacity) {
  const double dashed[] = {5, 3.5}, dotted[] = {1, 3.2};
  cairo_set_dash(cairo_, dash == Dash::dashed ? dashed : dotted, dash == Dash::solid ? 0 : 2, 0);
  cairo_set_line_width(cairo_, width);
  cairo_set_source_rgba(cairo_, colour.red, colour.green, colour.blue, opacity);
  cairo_stroke(cairo_);
  cairo_set_dash(cairo_, nullptr, 0, 0);
}

void FileCanvas::path(const std::vector<Place>& places, Colour colour, double width, Dash dash, double opacity) {
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

void FileCanvas::polygon(const std::vector<Place>& places, Colour colour, double opacity) {
  cairo_new_path(cairo_);
  for (const Place& p : places) cairo_line_to(cairo_, p.x, p.y);
  cairo_close_path(cairo_);
  fill(colour, opacity);
}

void FileCanvas::rectangle(Place corner, double width, double height, Colour colour, double opacity) {
  cairo_new_path(cairo_);
  cairo_rectangle(cairo_, corner.x, corner.y, width, height);
  fill(colour, opacity);
}

void FileCanvas::mark(Place at, Shape shape, double radius, Colour colour, double opacity) {
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
  fill(colour, opacity);
}

void FileCanvas::glyph(char letter, Place corner, double width, double height, bool flipped, Colour colour) {
  if (!(width > 0) || !(height > 0)) return;
  cairo_save(cairo_);
  cairo_translate(cairo_, corner.x, corner.y + (flipped ? height : 0));
  cairo_scale(cairo_, width / 100, (flipped ? -height : height) / 100);
  cairo_new_path(cairo_);
  Place at{0, 0};
  const char* next = glyph_outline(letter).data();  // ends with a zero: it is a literal
  const auto number = [&] {
    char* end = nullptr;
    const double v = std::strtod(next, &end);
    next = end;
    return v;
  };
  const auto place = [&] {
    const double x = number();
    return Place{x, number()};
  };
  char command = 'M';
  while (*next) {
    if (*next == ' ') {
      ++next;
      continue;
    }
    if (std::isalpha(static_cast<unsigned char>(*next))) command = *next++;
    if (command == 'Z') {
      cairo_close_path(cairo_);
    } else if (command == 'C') {
      const Place a = place(), b = place();
      at = place();
      cairo_curve_to(cairo_, a.x, a.y, b.x, b.y, at.x, at.y);
    } else {
      if (command == 'H')
        at.x = number();
      else if (command == 'V')
        at.y = number();
      else
        at = place();
      command == 'M' ? cairo_move_to(cairo_, at.x, at.y) : cairo_line_to(cairo_, at.x, at.y);
    }
  }
  cairo_restore(cairo_);
  cairo_set_fill_rule(cairo_, CAIRO_FILL_RULE_EVEN_ODD);
  fill(colour, 1);
  cairo_set_fill_rule(cairo_, CAIRO_FILL_RULE_WINDING);
}

void FileCanvas::clip(Place corner, double width, double height) {
  cairo_save(cairo_);
  cairo_new_path(cairo_);
  cairo_rectangle(cairo_, corner.x, corner.y, width, height);
  cairo_clip(cairo_);
}

void FileCanvas::unclip() { cairo_restore(cairo_); }

std::string FileCanvas::finish() {
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

}  // namespace

std::unique_ptr<Canvas> file_canvas(Format format, double width, double height, double scale, std::string_view title) {
  return std::make_unique<FileCanvas>(format, width, height, scale, title);
}

}  // namespace l2g::plot
