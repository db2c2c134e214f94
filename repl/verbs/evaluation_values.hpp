#pragma once
// A model judged on labelled rows: what evaluate returns and what comparisons, charts and reports read.
#include "shell.hpp"

#include <l2g/data/published.hpp>
#include <l2g/dyn/predict.hpp>
#include <l2g/eval/calibration.hpp>
#include <l2g/eval/class_table.hpp>
#include <l2g/eval/score.hpp>

namespace l2g::repl {

/// Scores with intervals, floors beside them, and what charts need.
struct Evaluated {
  std::string model;
  std::string task;  ///< where the rows came from: a path, or a name
  eval::Score mcc;
  double accuracy = 0, macro_f1 = 0, auc = 0, auprc = 0, loss = 0;
  std::vector<std::string> classes;
  std::vector<std::int32_t> truth, said;
  std::string rows_hash{};  ///< of the sequences and their labels: equal where the same rows were judged
  model::Predictions predictions;
  double threshold = 0.5;      ///< of the second class, where there are two
  std::string threshold_by{};  ///< "dev" when dev rows chose it for this call
  std::vector<eval::ClassRow> table{};
  std::vector<eval::ReliabilityBin> bins{};  ///< of the probability of the class that was said
  double calibration_error = 0;
  std::vector<data::PublishedValue> published{};  ///< of this task, where it is known
  std::string note;
};

/// Do probabilities mean what they say?
struct Calibrated {
  std::string model, split;
  std::vector<eval::ReliabilityBin> bins, equal_mass;
  double expected = 0, adaptive = 0, classwise = 0, largest = 0;
  double temperature = not_a_number, tempered = not_a_number;  // fitted on dev; the expected error with it
};

/// 1 where row i is of class k.
std::vector<std::int32_t> positives(const Evaluated& evaluated, index_t k);

/// What Evaluation, Calibration and Predictions show, draw and hold.
void register_evaluation_types(Registry& registry);

/// The rows that a verb judges: the named part of Splits, or all of a Dataset or of simulated data. Throws error where
/// they are empty, without labels or of other classes.
const data::Dataset& judged_rows(const Arguments& arguments, std::string_view name, const std::string& part,
                                 const std::vector<std::string>& classes, const char* verb);

/// Predictions, scores, tables of one model; `threshold` decides between two classes.
std::shared_ptr<Evaluated> judge_model(const model::Model& model, const data::Dataset& rows, double threshold,
                                       index_t resamples, const Shell& shell, const Progress& progress);
/// The same of predictions that are there.
std::shared_ptr<Evaluated> judge_predictions(std::string name, model::Predictions predictions,
                                             std::vector<std::int32_t> called, const data::Dataset& rows,
                                             index_t resamples, std::uint64_t seed);

/// The threshold with the highest MCC on dev rows. Throws error without them or with other than two classes.
double threshold_by_dev(const model::Model& model, const data::Splits& splits, const Shell& shell,
                        const Progress& progress, double* reached = nullptr);

/// The table of published values: the file that is named, else published/published.tsv in the folder of L2G_DATA, else
/// the one that comes with the program; empty when none is there. Throws file_error for a named one that is not.
std::vector<data::PublishedValue> published_table(const std::string& path);

}  // namespace l2g::repl
