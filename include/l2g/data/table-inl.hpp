#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/columns-inl.hpp>
#include <l2g/data/records-inl.hpp>
#include <l2g/data/table.hpp>

#include <algorithm>
#include <unordered_map>

namespace l2g::data {

namespace detail {

// The most frequent of tab, comma and semicolon in the first line, outside quotes. A run of tabs counts once: some
// files align their comma-separated fields with tabs.
inline char guess_separator(std::string_view line) {
  std::size_t tabs = 0, commas = 0, semicolons = 0;
  bool quoted = false;
  char before = 0;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    tabs += c == '\t' && before != ',' && before != ';' && before != '\t';
    if (c != ' ') before = c;
    commas += c == ',';
    semicolons += c == ';';
  }
  if (tabs && tabs >= commas && tabs >= semicolons) return '\t';
  return semicolons > commas ? ';' : ',';
}

// Cells of one column while it is not known whether they are labels. Gives up when they are too many to be classes.
struct Candidate {
  static constexpr std::size_t limit = 50;
  std::vector<std::string> values;
  std::unordered_map<std::string, std::int32_t> seen;
  std::vector<std::int32_t> cells;
  bool possible = true;

  void add(const std::string& text) {
    if (!possible) return;
    const auto [it, is_new] = seen.try_emplace(text, static_cast<std::int32_t>(values.size()));
    if (is_new) values.push_back(text);
    cells.push_back(it->second);
    if (text.empty() || values.size() > limit) *this = Candidate{{}, {}, {}, false};
  }
  bool is_label() const {
    return possible && values.size() >= 2 && values.size() <= std::max<std::size_t>(2, cells.size() / 2);
  }
};

// The one candidate that is left, or no_column; several are refused, because a wrong guess would go unnoticed.
inline index_t choose_label(const std::string& path, const Columns& columns, const std::vector<Candidate>& candidates) {
  index_t found = no_column;
  std::string list;
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    if (!candidates[c].is_label()) continue;
    list += (list.empty() ? "'" : ", '") + columns.names[c] + "' (" + std::to_string(candidates[c].values.size()) +
            " values)";
    found = found == no_column ? static_cast<index_t>(c) : -2;
  }
  if (found == -2)
    throw file_error(path, 1, 0, "which column holds the label? " + list + " could; name it (option label)");
  return found;
}

}  // namespace detail

L2G_INLINE Dataset read_table(LineReader& lines, const LoadOptions& options) {
  using namespace detail;
  constexpr std::size_t sample_rows = 64;
  std::string_view first;
  lines.peek(first);
  RecordReader records(lines, options.separator ? options.separator : guess_separator(first));
  std::vector<Record> sample;
  for (Record r; sample.size() < sample_rows && records.next(r);) sample.push_back(r);
  if (sample.empty()) throw file_error(lines.name(), "the file is empty");
  const Columns columns = find_columns(lines.name(), sample, options);
  const std::size_t width = columns.names.size();
  const auto sequence = static_cast<std::size_t>(columns.sequence);

  Dataset out;
  out.source = lines.name();
  std::vector<std::string> labels;
  const bool open = columns.label == no_column && !options.without_labels && options.file_label.empty();
  std::vector<Candidate> candidates(open ? width : 0);
  if (open) candidates[sequence].possible = false;
  if (open && columns.id != no_column) candidates[static_cast<std::size_t>(columns.id)].possible = false;

  const auto add = [&](Record& record) {
    const index_t line = record[0].line;
    if (record.size() != width)
      throw file_error(lines.name(), line, 0,
                       std::to_string(record.size()) + (record.size() == 1 ? " field" : " fields") + ", expected " +
                           std::to_string(width) + " as in the first line");
    Cell& cell = record[sequence];
    if (cell.text.empty()) throw file_error(lines.name(), cell.line, cell.column, "the sequence is empty");
    apply_letter_rules(cell.text, options.letters, lines.name(), cell.line, cell.column);
    out.sequences.push_back(cell.text);
    if (columns.id != no_column) out.ids.push_back(record[static_cast<std::size_t>(columns.id)].text);
    if (columns.label != no_column && options.file_label.empty()) {
      const Cell& label = record[static_cast<std::size_t>(columns.label)];
      if (label.text.empty()) throw file_error(lines.name(), label.line, label.column, "the label is empty");
      labels.push_back(label.text);
    }
    for (std::size_t c = 0; c < candidates.size(); ++c) candidates[c].add(record[c].text);
    if (out.rows() % 4096 == 0) options.progress(lines.fraction(), "reading");
  };
  for (std::size_t r = columns.header ? 1 : 0; r < sample.size(); ++r) add(sample[r]);
  for (Record record; records.next(record);) add(record);

  index_t label = columns.label;
  if (open) {
    label = choose_label(lines.name(), columns, candidates);
    if (label != no_column) {
      const Candidate& chosen = candidates[static_cast<std::size_t>(label)];
      for (const auto v : chosen.cells) labels.push_back(chosen.values[static_cast<std::size_t>(v)]);
    }
  }
  if (!options.file_label.empty()) labels.assign(out.sequences.size(), options.file_label);
  try {
    if (!labels.empty()) assign_labels(out, labels, options.max_classes);
  } catch (const error& e) {
    throw file_error(lines.name(), e.what());
  }
  if (options.sequence_column.empty()) out.notes.push_back("sequence: column '" + columns.names[sequence] + "'");
  if (options.label_column.empty() && options.file_label.empty() && !options.without_labels)
    out.notes.push_back(label == no_column ? "label: no column looks like one, the rows are unlabelled"
                                           : "label: column '" + columns.names[static_cast<std::size_t>(label)] + "'");
  return out;
}

}  // namespace l2g::data
