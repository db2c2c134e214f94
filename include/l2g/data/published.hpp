#pragma once
// Published scores of known tasks, to stand beside ours: a table with one value a line, each with source and protocol.
#include <l2g/data/line_reader.hpp>

#include <span>
#include <vector>

namespace l2g::data {

struct PublishedValue {
  std::string suite{}, task{};    ///< gue, EMP/H3
  std::string model{}, method{};  ///< DNABERT-2, LoRA
  std::string metric{};           ///< mcc, auc, accuracy, pcc, ...
  double value = 0;
  std::string source{}, protocol{};  ///< where it is printed, and how it was come by
  std::string note{};
};

/// Reads tab-separated values; the first line names the columns task, model, metric, value, source, protocol (all
/// needed) and suite, method, note (not needed), in any order; lines that are empty or begin with # are skipped. Throws
/// file_error with line and column for a missing or unknown column, another number of fields, an empty field that is
/// needed, or a value that is no number.
std::vector<PublishedValue> read_published(LineReader& lines);

/// The values of the task that a data set is, highest first within a metric. `place` is its path or name: the last
/// parts of a path are compared with those of a task (".../gue/prom/prom_core_tata/test.csv" is prom/prom_core_tata),
/// letters of either case, `_`, `-` and blanks alike; files called train, dev or test and "/train" behind a name do not
/// count. A name alone is enough when one task ends in it and it is no bare number.
std::vector<PublishedValue> published_for(std::span<const PublishedValue> table, std::string_view place);

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/published-inl.hpp>
#endif
