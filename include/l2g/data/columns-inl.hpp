#pragma once
// Which column of a table holds what: by name, else by what its first cells look like.
#include <l2g/core/errors.hpp>
#include <l2g/data/load_options.hpp>
#include <l2g/data/records-inl.hpp>
#include <l2g/data/shown-inl.hpp>

#include <algorithm>
#include <initializer_list>

namespace l2g::data::detail {

inline constexpr index_t no_column = -1;
using Record = std::vector<Cell>;

struct Columns {
  bool header = false;
  std::vector<std::string> names;
  index_t sequence = no_column, label = no_column, id = no_column;
};

inline std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

inline const std::vector<std::string>& sequence_names() {
  static const std::vector<std::string> names{"sequence", "sequences", "seq", "dna", "dna_sequence", "dna_seq"};
  return names;
}
inline const std::vector<std::string>& label_names() {
  static const std::vector<std::string> names{"label", "labels", "class", "classes", "target", "y", "category"};
  return names;
}
inline const std::vector<std::string>& id_names() {
  static const std::vector<std::string> names{"id", "ids", "name", "seq_id", "sequence_id", "identifier"};
  return names;
}

// The first column with one of the well-known names.
inline index_t well_known(const std::vector<std::string>& columns, const std::vector<std::string>& names) {
  for (const auto& n : names)
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (lower(columns[i]) == n) return static_cast<index_t>(i);
  return no_column;
}

// The column that the user named: exactly, else without regard to case when that is unique.
inline index_t named(const std::string& path, const Columns& columns, const std::string& wanted, const char* kind) {
  index_t found = no_column, matches = 0;
  for (std::size_t i = 0; i < columns.names.size(); ++i) {
    if (columns.names[i] == wanted) return static_cast<index_t>(i);
    if (lower(columns.names[i]) == lower(wanted)) found = static_cast<index_t>(i), ++matches;
  }
  if (matches == 1) return found;
  throw file_error(path, columns.header ? 1 : 0, 0, unknown(kind, wanted, columns.names));
}

// Mean length of a column's cells when all of them look like DNA (empty ones are left to the row check), else 0.
inline std::size_t dna_length(const std::vector<Record>& sample, std::size_t from, std::size_t column) {
  std::size_t letters = 0, cells = 0;
  for (std::size_t r = from; r < sample.size(); ++r) {
    if (column >= sample[r].size() || sample[r][column].text.empty()) continue;
    if (!looks_like_dna(sample[r][column].text)) return 0;
    letters += sample[r][column].text.size();
    ++cells;
  }
  return cells ? std::max<std::size_t>(1, letters / cells) : 0;
}

inline index_t longest_dna_column(const std::vector<Record>& sample, std::size_t from) {
  index_t best = no_column;
  std::size_t longest = 0;
  for (std::size_t c = 0; !sample.empty() && c < sample[0].size(); ++c)
    if (const auto n = dna_length(sample, from, c); n > longest) longest = n, best = static_cast<index_t>(c);
  return best;
}

inline bool first_line_is_header(const std::vector<Record>& sample) {
  std::vector<std::string> first;
  for (const auto& cell : sample[0]) first.push_back(cell.text);
  if (well_known(first, sequence_names()) != no_column || well_known(first, label_names()) != no_column) return true;
  const index_t column = longest_dna_column(sample, sample.size() > 1 ? 1 : 0);
  if (column != no_column) return !looks_like_dna(sample[0][static_cast<std::size_t>(column)].text);
  return std::none_of(first.begin(), first.end(), [](const auto& t) { return t.size() >= 8 && looks_like_dna(t); });
}

// Nothing looks like DNA: shows what stands there instead.
[[noreturn]] inline void fail_no_sequence(const std::string& path, const Columns& columns,
                                          const std::vector<Record>& sample) {
  const std::size_t row = columns.header && sample.size() > 1 ? 1 : 0;
  std::size_t longest = 0;
  for (std::size_t c = 0; c < sample[row].size(); ++c)
    if (sample[row][c].text.size() > sample[row][longest].text.size()) longest = c;
  const Cell& cell = sample[row][longest];
  std::string message = "no column holds DNA; the columns are";
  for (const auto& n : columns.names) message += " '" + n + "'";
  std::string letters = cell.text;
  if (letters.size() >= 8) {
    try {
      apply_letter_rules(letters, {}, "", 0, 0);
    } catch (const error& e) {
      message = "no column holds DNA: in column '" + columns.names[std::min(longest, columns.names.size() - 1)] + "' " +
                std::string(e.what()).substr(2);
    }
  }
  throw file_error(path, cell.line, cell.column, message + "; name the column (option sequence) or check the file");
}

/// Decides on the columns from the first records; the label may stay open (no_column) for the cells to show.
inline Columns find_columns(const std::string& path, const std::vector<Record>& sample, const LoadOptions& options) {
  Columns out;
  out.header =
      options.header == TableHeader::yes || (options.header == TableHeader::guess && first_line_is_header(sample));
  for (std::size_t c = 0; c < sample[0].size(); ++c)
    out.names.push_back(out.header ? shown(sample[0][c].text, 80) : std::to_string(c + 1));
  if (out.header && sample.size() == 1) throw file_error(path, 1, 0, "the table has a header but no rows");

  if (!options.sequence_column.empty()) out.sequence = named(path, out, options.sequence_column, "column");
  if (out.sequence == no_column && out.header) out.sequence = well_known(out.names, sequence_names());
  if (out.sequence == no_column) out.sequence = longest_dna_column(sample, out.header ? 1 : 0);
  if (out.sequence == no_column) fail_no_sequence(path, out, sample);

  if (!options.label_column.empty())
    out.label = named(path, out, options.label_column, "label column");
  else if (out.header && !options.without_labels)
    out.label = well_known(out.names, label_names());
  if (!options.id_column.empty())
    out.id = named(path, out, options.id_column, "id column");
  else if (out.header)
    out.id = well_known(out.names, id_names());
  if (out.label == out.sequence)
    throw file_error(
        path, 1, 0,
        "column '" + out.names[static_cast<std::size_t>(out.label)] + "' cannot be both sequence and label");
  if (out.id == out.label || out.id == out.sequence) out.id = no_column;
  return out;
}

}  // namespace l2g::data::detail
