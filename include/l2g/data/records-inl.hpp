#pragma once
// Fields of CSV and TSV lines, with the place where each begins.
#include <l2g/core/errors.hpp>
#include <l2g/data/line_reader.hpp>

#include <string>
#include <vector>

namespace l2g::data::detail {

/// A field without its quotes and without blanks around it.
struct Cell {
  std::string text;
  index_t line = 0, column = 0;
};

/// Splits lines into records. A quoted field may go on over several lines.
class RecordReader {
 public:
  RecordReader(LineReader& lines, char separator) : lines_(lines), separator_(separator) {}

  /// The next record that is not a blank line; `cells` keeps its memory between calls. False at the end of the file.
  bool next(std::vector<Cell>& cells) {
    do {
      if (!lines_.next(line_)) return false;
    } while (line_.find_first_not_of(" \t\r") == std::string::npos);
    at_ = 0;
    std::size_t count = 0;
    for (bool more = true; more; ++count) {
      if (count == cells.size()) cells.emplace_back();
      more = read_cell(cells[count]);
    }
    cells.resize(count);
    return true;
  }

 private:
  bool is_blank(char c) const { return (c == ' ' || c == '\t' || c == '\r') && c != separator_; }

  // Reads from at_ to behind the next separator; false when the line ends there.
  bool read_cell(Cell& cell) {
    cell.text.clear();
    while (at_ < line_.size() && is_blank(line_[at_])) ++at_;
    cell.line = lines_.line_number();
    cell.column = static_cast<index_t>(at_) + 1;
    if (at_ < line_.size() && line_[at_] == '"') {
      read_quoted(cell);
    } else {
      const auto end = std::min(line_.find(separator_, at_), line_.size());
      cell.text.assign(line_, at_, end - at_);
      at_ = end;
      while (!cell.text.empty() && is_blank(cell.text.back())) cell.text.pop_back();
    }
    if (at_ == line_.size()) return false;
    ++at_;
    return true;
  }

  void read_quoted(Cell& cell) {
    const index_t line = cell.line, column = cell.column;
    ++at_;
    ++cell.column;  // the text begins behind the quote
    for (;;) {
      const auto quote = line_.find('"', at_);
      if (quote == std::string::npos) {
        cell.text.append(line_, at_);
        cell.text += '\n';
        at_ = 0;
        if (!lines_.next(line_)) throw file_error(lines_.name(), line, column, "this quote is never closed");
        continue;
      }
      cell.text.append(line_, at_, quote - at_);
      at_ = quote + 1;
      if (at_ == line_.size() || line_[at_] != '"') break;
      cell.text += '"';
      ++at_;
    }
    while (at_ < line_.size() && is_blank(line_[at_])) ++at_;
    if (at_ < line_.size() && line_[at_] != separator_)
      lines_.fail(static_cast<index_t>(at_) + 1,
                  "text after the closing quote of a field; a quote inside is written \"\"");
  }

  LineReader& lines_;
  char separator_;
  std::string line_;
  std::size_t at_ = 0;
};

}  // namespace l2g::data::detail
