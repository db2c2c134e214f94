#pragma once
// CSV and TSV with one sequence a row.
#include <l2g/data/dataset.hpp>
#include <l2g/data/line_reader.hpp>
#include <l2g/data/load_options.hpp>

namespace l2g::data {

/// Reads a table. Cells may stand in double quotes ("" is a quote, line ends may be inside); blanks around a cell are
/// dropped; blank lines are skipped. What was guessed stands in notes. Throws file_error with line and column for a
/// line with another number of fields than the first, a quote that is never closed, an empty sequence or label, letters
/// that are no DNA; and with the names of all columns for a column that does not exist or cannot be guessed.
Dataset read_table(LineReader& lines, const LoadOptions& options = {});

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/table-inl.hpp>
#endif
