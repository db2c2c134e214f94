#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/report/html_page.hpp>
#include <l2g/report/html_style.hpp>
#include <l2g/text/utf8.hpp>

#include <algorithm>

namespace l2g::report {

namespace detail {

/// The name of the section's place in the page.
inline std::string html_anchor(std::size_t section) { return "s" + std::to_string(section + 1); }

inline bool html_number(std::string_view cell) {
  const std::size_t begin = cell.find_first_not_of("+-");
  return cell.empty() || cell == "-" || cell == "undefined" || cell == "nan" ||
         (begin != cell.npos && begin < 2 && cell[begin] >= '0' && cell[begin] <= '9' &&
          cell.find_first_not_of("0123456789.,eE+-% ", begin) == cell.npos);
}

}  // namespace detail

L2G_INLINE std::string html_escaped(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const text::CodePoint c = text::code_point(text, at);
    at += c.size;
    const bool control = (c.value < 0x20 && c.value != '\n' && c.value != '\t') || (c.value >= 0x7F && c.value < 0xA0);
    // Characters that turn the direction of what follows would let a name repaint its neighbours.
    const bool turns = (c.value >= 0x202A && c.value <= 0x202E) || (c.value >= 0x2066 && c.value <= 0x2069);
    if (control || turns)
      out += ' ';
    else if (c.value == '<')
      out += "&lt;";
    else if (c.value == '>')
      out += "&gt;";
    else if (c.value == '&')
      out += "&amp;";
    else if (c.value == '"')
      out += "&quot;";
    else if (c.value == '\'')
      out += "&#39;";
    else
      text::append_utf8(out, c.value);
  }
  return out;
}

L2G_INLINE HtmlPage::HtmlPage(std::string title, std::string subtitle)
    : title_(std::move(title)), subtitle_(std::move(subtitle)) {}

L2G_INLINE void HtmlPage::close() {
  if (!sections_.empty()) body_ += "</section>\n";
}

L2G_INLINE void HtmlPage::section(std::string_view name) {
  close();
  body_ += "<section id=\"" + detail::html_anchor(sections_.size()) + "\">\n<h2>" + html_escaped(name) + "</h2>\n";
  sections_.emplace_back(name);
}

L2G_INLINE void HtmlPage::heading(std::string_view name) { body_ += "<h3>" + html_escaped(name) + "</h3>\n"; }

L2G_INLINE void HtmlPage::paragraph(std::string_view text) { body_ += "<p>" + html_escaped(text) + "</p>\n"; }

L2G_INLINE void HtmlPage::warning(std::string_view text) {
  body_ += "<p class=\"warning\">" + html_escaped(text) + "</p>\n";
}

L2G_INLINE void HtmlPage::facts(const std::vector<std::pair<std::string, std::string>>& list) {
  if (list.empty()) return;
  body_ += "<dl>\n";
  for (const auto& [name, value] : list)
    body_ += "<dt>" + html_escaped(name) + "</dt><dd>" + html_escaped(value) + "</dd>\n";
  body_ += "</dl>\n";
}

L2G_INLINE void HtmlPage::cards(const std::vector<Card>& list) {
  if (list.empty()) return;
  body_ += "<div class=\"cards\">\n";
  for (const Card& c : list)
    body_ += "<div class=\"card\"><b>" + html_escaped(c.value) + "</b><span>" + html_escaped(c.name) +
             "</span><small>" + html_escaped(c.detail) + "</small></div>\n";
  body_ += "</div>\n";
}

L2G_INLINE void HtmlPage::table(const HtmlTable& table, bool folded) {
  const std::size_t n = table.columns.size();
  std::vector<bool> number(n, !table.rows.empty());
  for (const auto& row : table.rows) {
    if (row.size() != n)
      throw error("table '" + table.caption + "': a row has " + std::to_string(row.size()) + " cells for " +
                  std::to_string(n) + " columns");
    for (std::size_t i = 0; i < n; ++i) number[i] = number[i] && detail::html_number(row[i]);
  }
  if (folded) body_ += "<details><summary>" + html_escaped(table.caption) + "</summary>\n";
  if (!folded && !table.caption.empty()) body_ += "<p class=\"caption\">" + html_escaped(table.caption) + "</p>\n";
  body_ += "<div class=\"scroll\"><table>\n";
  body_ += "<thead><tr>";
  for (std::size_t i = 0; i < n; ++i)
    body_ += std::string("<th tabindex=\"0\"") + (number[i] ? " class=\"n\"" : "") + ">" +
             html_escaped(table.columns[i]) + "</th>";
  body_ += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    body_ += "<tr>";
    for (std::size_t i = 0; i < n; ++i)
      body_ += std::string(number[i] ? "<td class=\"n\">" : "<td>") + html_escaped(row[i]) + "</td>";
    body_ += "</tr>\n";
  }
  body_ += "</tbody></table></div>\n";
  if (folded) body_ += "</details>\n";
}

L2G_INLINE void HtmlPage::picture(std::string_view svg, std::string_view caption) {
  body_ += "<figure>\n" + std::string(svg);
  if (!caption.empty()) body_ += "<figcaption>" + html_escaped(caption) + "</figcaption>\n";
  body_ += "</figure>\n";
}

L2G_INLINE void HtmlPage::pictures(const std::vector<std::pair<std::string, std::string>>& svg_and_caption) {
  if (svg_and_caption.empty()) return;
  body_ += "<div class=\"side\">\n";
  for (const auto& [svg, caption] : svg_and_caption) picture(svg, caption);
  body_ += "</div>\n";
}

L2G_INLINE void HtmlPage::code(std::string_view lines, std::string_view name, bool folded) {
  if (folded) body_ += "<details><summary>" + html_escaped(name) + "</summary>\n";
  if (!folded && !name.empty()) heading(name);
  body_ += "<div class=\"code\"><button type=\"button\" class=\"copy\">copy</button><pre>" + html_escaped(lines) +
           "</pre></div>\n";
  if (folded) body_ += "</details>\n";
}

L2G_INLINE std::string HtmlPage::finish() const {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"generator\" content=\"l2g " L2G_VERSION "\">\n<title>";
  page += html_escaped(title_) + "</title>\n<style>" + detail::html_style +
          "</style>\n</head>\n<body>\n<header>\n<h1>" + html_escaped(title_) + "</h1>\n";
  if (!subtitle_.empty()) page += "<p>" + html_escaped(subtitle_) + "</p>\n";
  page += "</header>\n<nav aria-label=\"Contents\">";
  for (std::size_t i = 0; i < sections_.size(); ++i)
    page += "<a href=\"#" + detail::html_anchor(i) + "\">" + html_escaped(sections_[i]) + "</a>\n";
  page += "</nav>\n<main>\n" + body_ + (sections_.empty() ? "" : "</section>\n") +
          "</main>\n<footer>l2g " L2G_VERSION
          ". Click a picture to enlarge it, a column's name to sort by it.</footer>\n<div id=\"tip\"></div>\n"
          "<dialog id=\"zoom\"><form method=\"dialog\"><button data-do=\"out\" type=\"button\">smaller</button>"
          "<button data-do=\"in\" type=\"button\">larger</button><button>close</button></form><div></div></dialog>\n"
          "<script>" +
          detail::html_script + "</script>\n</body>\n</html>\n";
  return page;
}

}  // namespace l2g::report
