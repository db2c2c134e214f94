#pragma once
// What a chart shows, as plain numbers and names; how it is drawn is not known here (the program draws it, or a user).
// NaN values are gaps. Names may be any UTF-8 text.
#include <l2g/core/config.hpp>

#include <limits>
#include <string>
#include <vector>

namespace l2g::report {

inline constexpr double unknown_value = std::numeric_limits<double>::quiet_NaN();

/// A value over steps or epochs; x and y have the same length.
struct Track {
  std::vector<double> x, y;
};

/// Losses on one panel, the dev metric on a second; any track may be empty.
struct LearningCurves {
  std::string title = "Learning curves";
  std::string x_name = "epoch";  ///< the unit of every x: "epoch" or "step"
  std::string loss_name = "loss (nats)";
  std::string metric_name = "dev MCC";
  Track train_loss{}, dev_loss{}, dev_metric{};
  double best = unknown_value;       ///< the x whose weights were kept
  Track test_loss{}, test_metric{};  ///< drawn apart: nothing may be chosen by them
};

/// counts[truth * classes + predicted], with as many classes as names.
struct ConfusionMatrix {
  std::string title = "Confusion matrix";
  std::vector<std::string> class_names;
  std::vector<index_t> counts;
};

/// One model or class: points of its curve, the area under it and the area's interval (NaN: unknown).
struct RankCurve {
  std::string name;
  std::vector<double> x, y;
  double area = unknown_value, lo = unknown_value, hi = unknown_value;
  std::vector<double> band_x{}, band_lo{}, band_hi{};  ///< pointwise interval of y at each band_x; may be empty
};

/// x: false positive rate, y: true positive rate.
struct RocCurves {
  std::string title = "ROC curve";
  std::vector<RankCurve> curves;
};

/// x: recall, y: precision; `prevalence` is the share of positives, the precision of a random ranking.
struct PrecisionRecallCurves {
  std::string title = "Precision and recall";
  std::vector<RankCurve> curves;
  double prevalence = unknown_value;
};

struct ScoreRow {
  std::string name;
  double value = unknown_value, lo = unknown_value, hi = unknown_value;
};

/// Scores of variants with their intervals, and the floors that simple models reach.
struct ScoreChart {
  std::string title = "Scores";
  std::string axis_name = "test MCC (95 % interval)";
  std::vector<ScoreRow> variants, floors;
};

/// Points in a plane, coloured by class; labels are 0..classes-1, negative ones are drawn in grey.
struct Scatter {
  std::string title = "Embedding";
  std::string x_name = "component 1", y_name = "component 2";
  std::vector<double> x, y;
  std::vector<std::int32_t> labels;
  std::vector<std::string> class_names;
};

/// How a score is distributed within each true class; rows with a negative label are left out.
struct ScoreHistogram {
  std::string title = "Scores by class";
  std::string x_name = "predicted probability";
  std::vector<double> values;
  std::vector<std::int32_t> labels;
  std::vector<std::string> class_names;
  index_t bins = 30;  ///< at most, where values have a step
  double step = 0;    ///< values are whole multiples of it, as lengths of 1: each bar holds as many of them; 0: any
};

/// Numbers as shades, a cell each: values (rows, columns), with a name for every row and column.
struct HeatMap {
  std::string title = "Map";
  std::vector<std::string> rows, columns;
  std::vector<double> values;
  std::string row_name{}, column_name{}, value_name{};  ///< what they are, with the unit
};

}  // namespace l2g::report
