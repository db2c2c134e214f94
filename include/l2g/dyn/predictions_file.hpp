#pragma once
// Predictions of an earlier run, read back: what write_predictions wrote.
#include <l2g/data/line_reader.hpp>
#include <l2g/dyn/predict.hpp>

namespace l2g::model {

struct SavedPredictions {
  std::vector<std::string> ids;
  std::vector<std::int32_t> called;  // the class that was said, by the threshold of that model
  Predictions predictions;
};

/// Reads a CSV with the columns id, label and p_<class> for each of the classes, in any order. Throws file_error with
/// line and column for a column that is missing, a label that is no class, a probability that is no number in 0..1, or
/// probabilities of a row that do not add up to 1 (to 0.01).
SavedPredictions read_predictions(data::LineReader& lines, std::span<const std::string> classes);

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/predictions_file-inl.hpp>
#endif
