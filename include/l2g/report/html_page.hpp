#pragma once
// One self-contained HTML page: text, facts, tables, pictures and code, escaped, with a small script of its own for
// tips, sorting and zoom. Nothing in it reaches for the network, and its policy forbids it to.
#include <l2g/core/config.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace l2g::report {

/// Text as it stands in HTML, in an element or a quoted attribute: always valid UTF-8, without control characters
/// besides line ends and tabs.
std::string html_escaped(std::string_view text);

/// Columns whose cells are all numbers (or empty, "-", "undefined") stand to the right and sort as numbers.
struct HtmlTable {
  std::string caption{};
  std::vector<std::string> columns{};
  std::vector<std::vector<std::string>> rows{};  ///< each as long as columns
};

class HtmlPage {
 public:
  explicit HtmlPage(std::string title, std::string subtitle = "");

  /// Starts a section; it gets a place in the list of contents.
  void section(std::string_view name);
  /// A heading inside of a section.
  void heading(std::string_view name);
  void paragraph(std::string_view text);
  /// A line that must not be missed: how far a score can be trusted.
  void warning(std::string_view text);
  /// Names and values, side by side.
  void facts(const std::vector<std::pair<std::string, std::string>>& list);
  /// Large numbers on cards: value, what it is, and a line below it.
  struct Card {
    std::string value, name, detail;
  };
  void cards(const std::vector<Card>& list);
  /// Throws l2g::error when a row is not as long as the columns. `folded`: closed until it is opened.
  void table(const HtmlTable& table, bool folded = false);
  /// `svg` stands as it is (plot::svg_of escapes); the caption is text.
  void picture(std::string_view svg, std::string_view caption = "");
  /// Two pictures side by side where there is room.
  void pictures(const std::vector<std::pair<std::string, std::string>>& svg_and_caption);
  /// Lines in letters of one width, with a button that copies them. `folded`: closed until it is opened.
  void code(std::string_view lines, std::string_view name = "", bool folded = false);

  /// A name for a picture's parts that no other has.
  std::string new_id() { return "p" + std::to_string(++ids_) + "-"; }
  /// The whole page.
  std::string finish() const;

 private:
  void close();
  std::string title_, subtitle_, body_;
  std::vector<std::string> sections_;
  int ids_ = 0;
};

}  // namespace l2g::report

#ifndef L2G_COMPILED
#include <l2g/report/html_page-inl.hpp>
#endif
