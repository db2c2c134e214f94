#pragma once
// Predictions of an earlier run, read back: what model::write_predictions wrote.
#include <l2g/data/line_reader.hpp>

#include <span>
#include <vector>

namespace l2g::data {

struct SavedPredictions {
  std::vector<std::string> ids;
  std::vector<std::int32_t> called;  // the class that was said, by the threshold of that model
  index_t rows = 0, classes = 0;
  std::vector<double> probability;  // (rows, classes)
};

/// Reads a CSV with the columns id, label and p_<class> for each of the classes, in any order. Throws file_error with
/// line and column for a column that is missing, a label that is no class, a probability that is no number in 0..1, or
/// probabilities of a row that do not add up to 1 (to 0.01).
SavedPredictions read_predictions(LineReader& lines, std::span<const std::string> classes);

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/predictions_file-inl.hpp>
#endif
